"""What a schema cannot say of a pool: area codes of its country, each once; exchanges only where there are any."""

from collections.abc import Iterator

from numplan.manifest.reading.positions import LocatedList, LocatedMap
from numplan.manifest.reading.quoting import dotted_path, quote
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.manifest import PoolEntry
from numplan.numbering.area_codes import calling_code_in, mistaken_code


def check_pool(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    """An error for each thing that a pool cannot mean, at its place."""
    if "area_codes" in entry:
        yield from _area_codes(pool, entry)
    if pool.max_per_exchange is not None and calling_code_in(pool.country) != "1":
        yield error(
            f"numbers of {quote(pool.country)} have no exchanges that can be told",
            source=entry.source("max_per_exchange"),
            path=dotted_path(("pools", pool.name, "max_per_exchange")),
            hint="only those of North America, with the calling code 1, do: remove the key",
        )


def _area_codes(pool: PoolEntry, entry: LocatedMap) -> Iterator[Diagnostic]:
    if not calling_code_in(pool.country):
        yield error(
            f"the calling code of {quote(pool.country)} is not known here, so no area code can be checked",
            source=entry.source("area_codes"),
            path=dotted_path(("pools", pool.name, "area_codes")),
            hint="write the country by its English name or its code, such as United States or US",
        )
        return
    yield from _codes(pool, entry["area_codes"], entry.source("area_codes"), ("area_codes",))


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
                hint="list each once, in order of preference",
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
