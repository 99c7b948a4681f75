"""The vendor's own reason is told with every outcome, also where that was found out later."""

import json

import pytest

from tests.cli.desk import HEAD, Desk, Ran, run_of

A, B, C, D = run_of(16095550101, 4)
POOR = "Insufficient balance"
LISTED = ", ".join(f'"{number}"' for number in (A, B, C, D))
ALL = f"sets: {{dialer: {{numbers: [{LISTED}]}}}}\n"
ONE = f'numbers: {{support: {{number: "{A}"}}}}\n'
ONE_BY_ONE = HEAD.replace("50", "1, parallelism: 1")


def words(ran: Ran) -> str:
    return " ".join(ran.out.split())


def details(ran: Ran) -> list[str]:
    """What each diagnostic of a stream says."""
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return [line["diagnostic"]["detail"] for line in lines if line["type"] == "diagnostic"]


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("status", {"status": 402}),
        ("status", {"status": 404}),
        ("status", {"status": 500}),
        ("not_ok", {"commit": False}),
    ],
)
def test_the_summary_of_what_was_settled_in_the_same_run_has_the_vendors_words(
    desk: Desk, fault: str, how: dict[str, object]
):
    desk.stock(A)
    desk.manifest(ONE)
    for flags in ((), ("--json",)):
        desk.fault(fault, "purchase-numbers", message=POOR, **how)
        ran = desk("apply", "--auto-approve", *flags)
        assert ran.code in {1, 4}, ran
        if flags:
            assert sum(f"({POOR}); it is not in the account" in detail for detail in details(ran)) == 1
        else:
            summary = words(ran).rpartition("Purchase failed: 1 number:")[2]
            assert f"({POOR}); it is not in the account" in summary
        assert ran.last.startswith("{" if flags else "Apply: 0 purchased")


def test_what_was_bought_behind_a_status_that_says_no_is_told_with_it(desk: Desk):
    desk.stock(A, B)
    desk.manifest(ALL.replace(f', "{C}", "{D}"', ""), head=ONE_BY_ONE)
    desk.fault("status", "purchase-numbers", status=404, message=POOR, commit=True)
    assert f"({POOR}); found in the account" in words(desk("apply", "--auto-approve"))
    assert desk.managed == {A, B}


def test_what_was_not_sent_any_more_is_told_with_the_reason(desk: Desk):
    desk.stock(A, B, C, D)
    desk.manifest(ALL, head=ONE_BY_ONE)
    desk.fault("status", "purchase-numbers", status=402, message=POOR)
    ran = desk("apply", "--auto-approve")
    assert len(desk.posts) == 1
    assert f"Purchase not sent: 3 numbers: purchase-numbers: the API answered 402 ({POOR})" in words(ran)


@pytest.mark.parametrize("status", [401, 402, 403, 409, 423])
def test_calls_in_flight_end_and_no_other_batch_is_sent(desk: Desk, status: int):
    numbers = run_of(16095550101, 20)
    desk.stock(*numbers)
    listed = ", ".join(f'"{number}"' for number in numbers)
    desk.manifest(
        f"sets: {{dialer: {{numbers: [{listed}]}}}}\n", head=HEAD.replace("50", "1, parallelism: 2")
    )
    desk.fault("status", "purchase-numbers", status=status, message=POOR, count=0)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1, ran
    assert len(desk.posts) <= 2
    assert POOR in words(ran).rpartition("Purchase not sent:")[2]


def test_a_release_that_is_answered_with_a_status_is_told_with_it(desk: Desk):
    desk.stock(A)
    desk.manifest(ONE)
    assert desk("apply", "--auto-approve").code == 0
    desk.fault("status", "release-numbers", status=409, message="Number is in use by a campaign")
    ran = desk("destroy", "--auto-approve")
    assert "(Number is in use by a campaign); the account still holds it" in words(ran)
    assert desk.managed == {A}


@pytest.fixture
def unknown(desk: Desk) -> Desk:
    """A desk where a purchase was answered 402 and the account could not be looked at since."""
    desk.stock(A)
    desk.manifest(ONE)
    desk.fault("status", "purchase-numbers", status=402, message=POOR)
    desk.fault("status", "purchased-list", status=401, nth=2, count=0)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 5, ran
    assert f"({POOR})" in words(ran).rpartition("Unknown outcomes: 1 number.")[2]
    desk.emulator.clear_faults()
    return desk


def test_the_next_plan_says_it_in_every_form(unknown: Desk):
    outs = ("--json-out", "p.json", "--markdown-out", "p.md", "--html-out", "p.html")
    said = f"purchase-numbers: the API answered 402 ({POOR})"
    assert f"the outcome is not known yet: {said}" in words(unknown("plan", *outs))
    assert POOR in (unknown.folder / "p.md").read_text()
    assert POOR in (unknown.folder / "p.html").read_text()
    held = json.loads((unknown.folder / "p.json").read_text())["numplan"]["held"]
    assert [one["reason"].endswith(said) for one in held] == [True]


def test_what_looks_into_state_says_it(unknown: Desk):
    assert POOR in words(unknown("show"))
    assert POOR in words(unknown("explain", A))
    (left,) = json.loads(unknown("show", "--json").out)["numplan"]["unsettled"]
    assert POOR in left["doubt"]
    assert POOR in json.loads(unknown("explain", A, "--json").out)["doubt"]


def test_the_next_run_settles_it_in_the_vendors_words(unknown: Desk):
    ran = unknown("state", "settle")
    assert ran.code == 0, ran
    assert f"({POOR}); it is not in the account" in words(ran)
    assert not unknown.state.intents


def test_a_secret_in_the_vendors_words_keeps_no_state_from_being_written(desk: Desk):
    key = "a-key-for-plans-0123456789abcdefgh"
    desk.stock(A)
    desk.manifest(ONE)
    desk.fault("status", "purchase-numbers", status=402, message=f"no {key} \x1b[31m\n::error::here")
    desk.fault("status", "purchased-list", status=401, nth=2, count=0)
    ran = desk("apply", "--auto-approve", NUMPLAN_PLAN_KEY=key)
    assert ran.code == 5, ran
    (left,) = desk.state.intents
    assert left.doubt == "purchase-numbers: the API answered 402 (no *** [31m ::error::here)"
    assert key not in ran.out
    assert "\n::error" not in ran.out
