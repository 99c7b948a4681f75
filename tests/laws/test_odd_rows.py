"""Rows of the vendor's answers that are not what its page says: told, left alone, and no reason to stop."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.cli.desk import Desk, run_of
from tests.strategies import JSON_VALUE

HERS = run_of(12050000001, 4)
"""Managed, declared and not managed, managed and not declared, and one that nobody needs."""
MANAGED, DECLARED, LEAVING, SPARE = HERS
STOCK = run_of(12051110000, 6)
FIELDS = {
    "purchased-list": (
        "accessNumber",
        "country",
        "numberType",
        "nrc",
        "mrc",
        "assignment",
        "customerId",
        "voiceRate",
    ),
    "search": (
        "number",
        "country",
        "numberType",
        "numberCategory",
        "setupCharge",
        "recurringCharge",
        "state",
        "rate",
    ),
    "regions": ("regionName", "types"),
}
NEEDLESS = {"purchased-list": SPARE, "search": STOCK[-1], "regions": "Canada"}
"""Of each answer, a row that this plan can do without."""
PLANNED = f"""\
numbers:
  managed: {{number: "{MANAGED}"}}
  declared: {{number: "{DECLARED}"}}
  bought: {{number: "{STOCK[0]}"}}
pools:
  p: {{count: 2, type: Geographic, on_unavailable: fail}}
"""


def spoil(desk: Desk, endpoint: str, row: str, field: str = "", **how: Any) -> None:
    """From here on this row is odd, in every answer of the endpoint."""
    desk.fault("odd_row", endpoint, of=[row], field=field, count=0, **how)


@pytest.fixture
def settled(desk: Desk) -> Desk:
    """An account of four numbers, of which two are managed; a stock; and another country."""
    desk.manifest(f'numbers: {{managed: {{number: "{MANAGED}"}}, leaving: {{number: "{LEAVING}"}}}}\n')
    desk.emulator.add_owned([{"number": one} for one in HERS])
    desk.stock(*STOCK, {"number": "+16135550001", "country": "Canada"})
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(PLANNED)
    return desk


def planned(desk: Desk, *flags: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a plan, and its document."""
    document = desk.folder / "plan.json"
    document.unlink(missing_ok=True)
    ran = desk("plan", "--json-out", document.name, *flags)
    assert "Traceback" not in ran.err
    assert document.exists(), ran.err
    return ran.code, json.loads(document.read_text())


def essence(document: Mapping[str, Any]) -> dict[str, Any]:
    """All of a plan but what it says of numbers that nothing manages, and what it warns of."""
    own = document["numplan"]
    return {name: document[name] for name in ("resource_changes", "resource_drift", "planned_values")} | {
        name: own[name] for name in ("counts", "cost", "guards", "held", "blocked", "surplus")
    }


def warnings(document: Mapping[str, Any]) -> list[str]:
    return [one["summary"] for one in document["numplan"]["diagnostics"] if one["severity"] == "warning"]


