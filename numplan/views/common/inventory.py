"""The numbers of an account as rows, with all that is known of each."""

from collections.abc import Sequence

from numplan.engine.queries.account_numbers import AccountNumber
from numplan.model.moment import our_time
from numplan.views.common.rates import rates_of
from numplan.views.common.table import LABEL, TableRow, owned_row, unreadable_row


def inventory_row(one: AccountNumber) -> TableRow:
    """All that is known of a number. What nobody knows is None: the account's listing shows no state, city, category
    or trunk.
    """
    listed = (
        owned_row(one.row)
        if one.row is not None
        else unreadable_row(one.unreadable)
        if one.unreadable is not None
        else {}
    )
    known = one.attributes
    bought = one.bought_at
    return {
        **listed,
        "resource": one.resource,
        "address": one.address,
        "whose": one.whose,
        "state": None if known is None else known.state,
        "city": None if known is None else known.city,
        "category": None if known is None else known.category,
        "sip_trunk_id": None if known is None else known.sip_trunk_id,
        "flow": one.row.flow.flow_name if one.row is not None and one.row.flow else None,
        "labels": {} if known is None else dict(sorted(known.labels.items())),
        "protect": known is not None and known.protect,
        **rates_of(one.rates),
        "bought_at": None if bought is None else f"{our_time(bought):%Y-%m-%dT%H:%M:%SZ}",
        "leaving_at": None if known is None or known.leaving_at is None else f"{known.leaving_at:%Y-%m-%d}",
    }


def value_at(row: TableRow, column: str) -> object:
    """What a row has in a column; `label.NAME` is the value of that label."""
    if column.startswith(LABEL):
        labels = row.get("labels")
        return labels.get(column.removeprefix(LABEL)) if isinstance(labels, dict) else None
    return row.get(column)


def with_labels(rows: Sequence[TableRow]) -> list[TableRow]:
    """Rows with a column for each label that any of them has, as a numbers file is read."""
    names = sorted({name for row in rows if isinstance(held := row.get("labels"), dict) for name in held})
    return [{**row, **{f"{LABEL}{name}": value_at(row, f"{LABEL}{name}") for name in names}} for row in rows]


def only(rows: Sequence[TableRow], columns: Sequence[str]) -> list[TableRow]:
    """Rows with these columns alone, in this order."""
    return [{name: value_at(row, name) for name in columns} for row in rows]
