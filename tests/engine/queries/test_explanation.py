"""All that is known of one number or of one resource: manifest, state, account and plan side by side."""

from datetime import timedelta
from typing import Any

import pytest

from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.queries.explanation import (
    NumberExplanation,
    ResourceExplanation,
    explanation_of,
    read_name,
)
from numplan.model.changes import Purchase
from numplan.model.errors import NumplanError, UsageError
from numplan.model.manifest import Manifest
from numplan.model.policy import Policy
from numplan.model.state import State
from numplan.views.text.explanation import explained_text
from tests.builders import (
    LONG_AGO,
    PLACE,
    buried,
    buying,
    entry,
    group,
    managed,
    manifest,
    pool,
    state,
    us,
)
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def explained(
    name: str, wanted: Manifest, remembered: State | None, vendor: FakeVendor
) -> NumberExplanation | ResourceExplanation:
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    result = compute_plan(wanted, remembered, vendor, options)
    return explanation_of(read_name(name), wanted, remembered, result)


def of_number(name: str, *known: Any) -> NumberExplanation:
    found = explained(name, *known)
    assert isinstance(found, NumberExplanation)
    return found


def of_resource(name: str, *known: Any) -> ResourceExplanation:
    found = explained(name, *known)
    assert isinstance(found, ResourceExplanation)
    return found


@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_a_number_in_a_row_that_cannot_be_read_is_explained_by_what_is_known(vendor, named):
    vendor.own(ONE)
    vendor.cannot_read(ONE, named=named)
    found = explained(ONE, manifest(entry("a", ONE)), state(managed("number.a", ONE)), vendor)
    holds = "holds it, in a row" if named else "may hold it in a row"
    assert f"{holds} that cannot be read: its country is null" in " ".join(explained_text(found).split())


@pytest.mark.parametrize(
    ("text", "resource", "number"),
    [
        ("pool.p", "pool.p", None),
        (f'pool.p["{ONE}"]', "pool.p", ONE),
        (ONE, None, ONE),
        ("+1 (205) 000-0001", None, ONE),
    ],
)
def test_a_name_is_an_address_or_a_resource_or_a_number_however_it_is_written(text, resource, number):
    name = read_name(text)
    assert (name.text, name.resource, name.number) == (text, resource, number)


def test_a_text_that_is_no_name_is_refused_with_what_is_wrong_with_it_as_a_number():
    with pytest.raises(UsageError, match="'pool p' is neither an address nor a number: "):
        read_name("pool p")


def test_a_number_lives_where_the_manifest_declares_it_before_where_state_has_it(vendor):
    found = of_number(vendor.own(ONE), manifest(entry("new", ONE)), state(managed("number.old", ONE)), vendor)
    assert (found.resource, found.source) == ("number.new", PLACE)
    assert found.instance is not None
    assert found.instance.resource == "number.old"


def test_a_declared_number_that_cannot_be_had_lives_where_it_is_declared_and_has_its_error(vendor):
    found = of_number("number.a", manifest(entry("a", ONE)), state(), vendor)
    assert (found.number, found.action.change) == (ONE, None)
    assert [one.path for one in found.action.errors] == ["number.a"]


def test_a_number_that_a_pool_is_to_buy_lives_there_and_nothing_else_is_known_of_it(vendor):
    vendor.put_on_sale(ONE)
    found = of_number(ONE, manifest(pool("p", 1)), state(), vendor)
    assert found.address == f'pool.p["{ONE}"]'
    assert isinstance(found.action.change, Purchase)
    assert (found.instance, found.owned, found.intent, found.tombstone, found.drift) == (None,) * 5


def test_the_number_that_takes_the_place_of_a_member_lives_in_its_pool(vendor):
    vendor.put_on_sale(TWO)
    rows = state(managed("pool.p", vendor.own(ONE), sip_trunk_id=1))
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    assert of_number(f'pool.p["{TWO}"]', wanted, rows, vendor).action.change is not None


def test_calls_that_are_not_settled_and_purchases_that_are_watched_are_told_with_their_number(vendor):
    rows = state(buying(managed("pool.p", ONE)), buried(managed("pool.p", TWO)))
    wanted = manifest(pool("p", 2))
    first, second = (of_number(number, wanted, rows, vendor) for number in (ONE, TWO))
    assert (first.intent, first.tombstone) == (rows.intents[0], None)
    assert (second.intent, second.tombstone) == (None, rows.tombstones[0])
    assert first.action.held is not None


@pytest.mark.parametrize("complete", [True, False])
def test_whether_an_unknown_number_is_owned_is_known_only_of_a_complete_listing(vendor, complete):
    vendor.own(TWO)
    vendor.listed(complete=complete)
    rows = state(managed("number.a", TWO), managed("number.gone", FOUR))
    wanted = manifest(entry("a", TWO), entry("b", THREE))
    assert of_number(ONE, wanted, rows, vendor).listed is complete
    assert all(of_number(number, wanted, rows, vendor).listed for number in (TWO, THREE, FOUR))


def test_an_explicit_number_has_its_drift_and_no_other_has(vendor):
    vendor.own(ONE, kind="Mobile")
    vendor.own(TWO)
    rows = state(managed("set.s", ONE), managed("set.s", TWO))
    wanted = manifest(group("s", [ONE, TWO]))
    drift = of_number(ONE, wanted, rows, vendor).drift
    assert drift is not None
    assert drift.kind == "changed"
    assert of_number(TWO, wanted, rows, vendor).drift is None


