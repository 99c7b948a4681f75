"""Hold the countries and types of a manifest against those the vendor offers. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from numplan.model.account import Region
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.manifest import Entry, Manifest
from numplan.model.vocabulary import Meant, fold


def check_regions(manifest: Manifest, regions: Sequence[Region]) -> Mapping[Resource, Diagnostic]:
    """The entries that want a country, or a type there, that is not offered; each with its error."""
    offered = {fold(region.name): region for region in regions}
    names, meant = [one.name for one in regions], Meant()
    found: dict[Resource, Diagnostic] = {}
    for entry, country, kind in _wishes(manifest):
        region = offered.get(fold(country))
        if region is None:
            near = meant.nearest(country, names)
            hint = f"did you mean {near!r}?" if near else "`numplan regions` lists what is offered"
            summary = f"no numbers are offered in {country!r}"
            found[entry.resource] = error(summary, source=entry.source, path=entry.resource, hint=hint)
        elif kind is not None and kind not in region.types:
            hint = f"it offers {', '.join(sorted(region.types)) or 'none'}"
            found[entry.resource] = error(
                f"{country} offers no {kind} numbers", source=entry.source, path=entry.resource, hint=hint
            )
    return found


def _wishes(manifest: Manifest) -> Iterator[tuple[Entry, str, str | None]]:
    for entry in manifest.entries():
        if entry.terms.country is not None:
            yield entry, entry.terms.country, entry.terms.type
