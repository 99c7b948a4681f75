"""`retire` and `retire_file`: numbers that no pool takes ever again. And the longest `policy.rebuy_after`."""

from collections.abc import Iterator
from typing import Final, cast

from numplan.manifest.declarations.declared_numbers import DeclaredNumbers
from numplan.manifest.declarations.first_declared import FirstDeclared
from numplan.manifest.reading.positions import LocatedList, LocatedMap, Step
from numplan.manifest.reading.quoting import dotted_path, quote, taken
from numplan.model.diagnostics import Diagnostic, error, warning
from numplan.model.manifest import Retired
from numplan.model.number import E164, NumberError
from numplan.model.today import days_of
from numplan.numbering.reading import read_number

MOST_DAYS: Final = 400
"""A span that is longer is a slip of the pen."""
_REBUY: Final = "rebuy_after"


def retired_of(document: LocatedMap, numbers: DeclaredNumbers) -> Iterator[Retired | Diagnostic]:
    """The numbers that a document retires, first those of its list, and a finding for each line that cannot be
    followed. A number that is retired twice is so for its first reason.
    """
    seen: dict[E164, Retired] = {}
    for path, one in (*_listed(document), *_filed(document, numbers)):
        if isinstance(one, Diagnostic):
            yield one
        elif (wrong := _why_not(one, path, seen, numbers.first_declared)) is not None:
            yield wrong
        else:
            seen[one.number] = one
            yield one


def check_rebuy(policy: LocatedMap, path: tuple[Step, ...] = ()) -> Iterator[Diagnostic]:
    """A `rebuy_after` that is too long, of a policy that the schema admits."""
    if _REBUY in policy and days_of(str(policy[_REBUY])) > MOST_DAYS:
        yield error(
            f"is {days_of(str(policy[_REBUY])):,} days, and {MOST_DAYS} are the most",
            source=policy.source(_REBUY),
            path=dotted_path((*path, _REBUY)),
            hint="a number that no pool may ever buy again stands under `retire`",
        )


def _listed(document: LocatedMap) -> Iterator[tuple[str, Retired | Diagnostic]]:
    country = _country(document)
    held = document.get("retire")
    for at, entry in enumerate(held if isinstance(held, LocatedList) else ()):
        if not isinstance(entry, LocatedMap):
            continue
        source, path = entry.source("number"), dotted_path(("retire", at, "number"))
        try:
            number, taken_for = read_number(str(entry["number"]), country)
        except NumberError as failure:
            summary = f"{quote(entry['number'])} is not a phone number"
            yield path, error(summary, source=source, path=path, hint=str(failure))
            continue
        if taken_for:
            yield path, taken(number, taken_for, source=source, path=path)
        yield path, Retired(number, str(entry.get("reason", "")).strip(), source)


def _filed(document: LocatedMap, numbers: DeclaredNumbers) -> Iterator[tuple[str, Retired | Diagnostic]]:
    if "retire_file" in document:
        found = numbers.retired(
            str(document["retire_file"]), _country(document), document.source("retire_file")
        )
        if not (found.numbers or found.findings):
            yield (
                "retire_file",
                warning(
                    "retires no number: the file holds none",
                    source=document.source("retire_file"),
                    path="retire_file",
                    hint="if an export came to nothing, what it retired before may be bought again",
                ),
            )
        sources = numbers.sources(found.positions)
        for number, source in zip(found.numbers, sources, strict=True):
            yield "retire_file", Retired(number, found.reasons.get(number, ""), source)


def _country(document: LocatedMap) -> str | None:
    return cast("str | None", document.block("defaults").get("country"))


def _why_not(
    one: Retired, path: str, seen: dict[E164, Retired], declared: FirstDeclared
) -> Diagnostic | None:
    if one.number in declared:
        return error(
            f"{one.number} is declared at {declared[one.number]}, so it cannot be retired",
            source=one.source,
            path=path,
            hint="remove this line, or what declares it",
        )
    if one.number in seen:
        return warning(
            f"{one.number} is already retired at {seen[one.number].source}",
            source=one.source,
            path=path,
            hint="remove one of the two lines",
        )
    return None
