"""What the account holds: purchased, listed, released, and changed from outside."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from numplan.emulator.protocol.records import (
    Flow,
    Holding,
    Owned,
    assignment_of,
    digits_of,
    purchased_row,
)
from numplan.emulator.protocol.requests import PurchasedList
from numplan.emulator.vendor.seed import offer_of
from numplan.emulator.vendor.stock import (
    Listing,
    for_sale,
    offer_by_id,
    remember_offer,
    take_off_sale,
)

PURCHASED = "Number Purchased Successfully"
NOT_PURCHASED = "Not able to purchase the number"
RELEASED = "Number Released Successfully"
HELD_BY_FLOW = "Number Cannot be Released because it is associated with the flow builder"
NOT_RELEASED = "Not able to release the number"
NOT_OWNED = "Number Cannot be Released because it is not purchased by this account"


class Outcome(msgspec.Struct, frozen=True):
    """What became of the numbers of one POST, with the vendor's sentence for each."""

    done: dict[str, str]
    refused: dict[str, str]


class Lag(msgspec.Struct, frozen=True):
    """When the listing catches up: once the clock is past `until` and `listings` calls have been listed."""

    until: float = 0
    listings: int = 0


def purchase(
    db: sqlite3.Connection, numbers: Sequence[str], trunk: int | None, customer_id: int, lag: Lag
) -> Outcome:
    """Buy each of the numbers that is for sale onto `trunk`."""
    on_sale = for_sale(db, numbers)
    offers = {offer: msgspec.structs.asdict(offer_by_id(db, offer)) for offer in {*on_sale.values()}}
    done, refused = {}, {}
    bought: list[tuple[Owned, int]] = []
    for number in numbers:
        offer = on_sale.pop(number, None)
        if offer is None:
            refused[number] = NOT_PURCHASED
        else:
            bought.append((Owned(**offers[offer], number=number, trunk=trunk), offer))
            done[number] = PURCHASED
    take_off_sale(db, done)
    _insert(db, bought, customer_id, lag)
    return Outcome(done, refused)


def release(db: sqlite3.Connection, numbers: Sequence[str], lag: Lag | None, *, to_stock: bool) -> Outcome:
    """Give back each of the numbers that the account holds and no flow answers.

    With a `lag`, they stay in the listing until it is over.
    """
    done, refused = {}, {}
    for number in numbers:
        found = db.execute(
            "SELECT json_extract(row, '$.assignment.type') IS NOT NULL FROM owned WHERE number = ?", (number,)
        ).fetchone()
        if found is None:
            refused[number] = NOT_OWNED
        elif found[0]:
            refused[number] = HELD_BY_FLOW
        else:
            if lag is not None:
                _keep_listed(db, number, lag)
            remove(db, [number], to_stock=to_stock)
            done[number] = RELEASED
    return Outcome(done, refused)


def add_owned(db: sqlite3.Connection, numbers: Iterable[Owned], customer_id: int) -> None:
    """Put numbers into the account as if purchased outside numplan; they are for sale no more."""
    for each in numbers:
        take_off_sale(db, [digits_of(each.number)])
        _insert(db, [(each, remember_offer(db, offer_of(each)))], customer_id, Lag())


def fill_account(db: sqlite3.Connection, numbers: Iterable[Owned], customer_id: int) -> None:
    """Put many numbers into an empty account at once."""
    offers: dict[object, int] = {}

    def rows() -> Iterable[tuple[str, int, int | None, int, str]]:
        for position, each in enumerate(numbers, 1):
            offer = offer_of(each)
            if offer not in offers:
                offers[offer] = remember_offer(db, offer)
            yield each.number, offers[offer], each.trunk, position, purchased_row(each, customer_id)

    db.executemany(
        "INSERT INTO owned (number, offer, trunk, bought_at, row) VALUES (?, ?, ?, ?, ?)", list(rows())
    )
    db.execute("UPDATE numbers SET for_sale = 0 WHERE number IN (SELECT number FROM owned)")
    db.execute("UPDATE counters SET value = (SELECT count(*) FROM owned) WHERE name = 'bought'")


def remove(db: sqlite3.Connection, numbers: Iterable[str], *, to_stock: bool = False) -> None:
    """Take numbers out of the account; unless `to_stock`, nobody can have them again."""
    for number in numbers:
        found = db.execute("DELETE FROM owned WHERE number = ? RETURNING offer", (number,)).fetchone()
        if found is not None and to_stock:
            db.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?, 1)", (number, found[0]))


def _keep_listed(db: sqlite3.Connection, number: str, lag: Lag) -> None:
    db.execute(
        "INSERT OR REPLACE INTO released SELECT number, offer, bought_at, row, ?, ? FROM owned WHERE number = ?",
        (lag.until, lag.listings, number),
    )


