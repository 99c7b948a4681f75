"""`numplan explain`: manifest, state, account and plan of one number, or of one resource."""

import json

import pytest

from numplan.emulator.protocol.records import Flow
from tests.cli.desk import HEAD, Desk, Ran, run_of

A, B, C, D, E, F = run_of(16095550101, 6)
MANIFEST = f"""\
numbers:
  support:
    number: "{A}"
    protect: true
    labels: {{team: voice}}
sets:
  dialer: {{numbers: ["{B}", "{C}"]}}
pools:
  ny_sales: {{count: 2, digits: "0955501"}}
"""
LINE = HEAD.count("\n") + 2


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A number, a set and a pool; what the pool has was bought."""
    desk.emulator.add_owned([A, B, C])
    desk.stock(D, E)
    desk.manifest(MANIFEST)
    assert desk("apply", "--auto-approve").code == 0
    return desk


def told(ran: Ran) -> dict[str, str]:
    """The paragraphs of an explanation, each as one line, by heading."""
    assert ran.code == 0, ran.err
    found: dict[str, str] = {}
    heading = "title"
    for line in ran.out.splitlines():
        if line[:1].isupper():
            heading = line
        found[heading] = f"{found.get(heading, '')} {line.strip()}"
    return found


def test_a_number_is_told_from_all_sides(office: Desk):
    said = told(office("explain", A))
    assert said["title"].strip() == f"{A}, number.support"
    assert f"as number.support, numplan.yaml:{LINE}:3: number {A}" in said["Declared"]
    assert "manages it as number.support: adopted, United States" in said["State"]
    assert "trunk 169 (not verified), team=voice, protected" in said["State"]
    assert "holds it: United States, " in said["Account"]
    assert "would leave it as it is" in said["Plan"]
    assert "--allow-release 'number.support'" in said["Protection"]
    assert not [post for post in office.posts if post.endpoint != "purchase-numbers"]


@pytest.mark.parametrize("name", ["number.support", "+1 (609) 555-0101"])
def test_an_address_and_any_spelling_of_the_number_tell_the_same(office: Desk, name: str):
    assert office("explain", name).out == office("explain", A).out


def test_what_a_plan_would_do_has_its_reason_and_what_refuses_it(office: Desk):
    office.manifest(MANIFEST.partition("sets:")[2].join(["sets:", ""]))
    said = told(office("explain", A))
    assert "by no entry; state has it as number.support" in said["Declared"]
    assert "would release it, for good; refused by the guard protected" in said["Plan"]
    assert "why: no longer declared" in said["Plan"]


def test_a_flow_protects(office: Desk):
    office.emulator.assign(B, Flow(flow_id="7", flow_name="Main menu"))
    said = told(office("explain", f'set.dialer["{B}"]'))
    assert "assigned to Flow Builder 'Main menu'" in said["Account"]
    assert "the flow 'Main menu' uses it" in said["Protection"]


def test_a_pool_is_told_as_a_whole_with_what_it_would_buy(office: Desk):
    office.stock(F)
    office.manifest(MANIFEST.replace("count: 2", "count: 3"))
    said = told(office("explain", "pool.ny_sales"))
    assert f"at numplan.yaml:{LINE + 7}:3: count 3, digits 0955501" in said["Declared"]
    assert "manages 2 numbers" in said["State"]
    assert D in said["State"]
    assert "would purchase it for pool.ny_sales" in said["Plan"]
    assert "the pool is short; cheapest" in said["Plan"]
    assert F in said["Plan"]
    member = told(office("explain", f'pool.ny_sales["{F}"]'))
    assert "a member of pool.ny_sales" in member["Declared"]
    assert "does not manage it" in member["State"]
    assert "does not hold it" in member["Account"]


def test_a_missing_number_is_told_with_the_look_that_decides(office: Desk):
    office.emulator.remove_owned([B])
    said = told(office("explain", B))
    assert "drift: missing from the account" in said["Plan"]
    assert "it is looked for again from" in said["Plan"]


def test_a_number_that_nothing_knows_is_told_as_such(office: Desk):
    said = told(office("explain", "+442071234567"))
    assert said["title"].strip() == "+442071234567"
    assert "by no entry" in said["Declared"]
    assert "does not manage it" in said["State"]
    assert "does not hold it" in said["Account"]
    assert "would leave it as it is" in said["Plan"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pool.ny_sale", "did you mean pool.ny_sales?"),
        ("number.suport", "did you mean number.support?"),
        (f'pool.ny_sales["{B}"]', f'did you mean set.dialer["{B}"]?'),
        ("set.zzz", "`numplan state list` shows what state holds"),
    ],
)
def test_at_an_address_where_nothing_is_the_nearest_is_offered(office: Desk, name: str, hint: str):
    ran = office("explain", name)
    assert ran.code == 1
    assert f"nothing is declared or managed at {name}" in ran.err
    assert hint in ran.err


def test_a_text_that_is_neither_is_wrong_usage(office: Desk):
    asked = office.emulator.calls()
    assert office("explain", "the support number").code == 64
    assert office.emulator.calls() == asked


def test_a_pool_that_is_renamed_is_told_under_both_its_names(office: Desk):
    renamed = MANIFEST.replace("ny_sales", "sales") + "moved: [{from: pool.ny_sales, to: pool.sales}]\n"
    office.manifest(renamed)
    said = told(office("explain", D))
    assert "a member of pool.sales" in said["Declared"]
    assert f'manages it as pool.ny_sales["{D}"]' in said["State"]
    assert "would update what state says of it" in said["Plan"]
    assert "manages 2 numbers" in told(office("explain", "pool.ny_sales"))["State"]
    assert "manages 0 numbers" in told(office("explain", "pool.sales"))["State"]


def test_what_is_uncertain_is_told(office: Desk):
    office.stock(F)
    office.manifest(MANIFEST.replace("count: 2", "count: 3"))
    office.fault("lose_reply", "purchase-numbers")
    office.fault("status", "purchased-list", nth=2, count=0, status=503)
    assert office("apply", "--auto-approve").code == 5
    office.emulator.clear_faults()
    said = told(office("explain", F))
    assert "an earlier run was about to purchase it" in said["State"]
    assert "would wait: its purchase was about to be sent" in said["Plan"]


def test_the_documents_have_the_same(office: Desk):
    one = json.loads(office("explain", A, "--json").out)
    assert one["declared"]["line"] == LINE
    assert one["declared"]["terms"]["labels"] == "team=voice"
    assert one["state"]["values"]["protect"] is True
    assert one["account"]["number"] == A
    assert one["plan"]["action"] == "no-op"
    whole = json.loads(office("explain", "set.dialer", "--json").out)
    assert [member["values"]["number"] for member in whole["state"]] == [B, C]
    assert whole["plan"] == {"changes": [], "held": [], "guards": [], "findings": []}
