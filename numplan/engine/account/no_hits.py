"""A search that finds nothing: which criterion is to blame, and what the vendor calls what was meant."""

from collections.abc import Iterator
from typing import Final

import msgspec

from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Found, Offer
from numplan.model.text.countries import same_state
from numplan.model.text.spelling import nearest

MANY: Final = 1000
"""Offers that are looked at for the states and types there are."""
FEW: Final = 5
"""Searches without a hit that are asked about in one plan: each takes up to four calls."""
_NAMED: Final = 12


def found_nothing(found: Found) -> bool:
    """Whether a search has no hit, not even one that cannot be read."""
    return not found.offers and not found.unreadable


def asked_otherwise(provider: Provider, criteria: Criteria, wanted: int | None, found: Found) -> Found:
    """What is for sale under the vendor's own spelling of the state, where a search found nothing; else `found` with
    the reason. Raises ApiError.
    """
    anywhere: tuple[Offer, ...] = ()
    if criteria.state:
        anywhere = provider.search(msgspec.structs.replace(criteria, state=""), wanted=MANY).offers
        for spelled in sorted({one.state for one in anywhere if one.state}):
            if spelled != criteria.state and same_state(spelled, criteria.state, criteria.country):
                return provider.search(msgspec.structs.replace(criteria, state=spelled), wanted=wanted)
    return msgspec.structs.replace(found, why=_why(provider, criteria, anywhere))


def _why(provider: Provider, criteria: Criteria, anywhere: tuple[Offer, ...]) -> str:
    """Which criterion leaves nothing: the search is asked again without each, but without the state, where it shows
    what is `anywhere`.
    """
    asked = {key: word for key in ("state", "type", "category", "digits") if (word := getattr(criteria, key))}
    if not asked:
        return f"nothing is for sale in {criteria.country}"
    helped = []
    for key, word in asked.items():
        without = msgspec.structs.replace(criteria, **{key: ""})
        others = anywhere if key == "state" else provider.search(without, wanted=MANY).offers
        if others:
            helped.append(_without(key, word, others))
    if helped:
        return "; ".join(helped)
    return f"no single one of {', '.join(asked)} is to blame: without any one of them there is still nothing"


def _without(key: str, word: str, others: tuple[Offer, ...]) -> str:
    if key == "digits":
        return f"without digits {word} there are {len(others):,} for sale"
    offered = sorted({str(getattr(one, key)) for one in others if getattr(one, key)})
    close = nearest(word, offered)
    meant = f"did you mean {close}? " if close else ""
    return f"there are none with {key} {word}: {meant}offered are {', '.join(_few(offered))}"


def _few(words: list[str]) -> Iterator[str]:
    yield from words[:_NAMED]
    if len(words) > _NAMED:
        yield f"and {len(words) - _NAMED:,} more"
