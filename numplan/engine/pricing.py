"""Price numbers that are known by name: by searches that answer for many at once, and one by one what these leave."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

from numplan.engine.parallel import ask_all
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Offer
from numplan.model.errors import AnswerError
from numplan.model.number import E164
from numplan.model.vocabulary import fold

MANY: Final = 50
"""From so many numbers of one country on, a search is worth its rows."""
_ROWS_EACH: Final = 4
"""How many rows a search is asked for, for each number that it might show."""
_SAMPLE: Final = 10


def price(
    numbers: Mapping[E164, str | None],
    provider: Provider,
    parallelism: int,
    *,
    doubtful: Container[E164] = (),
) -> dict[E164, Offer | None]:
    """What each number costs, in their order; None where it is not for sale. Each comes with its country in the
    vendor's spelling, None where that is not known. Raises ApiError.

    A row of search says what find-number would: the vendor's page has the same row for both. But a number that no
    row shows may be for sale all the same, for a search need not show all; so it is asked for by itself. So are the
    `doubtful` ones, whose earlier purchase had an unknown outcome.
    """
    many = {number: country for number, country in numbers.items() if number not in doubtful}
    found: dict[E164, Offer | None] = {}
    if len(many) >= MANY:
        if None in many.values():
            found |= _find(list(many)[:: len(many) // _SAMPLE], provider, parallelism)
        seen = (offer.country for offer in found.values() if offer is not None)
        countries = [*filter(None, many.values()), *seen]
        found = {**_search(many, countries, provider, parallelism), **found}
    found |= _find([number for number in numbers if number not in found], provider, parallelism)
    return {number: found[number] for number in numbers}


def _find(numbers: Sequence[E164], provider: Provider, parallelism: int) -> dict[E164, Offer | None]:
    return dict(zip(numbers, ask_all(provider.find, numbers, parallelism), strict=True))


def _search(
    numbers: Mapping[E164, str | None], countries: Iterable[str], provider: Provider, parallelism: int
) -> dict[E164, Offer]:
    """What one search in each country shows of the numbers. One whose country is not known is sought in all."""
    here = Counter(country and fold(country) for country in numbers.values())
    expected = {name: here[fold(name)] + here[None] for name in _different(countries)}
    asked = [(name, _ROWS_EACH * count) for name, count in expected.items() if count >= MANY]

    def search(ask: tuple[str, int]) -> Sequence[Offer]:
        country, rows = ask
        try:
            return provider.search(Criteria(country=country), wanted=rows).offers
        except AnswerError:  # find-number may do better, and has the last word
            return ()

    answers = ask_all(search, asked, parallelism)
    return {offer.number: offer for offers in answers for offer in offers if offer.number in numbers}


def _different(names: Iterable[str]) -> Sequence[str]:
    """Each country once, however it is spelled."""
    return list({fold(name): name for name in names}.values())
