"""Which offers serve which criteria."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.api.row_filters import matching
from numplan.model.account import Criteria, Offer
from numplan.model.number import E164


def offer(last: int = 0, charge: str = "0.10", **changes: str) -> Offer:
    words = {
        "country": "United States",
        "type": "Geographic",
        "category": "Voice+SMS",
        "state": "New York",
    } | changes
    return Offer(
        E164(f"+1609160912{last}"), setup_charge=Decimal(charge), monthly_charge=Decimal(charge), **words
    )


@pytest.mark.parametrize(
    ("asked", "row", "serves"),
    [
        ({}, {}, True),
        ({"country": "united states"}, {}, True),
        ({}, {"country": "Canada"}, False),
        ({"type": "Non-Geographic"}, {"type": "Nongeographic"}, True),
        ({"type": "Mobile"}, {}, False),
        ({"state": "NEW YORK"}, {}, True),
        ({"state": "Ohio"}, {}, False),
        ({"state": "Ohio"}, {"state": ""}, True),
        ({"category": "Voice"}, {}, True),
        ({"category": "Voice+SMS"}, {"category": "Voice"}, False),
        ({"category": "voice+sms"}, {}, True),
        ({"digits": "160"}, {}, True),
        ({"digits": "888"}, {}, False),
        ({"digits": "8*8"}, {}, True),
    ],
)
def test_an_offer_serves_unless_it_contradicts(
    asked: dict[str, str], row: dict[str, str], serves: bool
) -> None:
    criteria = Criteria(**{"country": "United States"} | asked)
    assert bool(matching([offer(**row)], criteria)) is serves


def test_a_number_at_two_prices_is_left_out() -> None:
    rows = [offer(1), offer(2), offer(2, charge="0.20"), offer(3), offer(3)]
    assert [one.number[-1] for one in matching(rows, Criteria("United States"))] == ["1", "3"]


@given(st.permutations([offer(n) for n in range(6)]))
def test_offers_come_in_one_order(rows: list[Offer]) -> None:
    assert matching(rows, Criteria("")) == tuple(offer(n) for n in range(6))
