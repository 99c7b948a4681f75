"""Numbers that are gone, or never were for sale: told as what they are, and in nobody's way."""

import json
from decimal import Decimal

import pytest

from tests.cli.desk import HEAD, Desk

HERS = [f"+120155501{place:02}" for place in range(6)]
STOCK = [f"+121255501{place:02}" for place in range(4)]
NOW = HEAD.replace("settle_seconds: 0.6", "settle_seconds: 0.6, hold_minutes: 0")
KEPT = "".join(f"  n{at}: {{number: '{number}'}}\n" for at, number in enumerate(HERS))
GONE = HERS[2]


@pytest.fixture
def ported(desk: Desk) -> Desk:
    """Six managed numbers, of which one was ported out; its absence has been noted."""
    desk.stock(*HERS)
    desk.manifest(f"numbers:\n{KEPT}", head=NOW)
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.remove_owned([GONE])
    noted = desk("apply", "--auto-approve", "--accept-missing")
    assert noted.code == 4
    desk.stock(*STOCK)
    return desk


def test_a_number_that_was_ported_out_stops_nothing_else(ported: Desk) -> None:
    ported.manifest(f"numbers:\n{KEPT}pools: {{p: {{count: 2}}}}\n", head=NOW)
    planned = ported(
        "plan",
        "--detailed-exitcode",
        "--json-out",
        "plan.json",
        "--html-out",
        "plan.html",
        "--markdown-out",
        "plan.md",
    )
    assert planned.code == 2
    assert planned.out.index("Cannot be had") < planned.out.index("To purchase")
    assert (
        "gone: managed until now, the account no longer holds it (ported out, or released elsewhere?)"
        in " ".join(planned.out.split())
    )
    assert "`forget` it, or remove it at numplan.yaml:7:3" in " ".join(planned.out.split())
    assert planned.last.startswith(
        "Plan: 2 to purchase, 0 to release, 0 to adopt, 0 to update, 0 blocked, 1 unavailable."
    )
    document = json.loads((ported.folder / "plan.json").read_text())
    assert (document["applyable"], document["errored"]) == (True, False)
    assert document["numplan"]["counts"]["unavailable"] == 1
    (told,) = document["numplan"]["unavailable"]
    assert (told["address"], told["number"], told["managed"], told["source"]) == (
        "number.n2",
        GONE,
        True,
        "numplan.yaml:7:3",
    )
    for name in ("plan.html", "plan.md"):
        assert "ported out" in (ported.folder / name).read_text()
    for _ in range(2):
        applied = ported("apply", "--auto-approve")
        assert applied.code == 4, applied.err
        assert "1 unavailable" in applied.last
    assert len(ported.owned.intersection(STOCK)) == 2
    assert GONE in {one.number for one in ported.state.numbers}


def test_it_costs_nothing_and_the_guard_no_longer_counts_it(ported: Desk) -> None:
    ran = ported("plan", "--json-out", "plan.json")
    assert ran.code == 0
    cost = json.loads((ported.folder / "plan.json").read_text())["numplan"]["cost"]
    assert Decimal(cost["monthly"]) == 0
    assert "refused" not in ran.out


def test_once_it_is_forgotten_it_is_told_no_more(ported: Desk) -> None:
    others = KEPT.replace(f"  n2: {{number: '{GONE}'}}\n", "")
    ported.manifest(f"numbers:\n{others}forget: [number.n2]\n", head=NOW)
    assert ported("apply", "--auto-approve").code == 0
    assert ported("plan", "--detailed-exitcode").code == 0


def test_it_is_told_by_explain_and_by_a_saved_plan(ported: Desk) -> None:
    assert "nothing: it is gone; managed until now" in " ".join(ported("explain", GONE).out.split())
    ported.manifest(f"numbers:\n{KEPT}pools: {{p: {{count: 1}}}}\n", head=NOW)
    assert ported("plan", "--out", "p.plan").code == 0
    assert ported("apply", "p.plan", "--auto-approve").code == 4
    assert len(ported.owned.intersection(STOCK)) == 1


@pytest.mark.parametrize("form", ["numbers", "sets"])
def test_what_may_be_lacking_is_told_and_the_rest_goes_on(desk: Desk, form: str) -> None:
    desk.stock(*HERS[:2])
    body = {
        "numbers": "".join(
            f"  n{at}: {{number: '{number}', on_unavailable: skip}}\n" for at, number in enumerate(HERS[:3])
        ),
        "sets": f"  s: {{numbers: [{', '.join(HERS[:3])}], on_unavailable: skip}}\n",
    }[form]
    desk.manifest(f"{form}:\n{body}")
    planned = desk("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "not for sale, and not owned by the account" in " ".join(planned.out.split())
    assert desk("apply", "--auto-approve").code == 4
    assert desk.owned == set(HERS[:2])
    desk.stock(HERS[2])
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == set(HERS[:3])


def test_without_the_key_it_is_an_error(desk: Desk) -> None:
    desk.stock(HERS[0])
    desk.manifest(f"sets: {{s: {{numbers: [{HERS[0]}, {HERS[1]}]}}}}\n")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1
    assert not desk.owned
