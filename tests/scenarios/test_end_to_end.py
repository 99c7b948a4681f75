"""The whole life of a manifest, over real HTTP: after apply the account holds exactly what it declares."""

import re
from collections.abc import Callable

from tests.cli.desk import HEAD, STATE, Desk, Ran, run_of, until

A, B, C, D, E, F = run_of(16095550101, 6)
HASTY = HEAD.replace("0.6", "0.1")
PROMPT = HEAD.replace("0.6", "0.6, hold_minutes: 0")  # a vendor that lists what it sold at once

PLAN_LINE = re.compile(
    r"(No changes\. )?Plan: \d+ to purchase, \d+ to release, \d+ to adopt, \d+ to update, \d+ blocked\. "
    r"Cost: [+-]\d+\.\d{2,} once, [+-]\d+\.\d{2,} a month\."
)
APPLY_LINE = re.compile(
    r"(No changes\. )?Apply: \d+ purchased, \d+ released, \d+ adopted, \d+ updated, "
    r"\d+ failed, \d+ unknown, \d+ blocked\. "
    r"Cost: [+-]\d+\.\d{2,} once, [+-]\d+\.\d{2,} a month\."
)


def counts(ran: Ran) -> list[int]:
    """The figures of the last line, in its order."""
    return [int(figure) for figure in re.findall(r"(?<![.\d+-])\d+(?= )(?! once| a month)", ran.last)]


def settled(desk: Desk, *numbers: str) -> None:
    """The account holds exactly these, state knows exactly these, and there is nothing left to plan."""
    assert desk.owned == set(numbers)
    assert desk.managed == set(numbers)
    ran = desk("plan", "--detailed-exitcode")
    assert ran.code == 0, ran
    assert ran.last.startswith("No changes. Plan: 0 to purchase, 0 to release")


