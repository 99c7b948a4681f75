"""Days, in UTC: which it is, for whatever a date alone begins, ends or releases, and spans of them as manifests write
them: `30d`, `4w`.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

import msgspec

Span = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,4}[dw]$")]
"""A number of days or of weeks, as text."""

_DAYS: Final = {"d": 1, "w": 7}
APART: Final = timedelta(days=1)
"""Clocks that differ by more than this are not believed about a date."""


class Today(msgspec.Struct, frozen=True):
    """A day that our clock and the vendor's have both reached. `doubt` says why nothing may be released on this day's
    word alone; empty where both tell the time and agree about it. `latest` is the later of their days, where it is
    another.
    """

    day: date
    doubt: str = ""
    latest: date | None = None

    def in_days(self, days: int) -> date:
        """The day so many days from now, by whichever clock is ahead: a span that begins is never cut short."""
        return (self.latest or self.day) + timedelta(days=days)

    def has_reached(self, day: date) -> bool:
        """Whether both clocks say that this day has come."""
        return self.day >= day


def days_of(span: Span) -> int:
    """How many days a span has: 28 of `4w`."""
    return int(span[:-1]) * _DAYS[span[-1]]


def today(ours: datetime, vendors: datetime | None) -> Today:
    """The day of two clocks: the earlier of their days. `vendors` is None where the vendor does not tell the time."""
    if vendors is None:
        return Today(_day(ours), "the vendor's answers do not tell the time")
    day, latest = sorted((_day(ours), _day(vendors)))
    if abs(ours - vendors) > APART:
        return Today(
            day,
            f"this machine's clock says {_minute(ours)} and the vendor's says {_minute(vendors)}",
            latest,
        )
    return Today(day, latest=latest if latest != day else None)


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _minute(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
