"""A vendor that answers the open points of its own page in another way."""

from typing import Any

import pytest

from numplan.emulator.server import Emulator
from numplan.emulator.settings import EmulatorSettings
from tests.emulator.conftest import Api

NEW_YORK, JERSEY = "+12125550142", "+12015550143"


@pytest.fixture
def vendor():
    with Emulator(EmulatorSettings(stock=0)) as emulator:
        emulator.add_stock(
            [
                {"number": NEW_YORK, "state": "New York", "category": "Voice"},
                {"number": JERSEY, "state": "New Jersey"},
            ]
        )
        emulator.add_owned(
            [
                {"number": "+12125550100", "state": "New York"},
                {"number": "+442071838750", "country": "United Kingdom", "number_type": "Non-Geographic"},
            ]
        )
        yield emulator


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row.get("number") or row["accessNumber"] for row in rows)


def listed(vendor: Emulator, **query: str) -> list[str]:
    return numbers(Api(vendor).get("purchased-list", size="10", **query).json()["data"])


@pytest.mark.parametrize(
    ("match", "asked", "found"),
    [
        ("whole", "12125550100", 1),
        ("whole", "12125", 0),
        ("beginning", "1212", 1),
        ("beginning", "212", 0),
        ("part", "212", 1),
        ("ignored", "999", 2),
        ("never", "12125550100", 0),
    ],
)
def test_access_number_finds_what_the_setting_says(vendor: Emulator, match: str, asked: str, found: int):
    vendor.configure(access_number_match=match)
    assert len(listed(vendor, accessNumber=asked)) == found


def test_filters_can_be_without_effect(vendor: Emulator):
    assert len(listed(vendor, country="United Kingdom")) == 1
    vendor.configure(listing_ignores=["country", "numberType", "state"], search_ignores=["state", "digits"])
    assert len(listed(vendor, country="United Kingdom", numberType="Mobile", state="Texas")) == 2
    query = {
        "country": "United States",
        "size": "10",
        "state": "Texas",
        "digits": "999",
        "numberCategory": "Voice",
    }
    assert numbers(Api(vendor).get("search", **query).json()["data"]) == [NEW_YORK]


def test_digits_are_looked_for_where_the_setting_says(vendor: Emulator):
    def found(digits: str) -> list[str]:
        return numbers(
            Api(vendor).get("search", country="United States", size="10", digits=digits).json()["data"]
        )

    assert found("5550142") == [NEW_YORK]
    vendor.configure(digits_match="beginning")
    assert (found("5550142"), found("212")) == ([], [NEW_YORK])


def test_rows_are_written_as_the_settings_say(vendor: Emulator):
    vendor.configure(
        number_form="digits",
        type_spelling="capitals",
        country_spelling="code",
        charge_form="number",
        total_told=False,
    )
    answer = Api(vendor).get("purchased-list", size="10").json()
    assert "total" not in answer
    british = answer["data"][1]
    assert british["accessNumber"] == "442071838750"
    assert (british["numberType"], british["country"], british["mrc"]) == ("NON_GEOGRAPHIC", "GB", 0.1)
    vendor.configure(
        number_form="mixed", type_spelling="regions", country_spelling="capitals", charge_form="text"
    )
    first, second = Api(vendor).get("purchased-list", size="10").json()["data"]
    assert (first["accessNumber"], second["accessNumber"]) == ("+12125550100", "442071838750")
    assert (second["numberType"], second["country"], second["mrc"]) == (
        "Nongeographic",
        "UNITED KINGDOM",
        "0.10",
    )


def test_a_size_beyond_the_limit_is_refused(vendor: Emulator):
    vendor.configure(size_limit=10)
    assert Api(vendor).get("purchased-list", size="10").status_code == 200
    assert Api(vendor).get("purchased-list", size="11").status_code == 400
