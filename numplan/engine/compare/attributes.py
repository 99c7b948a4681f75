"""What a number's attributes are and would be: as it is, as an entry wants it, once it is bought or adopted. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from numplan.model.account import Offer, OwnedNumber
from numplan.model.charge import RATES, UNRATED, Rates
from numplan.model.manifest import Terms
from numplan.model.state import Attributes, Instance


def current(instance: Instance, row: OwnedNumber | None) -> Attributes:
    """What state says of a number, with the monthly charge that the account shows now, None where it shows none; and
    with the rates that it shows.
    """
    known = instance.attributes
    if row is None:
        return known
    shown = row.rates
    if row.monthly_charge == known.monthly_charge and (shown is UNRATED or _has(known, shown)):
        return known
    return msgspec.structs.replace(known, monthly_charge=row.monthly_charge, **_told(shown))


def _has(known: Attributes, shown: Rates) -> bool:
    """Whether state has each rate that the account shows."""
    return (
        (shown.voice_rate is None or shown.voice_rate == known.voice_rate)
        and (shown.sms_rate is None or shown.sms_rate == known.sms_rate)
        and (shown.initial_block is None or shown.initial_block == known.initial_block)
        and (shown.regular_block is None or shown.regular_block == known.regular_block)
    )


@lru_cache(maxsize=1024)  # a hundred thousand rows share a few dozen of them
def _told(rates: Rates) -> Mapping[str, Any]:
    return rates.known()


def bought_as(offer: Offer, terms: Terms) -> Attributes:
    """What a number will be once it is bought on these terms."""
    return Attributes(
        **_said_by(offer),
        sip_trunk_id=terms.sip_trunk_id,
        labels=terms.labels,
        protect=terms.protect,
        release_after=terms.release_after,
    )


def bought_instead(offer: Offer, reviewed: Attributes) -> Attributes:
    """What a number will be that is bought in the place of the one that was reviewed: it has of that one all that no
    offer says.
    """
    return msgspec.structs.replace(reviewed, **_said_by(offer))


def _said_by(offer: Offer) -> dict[str, Any]:
    return {
        "number": offer.number,
        "country": offer.country,
        "type": offer.type,
        "state": offer.state or None,
        "city": offer.city or None,
        "category": offer.category,
        "setup_charge": offer.setup_charge,
        "monthly_charge": offer.monthly_charge,
        **dict.fromkeys(RATES),
        **offer.rates.known(),
    }


def adopted_as(row: OwnedNumber, terms: Terms) -> Attributes:
    """What an owned number will be once it is adopted on these terms; its trunk is what the manifest says."""
    return Attributes(
        number=row.number,
        country=row.country,
        type=row.type,
        category=terms.category,
        sip_trunk_id=terms.sip_trunk_id,
        labels=terms.labels,
        protect=terms.protect,
        setup_charge=row.setup_charge,
        monthly_charge=row.monthly_charge,
        release_after=terms.release_after,
        **row.rates.known(),
    )


def on_terms(attributes: Attributes, terms: Terms) -> Attributes:
    """A managed number's attributes as its entry wants them: the very same where it wants no others. An entry
    that names no trunk keeps the one it has. What is declared does not leave.
    """
    if (
        attributes.labels == terms.labels
        and attributes.protect == terms.protect
        and attributes.release_after == terms.release_after
        and attributes.leaving_at is None
        and (terms.sip_trunk_id is None or terms.sip_trunk_id == attributes.sip_trunk_id)
    ):
        return attributes
    return msgspec.structs.replace(
        attributes,
        labels=terms.labels,
        protect=terms.protect,
        release_after=terms.release_after,
        leaving_at=None,
        sip_trunk_id=attributes.sip_trunk_id if terms.sip_trunk_id is None else terms.sip_trunk_id,
    )


def days_to_wait(one: Instance, declared: int | None) -> int:
    """For how many days a managed number is kept once it is wanted no more: as state remembers, or as its entry has
    `declared` where that is more.
    """
    return max(one.attributes.release_after or 0, declared or 0)


def without_call(instance: Instance, attributes: Attributes, terms: Terms) -> Attributes:
    """A managed number's attributes as its entry wants them, as far as no call is needed: one that sits on
    another trunk than declared is not said to sit on the declared one.
    """
    after = on_terms(attributes, terms)
    if must_move(instance, terms):
        return msgspec.structs.replace(after, sip_trunk_id=attributes.sip_trunk_id)
    return after


def must_move(instance: Instance, terms: Terms) -> bool:
    """Whether a managed number sits on another trunk than declared. An adopted number whose trunk was never
    declared may sit on any: the first one declared is recorded, not moved to.
    """
    recorded = instance.attributes.sip_trunk_id
    if recorded is None and not instance.trunk_verified:
        return False
    return on_other_trunk(recorded, terms.sip_trunk_id)


def on_other_trunk(recorded: int | None, declared: int | None) -> bool:
    """Whether a number must move. A manifest that names no trunk has no wish."""
    return declared is not None and recorded != declared
