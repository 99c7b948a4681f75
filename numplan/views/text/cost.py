"""What the account costs, as people read it: a line a group, sums in columns."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from numplan.engine.queries.cost_report import CostGroup, CostReport
from numplan.model.charge import Sum
from numplan.model.text.groups import LABEL
from numplan.model.text.printable import numbers, on_one_line
from numplan.views.common.amounts import figure
from numplan.views.common.sanitize import one_line

CENT: Final = Decimal("0.01")
LONGEST_NAME: Final = 44
"""Columns for names; a longer one is cut. CSV and JSON have all."""


def cost_text(report: CostReport, by: str | None, currency: str | None) -> str:
    """The groups under a head, and their sum."""
    total = report.total
    money = f" {one_line(currency)}" if currency else ""
    head = f"{numbers(total.count)}, {figure(total.monthly)}{money} a month"
    if total.usage is not None:
        head += f", and about {_about(total.usage)} for what they are used for"
    rows = [
        [on_one_line(group_name(one, by), LONGEST_NAME, "…"), *_figures(one)]
        for one in (*report.groups, total)
    ]
    titles = [*_titles(by, with_usage=total.usage is not None)]
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    return "\n".join((head, "", *(_line(row, widths) for row in (titles, *rows))))


def group_name(one: CostGroup, by: str | None) -> str:
    """What a group is called: `sales`, `no owner`, `state emea`, `unmanaged`."""
    match one.kind:
        case "without":
            return f"no {title_of(by)}"
        case "state":
            return one_line(f"state {one.name}")
        case "total":
            return "total"
        case "managed" if by is None:
            return "managed here"
        case _:
            return one_line(one.name)


def title_of(by: str | None) -> str:
    """What groups are made by: `owner` of `label:owner`."""
    return one_line((by or "whose").removeprefix(LABEL))


def _titles(by: str | None, *, with_usage: bool) -> Iterator[str]:
    yield from (title_of(by), "numbers", "monthly")
    if with_usage:
        yield "usage"


def _figures(one: CostGroup) -> Iterator[str]:
    yield f"{one.count:,}"
    yield figure(one.monthly)
    if one.usage is not None:
        yield _about(one.usage) if one.usage.known or one.usage.unknown else ""


def _about(money: Sum) -> str:
    """An expectation, in whole cents."""
    return figure(msgspec.structs.replace(money, known=money.known.quantize(CENT)))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = row
    cells = [
        name.ljust(widths[0]),
        *(text.rjust(width) for text, width in zip(figures, widths[1:], strict=True)),
    ]
    return "  ".join(cells).rstrip()
