"""What the account costs, for machines: a JSON document, and rows for CSV. Sums are exact text, with two
decimals or more.
"""

from typing import Any

import msgspec

from numplan.engine.queries.cost_report import CostGroup, CostReport
from numplan.model.charge import Sum
from numplan.views.common.amounts import amount
from numplan.views.common.sanitize import escaped
from numplan.views.common.table import TableRow


def cost_json(report: CostReport, by: str | None, currency: str | None, *, complete: bool) -> str:
    """The document. `unknown` counts charges that nobody knows, and that are in no sum; where it is not `complete`, the
    account may hold more numbers than are in it.
    """
    document = {
        "by": by,
        "currency": currency,
        "complete": complete,
        "groups": [{"group": one.name or None, "kind": one.kind, **_figures(one)} for one in report.groups],
        "total": _figures(report.total),
    }
    return escaped(msgspec.json.format(msgspec.json.encode(document)).decode())


def cost_rows(report: CostReport) -> list[TableRow]:
    """A row a group, and one of kind `total`."""
    return [{"group": one.name, "kind": one.kind, **_flat(one)} for one in (*report.groups, report.total)]


def _figures(one: CostGroup) -> dict[str, Any]:
    usage = {} if one.usage is None else {"usage": _money(one.usage)}
    return {"numbers": one.count, **_money(one.monthly), **usage}


def _money(money: Sum) -> dict[str, Any]:
    return {"monthly_charge": amount(money.known), "unknown": money.unknown}


def _flat(one: CostGroup) -> dict[str, Any]:
    used = one.usage
    usage = {} if used is None else {"usage": amount(used.known), "usage_unknown": used.unknown}
    return {"numbers": one.count, **_money(one.monthly), **usage}
