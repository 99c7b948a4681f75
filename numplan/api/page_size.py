"""How many rows to ask for: a server may refuse a large `size`, on which the API page says nothing."""

from collections.abc import Callable
from typing import Final, TypeVar

from numplan.model.errors import AnswerError

LARGEST: Final = 1_000_000
_SMALLER: Final = (1000, 500, 100, 50, 10)
_REFUSALS: Final = frozenset({400, 413, 422})

_P = TypeVar("_P")


class RejectedError(AnswerError):
    """The API answered with a status that is no success; a smaller size may fare better where `status` is
    400, 413 or 422.
    """

    def __init__(self, endpoint: str, status: int, message: str, *, hint: str = "") -> None:
        super().__init__(endpoint, message, hint=hint)
        self.status = status


def largest_page(ask: Callable[[int], _P], size: int) -> tuple[_P, int]:
    """The page for this size or, where it is refused, for the largest usual size that is not; and that size.

    Raises ApiError as `ask` does; the first refusal if every size is refused.
    """
    first: RejectedError | None = None
    for smaller in (size, *(usual for usual in _SMALLER if usual < size)):
        try:
            return ask(smaller), smaller
        except RejectedError as error:
            if error.status not in _REFUSALS:
                raise
            first = first or error
    assert first is not None  # noqa: S101 - the loop ran at least once
    raise first
