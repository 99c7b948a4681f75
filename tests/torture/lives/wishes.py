"""What the manifests of a life say: explicit numbers and one pool, with their days and places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

TRUNK, OTHER_TRUNK = 169, 170
SETTLE_SECONDS = 0.2

EXPLICIT = tuple(f"+1205555{n:04}" for n in range(100, 112))
STATES = {"646": "New York", "512": "Texas", "614": "Ohio"}
"""Where the numbers of a pool come from, by area code."""
_STOCKED = {"646": 200, "512": 60, "614": 60}
STOCK = tuple(f"+1{code}555{n:04}" for code in STATES for n in range(1000, 1000 + _STOCKED[code]))
DIGITS = "5551"
"""What all of the stock contains, and no explicit number does."""


def area_code(number: str) -> str:
    """Of a North American number."""
    return number[2:5]


@dataclass(frozen=True, kw_only=True)
class Days:
    """From and until when an entry holds, both days included."""

    begins: date | None = None
    ends: date | None = None

    def standing(self, today: date) -> Literal["waits", "holds", "over"]:
        """Whether the entry holds on a day."""
        if self.begins is not None and today < self.begins:
            return "waits"
        return "over" if self.ends is not None and self.ends < today else "holds"

    @property
    def keys(self) -> dict[str, Any]:
        """What the entry says of them."""
        return {
            key: f"{day}" for key, day in (("from", self.begins), ("until", self.ends)) if day is not None
        }


@dataclass(frozen=True, kw_only=True)
class Explicit(Days):
    """An explicit number's entry."""

    trunk: int


@dataclass(frozen=True, kw_only=True)
class Pool(Days):
    """The pool: from anywhere, from some area codes, or from some states in even shares."""

    count: int = 0
    trunk: int = TRUNK
    area_codes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    adopts: bool = False

    def describes(self, number: str) -> bool:
        """Whether a number is of an area code of its list, and of a state of its spread."""
        code = area_code(number)
        fits = not self.area_codes or code in self.area_codes
        return fits and (not self.states or STATES.get(code) in self.states)

    @property
    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "count": self.count,
            "digits": DIGITS,
            "sip_trunk_id": self.trunk,
            **self.keys,
            **({"area_codes": list(self.area_codes)} if self.area_codes else {}),
            **({"spread": {"state": list(self.states)}} if self.states else {}),
            **({"adopt": True} if self.adopts else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What one manifest says. `others` are the places of other states by name."""

    explicit: Mapping[str, Explicit] = field(default_factory=dict)
    pool: Pool = Pool()
    retired: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)

    def manifest(self, *, rebuy_after: str, waits: bool) -> dict[str, Any]:
        """The whole manifest. What is no longer declared `waits` for a day."""
        return {
            "version": 1,
            "api": {
                "batch_size": 3,
                "parallelism": 2,
                "settle_seconds": SETTLE_SECONDS,
                "hold_minutes": 0.005,
            },
            "defaults": {
                "country": "United States",
                "on_trunk_change": "replace",
                **({"release_after": "1d"} if waits else {}),
            },
            "policy": {"max_releases": 100, "rebuy_after": rebuy_after},
            "retire": [{"number": number, "reason": "spam label"} for number in self.retired],
            "numbers": {
                f"n{number[1:]}": {"number": number, "sip_trunk_id": one.trunk, **one.keys}
                for number, one in self.explicit.items()
            },
            "pools": {"sales": self.pool.entry},
            **({"forget": list(self.forgotten)} if self.forgotten else {}),
            **({"other_states": dict(self.others)} if self.others else {}),
        }
