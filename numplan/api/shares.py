"""Parts of the account's listing: what one answer shows of it, and several together."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec

from numplan.api.decode import OwnedPage
from numplan.api.row_filters import merge
from numplan.model.account import OwnedNumber, Unreadable, by_number, nameless
from numplan.model.number import E164, digits_of
from numplan.model.text.countries import same_country
from numplan.model.text.spelling import same_word

_NAMED: Final = 3
NOWHERE: Final = "Numplan Nowhere"
"""A state that no vendor has: a filter that is looked at finds nothing there."""


class Filters(msgspec.Struct, frozen=True):
    """What part of the listing to ask for; an empty text means all. `beginning` are digits that a number begins with,
    calling code and all: only some servers look for them.
    """

    country: str = ""
    type: str = ""
    state: str = ""
    beginning: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        """The filters as purchased-list takes them."""
        asked = {
            "country": self.country,
            "numberType": self.type,
            "state": self.state,
            "accessNumber": self.beginning,
        }
        return {name: text for name, text in asked.items() if text}

    def admits(self, row: OwnedNumber) -> bool:
        """Whether a row may belong here, as far as rows tell: they do not name their state."""
        return (
            (not self.country or same_country(row.country, self.country))
            and (not self.type or same_word(row.type, self.type))
            and self.begins(row.number)
        )

    def begins(self, number: E164) -> bool:
        """Whether a number has the beginning."""
        return not self.beginning or digits_of(number).startswith(self.beginning)


class Share(msgspec.Struct, frozen=True):
    """What is known of one filter's part of the listing: the rows of numbers, those of numbers that cannot be read,
    and those that name none. `asked` is the size that the server took; `gap` says what keeps it from being proven.
    """

    filters: Filters
    rows: Mapping[E164, OwnedNumber]
    unread: Mapping[E164, Unreadable]
    nameless: tuple[Unreadable, ...]
    unclear: frozenset[E164]
    total: int | None
    asked: int = 0
    gap: str = ""

    @property
    def count(self) -> int:
        """How many different numbers there are."""
        return len(self.rows) + len(self.unread) + len(self.nameless)


def shared(filters: Filters, page: OwnedPage, asked: int) -> Share:
    """What one answer shows to whoever asked for so many rows."""
    rows, unclear = merge(page.rows)
    if not page.unreadable:
        return Share(filters, rows, {}, (), unclear, page.total, asked)
    part = ", ".join(filters.query.values())
    odd = [msgspec.structs.replace(one, part=part) for one in page.unreadable] if part else page.unreadable
    unread = by_number(odd)
    return Share(
        filters, _without(rows, unread), unread, nameless(odd), unclear - unread.keys(), page.total, asked
    )


def joined(share: Share, parts: Sequence[Share]) -> Share:
    """A share with what its parts show. Which of the rows without a number stand in both cannot be told: there are as
    many as the share shows, or the parts together, whichever is more.
    """
    rows, unclear = merge(chain(share.rows.values(), *(part.rows.values() for part in parts)))
    unclear |= share.unclear.union(*(part.unclear for part in parts))
    unread = dict(chain(*(one.unread.items() for one in (*parts, share))))
    odd = tuple(chain(*(part.nameless for part in parts)))
    return Share(
        share.filters,
        _without(rows, unread),
        unread,
        max(share.nameless, odd, key=len),
        unclear - unread.keys(),
        share.total,
        share.asked,
    )


def _without(
    rows: Mapping[E164, OwnedNumber], unread: Mapping[E164, Unreadable]
) -> Mapping[E164, OwnedNumber]:
    """The rows whose numbers no unreadable row names."""
    return {number: row for number, row in rows.items() if number not in unread} if unread else rows


def is_short(share: Share) -> bool:
    """Whether the server says that there is more than it shows; without a total parts would prove nothing."""
    return bool(share.gap) and share.total is not None and share.total > share.count


def shortfall(share: Share) -> str:
    """What keeps a share from being proven."""
    where = ", ".join(share.filters.query.values()) or "the whole account"
    counted = "names no total" if share.total is None else f"counts {share.total}"
    return f"{where}: the API shows {share.count} different numbers and {counted}"


def contradictions(unclear: frozenset[E164]) -> str:
    """What is wrong with numbers whose rows contradict each other; an empty text where there are none."""
    if not unclear:
        return ""
    named = ", ".join(sorted(unclear)[:_NAMED])
    return (
        f"{len(unclear)} listed twice with different rows ({named}{', …' if len(unclear) > _NAMED else ''})"
    )
