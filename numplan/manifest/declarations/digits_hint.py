"""A pool whose `digits` are an area code: they may stand anywhere in a number, which is seldom what is meant."""

from collections.abc import Iterator
from typing import Final

from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.manifest import Manifest
from numplan.model.text.countries import region_of
from numplan.numbering.area_codes import is_area_code

LENGTHS: Final = range(2, 6)
"""How many digits are asked about: fewer stand in any number, more are a number's beginning."""


def digits_hints(manifest: Manifest) -> Iterator[Diagnostic]:
    """A warning for each pool whose `digits` are an area code of its country, for the type of numbers that it has."""
    for pool in manifest.pools:
        region = region_of(pool.country) if pool.digits else None
        if (
            region
            and pool.digits
            and len(pool.digits) in LENGTHS
            and is_area_code(pool.digits, region, pool.terms.type)
        ):
            yield warning(
                f"{pool.digits} is an area code of {pool.country}, and `digits` may stand anywhere in a number",
                source=pool.source,
                path=f"pools.{pool.name}.digits",
                hint="did you mean `area_codes`?",
            )
