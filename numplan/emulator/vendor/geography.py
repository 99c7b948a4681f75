"""Where the seeded numbers come from: real dialling codes with the cities they serve.

Each place is `(state, city, code, digits)`: `code` follows the country's own code, and `digits`
is how many more a number there has, so that every number has a length the national plan allows.
"""

from typing import NamedTuple

GEOGRAPHIC = "Geographic"
MOBILE = "Mobile"
NON_GEOGRAPHIC = "Non-Geographic"
TOLL_FREE = "Toll-Free"
UIFN = "UIFN"

NANP_DIGITS = 7
"""After its area code, every North American number has seven digits."""


class Place(NamedTuple):
    """A block of numbers that share country, state, city, type and leading digits."""

    country: str
    country_code: str
    state: str
    city: str
    number_type: str
    code: str
    digits: int
    weight: int


_UNITED_STATES = """
Alabama: 205 Birmingham, 334 Montgomery, 251 Mobile | Arizona: 602 Phoenix, 520 Tucson, 480 Mesa
California: 213 Los Angeles, 310 Beverly Hills, 415 San Francisco, 408 San Jose, 619 San Diego, 916 Sacramento
Colorado: 303 Denver, 720 Denver, 719 Colorado Springs | Connecticut: 203 New Haven, 860 Hartford
District of Columbia: 202 Washington | Florida: 305 Miami, 786 Miami, 407 Orlando, 813 Tampa, 904 Jacksonville
Georgia: 404 Atlanta, 678 Atlanta, 912 Savannah | Hawaii: 808 Honolulu
Illinois: 312 Chicago, 773 Chicago, 217 Springfield | Indiana: 317 Indianapolis, 260 Fort Wayne
Iowa: 515 Des Moines, 319 Cedar Rapids | Kentucky: 502 Louisville, 859 Lexington | Maine: 207 Portland
Louisiana: 504 New Orleans, 225 Baton Rouge | Maryland: 410 Baltimore, 301 Rockville
Massachusetts: 617 Boston, 857 Boston, 413 Springfield, 508 Worcester | Michigan: 313 Detroit, 616 Grand Rapids
Minnesota: 612 Minneapolis, 651 Saint Paul | Missouri: 314 Saint Louis, 816 Kansas City
Nebraska: 402 Omaha, 308 Grand Island | Nevada: 702 Las Vegas, 775 Reno
New Jersey: 201 Jersey City, 609 Trenton, 732 New Brunswick, 973 Newark
New Mexico: 505 Albuquerque, 575 Las Cruces
New York: 212 New York, 646 New York, 718 Brooklyn, 347 Brooklyn, 315 Syracuse, 518 Albany, 585 Rochester
New York: 716 Buffalo, 914 White Plains
North Carolina: 704 Charlotte, 919 Raleigh | Ohio: 216 Cleveland, 513 Cincinnati, 614 Columbus, 937 Dayton
Oklahoma: 405 Oklahoma City, 918 Tulsa | Oregon: 503 Portland, 541 Eugene
Pennsylvania: 215 Philadelphia, 412 Pittsburgh, 610 Allentown
South Carolina: 803 Columbia, 843 Charleston | Tennessee: 615 Nashville, 901 Memphis
Texas: 210 San Antonio, 214 Dallas, 512 Austin, 713 Houston, 832 Houston, 817 Fort Worth, 915 El Paso
Utah: 801 Salt Lake City, 435 Saint George | Virginia: 804 Richmond, 757 Norfolk, 703 Arlington
Washington: 206 Seattle, 509 Spokane, 425 Bellevue | Wisconsin: 414 Milwaukee, 608 Madison
"""

_CANADA = """
Alberta: 403 Calgary, 780 Edmonton | British Columbia: 604 Vancouver, 778 Vancouver, 250 Victoria
Manitoba: 204 Winnipeg | Nova Scotia: 902 Halifax | Ontario: 416 Toronto, 437 Toronto, 519 London, 613 Ottawa
Quebec: 514 Montreal, 438 Montreal, 418 Quebec City
"""

