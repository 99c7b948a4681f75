"""Prices that move, answers that lie and numbers that hide, from outside."""

import json
from datetime import UTC, datetime
from html import unescape

import msgspec
import pytest

from numplan.model.stored.state_document import encode_state
from tests.cli.desk import HEAD, STATE, Desk, run_of
from tests.cli.pseudo_terminal import Terminal

A, B, C, D, E = run_of(16095550101, 5)
QUESTION = "Only 'yes' will be accepted to approve:"
POOL = "pools: {sales: {count: 1, state: New Jersey, select: lowest}}\n"


def dearer(desk: Desk, number: str, monthly: str = "500.00") -> None:
    desk.emulator.remove_stock([number])
    desk.stock({"number": number, "recurring_charge": monthly})


@pytest.mark.parametrize("manifest", [f'numbers: {{support: {{number: "{A}"}}}}\n', POOL])
def test_a_price_that_rises_while_the_question_stands_open_is_not_paid(desk: Desk, manifest: str):
    desk.stock(A, B)
    desk.manifest(manifest)
    terminal = Terminal(desk, "apply")
    terminal.read(QUESTION)
    dearer(desk, A)
    terminal.type(b"yes\n")
    assert terminal.end() == 7, terminal.seen
    seen = " ".join(terminal.seen.split())
    assert "it now costs 0.10 once and 500.00 a month, and 0.10 and 0.10 were reviewed" in seen
    assert desk.left_alone()


def test_what_stays_as_it_was_is_bought_after_yes(desk: Desk):
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    terminal = Terminal(desk, "apply")
    terminal.read(QUESTION)
    terminal.type(b"yes\n")
    assert terminal.end() == 0, terminal.seen
    assert desk.owned == {A}


@pytest.mark.parametrize("status", [401, 402, 403, 409, 423])
def test_a_purchase_that_is_not_allowed_stops_further_ones_and_the_vendors_words_are_told(
    desk: Desk, status: int
):
    desk.stock(A, B, C, D)
    numbers = ", ".join(f'"{number}"' for number in (A, B, C, D))
    desk.manifest(
        f"sets: {{dialer: {{numbers: [{numbers}]}}}}\n", head=HEAD.replace("50", "1, parallelism: 1")
    )
    desk.fault("status", "purchase-numbers", status=status, message="Insufficient balance")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1, ran
    assert len(desk.posts) == 1
    assert "Insufficient balance" in ran.out
    assert ran.last.startswith("Apply: 0 purchased")
    assert not desk.state.intents


def test_it_is_4_where_something_was_bought_before(desk: Desk):
    desk.stock(A, B, C)
    numbers = ", ".join(f'"{number}"' for number in (A, B, C))
    desk.manifest(
        f"sets: {{dialer: {{numbers: [{numbers}]}}}}\n", head=HEAD.replace("50", "1, parallelism: 1")
    )
    desk.fault("status", "purchase-numbers", status=402, nth=2, message="Insufficient balance")
    assert desk("apply", "--auto-approve").code == 4
    assert desk.owned == {A}
    assert len(desk.posts) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422, 423])
def test_what_was_bought_behind_a_status_that_says_no_is_in_state(desk: Desk, status: int):
    desk.stock(A, B)
    desk.manifest(POOL)
    desk.fault("status", "purchase-numbers", status=status, commit=True)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert desk.owned == desk.managed == {A}


def test_a_look_that_fails_too_is_5_and_the_intents_stay(desk: Desk):
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    desk.fault("status", "purchase-numbers", status=401, commit=True)
    desk.fault("status", "purchased-list", status=401, nth=2, count=20)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 5, ran
    assert [one.number for one in desk.state.intents] == [A]
    desk.emulator.clear_faults()
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == desk.managed == {A}


def test_success_for_what_nobody_asked_for_is_told_and_watched(desk: Desk):
    desk.stock(A, C)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    desk.fault("unasked", "purchase-numbers", numbers=[C.lstrip("+")])
    ran = desk("apply", "--auto-approve")
    assert ran.code == 5, ran
    assert C in ran.out
    desk.emulator.remove_stock([C])
    desk.emulator.add_owned([C])
    assert desk("apply", "--auto-approve").code == 0
    assert {one.number: one.surplus for one in desk.state.numbers} == {A: False, C: True}


def test_what_the_account_held_before_is_told_and_left_alone(desk: Desk):
    desk.stock(A)
    desk.emulator.add_owned([C])
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
    desk.fault("unasked", "purchase-numbers", numbers=[C.lstrip("+")])
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert C in ran.out
    assert desk.managed == {A}


