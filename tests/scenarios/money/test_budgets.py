"""Budgets from outside: over many applies, by a label, at other prices, and beside the vendor's own books."""

import json
from decimal import Decimal

import msgspec
import pytest

from tests.cli.desk import Desk, run_of
from tests.cli.pseudo_terminal import Terminal

A, B, C, D, E = run_of(16095550101, 5)
QUESTION = "Only 'yes' will be accepted to approve:"


def pools(desk: Desk, sales: int, lab: int, budgets: str) -> None:
    desk.manifest(
        f"""\
        pools:
          sales: {{count: {sales}, state: New Jersey, select: lowest, labels: {{owner: sales}}}}
          lab: {{count: {lab}, state: New Jersey, select: lowest, labels: {{owner: lab}}}}
        policy: {{budgets: {budgets}}}
        """
    )


def charged(desk: Desk) -> Decimal:
    """What the account is charged a month for the numbers that it really holds."""
    rows = {one["number"]: one for one in json.loads(desk("numbers", "--json").out)}
    return sum((Decimal(rows[number]["monthly_charge"]) for number in desk.owned), Decimal(0))


def table(desk: Desk, *arguments: str) -> dict[str, tuple[str, ...]]:
    """Each row of the budgets in plan JSON."""
    desk("plan", "--json-out", "plan.json", *arguments)
    plan = json.loads((desk.folder / "plan.json").read_text())
    rows = plan["numplan"]["budgets"]
    return {one["key"]: (one["before"], one["after"], one["budget"], one["left"]) for one in rows}


def test_one_apply_after_another_comes_to_the_budget_and_never_beyond_it(desk: Desk):
    desk.stock(A, B, C, D, E)
    codes = []
    for count in (1, 2, 3, 4, 5):
        pools(desk, count, 0, '{monthly: "0.30", by: owner, each: {sales: "0.30"}}')
        codes.append(desk("apply", "--auto-approve").code)
        assert charged(desk) <= Decimal("0.30")
    assert codes == [0, 0, 0, 6, 6]
    assert charged(desk) == Decimal("0.30")
    assert len(desk.posts) == 3


def test_what_is_killed_after_its_purchase_counts_in_the_next_run(desk: Desk):
    desk.stock(A, B, C)
    pools(desk, 1, 0, '{monthly: "0.10"}')
    killed = desk.process(
        "apply", "--auto-approve", environment={"NUMPLAN_FAILPOINT": "purchase.answered:1:kill"}
    )
    assert killed.code == -9
    assert charged(desk) == Decimal("0.10")
    pools(desk, 2, 0, '{monthly: "0.10"}')
    assert desk("apply", "--auto-approve").code == 6
    assert charged(desk) <= Decimal("0.10")


def test_every_form_of_a_plan_shows_the_table(desk: Desk):
    desk.stock(A, B, C)
    pools(desk, 2, 1, '{monthly: "1.00", by: owner, each: {sales: "0.15"}, others: "0.50"}')
    ran = desk("plan", "--markdown-out", "p.md", "--html-out", "p.html")
    assert ran.code == 6
    text = [line.split() for line in ran.out.splitlines()]
    assert ["owner=sales", "0.00", "0.20", "0.15", "-0.05"] in text
    assert ["owner", "(others)", "0.00", "0.10", "0.50", "0.40"] in text
    assert max(map(len, ran.out.splitlines()[:-1])) <= 80
    markdown = (desk.folder / "p.md").read_text()
    assert "| :no_entry: owner=sales | 0.00 | 0.20 | 0.15 | -0.05 |" in markdown
    assert "| all | 0.00 | 0.30 | 1.00 | 0.70 |" in markdown
    page = (desk.folder / "p.html").read_text()
    assert 'data-label="Left" class="money">-0.05 <span class="word">refused</span>' in page
    assert table(desk) == {
        "policy.budgets.monthly": ("0.00", "0.30", "1.00", "0.70"),
        "policy.budgets.each.sales": ("0.00", "0.20", "0.15", "-0.05"),
        "policy.budgets.others": ("0.00", "0.10", "0.50", "0.40"),
    }


