"""What a minute and a message cost, from outside: read, capped, ranked by, shown and remembered."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from numplan.model.charge import Rates, charge_of
from tests.cli.desk import Desk

CHEAP_TO_HOLD = "+12125550100"
CHEAP_TO_CALL = "+12125550200"
POOL = "pools: {{line: {{count: 1{more}}}}}\n"


def on_sale(desk: Desk, **changes: Any) -> None:
    desk.stock(
        {"number": CHEAP_TO_HOLD, "recurring_charge": "0.10", "rate": "0.7000", "sms_rate": "0.0013"},
        {
            "number": CHEAP_TO_CALL,
            "recurring_charge": "0.90",
            "rate": "0.0200",
            "sms_rate": "0.0075",
            **changes,
        },
    )


def bought(desk: Desk, more: str) -> set[str]:
    desk.manifest(POOL.format(more=more))
    assert desk("apply", "--auto-approve").code == 0
    return desk.managed


def planned(desk: Desk) -> Mapping[str, Any]:
    assert desk("plan", "--json-out", "plan.json").code == 0
    plan: Mapping[str, Any] = json.loads((desk.folder / "plan.json").read_text())
    return plan


def test_the_cheapest_by_the_month_is_taken_where_nobody_says_what_it_is_for(desk: Desk) -> None:
    on_sale(desk)
    assert bought(desk, "") == {CHEAP_TO_HOLD}


def test_with_its_use_the_cheapest_is_the_one_whose_whole_is_least(desk: Desk) -> None:
    on_sale(desk)
    desk.manifest(POOL.format(more=", usage: {minutes: 400}"))
    ran = desk("plan")
    assert "pool.line buys 1 number at 0.90 a month and about 8.00 for 400 minutes each" in ran.out
    assert "0.02 a minute, 0.0075 a message" in ran.out
    assert bought(desk, ", usage: {minutes: 400}") == {CHEAP_TO_CALL}


def test_an_entry_says_its_use_in_place_of_the_defaults(desk: Desk) -> None:
    on_sale(desk)
    head = "version: 1\ndefaults: {country: United States, usage: {minutes: 400}}\n"
    desk.manifest(POOL.format(more=", usage: {minutes: 0}"), head=head)
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {CHEAP_TO_HOLD}


@pytest.mark.parametrize(
    ("caps", "left"),
    [
        ({"max_voice_rate": "0.05"}, CHEAP_TO_CALL),
        ({"max_sms_rate": "0.005"}, CHEAP_TO_HOLD),
        ({"max_voice_rate": "0.05", "max_sms_rate": "0.005"}, None),
    ],
    ids=str,
)
def test_a_cap_of_a_rate_keeps_out_what_costs_more(
    desk: Desk, caps: dict[str, str], left: str | None
) -> None:
    on_sale(desk)
    desk.manifest(POOL.format(more="".join(f', {name}: "{cap}"' for name, cap in caps.items())))
    ran = desk("apply", "--auto-approve")
    assert ran.code == (0 if left else 1)
    if left:
        assert desk.managed == {left}
    else:
        assert "wants 1 more, but the vendor offers only 0 within its price caps" in ran.out + ran.err


def test_every_place_that_shows_a_number_shows_what_its_use_costs(desk: Desk) -> None:
    on_sale(desk)
    rates = {"voice_rate": "0.0200", "sms_rate": "0.0075"}
    desk.manifest(f'numbers: {{line: {{number: "{CHEAP_TO_CALL}"}}}}\n')
    [change] = planned(desk)["resource_changes"]
    after = change["change"]["after"]
    blocks = {"initial_block": 6, "regular_block": 6}
    assert {name: after[name] for name in (*rates, *blocks)} == {**rates, **blocks}
    [found] = json.loads(desk("find", CHEAP_TO_CALL, "--json").out)
    assert {name: found[name] for name in (*rates, *blocks)} == {**rates, **blocks}
    offers = json.loads(desk("search", "--country", "United States", "--json").out)
    assert {one["voice_rate"] for one in offers} == {"0.7000", "0.0200"}
    assert desk("apply", "--auto-approve").code == 0
    kept = desk.state.numbers[0].attributes.rates
    assert kept == Rates(charge_of("0.0200"), charge_of("0.0075"), 6, 6)
    [owned] = json.loads(desk("numbers", "--json").out)
    assert {name: owned[name] for name in rates} == rates
    told = json.loads(desk("explain", CHEAP_TO_CALL, "--json").out)
    assert {name: told["state"]["values"][name] for name in rates} == rates
    assert {name: told["account"][name] for name in rates} == rates
    for_people = " ".join(desk("explain", CHEAP_TO_CALL).out.split())
    assert for_people.count("0.02 a minute, 0.0075 a message") == 2
    assert "voice_rate      0.0200" in desk("state", "show", "number.line").out


def test_a_rate_that_the_vendor_raises_between_plan_and_apply_stops_the_purchase(desk: Desk) -> None:
    on_sale(desk)
    desk.manifest(POOL.format(more=', max_voice_rate: "0.05", on_unavailable: fail'))
    assert desk("plan", "--out", "plan.numplan").code == 0
    on_sale(desk, rate="0.0300")
    ran = desk("apply", "plan.numplan")
    assert ran.code == 7, ran.err
    assert "a minute now costs 0.0300, and 0.0200 was reviewed" in ran.out + ran.err
    assert not desk.emulator.owned()


def test_a_change_of_a_rate_is_no_drift_and_the_account_is_believed(desk: Desk) -> None:
    on_sale(desk)
    assert bought(desk, "") == {CHEAP_TO_HOLD}
    before = desk.state.serial
    ran = desk("plan", "--detailed-exitcode")
    assert ran.code == 0, ran.out
    assert desk("drift", "--detailed-exitcode").code == 0
    assert desk("apply", "--auto-approve").code == 0
    assert desk.state.serial == before