def test_the_whole_life(desk: Desk) -> None:
    desk.stock(A, B, C, D, E, F)
    assert desk("init").code == 0
    assert desk("validate").code == 0
    assert desk("plan", "--detailed-exitcode").code == 0

    desk.manifest(f"""\
    numbers:
      support: {{number: "{A}"}}
    sets:
      dialer: {{numbers: ["{B}", "{C}"]}}
    pools:
      sales: {{count: 2, state: New Jersey, select: lowest}}
    """)
    planned = desk("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert PLAN_LINE.fullmatch(planned.last)
    assert counts(planned) == [5, 0, 0, 0, 0]
    assert desk.left_alone()

    applied = desk("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert PLAN_LINE.search(applied.out)
    assert APPLY_LINE.fullmatch(applied.last)
    assert counts(applied) == [5, 0, 0, 0, 0, 0, 0]
    settled(desk, A, B, C, D, E)

    desk.manifest(f"""\
    numbers:
      support: {{number: "{A}", labels: {{owner: voice}}}}
    sets:
      dialer: {{numbers: ["{C}"]}}
    pools:
      sales: {{count: 3, state: New Jersey, select: lowest}}
    """)
    edited = desk("apply", "--auto-approve")
    assert edited.code == 0, edited
    assert counts(edited) == [1, 1, 0, 1, 0, 0, 0]
    settled(desk, A, C, D, E, F)

    desk.manifest("pools: {sales: {count: 1, state: New Jersey, select: lowest}}")
    cut = desk("apply", "--auto-approve")
    assert cut.code == 6, cut
    assert "guard release-share" in cut.err
    shrunk = desk("apply", "--auto-approve", "--max-releases", "4")
    assert shrunk.code == 0, shrunk
    assert counts(shrunk)[1] == 4
    assert len(desk.owned) == 1
    assert desk.owned <= {D, E, F}

    destroyed = desk("destroy", "--auto-approve")
    assert destroyed.code == 0, destroyed
    assert desk.owned == set()
    assert desk.state.numbers == ()


def test_a_saved_plan_is_carried_out_as_it_was_reviewed_and_only_once(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}')
    saved = desk("plan", "--out", "tonight.plan")
    assert saved.code == 0
    assert "saved the plan to tonight.plan" in saved.err
    assert desk.left_alone()

    applied = desk("apply", "tonight.plan")
    assert applied.code == 0, applied
    assert saved.out in applied.out  # the plan is shown again, word for word
    assert counts(applied) == [2, 0, 0, 0, 0, 0, 0]
    settled(desk, A, B)

    again = desk("apply", "tonight.plan")
    assert again.code == 7
    assert "make the plan again" in again.err
    assert len(desk.posts) == 1


def test_a_purchase_whose_answer_is_lost_is_found_in_the_account(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    desk.fault("lose_reply", "purchase-numbers")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert "found in the account" in ran.out
    settled(desk, A)


def test_an_unknown_outcome_is_5_and_the_next_apply_settles_it(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}', head=HASTY)
    desk.fault("lag", "purchase-numbers", seconds=1.5)
    desk.fault("lose_reply", "purchase-numbers")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 5, ran
    assert "Unknown outcomes: 2" in ran.out
    assert f'set.dialer["{A}"]' in ran.out
    assert counts(ran) == [0, 0, 0, 0, 0, 2, 0]
    assert [one.number for one in desk.state.intents] == [A, B]

    seen = desk("plan", "--detailed-exitcode")
    assert "2 unsettled calls" in seen.out

    until(lambda: len(desk("numbers").out.splitlines()) == 3, "the late listing")
    again = desk("apply", "--auto-approve")
    assert again.code == 0, again
    assert len(desk.posts) == 1
    settled(desk, A, B)


def test_an_unknown_outcome_outranks_a_guard_in_the_next_run(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}', head=HASTY)
    desk.fault("lag", "purchase-numbers", seconds=60)
    desk.fault("lose_reply", "purchase-numbers")
    assert desk("apply", "--auto-approve").code == 5
    desk.manifest(
        f'numbers: {{support: {{number: "{A}"}}}}\npolicy: {{required_labels: [owner]}}', head=HASTY
    )
    ran = desk("apply", "--auto-approve")
    assert ran.code == 5, ran
    assert "labels" in ran.out
    assert len(desk.posts) == 1


def test_a_late_purchase_that_was_closed_fills_its_slot(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}', head=HASTY)
    desk.fault("late_commit", "purchase-numbers", seconds=1.5)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 4, ran
    assert "not bought" in ran.out
    until(lambda: A in desk.owned, "the late purchase")
    assert desk("apply", "--auto-approve").code == 0
    assert len(desk.posts) == 1
    settled(desk, A)


def test_a_refused_purchase_is_4_and_quotes_the_vendor(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}')
    desk.fault("refuse", "purchase-numbers", numbers=[A.lstrip("+")], message="Not for you")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 4, ran
    assert "Not for you" in ran.out
    assert counts(ran) == [1, 0, 0, 0, 1, 0, 0]
    assert desk.managed == desk.owned == {B}
    assert desk("apply", "--auto-approve").code == 0
    settled(desk, A, B)


def test_a_pool_number_that_is_gone_is_replaced_by_an_alternate(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest("pools: {sales: {count: 1, state: New Jersey, select: lowest}}")
    desk.fault("taken", "purchase-numbers", numbers=[A.lstrip("+")])
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert f"trying {B} instead" in ran.out
    settled(desk, B)


def test_credentials_refused_while_buying_are_1_for_nothing_was_done(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    desk.fault("status", "purchase-numbers", status=401)
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1, ran
    assert desk.owned == set()
    assert not desk.state.intents


def test_a_blocked_release_is_4_for_apply_and_2_for_plan(desk: Desk) -> None:
    desk.emulator.add_owned([{"number": A, "assignment": {"flow_id": "7", "flow_name": "Front door"}}])
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest("numbers: {}")
    planned = desk("plan", "--detailed-exitcode", "--allow-empty")
    assert planned.code == 2, planned
    assert "Front door" in planned.out
    assert "1 blocked." in planned.last
    assert "No changes" not in planned.out
    ran = desk("apply", "--auto-approve", "--allow-empty")
    assert ran.code == 4, ran
    assert counts(ran)[-1] == 1
    assert desk.owned == {A}
    assert not desk.posts


def test_a_number_that_vanished_is_bought_again_and_one_no_longer_declared_is_forgotten(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}"]}}}}', head=PROMPT)
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.remove_owned([A], to_stock=True)
    planned = desk("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "missing from the account" in planned.out
    desk.emulator.remove_owned([B])
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}"]}}}}', head=PROMPT)
    ran = desk("apply", "--auto-approve", "--accept-missing")
    assert ran.code == 0, ran
    settled(desk, A)


def test_adopting_costs_no_call(desk: Desk) -> None:
    desk.emulator.add_owned([A])
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert counts(ran) == [0, 0, 1, 0, 0, 0, 0]
    assert not desk.posts
    settled(desk, A)


def test_a_plan_without_changes_writes_nothing_and_costs_two_calls(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    assert desk("apply", "--auto-approve").code == 0
    before = {
        path.name: path.stat().st_mtime_ns for path in desk.folder.iterdir() if path.name != f"{STATE}.lock"
    }
    calls = sum(desk.emulator.calls().values())
    assert desk("plan", "--detailed-exitcode").code == 0
    assert sum(desk.emulator.calls().values()) - calls == 2
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0
    assert sum(desk.emulator.calls().values()) - calls == 4
    after = {
        path.name: path.stat().st_mtime_ns for path in desk.folder.iterdir() if path.name != f"{STATE}.lock"
    }
    assert after == before


def test_moving_to_another_trunk_takes_consent(desk: Desk) -> None:
    desk.emulator.configure(released_to_stock=True)
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(f'numbers: {{support: {{number: "{A}", sip_trunk_id: 170}}}}')
    assert desk("apply", "--auto-approve").code == 6
    desk.manifest(f'numbers: {{support: {{number: "{A}", sip_trunk_id: 170, on_trunk_change: replace}}}}')
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert [one.trunk for one in desk.emulator.owned()] == [170]
    settled(desk, A)


def large(count: int, pools: int) -> str:
    """A manifest of so many explicit numbers, in a file and in map form, and so many pools of three."""
    half = count // 2
    entries = "".join(
        f'  n{index}: {{number: "{number}"}}\n' for index, number in enumerate(run_of(16095560000, half))
    )
    members = "".join(
        f"  p{index}: {{count: 3, state: New York, digits: '{7000 + index}', select: lowest}}\n"
        for index in range(pools)
    )
    return (
        f"policy: {{max_releases: 5}}\nnumbers:\n{entries}sets:\n  dialer: {{numbers_file: dialer.csv}}\n"
        f"pools:\n{members}"
    )


def test_a_thousand_numbers_and_twenty_pools_there_and_halfway_back(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.stock(*run_of(16095560000, 500), *run_of(16095570000, 500))
    desk.stock(
        *(
            {"number": f"1212{7000 + pool}{tail:03}", "state": "New York"}
            for pool in range(20)
            for tail in range(100, 105)
        )
    )
    (desk.folder / "dialer.csv").write_text("number\n" + "\n".join(run_of(16095570000, 500)))
    desk.manifest(large(1000, 20))
    applied = desk("apply", "--auto-approve")
    assert applied.code == 0, applied.err
    assert counts(applied) == [1060, 0, 0, 0, 0, 0, 0]
    assert len(desk.owned) == 1060
    assert desk.managed == desk.owned

    calls = sum(desk.emulator.calls().values())
    again = desk("plan", "--detailed-exitcode")
    assert again.code == 0, again
    assert again.last.startswith("No changes. ")
    assert sum(desk.emulator.calls().values()) - calls <= 3

    (desk.folder / "dialer.csv").write_text("number\n" + "\n".join(run_of(16095570000, 250)))
    desk.manifest(large(500, 10))
    refused = desk("apply", "--auto-approve")
    assert refused.code == 6
    assert "--max-releases 530" in refused.out
    assert len(desk.owned) == 1060
    halved = desk("apply", "--auto-approve", "--max-releases", "530")
    assert halved.code == 0, halved.err
    assert counts(halved) == [0, 530, 0, 0, 0, 0, 0]
    assert len(desk.owned) == 530
    assert desk.owned >= {*run_of(16095560000, 250), *run_of(16095570000, 250)}
    assert desk.managed == desk.owned
    assert desk("plan", "--detailed-exitcode").code == 0