ODD = st.fixed_dictionaries({"value": JSON_VALUE}) | st.just({"missing": True})
SOME = settings(
    max_examples=settings.default.max_examples // 4 if settings.default else 25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("endpoint", FIELDS)
@SOME
@given(data=st.data())
def test_a_row_that_a_plan_does_not_need_changes_nothing_in_it(
    endpoint: str, settled: Desk, data: st.DataObject
) -> None:
    settled.emulator.clear_faults()
    plain = planned(settled)
    assert (plain[0], plain[1]["numplan"]["counts"]["purchase"]) == (0, 3)
    field = data.draw(st.sampled_from(("", *FIELDS[endpoint])))
    how = data.draw(ODD if field else st.fixed_dictionaries({"value": JSON_VALUE}))
    assume(field not in {"number", "accessNumber"} or not str(how.get("value")).strip("+").isdecimal())
    spoil(settled, endpoint, NEEDLESS[endpoint], field, **how)
    code, document = planned(settled)
    assert (code, essence(document)) == (plain[0], essence(plain[1]))
    if endpoint == "purchased-list":
        listed = json.loads(settled("numbers", "--json").out)
        assert {one["number"] for one in listed} >= set(HERS) - {SPARE}
        assert len(listed) == len(HERS)


@SOME
@given(field=st.sampled_from(("", *FIELDS["search"])), how=ODD, by=JSON_VALUE)
def test_a_number_whose_offer_is_odd_leaves_the_others_as_they_were(
    settled: Desk, field: str, how: dict[str, Any], by: object
) -> None:
    settled.emulator.clear_faults()
    _, plain = planned(settled)
    spoil(settled, "find-number", STOCK[0], field, **(how if field else {"value": by}))
    code, document = planned(settled)
    assert code in {0, 1}
    mine = [
        [one for one in each["resource_changes"] if one["address"] != "numplan_number.bought"]
        for each in (plain, document)
    ]
    assert mine[0] == mine[1]
    assert (code == 0) == (len(document["resource_changes"]) == len(plain["resource_changes"]))


ROWS: dict[str, dict[str, Any]] = {
    "no charge": {"field": "mrc", "value": None},
    "an empty charge": {"field": "nrc", "value": ""},
    "words for a charge": {"field": "mrc", "value": "N/A"},
    "a charge missing": {"field": "mrc", "missing": True},
    "a charge below nothing": {"field": "mrc", "value": "-1"},
    "no country": {"field": "country", "value": None},
    "a national number": {"field": "accessNumber", "value": "+0800123456"},
    "a number with spaces": {"field": "accessNumber", "value": "+1 205 000 0004"},
    "no number": {"field": "accessNumber", "missing": True},
    "another type": {"field": "numberType", "value": ["Geographic"]},
    "a flow that is a word": {"field": "assignment", "value": "flow"},
    "another customer": {"field": "customerId", "value": 999},
    "no row": {"value": None},
}


@pytest.mark.parametrize("kind", ROWS)
def test_one_unmanaged_row_stops_no_command(kind: str, settled: Desk) -> None:
    spoil(settled, "purchased-list", SPARE, **ROWS[kind])
    for arguments in (
        ("plan",),
        ("drift",),
        ("numbers",),
        ("numbers", "--csv"),
        ("numbers", "--json", "--unmanaged"),
        ("explain", MANAGED),
        ("adopt", "--country", "United States", "--manifest-only", "--auto-approve"),
        ("apply", "--auto-approve"),
        ("plan", "--detailed-exitcode"),
    ):
        ran = settled(*arguments)
        assert (ran.code, "Traceback" in ran.err) == (0, False), (arguments, ran)
    assert settled.owned == {MANAGED, DECLARED, SPARE, *STOCK[:3]}


def test_a_row_that_cannot_be_read_is_told_with_its_number_or_its_place(settled: Desk) -> None:
    spoil(settled, "purchased-list", SPARE, "accessNumber", value="+0800123456\x1b[31m")
    spoil(settled, "purchased-list", LEAVING, "country", value=None)
    told = (
        f"purchased-list: 2 rows cannot be read: {LEAVING} (its country is null), "
        "row 4 (its accessNumber is '+0800123456 [31m')"
    )
    _, document = planned(settled)
    assert warnings(document)[0] == told
    assert f"warning: {told}" in settled("numbers").err
    drift = settled("drift")
    assert told in " ".join(drift.out.split())
    assert [one["number"] for one in json.loads(settled("drift", "--json").out)["unreadable"]] == [
        LEAVING,
        None,
    ]


def test_numbers_shows_them_last_as_what_they_are(settled: Desk) -> None:
    plain = json.loads(settled("numbers", "--json").out)
    spoil(settled, "purchased-list", SPARE, "accessNumber", value="+0800123456")
    spoil(settled, "purchased-list", DECLARED, "country", missing=True)
    listed = json.loads(settled("numbers", "--json").out)
    assert listed[:2] == [one for one in plain if one["number"] not in {SPARE, DECLARED}]
    assert [(one["number"], one["place"], one["unreadable"]) for one in listed[2:]] == [
        (DECLARED, "row 2", "its country is missing"),
        (None, "row 4", "its accessNumber is '+0800123456'"),
    ]
    assert set(listed[2]) >= set(plain[0])
    table = settled("numbers").out.splitlines()
    assert [line.split()[0] for line in table[1:]] == [MANAGED, LEAVING, DECLARED, "?"]
    rows = list(csv.DictReader(io.StringIO(settled("numbers", "--csv").out)))
    assert [(one["number"], one["unreadable"]) for one in rows[2:]] == [
        (DECLARED, "its country is missing"),
        ("?", "its accessNumber is '+0800123456'"),
    ]


def test_the_csv_of_an_account_with_such_rows_is_still_an_inventory(settled: Desk) -> None:
    spoil(settled, "purchased-list", DECLARED, "accessNumber", value=None)
    (settled.folder / "owned.csv").write_text(settled("numbers", "--unmanaged", "--csv").out)
    ran = settled("adopt", "--from", "owned.csv", "--auto-approve")
    assert ran.code == 0, ran
    assert settled.managed == {MANAGED, LEAVING, SPARE}


@pytest.mark.parametrize("how", [{"field": "country", "value": None}, {"field": "", "value": None}])
def test_a_managed_number_is_neither_bought_again_nor_released_while_nothing_is_known_of_it(
    how: dict[str, Any], settled: Desk
) -> None:
    spoil(settled, "purchased-list", MANAGED, **how)
    spoil(settled, "purchased-list", LEAVING, **how)
    settled.stock(MANAGED, LEAVING)
    assert settled("apply", "--auto-approve").code == 0
    assert settled("destroy", "--auto-approve", "--max-releases", "9").code == 0
    assert settled.managed == {MANAGED, LEAVING}
    touched = {number for post in settled.posts for number in (*post.bought, *post.released)}
    assert touched.isdisjoint({MANAGED[1:], LEAVING[1:]})
    settled.emulator.clear_faults()
    settled.manifest(f'numbers: {{managed: {{number: "{MANAGED}"}}}}\n')
    assert settled("apply", "--auto-approve").code == 0
    assert settled.managed == {MANAGED}


def test_a_declared_number_is_not_taken_in_unread(settled: Desk) -> None:
    spoil(settled, "purchased-list", DECLARED, "numberType", value=None)
    assert settled("apply", "--auto-approve").code == 0
    assert DECLARED not in settled.managed
    settled.emulator.clear_faults()
    assert settled("apply", "--auto-approve").code == 0
    assert DECLARED in settled.managed


def test_a_charge_that_is_not_known_is_counted_apart_in_every_form(settled: Desk) -> None:
    spoil(settled, "purchased-list", MANAGED, "mrc", value="N/A")
    spoil(settled, "purchased-list", LEAVING, "mrc", value=None)
    spoil(settled, "purchased-list", SPARE, "mrc", value="")
    settled.manifest(f"{PLANNED}policy: {{unmanaged: warn}}\n")
    ran = settled("plan", "--json-out", "plan.json", "--markdown-out", "plan.md", "--html-out", "plan.html")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    assert "To release, for good: 1 number, 0.00 and 1 unknown a month" in text
    assert f"- number.leaving {LEAVING} ? a month" in text
    assert "Monthly charges: 0.10 and 2 unknown before, 0.40 and 1 unknown after." in text
    assert "0.00 and 1 unknown a month for 1 number that nothing declares" in text
    assert ran.last.endswith("Cost: +0.30 once, +0.30 and 1 unknown a month.")
    own = json.loads((settled.folder / "plan.json").read_text())["numplan"]
    assert own["cost"]["unknown"] == {"once": 0, "monthly_before": 2, "monthly_after": 1, "monthly": 1}
    assert own["unmanaged"] == {
        "count": 1,
        "at_least": False,
        "monthly_charge": "0",
        "unknown": 1,
        "numbers": [SPARE],
    }
    markdown = (settled.folder / "plan.md").read_text()
    assert "| a month | 0.10 and 2 unknown | 0.40 and 1 unknown | +0.30 and 1 unknown |" in markdown
    assert "Unmanaged: 1 number, 0.00 and 1 unknown a month" in markdown
    html = (settled.folder / "plan.html").read_text()
    for words in ("0.10 and 2 unknown", "0.40 and 1 unknown", "+0.30 and 1 unknown", "<b>0.00 and 1 unknown"):
        assert words in html
    assert "Unmanaged: 1 number, 0.00 and 1 unknown a month" in settled("drift").out
    assert "? a month" in settled("explain", MANAGED).out
    [leaving] = [one for one in json.loads(settled("numbers", "--json").out) if one["number"] == LEAVING]
    assert leaving["monthly_charge"] is None


def test_what_has_no_price_is_not_bought(settled: Desk) -> None:
    spoil(settled, "search", STOCK[1], "setupCharge", missing=True)
    spoil(settled, "search", STOCK[3], "recurringCharge", value="N/A")
    code, document = planned(settled)
    assert code == 0
    assert warnings(document)[0] == (
        f"search: 2 rows cannot be read: {STOCK[1]} (its setupCharge is missing), "
        f"{STOCK[3]} (its recurringCharge is 'N/A')"
    )
    assert settled("apply", "--auto-approve").code == 0
    assert settled.owned - set(HERS) == {STOCK[0], STOCK[2], STOCK[4]}
    searched = settled("search", "--country", "United States")
    assert (searched.code, f"{STOCK[1]} (its setupCharge is missing)" in searched.err) == (0, True)
    for_sale = [line.split()[0] for line in searched.out.splitlines()[1:]]
    assert for_sale == [LEAVING, STOCK[5]]  # what was released is for sale again


def test_an_explicit_number_without_a_price_is_an_error_at_its_place(settled: Desk) -> None:
    spoil(settled, "find-number", STOCK[0], "setupCharge", value="N/A")
    ran = settled("plan")
    assert (ran.code, settled.posts[:0]) == (1, ())
    assert "find-number: its setupCharge is 'N/A': its price is not known, so it is not bought" in ran.out
    assert "numplan.yaml:7:" in ran.out
    assert f'pool.p["{STOCK[1]}"]' in ran.out
    before = settled.owned
    assert settled("apply", "--auto-approve").code == 1
    assert settled.owned == before
    assert "its setupCharge is 'N/A'" in settled("find", STOCK[0]).err


@pytest.mark.parametrize(("field", "value"), [("types", 5), ("regionName", None), ("", None)])
def test_a_row_of_regions_is_told_and_its_country_judged_by_what_is_for_sale(
    field: str, value: object, settled: Desk
) -> None:
    spoil(settled, "regions", "Canada", field, value=value)
    settled.manifest('numbers: {north: {number: "+16135550001", country: Canada, type: Geographic}}\n')
    ran = settled("apply", "--auto-approve")
    assert (ran.code, "+16135550001" in settled.managed) == (0, True)
    assert "regions: 1 row cannot be read" in ran.out
    shown = settled("regions")
    assert (shown.code, "1 row cannot be read" in shown.err) == (0, True)


def test_another_customers_number_is_told_and_left_alone_unless_it_is_named(settled: Desk) -> None:
    spoil(settled, "purchased-list", SPARE, "customerId", value=999)
    told = f"purchased-list: 1 row names another customer than most do: {SPARE} (customerId 999)"
    settled.manifest("pools: {p: {count: 3, adopt: true}}\n")
    _, document = planned(settled)
    adopted = {one["address"] for one in document["resource_changes"] if "importing" in one["change"]}
    assert len(adopted) == 1
    assert warnings(document)[0] == told
    assert f"warning: {told}" in settled("numbers").err
    every = settled("adopt", "--all", "--auto-approve")
    assert (every.code, SPARE in settled.managed, told in every.err) == (0, False, True)
    assert settled("adopt", "--number", SPARE, "--auto-approve").code == 0
    assert SPARE in settled.managed


def test_a_number_written_as_nobody_can_dial_it_is_told_and_adopt_leaves_it_out(settled: Desk) -> None:
    settled.emulator.add_owned([{"number": "+4402071838750", "country": "United Kingdom"}])
    code, document = planned(settled)
    assert code == 0
    (told,) = (one for one in warnings(document) if "dial" in one)
    assert told == (
        "purchased-list: 1 number is written as nobody can dial it: +4402071838750 "
        "(the 0 after +44 is dialled inside the country only; is +442071838750 meant?)"
    )
    ran = settled("adopt", "--all", "--auto-approve")
    assert ran.code == 0
    assert f"{told}; left out" in ran.err
    assert "+4402071838750" not in (settled.folder / "numplan.yaml").read_text()


def test_no_pool_adopts_a_number_written_as_nobody_can_dial_it(desk: Desk) -> None:
    odd, sound = "+4402071838750", "+442071838751"
    desk.emulator.add_owned([{"number": one, "country": "United Kingdom"} for one in (odd, sound)])
    desk.manifest("pools: {p: {count: 1, country: United Kingdom, adopt: true}}\n")
    assert desk("apply", "--auto-approve").code == 0
    assert [one.number for one in desk.state.numbers] == [sound]


def test_interim_answers_disturb_nothing(settled: Desk) -> None:
    for status in (103, 102):
        settled.fault("interim", "*", status=status, times=2, count=0)
    ran = settled("apply", "--auto-approve")
    assert (ran.code, ran.last[:20]) == (0, "Apply: 3 purchased, ")
    assert settled.owned == {MANAGED, DECLARED, SPARE, *STOCK[:3]}
