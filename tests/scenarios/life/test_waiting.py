"""Numbers that wait before they are released, from the command line, over days that go by."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from numplan.model.state import Attributes
from tests.cli.desk import Desk

NUMBERS = [f"+1205000{place:04d}" for place in range(1, 9)]
POOL = """
pools:
  p: {{count: {count}, release_after: 30d}}
"""


def day(desk: Desk, days: int) -> str:
    return f"{(desk.time.now() + timedelta(days=days)).astimezone(UTC):%Y-%m-%d}"


def known(desk: Desk, number: str) -> Attributes:
    return desk.state.by_number[number].attributes


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A pool of four and a number of its own are bought; midnight is far enough for a test."""
    now = desk.time.now()
    desk.time.pass_by((datetime(now.year, now.month, now.day, 12, tzinfo=UTC) - now).total_seconds() % 86400)
    desk.stock(*NUMBERS)
    desk.manifest(POOL.format(count=4) + f'numbers:\n  one: {{number: "{NUMBERS[7]}", release_after: 4w}}\n')
    assert desk("apply", "--auto-approve").code == 0
    return desk


def test_a_deleted_entry_and_a_smaller_pool_release_nothing_until_their_day(desk: Desk):
    desk.manifest(POOL.format(count=3))
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0
    assert f"Leaving: 2 numbers, released from {day(desk, 28)} on; 0.20 a month until then" in ran.out
    assert "0 purchased, 0 released, 0 adopted, 2 updated" in ran.last
    for days in (1, 26):
        desk.days(days)
        assert desk("plan", "--detailed-exitcode").code == 0
        assert "0 released" in desk("apply", "--auto-approve").last
    desk.days(1)
    assert desk("plan", "--detailed-exitcode").code == 2
    assert "1 released" in desk("apply", "--auto-approve").last
    assert NUMBERS[7] not in desk.owned
    desk.days(2)
    assert "1 released" in desk("apply", "--auto-approve").last
    assert len(desk.owned) == len(desk.managed) == 3
    assert desk("plan", "--detailed-exitcode").code == 0


def test_what_is_put_back_stays_without_a_call(desk: Desk):
    posts = len(desk.posts)
    desk.manifest(POOL.format(count=1))
    assert desk("apply", "--auto-approve").code == 0
    desk.days(40)
    desk.manifest(POOL.format(count=4) + f'sets:\n  s: {{numbers: ["{NUMBERS[7]}"]}}\n')
    ran = desk("apply", "--auto-approve")
    assert "0 purchased, 0 released" in ran.last
    assert len(desk.posts) == posts
    assert {known(desk, one).leaving_at for one in desk.managed} == {None}
    assert desk.managed == desk.owned


def test_release_now_does_not_wait_and_a_saved_plan_remembers_it(desk: Desk):
    desk.manifest(POOL.format(count=3))
    assert desk("plan", "--release-now", "pool.nobody").code == 64
    assert desk("plan", "--release-now", "number.*", "--out", "now.plan").code == 0
    ran = desk("apply", "now.plan")
    assert ran.code == 0
    assert NUMBERS[7] not in desk.owned
    assert len(desk.owned) == 4


def test_destroy_begins_the_wait_and_says_so(desk: Desk):
    ran = desk("destroy", "--auto-approve")
    assert ran.code == 0
    assert "5 numbers not released now" in ran.out
    assert len(desk.owned) == 5
    desk.days(31)
    desk.manifest("numbers: {}\n")
    for left in (3, 1, 0):
        assert desk("apply", "--auto-approve").code == 0
        assert len(desk.owned) == left


def test_a_clock_that_jumps_alone_releases_nothing_and_is_told(desk: Desk):
    desk.manifest(POOL.format(count=4))
    assert desk("apply", "--auto-approve").code == 0
    desk.days(40)
    for ahead in (timedelta(days=-40), timedelta(days=2)):
        desk.time.vendors_ahead = ahead
        ran = desk("apply", "--auto-approve")
        if ahead.days > 0:
            assert ran.code == 4
            assert "so no date is believed" in ran.out
            assert desk("plan", "--detailed-exitcode").code == 2
        else:
            assert ran.code == 0, "by the vendor's clock its day has not come"
        assert NUMBERS[7] in desk.owned
    desk.time.vendors_ahead = timedelta()
    assert desk("apply", "--auto-approve").code == 0
    assert NUMBERS[7] not in desk.owned


def test_a_saved_plan_that_begins_a_leaving_may_begin_it_a_day_later(desk: Desk):
    desk.manifest(POOL.format(count=3))
    assert desk("plan", "--out", "saved.plan").code == 0
    then = day(desk, 30)
    desk.days(0.9)
    ran = desk("apply", "saved.plan")
    assert ran.code == 0
    (member,) = (one for one in desk.state.numbers if one.resource == "pool.p" and one.attributes.leaving_at)
    assert f"{member.attributes.leaving_at}" > then


