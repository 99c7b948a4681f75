"""One owned number, looked for by itself; and whether a server that does not find it finds any."""

import threading
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Final

from numplan.api.decode import OwnedPage
from numplan.api.page_size import largest_page
from numplan.api.row_filters import appears_in, exact_row
from numplan.model.account import OwnedNumber, Unreadable, by_number, nameless
from numplan.model.errors import AnswerError
from numplan.model.number import E164, digits_of

_SIZES: Final = (10, 1000, 100_000)
_TRIED: Final = 2
"""Listed numbers that are looked up before it is said that none is found: one may just have left the account."""


class LookUps:
    """The look-ups of one client. Safe to use from several threads; all here raises ApiError."""

    def __init__(self, ask: Callable[[Mapping[str, str], int], OwnedPage]) -> None:
        self._ask = ask
        self._shown: tuple[E164, ...] = ()
        self._turn = threading.Lock()
        self._finds = False

    def shown(self, numbers: Iterable[E164]) -> None:
        """Numbers that a listing just showed."""
        self._shown = tuple(islice(numbers, _TRIED + 1))

    def make(self, number: E164) -> OwnedNumber | Unreadable | None:
        """The row of exactly this number, or the one that may be it; None where the server shows none, and that is no
        answer cut short.
        """
        for size in _SIZES:
            page, taken = largest_page(
                lambda rows: self._ask({"accessNumber": digits_of(number)}, rows), size
            )
            row = by_number(page.unreadable).get(number) or exact_row(page.rows, number)
            if row is not None:
                return row
            if _shows_all(page, taken, number):
                return next(iter(nameless(page.unreadable)), None)
        raise AnswerError(
            "purchased-list", f"whether {number} is owned is not known: its answer is cut short"
        )

    def require_found(self, number: E164) -> None:
        """Raise AnswerError where the server does not find what it listed, so that nobody knows whether this one is
        owned. Where it has listed nothing, there is nothing to learn that by.
        """
        with self._turn:
            others = [one for one in self._shown if one != number][:_TRIED]
            if not self._finds and others:
                self._finds = any(self.make(one) is not None for one in others)
        if others and not self._finds:
            raise AnswerError(
                "purchased-list",
                f"whether {number} is owned is not known: {others[0]} is listed, and not found by its number either",
                hint="`numplan doctor` shows how this API looks numbers up; ask the vendor",
            )


def _shows_all(page: OwnedPage, size: int, number: E164) -> bool:
    """Whether a look-up's answer without the number proves that it is not owned."""
    if page.sent >= size:
        return False
    if page.total is not None:
        return page.total <= page.sent
    return all(appears_in(digits_of(number), row.number) for row in page.rows)
