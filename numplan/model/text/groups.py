"""What numbers are put together by, as people name it."""

from typing import Final

ENTRIES_BY: Final = ("country", "type", "flow")
"""What the numbers of one entry that `adopt` writes have in common."""
COSTS_BY: Final = ("resource", "country", "type", "state", "city")
"""What sums of what the account costs are made by, beside a label."""
LABEL: Final = "label:"
"""What stands before the name of a label there."""
