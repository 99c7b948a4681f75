"""Hold the countries and types of a manifest against those the vendor offers. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from numplan.model.account import Region
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.manifest import Manifest, NumberEntry, SetEntry
from numplan.model.vocabulary import fold, nearest


def check_regions(manifest: Manifest, regions: Sequence[Region]) -> Mapping[Resource, Diagnostic]:
    """The entries that want a country, or a type there, that is not offered; each with its error."""
    offered = {fold(region.name): region for region in regions}
    found: dict[Resource, Diagnostic] = {}
    for resource, source, country, kind in _wishes(manifest):
        region = offered.get(fold(country))
        if region is None:
            meant = nearest(country, [one.name for one in regions])
            hint = f"did you mean {meant!r}?" if meant else "`numplan regions` lists what is offered"
            summary = f"no numbers are offered in {country!r}"
            found[resource] = error(summary, source=source, path=resource, hint=hint)
        elif kind is not None and kind not in region.types:
            hint = f"it offers {', '.join(sorted(region.types)) or 'none'}"
            found[resource] = error(
                f"{country} offers no {kind} numbers", source=source, path=resource, hint=hint
            )
    return found


def _wishes(manifest: Manifest) -> Iterator[tuple[Resource, Source, str, str | None]]:
    entries: tuple[NumberEntry | SetEntry, ...] = (*manifest.numbers, *manifest.sets)
    for entry in entries:
        if entry.terms.country is not None:
            yield entry.resource, entry.source, entry.terms.country, entry.terms.type
    for pool in manifest.pools:
        yield pool.resource, pool.source, pool.country, pool.terms.type
