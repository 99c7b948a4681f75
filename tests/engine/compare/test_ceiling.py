"""What may take the place of reviewed numbers: nothing of another kind, and nothing that costs more in any way."""

import pytest

from numplan.engine.compare.ceiling import ceiling_of
from numplan.model.account import Offer
from numplan.model.charge import Rates, charge_of
from numplan.model.state import Attributes
from tests.builders import us


def offer(
    *,
    once: str = "1",
    monthly: str = "1",
    voice: str = "0.02",
    message: str = "0.01",
    kind: str = "Geographic",
) -> Offer:
    rates = Rates(*(charge_of(one) if one else None for one in (voice, message)))
    return Offer(us(1), "United States", kind, "Voice", charge_of(once), charge_of(monthly), rates=rates)


@pytest.mark.parametrize(
    "dearer",
    [
        {"once": "1.01"},
        {"monthly": "1.01"},
        {"voice": "0.0201"},
        {"message": "0.0101"},
        {"kind": "Mobile"},
        {"voice": ""},
        {"message": ""},
    ],
    ids=str,
)
def test_what_is_dearer_in_one_way_alone_or_does_not_say_is_not_admitted(dearer: dict[str, str]) -> None:
    reviewed = ceiling_of([offer()])
    assert reviewed.admits(offer())
    assert reviewed.admits(offer(once="0", monthly="0", voice="0", message="0"))
    assert not reviewed.admits(offer(**dearer))


def test_the_dearest_of_many_counts_and_a_rate_that_one_did_not_say_bounds_nothing() -> None:
    both = ceiling_of([offer(voice="0.01"), offer(voice="0.03", message="")])
    assert both.admits(offer(voice="0.03", message="9"))
    assert not both.admits(offer(voice="0.04"))


def test_numbers_that_were_reviewed_are_held_against_offers_alike() -> None:
    bought = Attributes(number=us(1), country="United States", type="Geographic", category="Voice")
    unpriced = ceiling_of([bought])
    assert unpriced.admits(offer(once="0", monthly="0"))
    assert not unpriced.admits(offer())
    assert ceiling_of([offer()]).admits(bought) is False, "it says no rate"
