"""What a real account is asked: twelve reading calls at most, each for one thing that the vendor's page leaves open."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from numplan.api.probe import Probe, Seen
from numplan.api.shapes import Shape, shape_of
from numplan.api.shares import NOWHERE
from numplan.model.account import Offer, OwnedNumber
from numplan.model.number import digits_of
from numplan.model.text.countries import as_offered, same_country
from numplan.model.text.spelling import NUMBER_TYPES, normalize

MOST: Final = 12
"""Calls, with the one that is repeated after a 429."""
_HOPELESS: Final = frozenset({None, 401, 403})
"""What came of a call where all others would fare alike: no answer, or credentials that are refused."""
_ROWS: Final = 1000
_SMALLER: Final = (100, 10)
"""Rows to ask for where more are refused."""
_OFFERS: Final = 50
_LEFT_OPEN: Final = 4
"""Digits at the end of a number that are left out where its beginning is asked for."""
_DIGITS: Final = 4
"""Digits that a search is asked for: in the middle of a number."""


class Asked(NamedTuple):
    """A question: what came of it, where it was asked, and what the answer looks like, where that is one."""

    seen: Seen
    shape: Shape

    @property
    def is_read(self) -> bool:
        """Whether the answer can be read."""
        return self.seen.is_answered and not self.shape.fault

    @property
    def is_refused(self) -> bool:
        """Whether the server says that it does not take such a question."""
        return self.seen.status in {400, 404, 413, 422}

    @property
    def asked_for(self) -> Mapping[str, str]:
        """The filters."""
        return {name: text for name, text in self.seen.query.items() if name != "size"}


class Examination(NamedTuple):
    """What was asked, each None where it was not: there was nothing to ask it with, or no call left.

    `whole` is the account as one answer shows it, `one` the same with a size of 1; `country`, `type` and `state` are
    the account under a filter, `number` and `beginning` a look for one of its numbers. `digits` and `category` are the
    `search` with one word more, and `find` is one of its offers by itself.
    """

    regions: Asked | None = None
    whole: Asked | None = None
    one: Asked | None = None
    country: Asked | None = None
    type: Asked | None = None
    state: Asked | None = None
    number: Asked | None = None
    beginning: Asked | None = None
    search: Asked | None = None
    digits: Asked | None = None
    category: Asked | None = None
    find: Asked | None = None


def examine(probe: Probe, *, expected: int = 0, country: str = "") -> Examination:
    """Ask the account. `expected` is how many numbers it is thought to hold, `country` one to search in."""
    found = Examination(regions=_ask(probe, "regions"))
    if found.regions is None or found.regions.seen.status in _HOPELESS:
        return found
    whole = None
    for size in (max(_ROWS, 2 * expected), *_SMALLER):
        whole = _ask(probe, "purchased-list", size=size) or whole
        if whole is None or not whole.is_refused:
            break
    if whole is not None and whole.is_read and (whole.shape.total or 0) > whole.shape.rows >= whole.seen.size:
        larger = _ask(
            probe, "purchased-list", size=(whole.shape.total or 0) + 1
        )  # does an answer hold them all?
        whole = larger if larger is not None and larger.is_read else whole
    found = found._replace(whole=whole)
    return _searched(probe, _listed(probe, found), country)


def _listed(probe: Probe, found: Examination) -> Examination:
    """The open points of the listing, as far as the account has numbers to tell them by."""
    if found.whole is None or not (rows := found.whole.shape.owned):
        return found
    size = found.whole.seen.size
    if len(rows) > 1:
        found = found._replace(one=_ask(probe, "purchased-list", size=1))
    number = telling_number(rows)
    offered = found.regions.shape.countries_offered if found.regions else ()
    return found._replace(
        number=_ask(probe, "purchased-list", size=10, accessNumber=number),
        beginning=_ask(probe, "purchased-list", size=size, accessNumber=number[:-_LEFT_OPEN]),
        country=_with(probe, size, "country", telling_country(rows, offered)),
        type=_with(probe, size, "numberType", telling_type(rows)),
        state=_ask(probe, "purchased-list", size=size, state=NOWHERE),
    )


def _searched(probe: Probe, found: Examination, country: str) -> Examination:
    """The open points of a search."""
    offered = found.regions.shape.countries_offered if found.regions else ()
    owned = found.whole.shape.owned if found.whole else ()
    wanted = country or (owned[0].country if owned else "")
    where = (as_offered(wanted, offered) if wanted else None) or wanted or (offered[0] if offered else "")
    if not where:
        return found
    found = found._replace(search=_ask(probe, "search", country=where, size=_OFFERS))
    offers = found.search.shape.offers if found.search else ()
    if not offers:
        return found
    digits = _ask(probe, "search", country=where, size=_OFFERS, digits=telling_digits(offers))
    find = _ask(probe, "find-number", number=digits_of(offers[0].number))
    found = found._replace(digits=digits, find=find)
    if category := telling_category(offers):
        found = found._replace(
            category=_ask(probe, "search", country=where, size=_OFFERS, numberCategory=category)
        )
    return found


def telling_number(rows: Sequence[OwnedNumber]) -> str:
    """The digits of a number whose beginning the fewest others share."""
    numbers = sorted(digits_of(row.number) for row in rows)
    alike = Counter(number[:-_LEFT_OPEN] for number in numbers)
    return min(numbers, key=lambda number: alike[number[:-_LEFT_OPEN]])


def telling_country(rows: Sequence[OwnedNumber], offered: Sequence[str]) -> str:
    """A country by which to see whether the filter is looked at: that of some rows and not of all, else one that no row
    is of. An empty text where there is none.
    """
    held = {normalize(row.country): row.country for row in rows}
    if len(held) > 1:
        rarest = min(held, key=lambda one: (sum(normalize(row.country) == one for row in rows), one))
        return as_offered(held[rarest], offered) or held[rarest]
    return next((one for one in offered if not any(same_country(one, row) for row in held.values())), "")


def telling_type(rows: Sequence[OwnedNumber]) -> str:
    """A type by which to see whether the filter is looked at, likewise."""
    held = [one for one in NUMBER_TYPES if any(row.type == one for row in rows)]
    others = [one for one in NUMBER_TYPES if one not in held]
    return held[-1] if len(held) > 1 else next(iter(others), "")


def telling_digits(offers: Sequence[Offer]) -> str:
    """Digits from the middle of an offer's number, that few other offers have."""
    number = digits_of(offers[0].number)
    pieces = [number[at : at + _DIGITS] for at in range(len(number) - _DIGITS, len(number) // 2 - 2, -1)]
    return min(pieces, key=lambda piece: sum(piece in one.number for one in offers))


def telling_category(offers: Sequence[Offer]) -> str:
    """A category that some offers have and others do not serve for; an empty text where all are of one."""
    held = {one.category for one in offers}
    return "Voice+SMS" if "Voice+SMS" in held and len(held) > 1 else ""


def _with(probe: Probe, size: int, name: str, value: str) -> Asked | None:
    return _ask(probe, "purchased-list", size=size, **{name: value}) if value else None


def _ask(probe: Probe, endpoint: str, **query: str | int) -> Asked | None:
    seen = probe.ask(endpoint, **{name: str(value) for name, value in query.items()})
    if seen is None:
        return None
    return Asked(seen, shape_of(seen) if seen.is_answered else Shape())
