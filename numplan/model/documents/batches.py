"""Rows of a large document, some at a time: where each is made into its value and let go of before the next are
decoded, a document takes little more memory than what it says.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

AT_ONCE: Final = 250
"""Enough that what is done once for all of them costs nothing, and few enough that their memory is used again."""


def batches_of(rows: list[msgspec.Raw]) -> Iterator[list[msgspec.Raw]]:
    """The rows in their order, as lists of up to AT_ONCE. They are taken out of the list, which is empty then."""
    rows.reverse()
    while rows:
        batch = rows[-AT_ONCE:]
        del rows[-AT_ONCE:]
        batch.reverse()
        yield batch


def as_list(rows: list[msgspec.Raw]) -> bytes:
    """The JSON of a list of these rows."""
    return b"[%b]" % b",".join(rows)
