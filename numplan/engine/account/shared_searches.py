"""Many searches of one country, asked as one where its answer shows all that is for sale there."""

from collections.abc import Sequence
from typing import Final

import msgspec

from numplan.engine.account.parallel import ask_all
from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Found

FEW: Final = 4
"""So many searches that differ in nothing but digits are asked as one; fewer are as cheap by themselves."""
MOST: Final = 25_000
"""Offers that one answer is asked for in their place."""
Wish = tuple[Criteria, int | None]
"""What is searched for, and how many are wanted; all there are where that is None."""


def search_all(provider: Provider, wishes: Sequence[Wish], parallelism: int) -> list[Found]:
    """The answer to each of these searches. Raises ApiError.

    Those that want all there is of one country, state, type and category share a search: what it shows is sorted out by
    digits here. Where it does not show all, or a row of it cannot be read, each is asked by itself.
    """
    alike: dict[Criteria, list[int]] = {}
    for at, (criteria, wanted) in enumerate(wishes):
        if wanted is None:
            alike.setdefault(msgspec.structs.replace(criteria, digits=""), []).append(at)
    shared = [whole for whole, places in alike.items() if len(places) >= FEW]
    answers: dict[int, Found] = {}
    wholes = ask_all(lambda whole: provider.search(whole, wanted=MOST), shared, parallelism)
    for whole, found in zip(shared, wholes, strict=True):
        if found.exhausted and not found.unreadable:
            answers.update((at, _with_digits(found, wishes[at][0].digits)) for at in alike[whole])
    others = [at for at in range(len(wishes)) if at not in answers]
    alone = ask_all(lambda at: provider.search(wishes[at][0], wanted=wishes[at][1]), others, parallelism)
    answers.update(zip(others, alone, strict=True))
    return [answers[at] for at in range(len(wishes))]


def _with_digits(found: Found, digits: str) -> Found:
    if not digits:
        return found
    offers = tuple(one for one in found.offers if digits in one.number)
    return msgspec.structs.replace(found, offers=offers)
