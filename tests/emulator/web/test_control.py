"""The control endpoints and the ledger."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
import pytest
import requests

from numplan.emulator.server import Emulator, EmulatorSettings, Flow
from tests.emulator.conftest import SIX, Api, Start, sides


@pytest.fixture
def api(start: Start) -> Api:
    api = start(control=True)
    api.emulator.add_stock(SIX)
    return api


def control(api: Api, method: str, name: str, body: object = None) -> requests.Response:
    return requests.request(method, api.emulator.control_url + name, json=body, timeout=5)


def test_there_is_no_control_unless_asked_for(start: Start) -> None:
    assert control(start(), "GET", "health").status_code == 404


def test_health_needs_no_credentials(api: Api) -> None:
    assert control(api, "GET", "health").status_code == 200


def test_control_is_for_this_machine_only(api: Api) -> None:
    from numplan.emulator.web.app import make_app

    app = make_app(api.emulator._service, lambda _: None, api.emulator)
    answer = app.test_client().get("/_control/ledger", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 403


def test_the_date_of_answers_can_be_another_and_none(api: Api) -> None:
    def told() -> str:
        return api.get("regions").headers["Date"]

    shift = 40 * 86400
    control(api, "POST", "settings", {"date_shift_seconds": shift})
    ahead = parsedate_to_datetime(told()) - datetime.now(UTC)
    assert abs(ahead.total_seconds() - shift) < 60
    control(api, "POST", "settings", {"date_told": False})
    assert told() == "unknown"
    control(api, "POST", "reset")
    assert abs((parsedate_to_datetime(told()) - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize("wrap", [False, True])
def test_faults_are_scripted_shown_and_cleared(api: Api, wrap: bool) -> None:
    faults = [{"endpoint": "regions", "fault": "status", "nth": 2, "count": 0, "params": {"status": 500}}]
    assert control(api, "POST", "faults", {"faults": faults} if wrap else faults).status_code == 200
    shown = control(api, "GET", "faults").json()["pending"][0]
    assert (shown["fault"], shown["endpoint"], shown["nth"], shown["params"]["status"]) == (
        "status",
        "regions",
        2,
        500,
    )
    assert [api.get("regions").status_code for _ in range(3)] == [200, 500, 500]
    control(api, "DELETE", "faults")
    assert api.get("regions").status_code == 200
    assert control(api, "GET", "faults").json() == {"pending": []}


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "no_such_fault"},
        {"fault": "stall", "endpoint": "nowhere"},
        {"fault": "stall", "params": {"second": 1}},
        {"fault": "stall", "params": {"seconds": "soon"}},
        {"fault": "stall", "nth": 0},
        {"fault": "stall", "probability": 2},
        {"fault": "redirect"},
        {"faults": "stall"},
        {},
    ],
)
def test_malformed_faults_are_refused(api: Api, fault: dict[str, object]) -> None:
    response = control(api, "POST", "faults", [fault])
    assert response.status_code == 400
    assert response.json()["message"]
    assert api.emulator.pending_faults() == []


def test_stock_changes(api: Api) -> None:
    added = [{"number": "+4930555001", "country": "Germany", "recurring_charge": "3.10"}, "12125559999"]
    assert control(api, "POST", "stock", {"add": added, "remove": ["+" + SIX[0]]}).status_code == 200
    assert api.get("find-number", number="4930555001").json()["data"][0]["recurringCharge"] == "3.10"
    assert api.emulator.is_for_sale("12125559999")
    assert sides(api.buy(SIX[0])) == ([], [SIX[0]])


def test_the_account_changes_outside_numplan(api: Api) -> None:
    added = [{"number": SIX[0], "trunk": 5}, {"number": SIX[1], "assignment": "absent"}, SIX[2]]
    control(api, "POST", "owned", {"add": added})
    assert api.emulator.is_for_sale(SIX[0]) is False
    change = {
        "remove": [SIX[2]],
        "to_stock": True,
        "assign": {SIX[0]: {"flow_id": "7", "flow_name": "Night"}, "+" + SIX[1]: "null"},
        "mrc": {SIX[1]: "9.99"},
    }
    assert control(api, "POST", "owned", change).status_code == 200
    first, second = api.get("purchased-list", size=9).json()["data"]
    assert first["assignment"] == {"flowID": "7", "flowName": "Night", "type": "Flow Builder"}
    assert (second["assignment"], second["mrc"]) == (None, "9.99")
    assert api.emulator.is_for_sale(SIX[2])
    assert sides(api.release(SIX[0], SIX[1])) == ([SIX[1]], [SIX[0]])
    assert control(api, "GET", "account").json() == {
        "owned": [{"number": "+" + SIX[0], "trunk": 5, "bought_at": 1}]
    }


def test_changing_a_number_the_account_does_not_own_is_not_found(api: Api) -> None:
    assert control(api, "POST", "owned", {"mrc": {SIX[0]: "1.00"}}).status_code == 404
    with pytest.raises(KeyError):
        api.emulator.assign(SIX[0], Flow())


def test_unassigning_a_flow_lets_the_number_go(start: Start) -> None:
    api = start(owned=1)
    assert sides(api.release("12050032925")) == ([], ["12050032925"])
    api.emulator.assign("+12050032925", "absent")
    assert "assignment" not in api.get("purchased-list", size=1).json()["data"][0]
    assert sides(api.release("12050032925")) == (["12050032925"], [])


def test_settings_change_while_it_runs(api: Api) -> None:
    answer = control(api, "POST", "settings", {"size_cap": 2, "lag_seconds": 1.5}).json()
    assert (answer["size_cap"], answer["lag_seconds"]) == (2, 1.5)
    assert len(api.get("search", country="United States", size=9).json()["data"]) == 2


@pytest.mark.parametrize("change", [{"port": 1}, {"size_cap": "two"}, {"colour": "red"}])
def test_settings_that_cant_change_are_refused(api: Api, change: dict[str, object]) -> None:
    assert control(api, "POST", "settings", change).status_code == 400


def test_reset_starts_afresh(api: Api) -> None:
    api.buy(SIX[0])
    assert control(api, "POST", "reset").status_code == 200
    ledger = control(api, "GET", "ledger").json()
    assert (ledger["posts"], set(ledger["calls"].values())) == ([], {0})
    assert control(api, "GET", "account").json() == {"owned": []}


def test_the_ledger_tells_what_was_asked_and_what_was_really_done(api: Api) -> None:
    api.emulator.faults([{"fault": "lose_reply", "endpoint": "purchase-numbers"}])
    with pytest.raises(requests.ConnectionError):
        api.buy("+" + SIX[0], SIX[1], "12012334233", trunk=42)
    api.get("regions")
    api.release(SIX[1], SIX[5])
    api.post("purchase-numbers", {"numbers": "none"})
    ledger = control(api, "GET", "ledger").json()
    lost, release, malformed = ledger["posts"]
    assert json.loads(lost["body"])["sipTrunkId"] == 42
    assert lost["numbers"] == [SIX[0], SIX[1], "12012334233"]
    assert (lost["trunk"], lost["faults"], lost["status"]) == (42, ["lose_reply"], None)
    assert lost["bought"] == [SIX[0], SIX[1]]
    assert lost["refused"] == {"12012334233": "Not able to purchase the number"}
    assert (release["released"], list(release["refused"]), release["form"]) == ([SIX[1]], [SIX[5]], "nested")
    assert (malformed["status"], malformed["numbers"], malformed["committed_at"]) == (400, [], None)
    assert [post["sequence"] for post in ledger["posts"]] == [1, 2, 3]
    assert ledger["calls"] == {
        "search": 0, "find-number": 0, "purchased-list": 0, "regions": 1, "purchase-numbers": 2, "release-numbers": 1,
    }  # fmt: skip


def test_the_ledger_is_not_fooled_by_lists_that_lie(api: Api) -> None:
    api.emulator.faults(
        [
            {"fault": "false_success", "endpoint": "purchase-numbers", "params": {"numbers": [SIX[0]]}},
            {
                "fault": "refuse",
                "endpoint": "purchase-numbers",
                "params": {"numbers": [SIX[1]], "really": True},
            },
        ]
    )
    assert sides(api.buy(*SIX[:2])) == ([SIX[0]], [SIX[1]])
    (post,) = api.emulator.ledger()
    assert (post.bought, list(post.refused)) == ((SIX[1],), [SIX[0]])


def test_malformed_values_are_refused_in_python_too() -> None:
    with Emulator(EmulatorSettings(stock=0)) as emulator:
        for attempt in (
            lambda: emulator.add_stock([{"number": "abc"}]),
            lambda: emulator.add_owned([{"number": "123456", "recurring_charge": "-1"}]),
            lambda: emulator.faults([{"fault": "nothing"}]),
            lambda: emulator.configure(token="other"),
        ):
            with pytest.raises(msgspec.ValidationError):
                attempt()
