"""`moved` and `forget`: entries that have another name now, and numbers that are no longer managed here."""

from collections.abc import Collection, Iterator, Sequence
from typing import cast

from numplan.manifest.declarations.circles import circles
from numplan.manifest.declarations.first_declared import FirstDeclared
from numplan.manifest.reading.positions import LocatedList, LocatedMap
from numplan.manifest.reading.quoting import dotted_path, quote, taken
from numplan.model.address import Resource, kind_of, split_address
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.manifest import Forgotten, Move
from numplan.model.number import NumberError
from numplan.model.text.spelling import Meant
from numplan.numbering.reading import read_number


def moves_of(document: LocatedMap) -> Iterator[Move]:
    """The moves of a valid document, in their order."""
    held = document.get("moved")
    for entry in held if isinstance(held, LocatedList) else ():
        if isinstance(entry, LocatedMap) and (parts := split_address(str(entry["from"]))) is not None:
            yield Move(
                resource=parts[0],
                number=parts[1],
                to=Resource(str(entry["to"])),
                source=entry.source("from"),
            )


def check_moves(moves: Sequence[Move], declared: Collection[Resource]) -> Iterator[Diagnostic]:
    """What is wrong with moves: those that lead nowhere, in a circle, or from a pool to what lists its numbers."""
    circular = circles([(move.resource, move.to, move.number is None) for move in moves])
    sources, meant = {move.resource for move in moves}, Meant()
    for at, move in enumerate(moves):
        path = dotted_path(("moved", at))
        if at in circular:
            yield error(
                f"moves {move.resource} in a circle",
                source=move.source,
                path=path,
                hint="keep the moves that lead to the name that is declared now",
            )
        elif move.to not in declared and move.to not in sources:
            near = meant.nearest(move.to, declared)
            yield error(
                f"moves to {move.to}, which nothing declares",
                source=move.source,
                path=path,
                hint=f"did you mean `{near}`?" if near else "declare it, or remove the move",
            )
        elif kind_of(move.resource) == "pool" and kind_of(move.to) != "pool":
            yield error(
                f"a pool's numbers do not move to {move.to}, which holds the numbers that it lists",
                source=move.source,
                path=path,
                hint="list them there: a number that is declared leaves its pool by itself",
            )


def forgotten_of(
    document: LocatedMap, declared: Collection[Resource], first_declared: FirstDeclared
) -> Iterator[Forgotten | Diagnostic]:
    """What a document asks to forget, and a finding for each line that cannot be followed."""
    country = cast("str | None", document.block("defaults").get("country"))
    held = document.get("forget")
    if not isinstance(held, LocatedList):
        return
    for at, text in enumerate(held):
        source, path = held.source(at), dotted_path(("forget", at))
        parts = split_address(str(text))
        number, taken_for = (parts[1], "") if parts else (None, "")
        try:
            if parts is None:
                number, taken_for = read_number(str(text), country)
        except NumberError as failure:
            yield error(
                f"{quote(text)} is neither a phone number nor an address",
                source=source,
                path=path,
                hint=str(failure),
            )
            continue
        if taken_for and number is not None:
            yield taken(number, taken_for, source=source, path=path)
        resource = parts[0] if parts else None
        if number is not None and number in first_declared:
            yield _both(f"{number} is declared at {first_declared[number]}", source, path)
        elif number is None and resource in declared:
            yield _both(f"{resource} is declared", source, path)
        else:
            yield Forgotten(source=source, resource=resource, number=number)


def _both(what: str, source: Source, path: str) -> Diagnostic:
    return error(
        f"{what}, so it cannot be forgotten",
        source=source,
        path=path,
        hint="remove this line, or what declares it",
    )
