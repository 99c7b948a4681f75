"""A campaign of two months, as the recipe has it: bought on its first day, given back after its last one."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from tests.cli.desk import Desk

RECIPE = re.search(
    r"^## A campaign of two months$.*?^```yaml numplan\n(.*?)^```$",
    (Path(__file__).parents[3] / "docs/recipes.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
FIRST, LAST = date(2026, 12, 1), date(2027, 1, 31)
BEFORE, SOON, AFTER = date(2026, 11, 20), date(2027, 1, 22), date(2027, 2, 1)
APPLY = ("apply", "--auto-approve")


@pytest.fixture
def campaign(make_desk) -> Desk:
    """The manifest of the recipe, and a vendor with numbers enough."""
    assert RECIPE
    desk: Desk = make_desk(stock=400)
    desk.manifest(RECIPE[1], head="")
    return desk


@pytest.fixture
def bought(campaign: Desk) -> Desk:
    """The campaign on its first day."""
    campaign.date_is(FIRST)
    assert campaign(*APPLY).code == 0
    assert len(campaign.owned) == 12
    return campaign


def test_a_campaign_is_bought_on_its_first_day_and_given_back_after_its_last(campaign):
    campaign.date_is(BEFORE)
    early = campaign(*APPLY)
    assert early.code == 0
    assert "pool.xmas begins on 2026-12-01: 12 numbers are not bought before" in early.out
    assert campaign.owned == set()

    campaign.date_is(FIRST)
    assert campaign(*APPLY).code == 0
    assert len(campaign.owned) == 12
    assert len(json.loads(campaign("output", "xmas_numbers").out)) == 12

    campaign.date_is(LAST)
    assert "today: 12 numbers are released then" in campaign(*APPLY).out
    assert len(campaign.owned) == 12

    campaign.date_is(AFTER)
    assert campaign("drift", "--detailed-exitcode").code == 2
    some = campaign(*APPLY)
    assert some.code == 0
    assert "5 to release, 7 leaving" in some.out
    assert "7 numbers due, not released: one apply may release 5" in some.out
    late = campaign(*APPLY, "--max-releases", "12")
    assert late.code == 0
    assert "its entry ended on 2027-01-31" in late.out
    assert campaign.owned == set()
    assert json.loads(campaign("output", "xmas_numbers").out) == []
    assert "No changes." in campaign("plan").last
    assert "ended on 2027-01-31 (remove the block once its numbers are gone)" in campaign("validate").err


def test_what_ends_soon_is_told_with_what_the_guards_hold_back(bought):
    bought.date_is(SOON)
    made = bought("plan", "--detailed-exitcode")
    assert made.code == 0
    assert "pool.xmas ends on 2027-01-31, in 9 days: 12 numbers are released then" in made.out
    assert "on 2027-02-01 7 numbers of these stay: one apply may release 5" in made.out
    bought("plan", "--json-out", "plan.json")
    (ending,) = json.loads((bought.folder / "plan.json").read_text())["numplan"]["ending"]
    assert (ending["resource"], ending["until"]) == ("pool.xmas", "2027-01-31")
    assert set(ending["numbers"]) == bought.owned
    assert ending["guards"] == ["releases"]


def test_the_plan_of_another_day_says_so_in_every_form_and_cannot_be_saved(bought):
    forms = {form: f"plan.{form}" for form in ("json", "markdown", "html")}
    flags = [word for form, file in forms.items() for word in (f"--{form}-out", file)]
    made = bought("plan", "--at", "2027-02-01", *flags)
    assert made.code == 0
    assert made.out.startswith("The plan of 2027-02-01, if nothing else moves until then.")
    assert "5 to release" in made.last
    told = {form: (bought.folder / file).read_text() for form, file in forms.items()}
    document = json.loads(told["json"])
    assert document["numplan"]["at"] == "2027-02-01"
    assert not document["applyable"]
    assert "The plan of 2027-02-01" in told["markdown"].splitlines()[1]
    assert "On 2027-02-01: " in told["html"]
    lines = [json.loads(line) for line in bought("plan", "--json", "--at", "2027-02-01").out.splitlines()]
    assert any("The plan of 2027-02-01" in line["@message"] for line in lines[:4])
    assert bought("plan", "--at", "2027-02-01", "--out", "later.plan").code == 64
    assert bought("plan", "--at", "2026-11-30").code == 64
    assert bought("plan", "--at", "soon").code == 64
    assert bought("apply", "--at", "2027-02-01").code == 64
    assert len(bought.owned) == 12


def test_the_plan_of_another_day_is_the_one_of_that_day(bought):
    asked = bought("plan", "--at", "2027-02-01").out
    bought.date_is(AFTER)
    assert asked.partition("\n\n")[2] == bought("plan").out


@pytest.mark.parametrize("vendors", [date(2027, 1, 20), date(2027, 2, 20)])
def test_where_the_clocks_are_apart_nothing_is_released_and_apply_exits_with_4(bought, vendors):
    both_after = date(2027, 2, 10) if vendors > AFTER else AFTER
    bought.date_is(both_after, vendors=vendors)
    ran = bought(*APPLY, "--max-releases", "12")
    assert len(bought.owned) == 12
    if vendors < LAST:  # the earlier day counts, and on that one nothing has ended
        assert ran.code == 0
        return
    assert ran.code == 4
    assert (
        "pool.xmas ended on 2027-01-31, and 12 numbers are not released: this machine's clock says" in ran.out
    )
    assert bought("plan", "--detailed-exitcode").code == 2
    assert "12 overdue" in bought("drift").last


def test_where_the_vendor_tells_no_time_nothing_is_released(bought):
    bought.date_is(AFTER)
    bought.emulator.configure(date_told=False)
    ran = bought(*APPLY, "--max-releases", "12")
    assert ran.code == 4
    assert "the vendor's answers do not tell the time" in ran.out
    assert len(bought.owned) == 12


def test_a_saved_plan_is_stale_once_its_entry_ended(campaign):
    campaign.date_is(LAST)
    assert campaign("plan", "--out", "last.plan").code == 0
    campaign.date_is(AFTER)
    ran = campaign("apply", "last.plan", "--max-age", "3d")
    assert ran.code == 7
    assert "its entry ended on 2027-01-31" in ran.err
    assert campaign.owned == set()


def test_a_saved_plan_releases_nothing_where_the_day_is_in_doubt(bought):
    bought.date_is(AFTER)
    assert bought("plan", "--out", "after.plan", "--max-releases", "12").code == 0
    bought.emulator.configure(date_told=False)
    ran = bought("apply", "after.plan")
    assert ran.code == 4
    assert "the vendor's answers do not tell the time" in ran.out
    assert len(bought.owned) == 12


def test_explain_tells_the_days_and_what_they_mean(bought):
    number = min(bought.owned)
    bought.date_is(BEFORE)
    assert "begins on 2026-12-01: nothing is bought for it before" in " ".join(
        bought("explain", "pool.xmas").out.split()
    )
    bought.date_is(SOON)
    out = " ".join(bought("explain", number).out.split())
    assert "from 2026-12-01, until 2027-01-31" in out
    assert "ends on 2027-01-31: its numbers are released from 2027-02-01 on" in out
    bought.date_is(AFTER)
    assert "ended on 2027-01-31: since then it counts as deleted" in " ".join(
        bought("explain", number).out.split()
    )
    assert "days" in json.loads(bought("explain", "pool.xmas", "--json").out)["declared"]


def test_destroy_releases_all_whatever_the_day(bought):
    bought.date_is(BEFORE)
    assert bought("destroy", "--auto-approve", "--max-releases", "12").code == 0
    assert bought.owned == set()


def test_a_number_of_an_entry_that_ended_is_not_adopted(desk):
    desk.emulator.add_owned(["+12050012202", "+12050012203"])
    desk.manifest("numbers: {old: {number: '+12050012202', until: 2026-12-31}}\n")
    desk.date_is(AFTER)
    ran = desk("adopt", "--all", "--auto-approve")
    assert ran.code == 0
    assert desk.managed == {"+12050012203"}
    desk.date_is(LAST)
    assert desk("drift").code == 0
    assert "+12050012202" not in desk.managed


def test_a_part_of_a_manifest_that_ended_leaves_the_others_alone(desk):
    folder = desk.folder / "parts"
    folder.mkdir()
    (folder / "a.yaml").write_text("version: 1\npools: {x: {count: 1, country: US, until: 2026-12-31}}\n")
    (folder / "b.yaml").write_text("pools: {y: {count: 1, country: US, from: 2027-01-01}}\n")
    desk.stock("+12050012202", "+12050012203")
    desk.date_is(date(2026, 12, 31))
    assert desk(*APPLY, "-f", "parts").code == 0
    assert len(desk.owned) == 1
    desk.date_is(date(2027, 1, 1))
    made = desk("plan", "-f", "parts")
    assert "Plan: 1 to purchase, 1 to release" in made.last
    assert desk("plan", "-f", "parts", "--target", "pool.x").code == 0
