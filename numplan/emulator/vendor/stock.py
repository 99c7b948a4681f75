"""What is for sale: put on the shelf, searched, found."""

import sqlite3
from collections.abc import Collection, Iterable

import msgspec

from numplan.emulator.protocol.records import ForSale, Offer, digits_of, search_row_halves
from numplan.emulator.protocol.requests import Search
from numplan.emulator.vendor.geography import NON_GEOGRAPHIC
from numplan.emulator.vendor.seed import offer_of

_OFFERS = msgspec.json.Decoder(Offer)  # made here, by one thread: see numplan/api/wire_types.py

Listing = tuple[list[str], int]
"""Rows as JSON texts, and how many match in all."""

_ROW = "o.head || n.number || o.tail"
_OFFERS_FIRST = "FROM offers o CROSS JOIN numbers n ON n.offer = o.id AND n.for_sale = 1"
_ONE_FOR_SALE = (
    "SELECT o.head || n.number || o.tail FROM numbers n JOIN offers o ON o.id = n.offer "
    "WHERE n.number = ? AND n.for_sale = 1"
)
_ONE_OWNED = (
    "SELECT o.head || p.number || o.tail FROM owned p JOIN offers o ON o.id = p.offer WHERE p.number = ?"
)
# CROSS JOIN keeps SQLite from scanning a million numbers where a few offers match.


def remember_offer(db: sqlite3.Connection, offer: Offer) -> int:
    """The id of `offer`, which is stored if it is new."""
    shared = msgspec.json.encode(offer).decode()
    found = db.execute("SELECT id FROM offers WHERE shared = ?", (shared,)).fetchone()
    if found:
        return int(found[0])
    head, tail = search_row_halves(offer)
    stored = db.execute(
        "INSERT INTO offers (country, state, number_type, category, shared, head, tail) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (offer.country, offer.state, offer.number_type, offer.category, shared, head, tail),
    )
    return int(stored.lastrowid or 0)


def offer_by_id(db: sqlite3.Connection, identity: int) -> Offer:
    """The offer stored under `identity`."""
    found = db.execute("SELECT shared FROM offers WHERE id = ?", (identity,)).fetchone()
    return _OFFERS.decode(found[0])


def fill_shelf(db: sqlite3.Connection, stock: Iterable[tuple[Offer, Iterable[str]]]) -> None:
    """Put whole runs of numbers on sale; none of them may be known yet."""
    for offer, numbers in stock:
        identity = remember_offer(db, offer)
        db.executemany("INSERT INTO numbers VALUES (?, ?, 1)", ((number, identity) for number in numbers))


def put_on_sale(db: sqlite3.Connection, number: ForSale) -> None:
    """Put one number on sale, in place of what was known of it."""
    identity = remember_offer(db, offer_of(number))
    db.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?, 1)", (digits_of(number.number), identity))


def for_sale(db: sqlite3.Connection, numbers: Iterable[str]) -> dict[str, int]:
    """Those of the numbers that are for sale, each with the id of its offer."""
    wanted = msgspec.json.encode([*numbers]).decode()
    found = db.execute(
        "SELECT number, offer FROM numbers WHERE for_sale = 1 AND number IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    return dict(found)


def take_off_sale(db: sqlite3.Connection, numbers: Iterable[str]) -> None:
    """Let other customers have these numbers: gone for good."""
    taken = msgspec.json.encode([*numbers]).decode()
    db.execute("UPDATE numbers SET for_sale = 0 WHERE number IN (SELECT value FROM json_each(?))", (taken,))


def search(db: sqlite3.Connection, asked: Search) -> Listing:
    """The rows for sale that match, at most `asked.size` of them."""
    conditions, values = ["o.country = ?"], [asked.country]
    for column, wanted in (
        ("o.state", asked.state),
        ("o.number_type", asked.number_type),
        ("o.category", asked.category),
    ):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            values.append(wanted)
    if asked.digits is not None:
        national = "substr(n.number, 1 + length(json_extract(o.shared, '$.country_code')))"
        at = {"anywhere": "instr(n.number, ?) > 0", "beginning": f"instr({national}, ?) = 1"}
        conditions.append(at[asked.digits_match])
        values.append(asked.digits)
    where = f"{_OFFERS_FIRST} WHERE {' AND '.join(conditions)}"
    rows = db.execute(f"SELECT {_ROW} {where} ORDER BY o.id, n.number LIMIT ?", (*values, asked.size))
    total = db.execute(f"SELECT count(*) {where}", values).fetchone()
    return [row for (row,) in rows], int(total[0])


def find(db: sqlite3.Connection, digits: str, *, also_owned: bool) -> Listing:
    """The row of one number, if it is for sale or, with `also_owned`, in the account."""
    rows = db.execute(_ONE_FOR_SALE, (digits,)).fetchall()
    if not rows and also_owned:
        rows = db.execute(_ONE_OWNED, (digits,)).fetchall()
    return [row for (row,) in rows], len(rows)


def regions(db: sqlite3.Connection, wanted: Collection[str]) -> list[str]:
    """The rows of the countries where numbers of any wanted type exist, or all countries if none is.

    A row names all types of its country, in this endpoint's spelling.
    """
    found: dict[str, list[str]] = {}
    for country, number_type in db.execute("SELECT DISTINCT country, number_type FROM offers ORDER BY 1, 2"):
        found.setdefault(country, []).append(
            "Nongeographic" if number_type == NON_GEOGRAPHIC else number_type
        )
    return [
        msgspec.json.encode({"regionName": country, "types": types}).decode()
        for country, types in found.items()
        if not wanted or not set(wanted).isdisjoint(types)
    ]
