"""The client against the emulator: the contract, and the emulator's faults on every endpoint."""

from collections.abc import Iterator
from typing import Any

import pytest

from numplan.api.client import Client
from numplan.api.retry import RetryPolicy
from numplan.emulator.server import Emulator, EmulatorSettings, Flow, ForSale, Owned
from numplan.engine.account.refresh import refresh
from numplan.model.account import Criteria
from numplan.model.errors import AnswerError, CredentialsError
from numplan.model.number import E164
from numplan.model.outcome import Outcome, Refused, Rejected, Succeeded, Unknown
from tests.api.clock import FakeClock
from tests.api.conftest import MakeClient
from tests.api.provider_contract import SOLD, ProviderContract, arrange
from tests.builders import managed, manifest, state
from tests.fakes import nothing_barred

TOKEN = "emulated-token-0123456789"


class Emulated:
    """A client and the emulator behind it."""

    def __init__(self, emulator: Emulator, provider: Client) -> None:
        self.emulator = emulator
        self.provider = provider

    def put_on_sale(self, number: E164, *, country: str, state: str, kind: str, category: str) -> None:
        self.emulator.add_stock(
            [
                ForSale(
                    number=number[1:],
                    country=country,
                    state=state,
                    number_type=kind,
                    category=category,
                )
            ]
        )

    def own(self, number: E164, *, country: str, kind: str, flow: bool) -> None:
        assignment = Flow() if flow else "null"
        self.emulator.add_owned(
            [Owned(number=number[1:], country=country, number_type=kind, assignment=assignment)]
        )

    def cannot_read(self, number: str, *, named: bool) -> None:
        for endpoint, key in (
            ("purchased-list", "accessNumber"),
            ("search", "number"),
            ("find-number", "number"),
        ):
            params = {"of": [number], "field": "country" if named else key}
            self.emulator.faults([{"fault": "odd_row", "endpoint": endpoint, "count": 0, "params": params}])

    def lose_next_reply(self, endpoint: str) -> None:
        self.fault("lose_reply", endpoint)

    def fault(self, fault: str, endpoint: str, **params: Any) -> None:
        self.emulator.faults([{"fault": fault, "endpoint": endpoint, "params": params}])


@pytest.fixture
def vendor(clock: FakeClock) -> Iterator[Emulated]:
    settings = EmulatorSettings(stock=0, token=TOKEN)
    with (
        Emulator(settings) as emulator,
        Client(emulator.url, emulator.account, TOKEN, clock, jitter=lambda: 0.0) as client,
    ):
        emulated = Emulated(emulator, client)
        arrange(emulated)
        yield emulated


class TestClientKeepsTheContract(ProviderContract):
    pass


def truly_bought(vendor: Emulated) -> set[str]:
    return {holding.number.removeprefix("+") for holding in vendor.emulator.owned()}


HONEST = {
    "in_both",
    "in_neither",
    "lose_reply",
    "lose_request",
    "not_ok",
    "html",
    "cut",
    "nan",
    "duplicate_keys",
}


