"""Hold the countries and types of a manifest against those the vendor offers. Pure.

Where a row of `regions` cannot be read, a country that no other row names may be offered all the same.
"""

from collections.abc import Iterator, Mapping, Sequence

from numplan.model.account import Region, Unreadable
from numplan.model.address import Resource
from numplan.model.diagnostics import Diagnostic, error, warning
from numplan.model.manifest import Entry, Manifest
from numplan.model.text.countries import as_offered
from numplan.model.text.spelling import Meant


def check_regions(
    manifest: Manifest, regions: Sequence[Region], unreadable: Sequence[Unreadable] = ()
) -> Mapping[Resource, Diagnostic]:
    """The entries that want a country, or a type there, that is not offered; each with its error."""
    offered = _Offered(regions)
    hidden = _hides_a_country(unreadable)
    meant = Meant()
    found: dict[Resource, Diagnostic] = {}
    for entry, country, kind in _wishes(manifest):
        region = offered.get(country)
        if region is None and not hidden:
            found[entry.resource] = error(
                f"no numbers are offered in {country!r}",
                source=entry.source,
                path=entry.resource,
                hint=_meant(country, regions, meant),
            )
        elif region is not None and kind is not None and not _offers(region, kind):
            hint = f"it offers {', '.join(sorted(region.types or ())) or 'none'}"
            found[entry.resource] = error(
                f"{country} offers no {kind} numbers", source=entry.source, path=entry.resource, hint=hint
            )
    return found


def unproven_countries(
    manifest: Manifest, regions: Sequence[Region], unreadable: Sequence[Unreadable]
) -> Iterator[Diagnostic]:
    """The entries in a country that no row names, where a row that cannot be read may: what is for sale there, or
    owned, has the word.
    """
    if not _hides_a_country(unreadable):
        return
    offered = _Offered(regions)
    meant = Meant()
    for entry, country, _ in _wishes(manifest):
        if offered.get(country) is None:
            yield warning(
                f"whether numbers are offered in {country!r} cannot be told: a row of regions cannot be read",
                source=entry.source,
                path=entry.resource,
                hint=_meant(country, regions, meant),
            )


class _Offered:
    """The regions by whatever means them: each word is looked for once."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._by_name = {region.name: region for region in regions}
        self._found: dict[str, Region | None] = {}

    def get(self, country: str) -> Region | None:
        """The region that a word means; None where there is none."""
        if country not in self._found:
            name = as_offered(country, self._by_name)
            self._found[country] = None if name is None else self._by_name[name]
        return self._found[country]


def _offers(region: Region, kind: str) -> bool:
    return region.types is None or kind in region.types


def _meant(country: str, regions: Sequence[Region], meant: Meant) -> str:
    near = meant.nearest(country, [one.name for one in regions])
    return f"did you mean {near!r}?" if near else "`numplan regions` lists what is offered"


def _hides_a_country(unreadable: Sequence[Unreadable]) -> bool:
    """Whether a row may name a country that no other names: a row whose types alone are odd does not."""
    return any(one.field != "types" for one in unreadable)


def _wishes(manifest: Manifest) -> Iterator[tuple[Entry, str, str | None]]:
    for entry in manifest.entries():
        if entry.terms.country is not None:
            yield entry, entry.terms.country, entry.terms.type