def test_without_budgets_no_form_and_no_state_speaks_of_them(desk: Desk):
    desk.stock(A)
    desk.manifest("pools: {sales: {count: 1, state: New Jersey}}\n")
    ran = desk("plan", "--markdown-out", "p.md", "--html-out", "p.html", "--json-out", "p.json")
    assert desk("apply", "--auto-approve").code == 0
    said = [ran.out, *((desk.folder / name).read_text() for name in ("p.md", "p.json", "numplan.state.json"))]
    assert not any("budget" in one.lower() for one in said)
    assert "Budgets a month" not in (desk.folder / "p.html").read_text()


def test_a_price_that_rises_warns_and_stops_only_what_raises_the_sum(desk: Desk):
    desk.stock(A, B)
    pools(desk, 1, 0, '{monthly: "0.30"}')
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.change_charge(A, "9.00")
    ran = desk("plan")
    assert ran.code == 0
    assert "what is managed comes to 9.00 a month, beyond its budget of 0.30" in ran.out
    pools(desk, 2, 0, '{monthly: "0.30"}')
    assert desk("apply", "--auto-approve").code == 6
    pools(desk, 0, 0, '{monthly: "0.30"}')
    assert desk("apply", "--auto-approve", "--allow-empty").code == 0
    assert desk.owned == set()


def test_a_charge_that_rises_while_the_question_stands_open_leaves_no_room(desk: Desk):
    desk.stock(A, B)
    pools(desk, 1, 0, '{monthly: "0.25"}')
    assert desk("apply", "--auto-approve").code == 0
    pools(desk, 2, 0, '{monthly: "0.25"}')
    terminal = Terminal(desk, "apply")
    terminal.read(QUESTION)
    desk.emulator.change_charge(A, "0.20")
    terminal.type(b"yes\n")
    assert terminal.end() == 7, terminal.seen
    assert "would cost 0.30 a month, and the budget is 0.25" in " ".join(terminal.seen.split())
    assert desk.owned == {A}


def test_a_saved_plan_is_held_against_the_charges_of_the_day_it_is_applied(desk: Desk):
    desk.stock(A, B)
    pools(desk, 1, 0, '{monthly: "0.25"}')
    assert desk("apply", "--auto-approve").code == 0
    pools(desk, 2, 0, '{monthly: "0.25"}')
    assert desk("plan", "--out", "p.plan").code == 0
    desk.emulator.change_charge(A, "0.20")
    ran = desk("apply", "p.plan")
    assert ran.code == 7
    assert "the guard budget refuses the plan made anew" in " ".join(ran.err.split())
    assert desk.owned == {A}


def test_adopt_is_refused_as_an_apply_is(desk: Desk):
    desk.emulator.add_owned([{"number": A, "recurring_charge": "0.40"}])
    desk.manifest('pools: {}\npolicy: {budgets: {monthly: "0.30"}}\n')
    ran = desk("adopt", "--all", "--auto-approve")
    assert ran.code == 6
    assert "what is managed would cost 0.40 a month" in " ".join(ran.out.split())
    assert A not in (desk.folder / "numplan.yaml").read_text()


@pytest.mark.parametrize("own", ["", 'policy: {budgets: {monthly: "99"}}\n'])
def test_an_operators_budget_is_lifted_by_no_manifest(desk: Desk, own: str):
    desk.stock(A)
    desk.manifest(f"pools: {{sales: {{count: 1, state: New Jersey}}}}\n{own}")
    (desk.folder / "operator.yaml").write_text('budgets: {monthly: "0.05"}\n')
    ran = desk("apply", "--auto-approve", NUMPLAN_POLICY="operator.yaml")
    assert ran.code == 6
    assert "and NUMPLAN_POLICY allows 0.05" in " ".join(ran.out.split())
    assert desk.left_alone()


def test_state_of_a_policy_without_budgets_is_read_as_before(desk: Desk):
    desk.stock(A)
    pools(desk, 1, 0, '{monthly: "1"}')
    assert desk("apply", "--auto-approve").code == 0
    bound = desk.state.bound
    assert bound is not None
    assert [str(one) for one in bound.policy.budgets or ()] == ["1.00"]
    pools(desk, 1, 0, "{}")
    assert "Loosened since the last apply: policy.budgets.monthly 1.00 -> none" in desk("plan").out
    assert b"budgets" not in msgspec.json.encode(msgspec.structs.replace(bound.policy, budgets=msgspec.UNSET))
