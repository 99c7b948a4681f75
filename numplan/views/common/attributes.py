"""The attributes of a number as documents for machines have them."""

from typing import Any

from numplan.model.state import Attributes
from numplan.views.common.rates import rates_of


def waiting(attributes: Attributes) -> dict[str, Any]:
    """How long the number is kept once nothing declares it, and until when where that has begun; nothing of one that
    is released at once, for readers that know no such names.
    """
    after, until = attributes.release_after, attributes.leaving_at
    return {
        **({} if after is None else {"release_after": after}),
        **({} if until is None else {"leaving_at": f"{until:%Y-%m-%d}"}),
    }


def values(attributes: Attributes) -> dict[str, Any]:
    """A number's attributes; charges as exact text."""
    return {
        "number": attributes.number,
        "country": attributes.country,
        "state": attributes.state,
        **({} if attributes.city is None else {"city": attributes.city}),
        "type": attributes.type,
        "category": attributes.category,
        "sip_trunk_id": attributes.sip_trunk_id,
        "labels": dict(sorted(attributes.labels.items())),
        "protect": attributes.protect,
        **waiting(attributes),
        "setup_charge": None if attributes.setup_charge is None else f"{attributes.setup_charge:f}",
        "monthly_charge": None if attributes.monthly_charge is None else f"{attributes.monthly_charge:f}",
        **rates_of(attributes.rates),
    }
