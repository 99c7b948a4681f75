"""Faults on the rows of a listing."""

import random
from typing import assert_never

from numplan.emulator.faults.faults import (
    ChangingListing,
    DuplicateRows,
    EmptyListing,
    ListingFault,
    LyingListing,
    ShortListing,
)
from numplan.emulator.protocol.records import digits_of
from numplan.emulator.vendor.stock import Listing


def distort(listing: Listing, fault: ListingFault, call: int) -> Listing:
    """The listing as a server with this fault shows it; `call` is the call's number, for chance."""
    rows, total = listing
    match fault:
        case ShortListing():
            return _remaining(rows, fault), total
        case LyingListing():
            left = _remaining(rows, fault)
            return left, len(left)
        case EmptyListing(total=says):
            return [], 0 if says == "zero" else total
        case DuplicateRows(every=every):
            twice = [
                row for k, row in enumerate(rows, 1) for row in ((row, row) if k % every == 0 else (row,))
            ]
            return twice, total
        case ChangingListing(drop=drop, seed=seed):
            chance = random.Random(f"{seed}/{call}")  # noqa: S311 - repeatable is the point
            left = [row for row in rows if chance.random() >= drop]
            chance.shuffle(left)
            return left, total
        case _ as unknown:
            assert_never(unknown)


def _remaining(rows: list[str], fault: ShortListing | LyingListing) -> list[str]:
    # A row's number is its only value that starts with a plus sign.
    named = [f'"+{digits_of(number)}"' for number in fault.numbers]
    left = [
        row
        for position, row in enumerate(rows, 1)
        if not (fault.every and position % fault.every == 0) and not any(each in row for each in named)
    ]
    return left[: fault.keep]
