"""What may go wrong at a vendor who tells the truth, picked by chance."""

import random
from typing import Any, Final, Literal

from tests.torture.lives.wishes import STOCK

POSTS = ("purchase-numbers", "release-numbers")
SIDES: Final[tuple[Literal["request", "answer"], ...]] = ("request", "answer")
"""Of a line to a state: what of a call may be lost."""
GETS = ("purchased-list", "find-number", "search", "regions")


def fault_of(chance: random.Random) -> dict[str, Any]:
    """One fault that a vendor who tells the truth may have, on one of the next calls."""
    if chance.random() < 0.6:
        endpoint, choices = chance.choice(POSTS), _POST_FAULTS
    else:
        endpoint, choices = chance.choice(GETS), _GET_FAULTS
    name, parameters = chance.choice(choices)
    if name in _LISTING_ONLY:
        endpoint = "purchased-list"
    return {
        "endpoint": endpoint,
        "fault": name,
        "nth": chance.randint(1, 3),
        "count": chance.randint(1, 2),
        "params": {key: value(chance) if callable(value) else value for key, value in parameters.items()},
    }


_POST_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lose_reply", {}),
    ("lose_reply", {"reset": True}),
    ("lose_request", {}),
    ("lose_request", {"reset": True}),
    ("late_commit", {"seconds": lambda chance: chance.choice((0.05, 0.3, 0.6))}),
    ("late_commit", {"requests": lambda chance: chance.randint(1, 12)}),
    # In seconds, and fewer than `hold_minutes` has: a count of listings may take any time on a busy machine.
    ("lag", {"seconds": lambda chance: chance.choice((0.05, 0.1, 0.2))}),
    ("lag", {"seconds": 0.2}),
    ("status", {"status": 503, "commit": False}),
    ("status", {"status": 500, "commit": True}),
    ("status", {"status": 502, "form": "html", "commit": True}),
    *(
        ("status", {"status": status, "commit": commit})
        for status in (400, 401, 402, 403, 404, 409, 413, 418, 422, 423, 429)
        for commit in (False, True)
    ),
    ("too_many", {"seconds": 0}),
    # What was sent again is refused, for it was done at first.
    ("too_many", {"seconds": 0, "commit": True}),
    ("not_ok", {}),
    ("html", {}),
    ("empty", {}),
    ("redirect", {"location": "http://127.0.0.1:9/", "commit": True}),
    ("wrong_type", {"field": "data", "value": 3}),
    ("cut", {"at": 30}),
    ("cut", {"at": 30, "how": "connection"}),
    ("interim", {}),
    ("in_both", {"every": 2}),
    ("in_neither", {"every": 2}),
    ("in_neither", {"really": False}),
    ("refuse", {"every": 2}),
    ("taken", {"every": 3}),
    ("unasked", {"numbers": ["16465559999"]}),
    ("unasked", {"numbers": lambda chance: chance.sample(STOCK, 2)}),
    ("unasked", {"numbers": lambda chance: chance.sample(STOCK, 1), "really": True}),
    ("vanish", {"count": 1}),
)
_GET_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lose_reply", {}),
    ("status", {"status": 503}),
    ("too_many", {"seconds": 0, "retry_after": "nonsense"}),
    ("html", {}),
    ("cut", {"at": 20}),
    ("wrong_type", {"field": "data", "value": "x"}),
    ("interim", {"status": 102, "times": 3}),
    ("odd_row", {"field": "country"}),
    ("odd_row", {"field": "accessNumber", "value": "+0800123456"}),
    ("odd_row", {"field": "setupCharge", "value": "N/A"}),
    ("short_listing", {"every": 2}),
    ("lying_listing", {"every": 2}),
    ("empty_listing", {}),
    ("empty_listing", {"total": "true"}),
    ("duplicate_rows", {}),
    ("changing_listing", {"seed": lambda chance: chance.randint(0, 99)}),
    ("vanish", {"count": 1}),
)
_LISTING_ONLY = {"short_listing", "lying_listing", "empty_listing", "duplicate_rows", "changing_listing"}