@pytest.mark.parametrize(
    ("fault", "params", "kind"),
    [
        ("lose_reply", {}, Unknown),
        ("lose_reply", {"reset": True}, Unknown),
        ("lose_request", {}, Unknown),
        ("late_commit", {"status": 504}, Unknown),
        ("status", {"status": 503}, Unknown),
        ("status", {"status": 503, "commit": True}, Unknown),
        ("status", {"status": 400, "message": "no such trunk"}, Rejected),
        ("too_many", {"retry_after": "date"}, Succeeded),
        ("too_many", {"retry_after": "nonsense"}, Succeeded),
        ("taken", {}, Refused),
        ("refuse", {"message": "No credit"}, Refused),
        ("in_both", {}, Unknown),
        ("in_neither", {}, Unknown),
        ("unasked", {"numbers": ["12125550102"]}, Succeeded),
        ("not_ok", {}, Unknown),
        ("html", {}, Unknown),
        ("empty", {}, Unknown),
        ("empty", {"status": 200}, Unknown),
        ("redirect", {"location": "http://127.0.0.1:9/"}, Unknown),
        ("wrong_type", {"field": "accessNumber", "value": 5}, Unknown),
        ("wrong_type", {"field": "data", "value": {}}, Unknown),
        ("nan", {"field": "message"}, Unknown),
        ("duplicate_keys", {"field": "success", "value": {}}, Unknown),
        ("cut", {"at": 40}, Unknown),
        ("cut", {"at": 40, "how": "connection"}, Unknown),
        ("huge", {"claimed": True}, Unknown),
        ("huge", {"bytes": 10_000_000}, Unknown),
    ],
)
def test_a_fault_on_a_purchase(
    fault: str, params: dict[str, Any], kind: type[Outcome], vendor: Emulated
) -> None:
    vendor.fault(fault, "purchase-numbers", **params)
    outcome = vendor.provider.purchase([SOLD[0]], 169, nothing_barred)[SOLD[0]]
    assert isinstance(outcome, kind)
    if isinstance(outcome, Succeeded | Refused):
        assert (SOLD[0][1:] in truly_bought(vendor)) == isinstance(outcome, Succeeded)
    assert len([post for post in vendor.emulator.ledger() if fault != "too_many" or post.bought]) == 1


@pytest.mark.parametrize("fault", ["short_listing", "empty_listing", "changing_listing", "duplicate_rows"])
def test_a_listing_that_lies_is_not_complete_or_is_true(fault: str, vendor: Emulated) -> None:
    params: dict[str, dict[str, Any]] = {"short_listing": {"keep": 1}, "empty_listing": {"total": "true"}}
    vendor.emulator.faults(
        [{"fault": fault, "endpoint": "purchased-list", "count": 0, "params": params.get(fault, {})}]
    )
    listing = vendor.provider.purchased(expected=3)
    assert {number[1:] for number in listing.numbers} <= truly_bought(vendor)
    if listing.complete:
        assert len(listing.numbers) == 3


@pytest.mark.parametrize(
    ("fault", "params", "words"),
    [
        ("not_ok", {}, r"\$\.status: 'ERROR' is not OK \(The request has failed\)"),
        ("wrong_type", {"field": "total", "value": "3"}, r"\$\.total: Expected int"),
        ("nan", {}, "NaN"),
        ("duplicate_keys", {}, "the key 'total' twice"),
        ("cut", {"at": -1}, "not sound JSON"),
        ("html", {}, "not sound JSON"),
        ("huge", {"claimed": True}, "larger than"),
        ("redirect", {"location": "http://127.0.0.1:9/"}, "answered 307"),
    ],
)
def test_a_fault_on_the_listing(fault: str, params: dict[str, Any], words: str, vendor: Emulated) -> None:
    vendor.fault(fault, "purchased-list", **params)
    with pytest.raises(AnswerError, match=rf"^purchased-list: .*{words}"):
        vendor.provider.purchased(expected=3)
    assert vendor.provider.purchased(expected=3).complete


@pytest.mark.parametrize("fault", ["status", "too_many", "lose_reply", "lose_request"])
@pytest.mark.parametrize("endpoint", ["search", "find-number", "purchased-list", "regions"])
def test_what_passes_is_not_noticed(fault: str, endpoint: str, vendor: Emulated) -> None:
    vendor.fault(fault, endpoint)
    provider = vendor.provider
    match endpoint:
        case "search":
            assert provider.search(Criteria("United States"), wanted=1).offers
        case "find-number":
            assert provider.find(SOLD[0])
        case "purchased-list":
            assert provider.purchased(expected=1).complete
        case _:
            assert provider.regions()
    assert vendor.emulator.calls()[endpoint] == 2


