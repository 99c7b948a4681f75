"""What is said of rows that cannot be read, and of those that name another customer: counted, the first ones named.
Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.offers import Offers
from numplan.model.account import OwnedNumber, Unreadable
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.number import E164
from numplan.model.text.printable import plural
from numplan.numbering.reading import doubted

NAMED: Final = 3
"""Rows that are named where many are meant."""


def odd_rows(snapshot: AccountSnapshot, offers: Offers) -> Iterator[Diagnostic]:
    """A warning for each answer that holds such rows."""
    if snapshot.unreadable:
        yield warning(
            unreadable_text("purchased-list", snapshot.unreadable),
            hint="they are left alone: never adopted, bought or released; `numplan numbers` lists them",
        )
    if snapshot.strangers:
        yield warning(strangers_text(snapshot.owned, snapshot.strangers), hint="no pool adopts them")
    if odd := doubted(snapshot.owned):
        yield warning(doubted_text(odd), hint="they are left as they are; `adopt` leaves them out")
    unpriced = list(dict.fromkeys(row for found in offers.stock.values() for row in found.unreadable))
    if unpriced:
        yield warning(
            unreadable_text("search", unpriced),
            hint="their price or what they are is not known, so no pool buys them",
        )
    if snapshot.unreadable_regions:
        yield warning(
            unreadable_text("regions", snapshot.unreadable_regions),
            hint="what they say of a country counts for nothing",
        )


def unreadable_text(endpoint: str, rows: Sequence[Unreadable]) -> str:
    """`purchased-list: 2 rows cannot be read: +12050012202 (its country is null), row 7 (its accessNumber is null)`."""
    return (
        f"{endpoint}: {plural(len(rows), 'row')} cannot be read: {_some(map(str, rows[:NAMED]), len(rows))}"
    )


def doubted_text(odd: Mapping[E164, str]) -> str:
    """`purchased-list: 1 number is written as nobody can dial it: +4402071838750 (the 0 after +44 …)`."""
    first = (f"{number} ({why})" for number, why in list(odd.items())[:NAMED])
    what = "1 number is" if len(odd) == 1 else f"{len(odd):,} numbers are"
    return f"purchased-list: {what} written as nobody can dial it: {_some(first, len(odd))}"


def strangers_text(owned: Mapping[E164, OwnedNumber], strangers: frozenset[E164]) -> str:
    """`purchased-list: 1 row names another customer than most do: +12050012202 (customerId 999)`."""
    first = (f"{number} (customerId {owned[number].customer})" for number in sorted(strangers)[:NAMED])
    name = "names" if len(strangers) == 1 else "name"
    return (
        f"purchased-list: {plural(len(strangers), 'row')} {name} another customer than most do: "
        f"{_some(first, len(strangers))}"
    )


def _some(first: Iterable[str], count: int) -> str:
    more = f" and {count - NAMED:,} more" if count > NAMED else ""
    return ", ".join(first) + more