_ELSEWHERE: tuple[tuple[str, str, tuple[tuple[str, str, str, int], ...]], ...] = (
    (
        "United Kingdom",
        "44",
        (
            ("England", "London", "207", 7),
            ("England", "London", "208", 7),
            ("England", "Manchester", "161", 7),
            ("England", "Birmingham", "121", 7),
            ("England", "Leeds", "113", 7),
            ("Scotland", "Edinburgh", "131", 7),
            ("Scotland", "Glasgow", "141", 7),
            ("Wales", "Cardiff", "2920", 6),
            ("Northern Ireland", "Belfast", "2890", 6),
        ),
    ),
    (
        "Germany",
        "49",
        (
            ("Berlin", "Berlin", "30", 8),
            ("Hamburg", "Hamburg", "40", 8),
            ("Hesse", "Frankfurt", "69", 8),
            ("Bavaria", "Munich", "89", 8),
            ("North Rhine-Westphalia", "Cologne", "221", 7),
        ),
    ),
    (
        "France",
        "33",
        (
            ("Ile-de-France", "Paris", "1", 8),
            ("Hauts-de-France", "Lille", "320", 6),
            ("Auvergne-Rhone-Alpes", "Lyon", "472", 6),
            ("Provence-Alpes-Cote d'Azur", "Marseille", "491", 6),
            ("Nouvelle-Aquitaine", "Bordeaux", "556", 6),
        ),
    ),
    (
        "Netherlands",
        "31",
        (
            ("North Holland", "Amsterdam", "20", 7),
            ("South Holland", "Rotterdam", "10", 7),
            ("South Holland", "The Hague", "70", 7),
            ("Utrecht", "Utrecht", "30", 7),
            ("North Brabant", "Eindhoven", "40", 7),
        ),
    ),
    (
        "Australia",
        "61",
        (
            ("New South Wales", "Sydney", "28", 7),
            ("Victoria", "Melbourne", "39", 7),
            ("Queensland", "Brisbane", "73", 7),
            ("South Australia", "Adelaide", "88", 7),
            ("Western Australia", "Perth", "86", 7),
        ),
    ),
    (
        "Brazil",
        "55",
        (
            ("Sao Paulo", "Sao Paulo", "113", 7),
            ("Rio de Janeiro", "Rio de Janeiro", "213", 7),
            ("Minas Gerais", "Belo Horizonte", "313", 7),
            ("Rio Grande do Sul", "Porto Alegre", "513", 7),
            ("Distrito Federal", "Brasilia", "613", 7),
            ("Bahia", "Salvador", "713", 7),
        ),
    ),
    (
        "Spain",
        "34",
        (
            ("Madrid", "Madrid", "91", 7),
            ("Catalonia", "Barcelona", "93", 7),
            ("Andalusia", "Seville", "954", 6),
            ("Valencia", "Valencia", "96", 7),
        ),
    ),
    (
        "Ireland",
        "353",
        (("Leinster", "Dublin", "1", 7), ("Munster", "Cork", "21", 7), ("Connacht", "Galway", "91", 6)),
    ),
)

# Types without a city: (country, its code, type, dialling code, digits).
_NATIONWIDE: tuple[tuple[str, str, str, str, int], ...] = (
    ("United States", "1", TOLL_FREE, "833", NANP_DIGITS),
    ("United States", "1", TOLL_FREE, "844", NANP_DIGITS),
    ("United States", "1", TOLL_FREE, "888", NANP_DIGITS),
    ("Canada", "1", TOLL_FREE, "855", NANP_DIGITS),
    ("United Kingdom", "44", MOBILE, "7400", 6),
    ("United Kingdom", "44", NON_GEOGRAPHIC, "333", 7),
    ("United Kingdom", "44", TOLL_FREE, "808", 7),
    ("Germany", "49", MOBILE, "1511", 7),
    ("Germany", "49", NON_GEOGRAPHIC, "32", 9),
    ("Germany", "49", TOLL_FREE, "800", 7),
    ("France", "33", MOBILE, "644", 6),
    ("France", "33", NON_GEOGRAPHIC, "970", 6),
    ("France", "33", TOLL_FREE, "805", 6),
    ("Netherlands", "31", MOBILE, "610", 6),
    ("Netherlands", "31", NON_GEOGRAPHIC, "85", 7),
    ("Netherlands", "31", TOLL_FREE, "800", 7),
    ("Australia", "61", MOBILE, "48", 7),
    ("Australia", "61", NON_GEOGRAPHIC, "1300", 6),
    ("Australia", "61", TOLL_FREE, "1800", 6),
    ("Brazil", "55", MOBILE, "119", 8),
    ("Brazil", "55", TOLL_FREE, "800", 7),
    ("Spain", "34", MOBILE, "65", 7),
    ("Spain", "34", TOLL_FREE, "900", 6),
    ("Ireland", "353", NON_GEOGRAPHIC, "76", 7),
    ("International", "800", UIFN, "", 8),
)

# North American mobiles look like geographic numbers; these area codes are none of the cities', so
# that no number is made twice.
_NANP_MOBILES: tuple[tuple[str, str, str, str], ...] = (
    ("United States", "New York", "New York", "9179"),
    ("United States", "California", "Los Angeles", "3239"),
    ("United States", "Texas", "Dallas", "9729"),
    ("Canada", "Ontario", "Toronto", "6479"),
)


def places() -> tuple[Place, ...]:
    """Every place of the seeded world, in an order that never changes."""
    return (
        *_north_america("United States", _UNITED_STATES, weight=12),
        *_north_america("Canada", _CANADA, weight=6),
        *(
            Place(country, code, state, city, GEOGRAPHIC, prefix, digits, 8)
            for country, code, cities in _ELSEWHERE
            for state, city, prefix, digits in cities
        ),
        *(
            Place(country, "1", state, city, MOBILE, prefix, NANP_DIGITS - 1, 6)
            for country, state, city, prefix in _NANP_MOBILES
        ),
        *(
            Place(country, code, "", "", kind, prefix, digits, 5)
            for country, code, kind, prefix, digits in _NATIONWIDE
        ),
    )


def _north_america(country: str, table: str, weight: int) -> list[Place]:
    found = []
    for entry in table.strip().replace("\n", " | ").split(" | "):
        state, _, cities = entry.partition(": ")
        for city in cities.split(", "):
            code, _, name = city.partition(" ")
            found.append(Place(country, "1", state, name, GEOGRAPHIC, code, NANP_DIGITS, weight))
    return found