@pytest.mark.parametrize("form", ["nested", "flat", "both"])
def test_either_form_of_release_is_found(form: str, vendor: Emulated) -> None:
    vendor.emulator.configure(release_form=form)
    numbers = [E164("+12125550201"), E164("+12125550202")]
    for number in numbers:
        outcome = vendor.provider.release([number], nothing_barred)[number]
        if isinstance(outcome, Rejected):  # the engine looks into the account before it sends the other form
            outcome = vendor.provider.release([number], nothing_barred)[number]
        assert isinstance(outcome, Succeeded)
    assert vendor.emulator.calls()["release-numbers"] == (3 if form == "flat" else 2)


def test_a_batch_over_the_servers_limit_is_rejected_whole(vendor: Emulated) -> None:
    numbers = [E164(f"+1212556{n:04}") for n in range(4)]
    vendor.emulator.add_stock([number[1:] for number in numbers])
    for status in (400, 413, 422):
        vendor.emulator.configure(batch_limit=3, batch_status=status)
        outcomes = vendor.provider.purchase(numbers, 169, nothing_barred)
        assert {type(one) for one in outcomes.values()} == {Rejected}
        assert {one.again for one in outcomes.values() if isinstance(one, Rejected)} == {"halves"}
    assert not {number[1:] for number in numbers} & truly_bought(vendor)


def test_find_takes_404_for_not_for_sale(vendor: Emulated) -> None:
    vendor.emulator.configure(find_absent_status=404)
    assert vendor.provider.find(E164("+12125550000")) is None


@pytest.mark.parametrize(("cap", "complete"), [(100, True), (15, True), (5, False)])
def test_a_capped_listing_is_split_as_far_as_filters_go(cap: int, complete: bool, vendor: Emulated) -> None:
    states = ("Ohio", "Texas", "New York", "California")
    rows = [{"number": f"1212556{n:04}", "state": states[n % 4]} for n in range(40)]
    vendor.emulator.add_owned(rows)
    vendor.emulator.configure(size_cap=cap)
    listing = vendor.provider.purchased(expected=43, states=lambda: [*states, "New Jersey"])
    assert listing.complete is complete
    assert len(listing.numbers) == 43 or not complete
    assert bool(listing.gap) is not complete


@pytest.mark.parametrize(("count", "cap"), [(300, 30), pytest.param(20_000, 1000, marks=pytest.mark.torture)])
def test_under_a_cap_every_managed_number_is_seen_and_what_stays_open_is_named(
    count: int, cap: int, vendor: Emulated
) -> None:
    """By country, type and the states that state knows; then one by one."""
    states = [f"State {n}" for n in range(20)]
    known, unknown = count * 2 // 3, count // 3
    placed = [{"number": f"1212{n:07}", "state": states[n % 20]} for n in range(known)]
    elsewhere = [{"number": f"1646{n:07}", "state": "Nowhere"} for n in range(unknown)]
    vendor.emulator.add_owned([*placed, *elsewhere])
    vendor.emulator.configure(size_cap=cap)
    remembered = state(
        *(managed("set.all", f"+{row['number']}", state=row["state"]) for row in placed),
        *(managed("set.all", f"+{row['number']}") for row in elsewhere),
    )
    snapshot = refresh(manifest(), remembered, vendor.provider)
    assert {one.number for one in remembered.numbers} <= snapshot.owned.keys()
    assert not snapshot.complete
    assert snapshot.gap.startswith("United States, Geographic: the API shows ")
    calls = vendor.emulator.calls()["purchased-list"]
    assert calls < unknown + known // 2  # the states spare most look-ups


def test_wrong_credentials(vendor: Emulated, make_client: MakeClient) -> None:
    client = make_client(vendor.emulator.url, retry_policy=RetryPolicy(failures=1))
    with pytest.raises(CredentialsError):
        client.regions()
    outcomes = client.purchase([SOLD[0]], 169, nothing_barred)
    assert getattr(outcomes[SOLD[0]], "stop", False)
