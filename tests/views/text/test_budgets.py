"""The table of budgets on a terminal: it fits, folds, and obeys nobody."""

from decimal import Decimal

import msgspec
import pytest

from numplan.model.charge import Charge, Sum
from numplan.model.money.budget import Budget, BudgetLine
from numplan.views.common.wrapping import FOLDS, UNFOLDED
from numplan.views.text.budgets import budgets_text
from tests.views.plans import plan_of


def line(value: str | None, before: str, after: str, budget: str, unknown: int = 0) -> BudgetLine:
    held = Budget(monthly=Charge(budget), label="" if value is None else "owner", value=value)
    return BudgetLine(
        budget=held,
        before=Sum(Decimal(before), unknown),
        after=Sum(Decimal(after), unknown),
        raised=Decimal(after) > Decimal(before),
    )


def shown(*lines: BudgetLine, width: int = 80, fold=FOLDS[0]) -> list[str]:
    made = msgspec.structs.replace(plan_of(), budgets=lines, currency="USD")
    return [one.text for one in budgets_text(made, width, fold)]


def test_figures_stand_under_each_other_with_two_decimals_at_least():
    assert shown(line(None, "1", "2.005", "3"), line("sales", "0.1", "0.2", "0.15", unknown=2)) == [
        "Budgets, USD a month     before      after  budget   left",
        "  all                      1.00      2.005    3.00  0.995",
        "  owner=sales         0.10 + 2?  0.20 + 2?    0.15      ?",
        "",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_name_and_dear_numbers_fit(width: int):
    rows = shown(line("x" * 255, "123456789.55", "223456789.55", "999999999", unknown=12), width=width)
    assert max(map(len, rows)) <= width
    assert "…" in rows[1]


def test_a_name_moves_no_cursor():
    assert "\x1b" not in "".join(shown(line("\x1b[2Jsales\r\n", "1", "2", "3")))


def test_of_many_those_that_matter_are_shown_and_the_rest_is_counted():
    quiet = [line(f"v{place}", "1", "1", "9") for place in range(30)]
    lines = [
        line(None, "30", "60", "99"),
        *quiet,
        line("over", "9", "10", "9.50"),
        line("moves", "1", "2", "9"),
    ]
    rows = shown(*lines)
    assert [row.split()[0] for row in rows[1:4]] == ["owner=over", "all", "owner=moves"]
    assert rows[-2] == "    … and 29 more budgets (--expand shows all)"
    assert len(shown(*lines, fold=UNFOLDED)) == len(lines) + 2


def test_without_budgets_there_is_no_table():
    assert shown() == []
