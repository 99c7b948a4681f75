"""Spans of time as manifests write them: whole days or weeks, `30d` or `4w`."""

from typing import Annotated, Final

import msgspec

Span = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,4}[dw]$")]
"""A number of days or of weeks, as text."""

_DAYS: Final = {"d": 1, "w": 7}


def days_of(span: Span) -> int:
    """How many days a span has: 28 of `4w`."""
    return int(span[:-1]) * _DAYS[span[-1]]
