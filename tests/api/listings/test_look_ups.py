"""A look-up that finds nothing is believed only of a server that was seen to find something."""

import pytest

from numplan.api.client import Client
from numplan.emulator.server import Emulator
from numplan.emulator.settings import EmulatorSettings
from numplan.model.account import Criteria
from numplan.model.errors import AnswerError
from numplan.model.number import E164
from tests.fakes import FakeClock

OWNED = [f"+1212555010{digit}" for digit in range(4)]
OTHER = E164("+12125550199")


@pytest.fixture
def vendor():
    with Emulator(EmulatorSettings(stock=0)) as emulator:
        emulator.add_owned([{"number": one, "state": "New York"} for one in OWNED])
        yield emulator


@pytest.fixture
def client(vendor: Emulator):
    with Client(vendor.url, vendor.account, vendor.token, FakeClock()) as client:
        yield client


def test_a_server_that_finds_no_number_proves_nothing(vendor: Emulator, client: Client):
    vendor.configure(access_number_match="never")
    client.purchased(expected=4)
    for _ in range(2):
        with pytest.raises(AnswerError, match=r"whether \+12125550199 is owned is not known") as caught:
            client.look_up(OTHER)
        assert OWNED[0] in caught.value.message


def test_one_that_finds_a_listed_one_is_asked_once(vendor: Emulator, client: Client):
    client.purchased(expected=4)
    before = vendor.calls()["purchased-list"]
    assert [client.look_up(OTHER), client.look_up(OTHER)] == [None, None]
    assert vendor.calls()["purchased-list"] - before == 3


def test_a_listed_one_that_has_just_gone_is_no_reason_to_doubt(vendor: Emulator, client: Client):
    client.purchased(expected=4)
    vendor.remove_owned([OWNED[0]])
    assert client.look_up(OTHER) is None


def test_the_number_that_was_asked_for_is_no_witness(vendor: Emulator, client: Client):
    vendor.remove_owned(OWNED[1:])
    client.purchased(expected=4)
    vendor.remove_owned([OWNED[0]])
    assert client.look_up(E164(OWNED[0])) is None


def test_where_nothing_is_listed_there_is_nothing_to_learn_it_by(vendor: Emulator, client: Client):
    vendor.remove_owned(OWNED)
    vendor.configure(access_number_match="never")
    client.purchased(expected=4)
    assert client.look_up(OTHER) is None


def test_states_are_believed_where_one_that_is_nowhere_has_no_numbers(vendor: Emulator, client: Client):
    client.purchased_in(Criteria(country="United States", state="New York"))
    client.require_states()
    before = vendor.calls()["purchased-list"]
    client.require_states()
    assert vendor.calls()["purchased-list"] == before


def test_states_that_are_ignored_are_told(vendor: Emulator, client: Client):
    vendor.configure(listing_ignores=["state"])
    for _ in range(2):
        with pytest.raises(AnswerError, match="ignores the filter `state`"):
            client.require_states()
