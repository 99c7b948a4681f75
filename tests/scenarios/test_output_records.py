"""Outputs with more than numbers, from outside: fields and records in every form, alike before and after an apply."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from numplan.emulator.protocol.records import Flow
from tests.cli.desk import Desk

A, B, C = "+12125550100", "+12125550101", "+12125550102"
BODY = f"""\
numbers: {{desk: {{number: "{A}", labels: {{owner: support}}, protect: true}}}}
pools: {{sales: {{count: 2}}}}
outputs:
  record: ${{number.desk}}
  records: ${{pool.sales}}
  charges: ${{pool.sales.monthly_charge}}
  sentence: "${{number.desk.city}} at ${{number.desk.monthly_charge}}, ${{number.desk.number}}"
  flow: ${{number.desk.flow}}
"""
FIELDS = {
    "number": A,
    "address": "number.desk",
    "country": "United States",
    "state": "New Jersey",
    "city": "Birmingham",
    "area_code": "212",
    "type": "Geographic",
    "category": "Voice+SMS",
    "sip_trunk_id": 169,
    "flow": None,
    "labels": {"owner": "support"},
    "protect": True,
    "setup_charge": "0.10",
    "monthly_charge": "0.25",
    "voice_rate": "0.7000",
    "sms_rate": "0.0013",
}


@pytest.fixture
def told(desk: Desk) -> Desk:
    desk.stock(*({"number": one, "recurring_charge": "0.25"} for one in (A, B, C)))
    desk.manifest(BODY)
    return desk


def values(desk: Desk) -> Mapping[str, Any]:
    ran = desk("output", "--json")
    assert ran.code == 0, ran.err
    return {name: one["value"] for name, one in json.loads(ran.out).items()}


def test_a_record_has_all_fields_and_a_field_is_text(told: Desk) -> None:
    assert told("apply", "--auto-approve").code == 0
    found = values(told)
    assert found["record"] == FIELDS
    assert [one["number"] for one in found["records"]] == [B, C]
    assert found["charges"] == ["0.25", "0.25"]
    assert found["sentence"] == f"Birmingham at 0.25, {A}"
    assert found["flow"] is None


def test_which_flow_uses_it_is_asked_of_the_account(told: Desk) -> None:
    assert told("apply", "--auto-approve").code == 0
    told.emulator.assign(A, Flow(flow_name="Support IVR"))
    assert values(told)["flow"] == values(told)["record"]["flow"] == "Support IVR"
    assert told("output", NUMPLAN_TOKEN=None).code == 1
    told.manifest(
        BODY.replace("${number.desk}", "x").replace("${pool.sales}", "y").replace("${number.desk.flow}", "z")
    )
    assert told("output", NUMPLAN_TOKEN=None).code == 0, "and where none tells it, nobody is asked"


def test_a_listing_that_may_lack_numbers_is_told_beside_the_flows_that_it_shows(told: Desk) -> None:
    assert told("apply", "--auto-approve").code == 0
    told.fault("short_listing", "purchased-list", every=2, count=0)
    ran = told("output", "flow")
    assert ran.code == 0
    assert (
        "warning: the listing could not be proven complete, and no flow is told of what it lacks" in ran.err
    )


def test_a_plan_says_what_they_will_be_and_that_is_what_they_are(told: Desk) -> None:
    assert told("plan", "--json-out", "plan.json").code == 0
    planned = json.loads((told.folder / "plan.json").read_text())["output_changes"]
    assert planned["record"]["after"] == FIELDS
    assert told("apply", "--auto-approve").code == 0
    found = values(told)
    assert {name: one["after"] for name, one in planned.items()} == found
    assert told("plan", "--json-out", "plan.json").code == 0
    again = json.loads((told.folder / "plan.json").read_text())["output_changes"]
    assert {one["actions"][0] for one in again.values()} == {"no-op"}


def test_a_charge_that_the_vendor_changed_is_no_change_of_an_output(told: Desk) -> None:
    assert told("apply", "--auto-approve").code == 0
    told.emulator.change_charge(A, "9.99")
    assert told("plan", "--json-out", "plan.json").code == 0
    changes = json.loads((told.folder / "plan.json").read_text())["output_changes"]
    assert changes["record"]["actions"] == ["no-op"]


def test_a_saved_plan_carries_them(told: Desk) -> None:
    assert told("plan", "--out", "plan.numplan").code == 0
    assert told("show", "plan.numplan").code == 0
    assert told("apply", "plan.numplan").code == 0
    assert values(told)["record"] == FIELDS


def test_every_form_of_the_command_has_them(told: Desk) -> None:
    assert told("apply", "--auto-approve").code == 0
    assert json.loads(told("output", "--raw", "record").out) == FIELDS
    lines = told("output", "--raw", "records").out.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [B, C]
    assert told("output", "--raw", "charges").out == "0.25\n0.25\n"
    kinds = {name: one["type"] for name, one in json.loads(told("output", "--json").out).items()}
    assert kinds["charges"] == ["list", "string"]
    assert kinds["record"][0] == "object"
    assert kinds["records"][1][1]["labels"] == ["map", "string"]
    told.manifest(BODY.replace("  flow: ${number.desk.flow}\n", ""))
    flat = json.loads(told.process("output", "--external").out)
    assert all(isinstance(one, str) for one in flat.values())
    assert json.loads(flat["records"])[0]["number"] == B


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${number.desk.colour}", "number.desk has no field colour"),
        ("${pool.sales.number}", "pool.sales has no field number"),
        ("${number.desk.labels}", "labels stands in a record alone"),
        ("a ${number.desk}", "number.desk is a record, which stands alone"),
        ("a ${pool.sales.city}", "what pool.sales has is a list, which stands alone"),
        ("${pool.sale.city}", "nothing declares pool.sale"),
    ],
)
def test_what_cannot_be_an_output_is_an_error_at_its_place(desk: Desk, text: str, said: str) -> None:
    desk.manifest(f'{BODY}  odd: "{text}"\n')
    ran = desk("validate")
    assert ran.code == 1
    assert said in ran.out + ran.err
