"""What a schema cannot say of a pool: area codes of its country, each once; exchanges only where there are any."""

from collections.abc import Iterator
from typing import Final, Literal

from numplan.manifest.reading.positions import LocatedList, LocatedMap
from numplan.manifest.reading.quoting import dotted_path, quote
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.manifest import PoolEntry, Spread
from numplan.model.text.countries import same_state
from numplan.numbering.area_codes import calling_code_in, mistaken_code

_KINDS: Final[tuple[Literal["state", "area_code"], ...]] = ("state", "area_code")


def spread_of(entry: LocatedMap) -> Spread | None:
    """What the key `spread` of a pool says; None where it is missing, or names no one kind of place."""
    held = entry.block("spread")
    given = [(by, names) for by in _KINDS if isinstance(names := held.get(by), list)]
    if len(given) != 1:
        return None
    ((by, names),) = given
    return Spread(by, tuple(map(str, names)))


def check_pool(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    """An error for each thing that a pool cannot mean, at its place."""
    if "area_codes" in entry:
        yield from _area_codes(pool, entry, ("area_codes",))
    if "spread" in entry:
        yield from _spread(pool, entry)
    elif pool.on_shortage == "elsewhere":
        yield _error(
            pool,
            entry,
            "on_shortage",
            "there is no elsewhere for a pool that is not spread",
            "write spread, or fail or partial here",
        )
    if pool.max_per_exchange is not None and calling_code_in(pool.country) != "1":
        yield _error(
            pool,
            entry,
            "max_per_exchange",
            f"numbers of {quote(pool.country)} have no exchanges that can be told",
            "only those of North America, with the calling code 1, do: remove the key",
        )


def _error(pool: PoolEntry, entry: LocatedMap, key: str, summary: str, hint: str) -> Diagnostic:
    return error(summary, source=entry.source(key), path=dotted_path(("pools", pool.name, key)), hint=hint)


def _spread(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    held = entry.block("spread")
    if len(held) != 1:
        what = "state and area_code at once" if held else "neither state nor area_code"
        yield _error(pool, entry, "spread", f"it names {what}", "write one of them, with a list")
    if "area_codes" in entry and "area_code" in held:
        hint = "shares are even, preferences are not: remove one of them"
        yield _error(pool, entry, "spread", "it names area codes, and area_codes does so too", hint)
    elif "area_codes" in entry:
        hint = "name the area codes in spread, or remove one of them"
        yield _error(pool, entry, "spread", "a pool is spread, or prefers area codes", hint)
    if "state" in entry and "state" in held:
        yield _error(pool, entry, "spread", "it names states, and state does so too", "remove one of them")
    if pool.select == "block":
        hint = "choose another way to select, or remove spread"
        yield _error(pool, entry, "spread", "one unbroken run cannot be spread", hint)
    if "area_code" in held:
        yield from _area_codes(pool, held, ("spread", "area_code"))
    if "state" in held:
        yield from _states(pool, held)


def _states(pool: PoolEntry, held: LocatedMap) -> Iterator[Diagnostic]:
    names, path = held["state"], ("pools", pool.name, "spread", "state")
    if not isinstance(names, LocatedList):
        return
    if not names:
        where = dotted_path(path)
        yield error(
            "an empty list admits no number", source=held.source("state"), path=where, hint="name a state"
        )
    for at, name in enumerate(names):
        if any(same_state(str(name), str(before), pool.country) for before in names[:at]):
            yield error(
                f"{quote(name)} is listed twice",
                source=names.source(at),
                path=dotted_path((*path, at)),
                hint="list each state once; the first get what is left over",
            )


def _area_codes(pool: PoolEntry, held: LocatedMap, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    key = path[-1]
    if not calling_code_in(pool.country):
        yield error(
            f"the calling code of {quote(pool.country)} is not known here, so no area code can be checked",
            source=held.source(key),
            path=dotted_path(("pools", pool.name, *path)),
            hint="write the country by its English name or its code, such as United States or US",
        )
        return
    yield from _codes(pool, held[key], held.source(key), path)


def _codes(pool: PoolEntry, codes: object, source: Source, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """What is wrong about the list of codes that stands at this path of a pool."""
    if not isinstance(codes, LocatedList):
        return
    if not codes:
        yield error(
            "an empty list admits no number",
            source=source,
            path=dotted_path(("pools", pool.name, *path)),
            hint="name an area code, or remove the key",
        )
    seen: set[object] = set()
    for at, code in enumerate(codes):
        where = dotted_path(("pools", pool.name, *path, at))
        if code in seen:
            yield error(
                f"the area code {code} is listed twice",
                source=codes.source(at),
                path=where,
                hint="list each once",
            )
        elif mistaken := mistaken_code(str(code), pool.country):
            why, meant = mistaken
            yield error(
                f"the area code {code} {why}",
                source=codes.source(at),
                path=where,
                hint=f"did you mean {meant}?",
            )
        seen.add(code)
