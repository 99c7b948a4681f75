"""Names of countries, as people and vendors write them, and their ISO 3166 codes.

The names are those of iso3166, and the short ones that it lacks.
"""

from functools import cache
from typing import Final

from numplan.model.vocabulary import fold

_SHORT: Final = {
    "Bolivia": "BO",
    "British Virgin Islands": "VG",
    "Brunei": "BN",
    "Czech Republic": "CZ",
    "DR Congo": "CD",
    "Falkland Islands": "FK",
    "Ivory Coast": "CI",
    "Kosovo": "XK",
    "Laos": "LA",
    "Macau": "MO",
    "North Korea": "KP",
    "Palestine": "PS",
    "Russia": "RU",
    "Saint Martin": "MF",
    "Sint Maarten": "SX",
    "South Korea": "KR",
    "Syria": "SY",
    "Taiwan": "TW",
    "Turkey": "TR",
    "US Virgin Islands": "VI",
    "United Kingdom": "GB",
    "United States": "US",
    "Vatican City": "VA",
    "Vietnam": "VN",
}
_OTHERS: Final = {
    "Burma": "MM",
    "Cape Verde": "CV",
    "Cocos Islands": "CC",
    "Democratic Republic of the Congo": "CD",
    "East Timor": "TL",
    "Great Britain": "GB",
    "Holland": "NL",
    "Macedonia": "MK",
    "Republic of the Congo": "CG",
    "Swaziland": "SZ",
    "UAE": "AE",
    "UK": "GB",
    "Vatican": "VA",
}
"""Names that are understood, and not given."""
_BESIDES: Final = str.maketrans("", "", ".,()'\u2019")


def region_of(country: str) -> str | None:
    """The two letters of a country: of its name, or of its code of two or three letters. None where nothing here
    knows it.
    """
    return _regions().get(_folded(country))


@cache
def name_of(region: str) -> str:
    """The short name of a country by its two letters; the letters where nothing here knows them."""
    short = next((name for name, code in _SHORT.items() if code == region), "")
    if short:
        return short
    import iso3166

    known = iso3166.countries_by_alpha2.get(region)
    return known.name.partition(",")[0] if known else region


@cache
def _regions() -> dict[str, str]:
    import iso3166

    found: dict[str, str] = {}
    before_comma: dict[str, set[str]] = {}
    for one in iso3166.countries_by_alpha2.values():
        for name in (one.name, one.apolitical_name, one.alpha2, one.alpha3):
            found[_folded(name)] = one.alpha2
        # "Bolivia, Plurinational State of"
        before_comma.setdefault(_folded(one.name.partition(",")[0]), set()).add(one.alpha2)
    alone = {name: regions.pop() for name, regions in before_comma.items() if len(regions) == 1}
    return {**alone, **found, **{_folded(name): code for name, code in {**_SHORT, **_OTHERS}.items()}}


def _folded(name: str) -> str:
    folded = fold(name.translate(_BESIDES).replace("&", "and"))
    return folded.removeprefix("the")
