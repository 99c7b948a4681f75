"""Price numbers that are known by name: by searches that answer for many at once, and one by one what these leave."""

from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from numplan.engine.account.parallel import ask_all
from numplan.engine.account.split_search import priced_by_beginnings
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Offer, Priced
from numplan.model.errors import AnswerError
from numplan.model.number import E164
from numplan.model.text.spelling import normalize

MANY: Final = 50
"""From so many numbers of one country on, a search is worth its rows."""
_MANY_AGAIN: Final = 10
"""The same of numbers that one search has shown before."""
_ROWS_WORTH: Final = 200
"""So many rows of a search take about as long as one call of find-number."""
_GROWTH: Final = 4
_SAMPLE: Final = 12
"""After so many numbers that tell no country to search in, no more are asked for to find one."""


def price_again(
    numbers: Mapping[E164, Criteria],
    provider: Provider,
    parallelism: int,
    *,
    alone: Container[E164] | None = None,
) -> dict[E164, Priced]:
    """What each number costs now; None where it is no longer for sale, and its row where that says no price. Each
    comes with the search that showed it once. Raises ApiError.

    What no search shows is asked for by itself: all of these, or those of `alone`, and the others are left out.
    """
    wishes: dict[Criteria, list[E164]] = {}
    for number, criteria in numbers.items():
        wishes.setdefault(criteria, []).append(number)

    def search(wish: tuple[Criteria, list[E164]]) -> dict[E164, Offer]:
        return _search_in(wish[0], {*wish[1]}, provider).offers

    many = [(criteria, those) for criteria, those in wishes.items() if len(those) >= _MANY_AGAIN]
    found: dict[E164, Priced] = {
        number: offer for offers in ask_all(search, many, parallelism) for number, offer in offers.items()
    }
    left = [number for number in numbers if number not in found and (alone is None or number in alone)]
    return found | find_each(left, provider, parallelism)


def price_many(
    numbers: Mapping[E164, str | None], provider: Provider, parallelism: int
) -> dict[E164, Priced]:
    """What as many of the numbers cost as searches show, and None for those that these prove not to be for sale. Each
    comes with its country in the vendor's spelling, None where that is not known: a few of these tell. Raises ApiError.

    A row of search says what find-number would: the vendor's page has the same row for both. But a number that no
    row shows may be for sale all the same, for a search need not show all; so it is asked for by itself.
    """
    found: dict[E164, Priced] = {}
    searched: set[str] = set()
    while (
        len(left := {number: country for number, country in numbers.items() if number not in found}) >= MANY
    ):
        nowhere = [number for number, country in left.items() if country is None]
        told = find_each(_sample(nowhere, parallelism), provider, parallelism)
        found |= told
        named = [
            *filter(None, left.values()),
            *(one.country for one in told.values() if isinstance(one, Offer)),
        ]
        countries = [name for name in _different(named) if normalize(name) not in searched]
        if countries:
            searched.update(map(normalize, countries))
            found = {**_search(left, countries, provider, parallelism), **found}
        elif searched or len(found) >= _SAMPLE or not nowhere:
            break
    return found


def find_each(numbers: Sequence[E164], provider: Provider, parallelism: int) -> dict[E164, Priced]:
    """What find-number says of each. Raises ApiError."""
    return dict(zip(numbers, ask_all(provider.find, numbers, parallelism), strict=True))


def _sample(numbers: Sequence[E164], size: int) -> Sequence[E164]:
    """So many of the numbers at most, from all over them."""
    return numbers[:: -(-len(numbers) // size)] if numbers else ()


def _search(
    numbers: Mapping[E164, str | None], countries: Sequence[str], provider: Provider, parallelism: int
) -> dict[E164, Priced]:
    """What searches in each country show of the numbers, and which they prove not to be for sale. One whose country is
    not known is sought in all, and proven in none.
    """
    here = {
        name: {
            number
            for number, country in numbers.items()
            if country is None or normalize(country) == normalize(name)
        }
        for name in countries
    }
    asked = [name for name in countries if len(here[name]) >= MANY]
    answers = ask_all(
        lambda name: _search_in(Criteria(country=name), here[name], provider), asked, parallelism
    )
    found: dict[E164, Priced] = {number: one for shown in answers for number, one in shown.offers.items()}
    for shown in answers:
        if shown.is_all:
            absent = [
                number
                for number in numbers
                if number in shown.lacking and number not in found and numbers[number]
            ]
            found |= _not_for_sale(absent, provider, parallelism)
    return found


class _Shown(NamedTuple):
    """What searches show of numbers, and what they do not; `is_all` where the last one showed as many as it says are
    for sale, and each row of it could be read.
    """

    offers: dict[E164, Offer]
    lacking: AbstractSet[E164]
    is_all: bool = False


def _not_for_sale(numbers: Sequence[E164], provider: Provider, parallelism: int) -> dict[E164, Priced]:
    """Numbers that stand in no row of an answer that says it has all: so they are not for sale, if that holds for a few
    of them. A server that shows less than it has may say the same.
    """
    told = find_each(_sample(numbers, _SAMPLE), provider, parallelism)
    return told if any(told.values()) else dict.fromkeys(numbers)


def _search_in(criteria: Criteria, numbers: AbstractSet[E164], provider: Provider) -> _Shown:
    """What searches show, each larger than the one before, as long as that is worth its rows."""
    found: dict[E164, Offer] = {}
    rows, wanted = 0, len(numbers)
    while True:
        try:
            answer = provider.search(criteria, wanted=wanted)
        except AnswerError:  # find-number may do better, and has the last word
            return _Shown(found, numbers - found.keys())
        shown = {offer.number: offer for offer in answer.offers if offer.number in numbers}
        gained, more = len(shown) - len(found), len(answer.offers) - rows
        found, rows = shown, len(answer.offers)
        left = numbers - found.keys()
        if answer.exhausted or len(left) < _MANY_AGAIN:
            told_all = answer.exhausted and answer.total is not None and not answer.unreadable
            return _Shown(found, left, is_all=told_all)
        if len(left) < MANY or more <= 0 or gained * _ROWS_WORTH < more:
            if not criteria.digits:
                found |= priced_by_beginnings(criteria, left, provider)
            return _Shown(found, left - found.keys())
        wanted = _GROWTH * rows


def _different(names: Iterable[str]) -> Sequence[str]:
    """Each country once, however it is spelled."""
    return list({normalize(name): name for name in names}.values())
