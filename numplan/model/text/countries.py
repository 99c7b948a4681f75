"""Names of countries and of their states, as people and vendors write them.

Countries have the names and codes of iso3166, and the short names that it lacks; the states of the United States,
Canada and Australia have the abbreviations of their post offices.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from numplan.model.text.spelling import normalize, same_word

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
_STATES: Final = {
    "US": """
        AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE
        Delaware, DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN
        Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI
        Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New
        Hampshire, NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio,
        OK Oklahoma, OR Oregon, PA Pennsylvania, PR Puerto Rico, RI Rhode Island, SC South Carolina, SD
        South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington, WV West
        Virginia, WI Wisconsin, WY Wyoming
        """,
    "CA": """
        AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia,
        NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, SK Saskatchewan, YT Yukon
        """,
    "AU": """
        ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland,
        SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia
        """,
}
_BESIDES: Final = str.maketrans("", "", ".,()'\u2019")


@cache
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


def same_country(one: str, other: str) -> bool:
    """Whether two words mean the same country: `US`, `usa` and `United States` do."""
    return same_word(one, other) or (region_of(one) is not None and region_of(one) == region_of(other))


def as_offered(country: str, offered: Iterable[str]) -> str | None:
    """A country in the spelling of those that are offered; None where it is not among them."""
    known = [*offered]
    for alike in (str.__eq__, same_word, same_country):
        if (found := next((name for name in known if alike(name, country)), None)) is not None:
            return found
    return None


def state_name(state: str, country: str) -> str:
    """A state by its full name, where it is one whose abbreviation is known: `NY` and `new york` are New York."""
    names = _states().get(region_of(country) or "", {})
    return names.get(normalize(state), state)


def same_state(one: str, other: str, country: str) -> bool:
    """Whether two words mean the same state of a country."""
    return same_word(one, other) or same_word(state_name(one, country), state_name(other, country))


@cache
def _states() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for region, listed in _STATES.items():
        names = dict(one.strip().split(" ", 1) for one in listed.split(","))
        found[region] = {normalize(word): name for code, name in names.items() for word in (code, name)}
    return found


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
    folded = normalize(name.translate(_BESIDES).replace("&", "and"))
    return folded.removeprefix("the")