def test_protection_that_is_only_declared_is_told_as_of_the_next_apply(vendor):
    vendor.own(ONE)
    wanted = manifest(entry("a", ONE, protect=True))
    declared = of_number(ONE, wanted, state(managed("number.a", ONE)), vendor).protections
    applied = of_number(ONE, wanted, state(managed("number.a", ONE, protect=True)), vendor).protections
    assert "its entry says `protect: true`, which holds from the moment it is applied" in declared
    assert not any("state remembers" in one for one in declared)
    assert any("--allow-release 'number.a'" in one for one in applied)
    assert not any("from the moment it is applied" in one for one in applied)


@pytest.mark.parametrize(("how", "told"), [("refuse", True), ("replace", False)])
def test_an_entry_that_refuses_another_trunk_protects_its_numbers(vendor, how, told):
    vendor.own(ONE)
    wanted = manifest(entry("a", ONE, sip_trunk_id=1, on_trunk_change=how))
    found = of_number(ONE, wanted, state(managed("number.a", ONE, sip_trunk_id=1)), vendor)
    assert any("`on_trunk_change: refuse`" in one for one in found.protections) is told


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (3, "one apply releases at most 3 numbers, whatever a flag says"),
        (9, "one apply releases at most 5 numbers, unless --max-releases says more"),
    ],
)
def test_the_limit_of_releases_is_told_with_whether_a_flag_lifts_it(vendor, operator, words):
    wanted = manifest(entry("a", vendor.own(ONE)), operator=Policy(max_releases=operator))
    assert words in of_number(ONE, wanted, state(), vendor).protections


def test_a_pool_has_its_members_the_missing_among_them_and_how_many_a_flow_uses(vendor):
    vendor.own(ONE, flow=True)
    vendor.own(TWO)
    rows = state(
        managed("pool.p", ONE),
        managed("pool.p", TWO),
        managed("pool.p", THREE),
        managed("pool.p", FOUR, missing_since=LONG_AGO),
        managed("pool.q", us(9)),
    )
    found = of_resource("pool.p", manifest(pool("p", 4), pool("q", 1)), rows, vendor)
    assert [one.number for one in found.members] == [ONE, TWO, THREE, FOUR]
    assert {one.number for one in found.missing} == {THREE, FOUR}
    assert found.assigned == 1
    assert [one.number for one in found.held] == [THREE]


def test_a_pool_has_its_changes_without_what_stays_and_the_findings_and_guards_that_are_about_it(vendor):
    vendor.put_on_sale(THREE)
    rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.gone", vendor.own(TWO), protect=True))
    wanted = manifest(pool("p", 2), pool("q", 3), policy=Policy(allowed_countries=("Canada",)))
    found = of_resource("pool.p", wanted, rows, vendor)
    assert [one.after.number for one in found.changes if isinstance(one, Purchase)] == [THREE]
    assert len(found.changes) == 1
    assert found.guards == ("countries",)
    assert of_resource("pool.gone", wanted, rows, vendor).guards == ("protected",)
    short = of_resource("pool.q", wanted, rows, vendor)
    assert [one.path for one in short.findings if one.severity == "error"] == ["pools.q.count"]
    assert short.guards == ()


def test_a_resource_that_only_state_knows_has_no_entry(vendor):
    rows = state(managed("set.gone", vendor.own(ONE)))
    found = of_resource("set.gone", manifest(), rows, vendor)
    assert found.entry is None
    assert [one.number for one in found.members] == [ONE]


def test_an_entry_under_numbers_is_explained_as_its_number(vendor):
    vendor.own(ONE)
    found = of_number("number.a", manifest(entry("a", ONE)), state(), vendor)
    assert (found.number, found.address) == (ONE, "number.a")


def test_a_number_that_is_named_at_another_resource_than_its_own_is_not_explained(vendor):
    rows = state(managed("pool.p", vendor.own(ONE)))
    with pytest.raises(NumplanError) as refusal:
        explained(f'pool.q["{ONE}"]', manifest(pool("p", 1), pool("q", 0)), rows, vendor)
    assert refusal.value.hint == f'did you mean pool.p["{ONE}"]?'


@pytest.mark.parametrize(
    ("known", "entries", "retire", "said"),
    [
        (
            "pool.p",
            [pool("p", 0)],
            [],
            "its pool let it go: an apply on 2026-01-06 or later releases it, unless",
        ),
        (
            "pool.p",
            [pool("p", 0)],
            [ONE],
            "it is retired: an apply on 2026-01-06 or later releases it, and no pool",
        ),
        ("pool.p", [pool("p", 1, ends=NOON.date() - timedelta(days=1))], [], "its entry ended: an apply on"),
        (
            "number.a",
            [entry("a", ONE, ends=NOON.date() - timedelta(days=1))],
            [],
            "its entry ended: an apply on",
        ),
        ("number.a", [], [], "no entry declares it: an apply on 2026-01-06 or later releases it, unless one"),
        ("set.s", [group("s", TWO)], [], "no entry declares it: an apply on"),
        ("number.a", [entry("a", ONE)], [], "but is declared again: the next apply keeps it"),
    ],
)
def test_why_a_number_leaves_and_what_would_stop_that(vendor, known, entries, retire, said):
    day = NOON.date() + timedelta(days=5)
    rows = state(managed(known, vendor.own(ONE), release_after=7, leaving_at=day))
    found = of_number(ONE, manifest(*entries, retire=retire), rows, vendor)
    assert f"leaves since {day - timedelta(days=7)}, " in " ".join(explained_text(found).split())
    assert said in " ".join(explained_text(found).split())
