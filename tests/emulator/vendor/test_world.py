"""The numbers an emulator starts with, how many it can hold, and how long it keeps them."""

import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import requests

from numplan.emulator.server import Emulator, EmulatorSettings
from numplan.emulator.vendor.seed import seeded_account, seeded_stock
from tests.emulator.conftest import Api, Start, sides


def stock(seed: int, count: int) -> list[tuple[str, str]]:
    return [(number, repr(offer)) for offer, numbers in seeded_stock(seed, count) for number in numbers]


def test_the_same_seed_gives_the_same_numbers_at_the_same_prices() -> None:
    assert stock(7, 3000) == stock(7, 3000)
    assert stock(7, 3000) != stock(8, 3000)


@pytest.mark.parametrize("count", [0, 1, 5, 6, 100, 5000, 60_000])
def test_stock_and_account_hold_exactly_as_many_numbers_as_asked_none_twice(count: int) -> None:
    for_sale = [number for number, _ in stock(3, count)]
    owned = [each.number for each in seeded_account(3, count)]
    assert len(for_sale) == len(set(for_sale)) == count
    assert len(owned) == len(set(owned)) == count
    assert len(set(owned[3:]) & set(for_sale)) == 0


def test_numbers_are_e164_of_eight_countries_and_all_kinds() -> None:
    offers = [(offer, number) for offer, numbers in seeded_stock(1, 5000) for number in numbers]
    assert all(number.isdigit() and number[0] != "0" and 8 <= len(number) <= 15 for _, number in offers)
    assert all(number.startswith(offer.country_code) for offer, number in offers)
    assert all(len(number) == 11 for offer, number in offers if offer.country_code == "1")
    assert len({offer.country for offer, _ in offers}) >= 8
    assert {offer.number_type for offer, _ in offers} == {
        "Geographic", "Mobile", "Non-Geographic", "Toll-Free", "UIFN",
    }  # fmt: skip
    assert {offer.category for offer, _ in offers} == {"Voice", "Voice+SMS"}
    assert len({offer.recurring_charge for offer, _ in offers}) > 8
    assert len({offer.state for offer, _ in offers if offer.country == "United States"}) > 30


def test_many_numbers_are_consecutive() -> None:
    numbers = sorted(int(number) for number, _ in stock(1, 5000))
    assert sum(after - before == 1 for before, after in pairwise(numbers)) > 2000


def test_there_are_area_codes_exchanges_and_blocks_to_choose_from() -> None:
    offers = [(offer, number) for offer, numbers in seeded_stock(1, 5000) for number in numbers]
    here = [
        each for each in offers if each[0].country == "United States" and each[0].number_type == "Geographic"
    ]
    codes: dict[str, set[str]] = {}
    exchanges: dict[str, set[str]] = {}
    for offer, number in here:
        codes.setdefault(offer.state, set()).add(number[1:4])
        exchanges.setdefault(number[1:4], set()).add(number[4:7])
    assert {"212", "646", "718"} <= codes["New York"]
    assert sum(len(those) > 1 for those in codes.values()) > 25
    assert max(map(len, codes.values())) > 6
    assert min(map(len, exchanges.values())) > 2
    german = sorted(int(number) for offer, number in offers if offer.country == "Germany")
    assert any(after - before == 9 for before, after in zip(german, german[9:], strict=False))


def test_owned_numbers_come_with_flows_with_null_and_without_the_key(start: Start) -> None:
    rows = start(owned=100).get("purchased-list", size=1000).json()["data"]
    kinds = Counter(
        "absent"
        if "assignment" not in row
        else "null"
        if row["assignment"] is None
        else row["assignment"]["type"]
        for row in rows
    )
    assert set(kinds) == {"absent", "null", "Flow Builder"}
    assert {row["assignmentType"] for row in rows} == {"IPPBX"}


def test_an_emulator_starts_quickly(start: Start) -> None:
    start(stock=500)
    began = time.process_time()
    start(stock=500)
    assert time.process_time() - began < 0.3


def test_no_number_is_sold_twice_to_twenty_purchasers_at_once(start: Start) -> None:
    api = start(stock=60)
    numbers = [
        row["number"][1:] for row in api.get("search", country="United States", size=30).json()["data"]
    ]
    ready = threading.Barrier(20)

    def purchaser(_: int) -> list[str]:
        own = Api(api.emulator)
        ready.wait()
        return [number for one in numbers for number in sides(own.buy(one))[0]]

    with ThreadPoolExecutor(20) as pool:
        sold = [number for bought in pool.map(purchaser, range(20)) for number in bought]
    assert sorted(sold) == sorted(numbers)
    assert sorted(each.number[1:] for each in api.emulator.owned()) == sorted(numbers)


def test_a_whole_order_of_ten_thousand_is_carried_out(start: Start) -> None:
    api = start(stock=12_000)
    rows = api.get("search", country="United States", size=10_000).json()["data"]
    numbers = [row["number"][1:] for row in rows]
    assert sides(api.buy(*numbers)) == (numbers, [])
    assert len(api.emulator.owned()) == len(numbers) > 5000


def test_a_hundred_thousand_rows_are_served_at_once(start: Start) -> None:
    answer = start(owned=100_000).get("purchased-list", size=200_000).json()
    assert answer["total"] == len({row["accessNumber"] for row in answer["data"]}) == 100_000


def test_a_database_file_keeps_numbers_across_restarts(tmp_path: Path) -> None:
    settings = EmulatorSettings(database=str(tmp_path / "vendor.sqlite"), stock=50, owned=4)
    with Emulator(settings) as first:
        first.configure(lag_seconds=1000)
        Api(first).buy("16091609123")
        held = first.owned()
    with Emulator(settings) as second:
        assert second.owned() == held
        assert "+16091609123" in Api(second).listed()  # no lag outlives its clock
        Api(second).buy("12050012202")
        assert second.owned()[-1].bought_at == 6


def test_a_file_that_belongs_to_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "precious.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE precious (thing TEXT)")
    before = file.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not a database of this emulator"):
        Emulator(EmulatorSettings(database=str(file)))
    assert file.read_bytes() == before


def test_reset_brings_back_the_first_numbers_settings_and_silence(start: Start) -> None:
    api = start(stock=20, owned=3)
    first = api.emulator.owned()
    api.buy("16091609123")
    api.emulator.add_owned(["4930123456"])
    api.emulator.configure(size_cap=1)
    api.emulator.faults([{"fault": "lose_reply"}])
    api.emulator.reset()
    assert api.emulator.owned() == first
    assert api.emulator.is_for_sale("16091609123")
    assert api.emulator.ledger() == ()
    assert len(api.get("purchased-list", size=10).json()["data"]) == 3


def test_a_host_may_be_a_name(start: Start) -> None:
    api = start(host="localhost")
    assert api.emulator.url.startswith("http://localhost:")
    assert api.get("regions").status_code == 200


def test_a_stopped_emulator_frees_its_port() -> None:
    with Emulator(EmulatorSettings(stock=0)) as first:
        port = first.port
    with Emulator(EmulatorSettings(stock=0, port=port)) as second:
        assert second.port == port
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)