class TestMissing:
    @pytest.fixture
    def office(self, desk: Desk) -> Desk:
        desk.stock(A, B, C)
        desk.manifest("pools: {sales: {count: 2, state: New Jersey, select: lowest}}\n", head=PROMPT)
        assert desk("apply", "--auto-approve").code == 0
        return desk

    def test_one_look_buys_nothing(self, office: Desk):
        hide(office, A)
        shown = office("plan", "--detailed-exitcode", "--json-out", "plan.json")
        assert shown.code == 2
        assert "1 missing, looked for again from " in shown.out
        assert not shown.last.startswith("No changes.")
        (told,) = json.loads((office.folder / "plan.json").read_text())["numplan"]["missing"]
        assert told["number"] == A
        ran = office("apply", "--auto-approve")
        assert ran.code == 0, ran
        assert len(office.posts) == 1
        assert office.managed == {A, B}
        assert {one.number for one in office.state.numbers if one.missing_since} == {A}
        assert office("plan", "--detailed-exitcode").code == 0

    def test_back_it_is_a_member_again(self, office: Desk):
        hide(office, A)
        assert office("apply", "--auto-approve").code == 0
        office.emulator.add_owned([A])
        assert office("apply", "--auto-approve").code == 0
        assert office.managed == office.owned == {A, B}
        assert not any(one.missing_since for one in office.state.numbers)

    def test_the_second_look_buys_another_and_what_comes_back_is_surplus(self, office: Desk):
        hide(office, A)
        assert office("apply", "--auto-approve").code == 0
        noted_long_ago(office)
        assert office("apply", "--auto-approve").code == 0
        assert office.managed == {B, C}
        office.emulator.add_owned([A])
        assert office("apply", "--auto-approve").code == 0
        assert {one.number for one in office.state.numbers if one.surplus} == {A}

    def test_accept_missing_does_without_the_second_look(self, office: Desk):
        hide(office, A)
        assert office("apply", "--auto-approve", "--accept-missing").code == 0
        assert office.managed == {B, C}


PROMPT = HEAD.replace("0.6", "0.6, hold_minutes: 0.0001")  # what was just bought may be missing


def hide(desk: Desk, number: str) -> None:
    desk.emulator.remove_owned([number])
    desk.manifest(
        (desk.folder / "numplan.yaml").read_text().replace(PROMPT, ""),
        head=HEAD.replace("0.6", "0.6, hold_minutes: 15"),
    )
    numbers = tuple(msgspec.structs.replace(one, bought_at=None) for one in desk.state.numbers)
    rewrite(desk, numbers=numbers)


def noted_long_ago(desk: Desk) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    numbers = tuple(
        msgspec.structs.replace(one, missing_since=since if one.missing_since else None)
        for one in desk.state.numbers
    )
    rewrite(desk, numbers=numbers)


def rewrite(desk: Desk, **members: object) -> None:
    (desk.folder / STATE).write_bytes(encode_state(msgspec.structs.replace(desk.state, **members)))


class TestCharges:
    def test_what_is_charged_beyond_the_plan_is_told_everywhere_until_an_apply_records_it(self, desk: Desk):
        desk.stock(A)
        desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\n')
        assert desk("apply", "--auto-approve").code == 0
        rewrite(
            desk,
            numbers=tuple(msgspec.structs.replace(one, charges_planned=True) for one in desk.state.numbers),
        )
        desk.emulator.change_charge(A, "99.00")
        words = "charged 99.00 a month, planned 0.10"
        shown = desk(
            "plan",
            "--detailed-exitcode",
            "--markdown-out",
            "p.md",
            "--html-out",
            "p.html",
            "--json-out",
            "p.json",
        )
        assert shown.code == 0
        for told in (shown.out, *((desk.folder / name).read_text() for name in ("p.md", "p.html"))):
            assert words in " ".join(unescape(told).split())
        (dear,) = json.loads((desk.folder / "p.json").read_text())["numplan"]["overcharged"]
        assert (dear["planned_monthly"], dear["charged_monthly"]) == ("0.10", "99.00")
        drift = desk("drift", "--detailed-exitcode")
        assert drift.code == 2
        assert "1 overcharged" in drift.last
        assert desk("apply", "--auto-approve").code == 0
        assert desk("drift", "--detailed-exitcode").code == 0
        assert words not in desk("plan").out
