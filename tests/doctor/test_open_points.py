"""A vendor that answers the open points of its page otherwise: doctor says so, and plan and apply are right all the
same, or stop and say why.
"""

from typing import Any

import pytest

from tests.cli.desk import Desk, run_of, yaml_list
from tests.doctor.pairs import pairwise

VALUES: dict[str, list[Any]] = {
    "total": ["all", "rows", "none"],
    "answers": ["any size", "capped at 10", "no size over 50"],
    "access_number_match": ["whole", "beginning", "part", "ignored", "never"],
    "listing_ignores": [(), ("country",), ("numberType",), ("state",), ("country", "state", "numberType")],
    "search_ignores": [(), ("state",), ("numberType",), ("numberCategory",), ("digits",)],
    "digits_match": ["anywhere", "beginning"],
    "number_form": ["plus", "digits", "mixed"],
    "type_spelling": ["search", "regions", "capitals"],
    "country_spelling": ["name", "capitals", "code"],
    "charge_form": ["text", "number"],
    "release_form": ["both", "nested", "flat"],
    "find_absent_status": [200, 404],
    "lag_listings": [0, 2],
    "batch_limit": [None, 2],
}
COMBINATIONS = pairwise(VALUES)

NEW_YORK = run_of(12125550100, 12)
LONDON = run_of(442071838700, 6)
FREE = run_of(18005550100, 4)
JERSEY = run_of(12015550150, 3)
STRANGERS = run_of(12145550100, 2)
EXPLICIT = "+12125550199"
DIGITS = run_of(16465557770, 5)
TEXAS = run_of(15125550100, 4)


def settings_of(values: dict[str, Any]) -> dict[str, Any]:
    """A combination as the emulator's settings."""
    total, answers = values["total"], values["answers"]
    named = {name: value for name, value in values.items() if name not in {"total", "answers"}}
    return named | {
        "total_counts_rows": total == "rows",
        "total_told": total != "none",
        "size_cap": 10 if answers == "capped at 10" else None,
        "size_limit": 50 if answers == "no size over 50" else None,
    }


def named(values: dict[str, Any]) -> str:
    """The name of a combination: what differs from the first values."""
    return (
        ",".join(f"{name}={value}" for name, value in values.items() if value != VALUES[name][0])
        or "as the page"
    )


@pytest.fixture
def office(desk: Desk) -> Desk:
    """An account with numbers in two countries, of two types and three states, and things on sale."""
    desk.emulator.add_owned(
        [
            *({"number": one, "state": "Texas"} for one in STRANGERS),
            *(
                {"number": one, "country": "United Kingdom", "country_code": "44", "state": "London"}
                for one in LONDON
            ),
            *({"number": one, "state": "New York"} for one in NEW_YORK),
            *({"number": one, "number_type": "Toll-Free", "state": ""} for one in FREE),
        ]
    )
    desk.stock(
        {"number": EXPLICIT, "state": "New York"},
        *({"number": one, "state": "New York"} for one in DIGITS),
        *({"number": one, "state": "Texas", "category": "Voice"} for one in TEXAS),
        *JERSEY,
    )
    return desk


def declared(digits: int) -> str:
    return f"""
numbers:
  front: {{number: "{EXPLICIT}"}}
sets:
  desks: {{numbers: {yaml_list([*NEW_YORK, *FREE])}}}
  london: {{numbers: {yaml_list(LONDON)}, country: United Kingdom}}
pools:
  digits: {{count: {digits}, state: New York, digits: "55577"}}
  texas: {{count: 2, state: Texas, category: Voice}}
"""


def sold(desk: Desk) -> list[str]:
    """The numbers that were bought, in their order, each as often as that was carried out."""
    return [f"+{one}" for post in desk.posts for one in post.bought]


@pytest.mark.parametrize("values", COMBINATIONS, ids=named)
def test_doctor_plan_and_apply_are_right_or_stop_in_words(office: Desk, values: dict[str, Any]):
    office.emulator.configure(**settings_of(values))
    office.manifest(declared(3))
    examined = office("doctor")
    assert not office.posts
    assert sum(office.emulator.calls().values()) <= 12
    tells_of(examined.out, values)

    applied = office("apply", "--auto-approve", "--buy-beside-unmanaged")
    bought = sold(office)
    assert len(bought) == len(set(bought))
    if applied.code != 0:
        stopped_in_words(applied)
        assert not bought
        return
    assert set(bought) == {EXPLICIT, *DIGITS[:3], *TEXAS[:2]}
    assert office.managed == {*NEW_YORK, *LONDON, *FREE, *bought}

    again = office("apply", "--auto-approve")
    assert (again.code, "No changes" in again.out) == (0, True), again
    office.manifest(declared(2))
    shrunk = office("apply", "--auto-approve")
    assert sold(office) == bought
    if shrunk.code == 0:
        (gone,) = {*DIGITS[:3]} - office.owned
        assert office.managed == {*NEW_YORK, *LONDON, *FREE, *bought} - {gone}
    else:
        stopped_in_words(shrunk)
        assert office.managed <= office.owned


def stopped_in_words(ran: Any) -> None:
    assert ran.code in {1, 3, 5, 6}, ran
    assert "Unknown outcomes: " in ran.out if ran.code == 5 else "rror" in ran.err, ran
    assert "Traceback" not in ran.err


def tells_of(out: str, values: dict[str, Any]) -> None:
    """What doctor says of each point that is otherwise than on the page."""
    lines = {line[9:].partition(": ")[0]: line for line in out.splitlines()}
    assert "number form" in lines, out
    for key, name in (
        ("country", "filter country"),
        ("numberType", "filter numberType"),
        ("state", "filter state"),
    ):
        assert ("ignored" in lines[name]) == (key in values["listing_ignores"]), lines[name]
    assert ("the rows sent" in lines["what total counts"]) == (values["total"] == "rows")
    assert ("name no total" in lines["what total counts"]) == (values["total"] == "none")
    assert ("failed" in lines["accessNumber"]) == (values["access_number_match"] == "never")
    assert ("capped listing is split by number" in lines["beginning of a number"]) == (
        values["access_number_match"] in {"beginning", "part"}
    )
    if values["answers"] == "capped at 10" and values["total"] == "all":
        assert "cut off at 10 rows" in lines["largest answer"]
    assert ("without +" in lines["number form"]) == (values["number_form"] != "plus")
    if "digits" in values["search_ignores"] and "could not be seen" not in lines["search by digits"]:
        assert "ignored" in lines["search by digits"]
