"""What rows of an answer are worth when set against what was asked. Pure."""

import logging
from collections.abc import Container, Iterable, Sequence

from numplan.model.account import Criteria, Offer, OwnedNumber
from numplan.model.number import E164
from numplan.model.text.countries import same_country, same_state
from numplan.model.text.spelling import same_word, serves

log = logging.getLogger("numplan.api")


def matching(
    offers: Sequence[Offer], criteria: Criteria, unreadable: Container[E164] = ()
) -> tuple[Offer, ...]:
    """The offers that do not contradict the criteria, each number once, in ascending order.

    Countries, types and states are compared by what they mean, in whatever spelling; a row that names no state passes.
    A `Voice+SMS` number serves where `Voice` is asked for, as in the API page's own sample; not the other way
    round. A number that does not hold the digits asked for cannot be meant. A number that comes with
    two different rows, or with one that is `unreadable`, cannot be priced and is left out.
    """
    rows: dict[E164, Offer] = {}
    unclear: set[E164] = set()
    for offer in offers:
        known = rows.setdefault(offer.number, offer)
        if (known is not offer and known != offer) or offer.number in unreadable:
            unclear.add(offer.number)
    kept = [rows[number] for number in sorted(rows.keys() - unclear) if _fits(rows[number], criteria)]
    if len(kept) < len(rows):
        log.warning("search: %d of %d rows are not what was asked for", len(rows) - len(kept), len(rows))
    return tuple(kept)


def merge(rows: Iterable[OwnedNumber]) -> tuple[dict[E164, OwnedNumber], frozenset[E164]]:
    """The rows by number, and the numbers whose rows contradict each other.

    Of contradicting rows the one with a flow stands: it blocks a release, which is the safe mistake.
    """
    rows = tuple(rows)
    merged = {row.number: row for row in rows}
    unclear: set[E164] = set()
    if len(merged) == len(rows):
        return merged, frozenset(unclear)
    merged.clear()
    for row in rows:
        known = merged.setdefault(row.number, row)
        if known is not row and known != row:
            unclear.add(row.number)
            merged[row.number] = row if row.flow is not None and known.flow is None else known
    return merged, frozenset(unclear)


def exact_row(rows: Iterable[OwnedNumber], number: E164) -> OwnedNumber | None:
    """The row of exactly this number, if it is there."""
    merged, _ = merge(row for row in rows if row.number == number)
    return merged.get(number)


def appears_in(digits: str, number: E164) -> bool:
    """Whether a number holds these digits, in this order and side by side."""
    return digits in number


def _fits(offer: Offer, criteria: Criteria) -> bool:
    return (
        (not criteria.country or same_country(offer.country, criteria.country))
        and (not criteria.type or same_word(offer.type, criteria.type))
        and (
            not criteria.state or not offer.state or same_state(offer.state, criteria.state, criteria.country)
        )
        and (not criteria.category or serves(offer.category, criteria.category))
        and (not criteria.digits.isdecimal() or appears_in(criteria.digits, offer.number))
    )
