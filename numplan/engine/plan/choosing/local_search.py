"""Search for pools that name area codes or states: once for each, until there is enough or nothing more."""

from collections.abc import Mapping
from typing import Final

import msgspec

from numplan.engine.account import no_hits
from numplan.engine.account.parallel import ask_all
from numplan.engine.compare.localities import Locality, localities_of
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Found
from numplan.model.address import Resource
from numplan.model.manifest import PoolEntry
from numplan.numbering.area_codes import area_code_of

_GROWTH: Final = 4
_NAMED: Final = 12


class LocalStock(msgspec.Struct, frozen=True):
    """What is for sale for one pool: all of it together, and the localities of which nothing more is for sale."""

    found: Found
    exhausted: frozenset[Locality]


class _Wish(msgspec.Struct, frozen=True):
    """One search: what any number must meet, the locality, and how much is enough for each pool that wants the same,
    None for all there is.
    """

    criteria: Criteria
    place: Locality


def search_locally(
    pools: Mapping[Resource, tuple[PoolEntry, Criteria, int | None]], provider: Provider, parallelism: int
) -> dict[Resource, LocalStock]:
    """What is for sale to each of these pools, which come with their criteria and with how much is enough, None for all
    there is. Raises ApiError.
    """
    enough: dict[_Wish, int | None] = {}
    for pool, criteria, wanted in pools.values():
        for place in localities_of(pool):
            wish = _Wish(criteria, place)
            before = enough.get(wish, 0)
            enough[wish] = None if wanted is None or before is None else before + wanted
    answers = _ask(enough, provider, parallelism)
    answers |= _asked_otherwise(answers, enough, provider)
    why: dict[Criteria, str] = {}
    without = [wish for wish, found in answers.items() if wish.place.prefix and _has_none(found)]
    for criteria in dict.fromkeys(wish.criteria for wish in without):
        if len(why) < no_hits.FEW:
            why[criteria], otherwise = _asked_without(criteria, provider)
            if otherwise != criteria:
                again = {wish: wanted for wish, wanted in enough.items() if wish.criteria == criteria}
                asked = {msgspec.structs.replace(wish, criteria=otherwise): wish for wish in again}
                found = _ask({wish: enough[first] for wish, first in asked.items()}, provider, parallelism)
                answers |= {asked[wish]: one for wish, one in found.items()}
    return {
        resource: _together(
            {place: answers[_Wish(criteria, place)] for place in localities_of(pool)}, why.get(criteria, "")
        )
        for resource, (pool, criteria, _) in pools.items()
    }


def _ask(enough: Mapping[_Wish, int | None], provider: Provider, parallelism: int) -> dict[_Wish, Found]:
    wishes = list(enough)
    answers = ask_all(lambda wish: _local(wish, enough[wish], provider), wishes, parallelism)
    return dict(zip(wishes, answers, strict=True))


def _local(wish: _Wish, wanted: int | None, provider: Provider) -> Found:
    """What is for sale in one locality. The vendor looks for digits anywhere in a number, or perhaps behind the calling
    code alone; what it finds counts only where it begins as it must. A row that names no state is in the one that was
    asked for.
    """
    if wish.place.state:
        return _in_state(wish, provider.search(_of_state(wish), wanted=wanted))
    found = _narrowed(wish, wish.place.prefix.removeprefix("+"), wanted, provider)
    return _narrowed(wish, wish.place.name, wanted, provider) if _has_none(found) else found


def _of_state(wish: _Wish) -> Criteria:
    return msgspec.structs.replace(wish.criteria, state=wish.place.state)


def _in_state(wish: _Wish, found: Found) -> Found:
    state = wish.place.state
    offers = (one if one.state else msgspec.structs.replace(one, state=state) for one in found.offers)
    here = tuple(one for one in offers if wish.place.holds(one.number, one.state))
    return msgspec.structs.replace(found, offers=here)


def _asked_otherwise(
    answers: Mapping[_Wish, Found], enough: Mapping[_Wish, int | None], provider: Provider
) -> dict[_Wish, Found]:
    """What is for sale in states where a search found nothing: in the vendor's own spelling, or why nothing is."""
    without = [wish for wish, found in answers.items() if wish.place.state and _has_none(found)]
    return {
        wish: _in_state(wish, no_hits.asked_otherwise(provider, _of_state(wish), enough[wish], answers[wish]))
        for wish in without[: no_hits.FEW]
    }


def _narrowed(wish: _Wish, digits: str, wanted: int | None, provider: Provider) -> Found:
    """The part of a search by these digits that belongs to the locality: larger and larger, while more comes."""
    own = wish.criteria.digits
    criteria = msgspec.structs.replace(wish.criteria, digits=own if digits in own else digits)
    size, shown = wanted, -1
    while True:
        found = provider.search(criteria, wanted=size)
        here = tuple(one for one in found.offers if wish.place.holds(one.number, None) and own in one.number)
        more = len(found.offers) > shown
        if found.exhausted or size is None or wanted is None or len(here) >= wanted or not more:
            odd = (
                one for one in found.unreadable if one.number is None or wish.place.holds(one.number, None)
            )
            return Found(here, found.exhausted, tuple(odd))
        size, shown = size * _GROWTH, len(found.offers)


def _has_none(found: Found) -> bool:
    return no_hits.found_nothing(found)


def _asked_without(criteria: Criteria, provider: Provider) -> tuple[str, Criteria]:
    """What is for sale where an area code is not, in words; and the criteria in the vendor's own spelling."""
    found = provider.search(msgspec.structs.replace(criteria, digits=""), wanted=no_hits.MANY)
    if _has_none(found):
        found = no_hits.asked_otherwise(
            provider, msgspec.structs.replace(criteria, digits=""), no_hits.MANY, found
        )
    if not found.offers:
        return found.why, criteria
    states = {one.state for one in found.offers}
    otherwise = states.pop() if criteria.state and len(states) == 1 else ""
    codes = sorted({code for one in found.offers if (code := area_code_of(one.number))})
    more = f" and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else ""
    told = f"for sale are {', '.join(codes[:_NAMED])}{more}" if codes else ""
    return told, msgspec.structs.replace(criteria, state=otherwise or criteria.state)


def _together(answers: Mapping[Locality, Found], others: str) -> LocalStock:
    """All that is for sale to one pool, each number once. `others` says what is for sale where one code is not."""
    offers = {one.number: one for found in answers.values() for one in found.offers}
    odd = dict.fromkeys(one for found in answers.values() for one in found.unreadable)
    without = [place.name for place, found in answers.items() if place.prefix and _has_none(found)]
    why = "; ".join(dict.fromkeys(found.why for found in answers.values() if found.why))
    if without:
        why = f"nothing with area code {' or '.join(without)} is for sale"
        why += f"; {others}" if others else ""
    whole = all(found.exhausted for found in answers.values())
    return LocalStock(
        Found(tuple(offers.values()), whole, tuple(odd), why),
        frozenset(place for place, found in answers.items() if found.exhausted),
    )
