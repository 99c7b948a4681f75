"""A pool whose `digits` are an area code: they may stand anywhere in a number, which is seldom what is meant."""

from collections.abc import Iterator

from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.manifest import Manifest
from numplan.model.text.countries import region_of
from numplan.numbering.destination import is_area_code


def digits_hints(manifest: Manifest) -> Iterator[Diagnostic]:
    """A warning for each pool whose `digits` are an area code of its country, for the type of numbers that it has."""
    for pool in manifest.pools:
        region = region_of(pool.country) if pool.digits else None
        if region and pool.digits and is_area_code(pool.digits, region, pool.terms.type):
            yield warning(
                f"{pool.digits} is an area code of {pool.country}, and `digits` may stand anywhere in a number",
                source=pool.source,
                path=f"pools.{pool.name}.digits",
                hint="did you mean `area_codes`?",
            )