def test_a_saved_plan_whose_due_release_cannot_be_now_does_the_rest(desk: Desk):
    desk.manifest(POOL.format(count=4))
    assert desk("apply", "--auto-approve").code == 0
    desk.days(29)
    desk.manifest(POOL.format(count=5))
    assert desk("plan", "--out", "saved.plan").code == 0
    desk.time.vendors_ahead = timedelta(days=5)
    ran = desk("apply", "saved.plan")
    assert ran.code == 4
    assert "1 purchased, 0 released" in ran.last
    assert NUMBERS[7] in desk.owned


def test_every_form_tells_what_leaves(desk: Desk):
    desk.manifest(POOL.format(count=3))
    written = ("plan.md", "plan.html", "gitlab.json")
    flags = [
        f"--{name}-out={file}" for name, file in zip(("markdown", "html", "gitlab"), written, strict=True)
    ]
    ran = desk("plan", "--out", "saved.plan", *flags)
    markdown, html, gitlab = ((desk.folder / file).read_text(encoding="utf-8") for file in written)
    title = f"Leaving: 2 numbers, released from {day(desk, 28)} on"
    assert all(title in text for text in (ran.out, markdown, html))
    assert json.loads(gitlab) == {"create": 0, "update": 2, "delete": 0}
    shown = json.loads(desk("show", "saved.plan", "--json").out)
    assert shown["numplan"]["leaving"][0]["number"] == NUMBERS[7]
    updates = [one for one in shown["resource_changes"] if one["change"]["actions"] == ["update"]]
    assert {one["change"]["after"]["leaving_at"] for one in updates} == {day(desk, 28), day(desk, 30)}
    stream = [json.loads(line) for line in desk("plan", "--json").out.splitlines()]
    assert any("Leaving: 2 numbers" in one["@message"] for one in stream)
    assert desk("apply", "saved.plan").code == 0
    for command in (("explain", NUMBERS[7]), ("state", "show", "number.one"), ("state", "show")):
        assert day(desk, 28) in desk(*command).out
    assert "manages 4 numbers; 1 of these leave" in desk("explain", "pool.p").out
    assert "leaves since" in " ".join(desk("explain", NUMBERS[7]).out.split())


def test_drift_names_what_is_overdue(desk: Desk):
    desk.manifest(POOL.format(count=4))
    assert desk("apply", "--auto-approve").code == 0
    assert "overdue" not in desk("drift").out
    desk.days(28)
    assert desk("drift", "--detailed-exitcode").code == 0, "its day is today"
    desk.days(1)
    ran = desk("drift", "--detailed-exitcode")
    assert ran.code == 2
    assert "1 overdue" in ran.last
    assert json.loads(desk("drift", "--json").out)["counts"]["overdue"] == 1


def test_a_plan_without_such_keys_says_no_word_of_it(desk: Desk):
    desk.manifest("pools:\n  p: {count: 1}\nnumbers: {}\n", name="plain.yaml")
    ran = desk("plan", "--manifest", "plain.yaml", "--state", "other.json", "--json")
    assert "leaving" not in ran.out
    assert "release_after" not in ran.out


def test_destroy_waits_for_the_span_that_the_manifest_says_though_no_apply_recorded_it(desk: Desk):
    desk.manifest("pools: {p: {count: 4, release_after: 40d}}\n")
    told = desk("plan", "--destroy").out
    assert f"leaving_at: none -> {day(desk, 40)}" in told
    assert f"leaving_at: none -> {day(desk, 28)}" in told, "what state remembers holds for the other one"
    desk.manifest("pools: {p: {count: 4, release_after: 10d}}\n")
    assert f"leaving_at: none -> {day(desk, 30)}" in desk("plan", "--destroy").out, "the longer one"


@pytest.mark.parametrize("pattern", ["pool.p*", "number.one"])
def test_what_ended_on_a_day_in_doubt_is_released_where_somebody_asks_for_it(desk: Desk, pattern: str):
    """The clocks are two days apart: no date is believed, and a person's word is."""
    today = desk.time.now().astimezone(UTC).date()
    over = f"release_after: 30d, until: {today - timedelta(days=3)}"
    pool = f"pools: {{p: {{count: 4, {over}}}}}\n"
    one = f'numbers: {{one: {{number: "{NUMBERS[7]}", {over}}}}}\n'
    named = pattern == "number.one"
    desk.manifest(POOL.format(count=4) + one if named else pool + one.replace(over, "release_after: 4w"))
    desk.date_is(today, vendors=today + timedelta(days=2))
    assert desk("apply", "--auto-approve").code == 4
    assert len(desk.owned) == 5
    ran = desk("apply", "--auto-approve", "--release-now", pattern, "--max-releases", "9")
    assert ran.code == 0, ran.out
    assert len(desk.owned) == (4 if named else 1)
    assert (NUMBERS[7] in desk.owned) != named