def _insert(db: sqlite3.Connection, bought: Sequence[tuple[Owned, int]], customer_id: int, lag: Lag) -> None:
    """Put numbers into the account, each with its offer: in one statement, as each lets other threads go first."""
    latest = db.execute(
        "UPDATE counters SET value = value + ? WHERE name = 'bought' RETURNING value", (len(bought),)
    ).fetchone()[0]
    rows = [
        (digits_of(owned.number), offer, owned.trunk, bought_at, purchased_row(owned, customer_id))
        for bought_at, (owned, offer) in enumerate(bought, latest - len(bought) + 1)
    ]
    db.execute(
        "INSERT OR REPLACE INTO owned "
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), "
        "json_extract(value, '$[3]'), json_extract(value, '$[4]'), ?, ? FROM json_each(?)",
        (lag.until, lag.listings, msgspec.json.encode(rows).decode()),
    )


# Each half comes in order by itself, so SQLite merges the two and sorts nothing.
_OWNED = "SELECT row, bought_at FROM owned WHERE shown_from <= :now AND shown_after < :listing{filters}"
_RELEASED = """
UNION ALL
SELECT row, bought_at FROM released WHERE (shown_until > :now OR shown_through >= :listing){filters}
"""
_NUMBER_FILTERS = {
    "whole": " AND number = :access_number",
    "beginning": " AND number >= :access_number AND number < :access_number || ':'",  # ":" follows on "9"
    "part": " AND instr(number, :access_number) > 0",
    "ignored": "",
    "never": " AND 0",
}
_FILTERS = {
    "number_type": " AND offer IN (SELECT id FROM offers WHERE number_type = :number_type)",
    "country": " AND offer IN (SELECT id FROM offers WHERE country = :country)",
    "state": " AND offer IN (SELECT id FROM offers WHERE state = :state)",
}


def purchased_list(db: sqlite3.Connection, asked: PurchasedList, now: float, listing: int) -> Listing:
    """The account's rows that match and show by now, oldest first, at most `asked.size` of them.

    `listing` counts the purchased-list calls up to and with this one.
    """
    values = msgspec.structs.asdict(asked) | {"now": now, "listing": listing}
    # Only the filters in use: with the others as "or null", SQLite would not use its index.
    filters = "".join(part for name, part in _FILTERS.items() if values[name] is not None)
    if asked.access_number is not None:
        filters += _NUMBER_FILTERS[asked.match]
    # Only the tables in use, likewise: a union takes half as long again.
    lingers = db.execute("SELECT EXISTS (SELECT 1 FROM released)").fetchone()[0]
    listed = (_OWNED + _RELEASED if lingers else _OWNED).format(filters=filters)
    page = f"SELECT row FROM ({listed} ORDER BY bought_at LIMIT :size)"  # noqa: S608 - pieces of our own
    rows = db.execute(page, values).fetchall()
    total = len(rows)
    if total == asked.size:
        counted = f"SELECT count(*) FROM ({listed})"  # noqa: S608
        total = int(db.execute(counted, values).fetchone()[0])
    return [row for (row,) in rows], total


def holdings(db: sqlite3.Connection) -> list[Holding]:
    """All that the account really holds, in the order of purchase, lag or no lag."""
    return [
        Holding(number="+" + number, trunk=trunk, bought_at=bought_at)
        for number, trunk, bought_at in db.execute(
            "SELECT number, trunk, bought_at FROM owned ORDER BY bought_at"
        )
    ]


def forget_lag(db: sqlite3.Connection) -> None:
    """Show everything at once: the clock that a stored lag was told in has ended."""
    db.execute("UPDATE owned SET shown_from = 0, shown_after = 0")
    db.execute("DELETE FROM released")


def assign(db: sqlite3.Connection, number: str, wanted: Flow | Literal["null", "absent"]) -> bool:
    """Set what answers a number of the account; False if the account does not hold it."""
    assignment = assignment_of(wanted)
    if assignment is msgspec.UNSET:
        changed = db.execute(
            "UPDATE owned SET row = json_remove(row, '$.assignment') WHERE number = ?", (number,)
        )
    else:
        changed = db.execute(
            "UPDATE owned SET row = json_set(row, '$.assignment', json(?)) WHERE number = ?",
            (msgspec.json.encode(assignment).decode(), number),
        )
    return changed.rowcount > 0


def change_charge(db: sqlite3.Connection, number: str, mrc: str) -> bool:
    """Set what a number of the account costs a month; False if the account does not hold it."""
    changed = db.execute("UPDATE owned SET row = json_set(row, '$.mrc', ?) WHERE number = ?", (mrc, number))
    return changed.rowcount > 0
