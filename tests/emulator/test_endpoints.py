"""The six endpoints, in the vendor's words."""

import pytest
import requests

from tests.emulator.conftest import SIX, Api, Start, sides

SEARCH_SAMPLE = {
    "cityCoverage": "Birmingham",
    "country": "United States",
    "countryCode": "1",
    "state": "New Jersey",
    "number": "+16091609123",
    "numberCategory": "Voice+SMS",
    "numberType": "Geographic",
    "initialBlock": "6",
    "regularBlock": "6",
    "setupCharge": "0.10",
    "recurringCharge": "0.10",
    "rate": "0.7000",
    "smsRate": "0.0013",
}
PURCHASED_SAMPLE = {
    "accessNumber": "+12050032925",
    "assignment": {"flowID": "169", "flowName": "Test Recon", "type": "Flow Builder"},
    "assignmentType": "IPPBX",
    "country": "United States",
    "customerId": 190,
    "mrc": "0.10",
    "nrc": "0.10",
    "numberType": "Geographic",
    "smsRate": "0.0013",
    "voiceRate": "0.7000",
}
ENVELOPE = {"message": "The request has succeeded", "status": "OK"}


def test_find_number_answers_the_vendors_sample(start: Start) -> None:
    answer = start(stock=100).get("find-number", number="16091609123").json()
    assert answer == {"data": [SEARCH_SAMPLE], "total": 1, **ENVELOPE}


def test_search_answers_rows_of_the_same_form(start: Start) -> None:
    answer = start(stock=100).get(
        "search", country="United States", state="New Jersey", digits="160916091", size=10
    )
    assert answer.json() == {"data": [SEARCH_SAMPLE], "total": 1, **ENVELOPE}


def test_purchased_list_answers_the_vendors_sample(start: Start) -> None:
    answer = start(owned=1).get("purchased-list", size=10, accessNumber="12050032925").json()
    assert answer == {"data": [PURCHASED_SAMPLE], "total": 1, **ENVELOPE}


def test_purchase_answers_as_the_vendor_shows(api: Api) -> None:
    answer = api.post("purchase-numbers", {"sipTrunkId": 169, "numbers": [SIX[0], "12012334233"]}).json()
    bought = {"accessNumber": SIX[0], "message": "Number Purchased Successfully"}
    refused = {"accessNumber": "12012334233", "message": "Not able to purchase the number"}
    assert answer == {
        "data": [{"success": {"numbers": [bought]}, "error": {"numbers": [refused]}}],
        **ENVELOPE,
    }


def test_release_answers_as_the_vendor_shows(start: Start) -> None:
    answer = start(owned=3).post("release-numbers", {"numbers": [["16096294649", "16096294671"]]}).json()
    released = {"accessNumber": "16096294649", "message": "Number Released Successfully"}
    refused = {
        "accessNumber": "16096294671",
        "message": "Number Cannot be Released because it is associated with the flow builder",
    }
    assert answer == {
        "data": [{"success": {"numbers": [released]}, "error": {"numbers": [refused]}}],
        **ENVELOPE,
    }


def test_the_empty_one_of_the_two_lists_is_left_out_unless_asked_for(api: Api) -> None:
    assert list(api.buy(SIX[0]).json()["data"][0]) == ["success"]
    assert list(api.buy(SIX[0]).json()["data"][0]) == ["error"]
    api.emulator.configure(keep_empty_lists=True)
    assert api.buy(SIX[1]).json()["data"][0]["error"] == {"numbers": []}


def test_regions_name_all_types_of_each_country_in_their_own_spelling(start: Start) -> None:
    api = start(stock=3000)
    regions = {row["regionName"]: row["types"] for row in api.get("regions").json()["data"]}
    assert regions["United Kingdom"] == ["Geographic", "Mobile", "Nongeographic", "Toll-Free"]
    assert regions["International"] == ["UIFN"]
    assert "total" not in api.get("regions").json()


def test_regions_are_filtered_by_any_of_the_types(start: Start) -> None:
    api = start(stock=3000)
    some = {row["regionName"] for row in api.get("regions", numberTypes="UIFN,Nongeographic").json()["data"]}
    assert "International" in some
    assert "Germany" in some
    assert "United States" not in some


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ({"country": "united states"}, 4),
        ({"country": "United States", "state": "Ohio"}, 1),
        ({"country": "United States", "numberType": "Toll-Free"}, 1),
        ({"country": "United States", "numberCategory": "Voice+SMS"}, 3),
        ({"country": "United States", "digits": "777"}, 2),
        ({"country": "Atlantis"}, 0),
    ],
)
def test_search_filters(start: Start, query: dict[str, str], matches: int) -> None:
    api = start()
    api.emulator.add_stock(
        [
            {"number": "12025550001"},
            {"number": "16145557771", "state": "Ohio"},
            {"number": "18885557772", "number_type": "Toll-Free", "category": "Voice"},
            {"number": "12025550002"},
            {"number": "4930555777", "country": "Germany", "country_code": "49"},
        ]
    )
    answer = api.get("search", size=50, **query).json()
    assert (len(answer["data"]), answer["total"]) == (matches, matches)


def test_search_answers_at_most_size_rows_and_total_counts_all(start: Start) -> None:
    answer = start(stock=500).get("search", country="United States", size=7).json()
    assert len(answer["data"]) == 7
    assert answer["total"] > 300


def test_purchased_list_filters_by_number_country_state_and_type(start: Start) -> None:
    api = start()
    api.emulator.add_owned(
        [
            {"number": "12025550001", "state": "Ohio"},
            {"number": "493055501", "country": "Germany", "number_type": "Non-Geographic"},
        ]
    )
    assert api.listed(accessNumber="+12025550001") == ["+12025550001"]
    assert api.listed(country="Germany") == ["+493055501"]
    assert api.listed(state="Ohio") == ["+12025550001"]
    assert api.listed(numberType="Non-Geographic") == ["+493055501"]
    assert api.listed(numberType="Mobile") == []


def test_a_purchase_is_listed_with_the_charges_it_was_offered_at(start: Start) -> None:
    api = start()
    api.emulator.add_stock(
        [{"number": "12025550001", "recurring_charge": "1.25", "setup_charge": "2.50", "rate": "0.0100"}]
    )
    api.buy("12025550001")
    row = api.get("purchased-list", size=1).json()["data"][0]
    assert (row["mrc"], row["nrc"], row["voiceRate"], row["assignment"]) == ("1.25", "2.50", "0.0100", None)


def test_each_purchase_is_recorded_with_its_trunk_in_order(api: Api) -> None:
    api.buy(SIX[2], trunk=7)
    api.buy(SIX[0], SIX[1], trunk=8)
    api.post("purchase-numbers", {"numbers": [SIX[3]]})
    held = [(each.number, each.trunk) for each in api.emulator.owned()]
    assert held == [("+" + SIX[2], 7), ("+" + SIX[0], 8), ("+" + SIX[1], 8), ("+" + SIX[3], None)]


def test_a_sold_number_is_neither_found_nor_searched_nor_sold_again(api: Api) -> None:
    api.buy(SIX[0])
    assert api.get("find-number", number=SIX[0]).json()["data"] == []
    assert api.get("search", country="United States", size=9).json()["total"] == 5
    assert sides(api.buy(SIX[0])) == ([], [SIX[0]])


def test_a_released_number_can_be_gone_for_good(start: Start) -> None:
    api = start(released_to_stock=False)
    api.emulator.add_stock(SIX)
    api.buy(SIX[0])
    assert sides(api.release(SIX[0])) == ([SIX[0]], [])
    assert api.listed() == []
    assert not api.emulator.is_for_sale(SIX[0])


def test_a_released_number_is_for_sale_again(api: Api) -> None:
    (before,) = api.get("find-number", number=SIX[0]).json()["data"]
    api.buy(SIX[0])
    api.release(SIX[0])
    assert api.get("find-number", number=SIX[0]).json()["data"] == [before]
    assert sides(api.buy(SIX[0])) == ([SIX[0]], [])


def test_a_number_outside_the_account_is_not_released(api: Api) -> None:
    assert sides(api.release(SIX[0])) == ([], [SIX[0]])


def test_requests_may_write_the_plus_sign(api: Api) -> None:
    assert sides(api.buy("+" + SIX[0])) == ([SIX[0]], [])
    assert api.get("find-number", number="+" + SIX[1]).json()["total"] == 1
    # A client that forgets to escape it sends a space.
    assert api.session.get(api.address("find-number") + f"?number=+{SIX[1]}", timeout=5).json()["total"] == 1
    assert sides(api.release("+" + SIX[0])) == ([SIX[0]], [])


@pytest.mark.parametrize(
    ("form", "nested", "flat"), [("both", 200, 200), ("nested", 200, 400), ("flat", 400, 200)]
)
def test_release_accepts_the_forms_it_is_set_to(start: Start, form: str, nested: int, flat: int) -> None:
    api = start(release_form=form)
    api.emulator.add_owned(SIX)
    assert api.post("release-numbers", {"numbers": [SIX[:2]]}).status_code == nested
    assert api.post("release-numbers", {"numbers": SIX[2:4]}).status_code == flat


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_post_over_the_batch_limit_is_refused_whole(start: Start, status: int) -> None:
    api = start(batch_limit=2, batch_status=status)
    api.emulator.add_stock(SIX)
    assert api.buy(*SIX[:3]).status_code == status
    assert api.emulator.owned() == []
    assert api.emulator.ledger()[0].numbers == tuple(SIX[:3])
    assert api.buy(*SIX[:2]).status_code == 200


def test_a_size_cap_shortens_answers_and_total_still_counts_all(start: Start) -> None:
    api = start(size_cap=2)
    api.emulator.add_owned(SIX)
    answer = api.get("purchased-list", size=100).json()
    assert (len(answer["data"]), answer["total"]) == (2, 6)


def test_total_may_count_only_the_rows_sent(start: Start) -> None:
    api = start(size_cap=2, total_counts_rows=True)
    api.emulator.add_owned(SIX)
    assert api.get("purchased-list", size=100).json()["total"] == 2


def test_find_number_may_answer_404_for_what_is_not_for_sale(start: Start) -> None:
    response = start(find_absent_status=404).get("find-number", number=SIX[0])
    assert (response.status_code, response.json()["status"]) == (404, "NOT_FOUND")


def test_find_number_may_show_owned_numbers(start: Start) -> None:
    api = start(find_shows_owned=True)
    api.emulator.add_owned([SIX[0]])
    assert api.get("find-number", number=SIX[0]).json()["data"][0]["number"] == "+" + SIX[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "emulator-token"}, 401),
        ({"accountId": None}, 400),
        ({"accountId": "191"}, 403),
    ],
)
@pytest.mark.parametrize("endpoint", ["search", "find-number", "purchased-list", "regions"])
def test_credentials_are_checked_first(api: Api, headers: dict[str, str], status: int, endpoint: str) -> None:
    response = api.session.get(api.address(endpoint), headers=headers, timeout=5)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["message"]


def test_a_post_without_credentials_does_nothing(api: Api) -> None:
    body = {"numbers": [SIX[0]]}
    assert requests.post(api.address("purchase-numbers"), json=body, timeout=5).status_code == 401
    assert api.emulator.owned() == []


@pytest.mark.parametrize(
    ("endpoint", "query"),
    [
        ("search", {"country": "United States"}),
        ("search", {"size": "1"}),
        ("search", {"country": "", "size": "1"}),
        ("search", {"country": "United States", "size": "0"}),
        ("search", {"country": "United States", "size": "ten"}),
        ("search", {"country": "United States", "size": "99999999999"}),
        ("search", {"country": "United States", "size": ["1", "2"]}),
        ("search", {"country": "United States", "size": "1", "numberType": "Nongeographic"}),
        ("search", {"country": "United States", "size": "1", "numberCategory": "Voice SMS"}),
        ("search", {"country": "United States", "size": "1", "digits": "8x8"}),
        ("find-number", {}),
        ("find-number", {"number": "0123456"}),
        ("find-number", {"number": "1234567890123456"}),
        ("purchased-list", {}),
        ("purchased-list", {"size": "10", "accessNumber": "abc"}),
        ("purchased-list", {"size": "10", "numberType": "geographic"}),
        ("regions", {"numberTypes": "Non-Geographic"}),
    ],
)
def test_queries_other_than_described_are_refused(api: Api, endpoint: str, query: dict[str, str]) -> None:
    response = api.get(endpoint, **query)
    assert response.status_code == 400
    assert response.json()["status"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"numbers": []},
        {"numbers": "12125550001"},
        {"numbers": [12125550001]},
        {"numbers": ["12125550001", "abc"]},
        {"numbers": [["12125550001"]]},
        {"numbers": ["12125550001"], "sipTrunkId": "169"},
        {"numbers": ["12125550001"], "sipTrunkId": None},
        {"numbers": ["12125550001"], "sipTrunkId": 0},
        {"numbers": ["12125550001"], "sipTrunkId": 169.5},
        {"numbers": ["12125550001"], "sipTrunkId": 1e300},
    ],
)
def test_purchases_other_than_described_are_refused_and_buy_nothing(api: Api, body: object) -> None:
    assert api.post("purchase-numbers", body).status_code == 400
    assert api.emulator.owned() == []


@pytest.mark.parametrize(
    "body", [{}, {"numbers": []}, {"numbers": [[]]}, {"numbers": ["12125550001", ["12125550002"]]}]
)
def test_releases_other_than_described_are_refused(api: Api, body: object) -> None:
    assert api.post("release-numbers", body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"numbers": ["1',
        b'{"numbers": ["12125550001"], "sipTrunkId": NaN}',
        b'{"numbers": ["\xff"]}',
        b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["empty", "cut", "nan", "no utf-8", "deep"],
)
def test_a_body_must_be_json(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for endpoint in ("purchase-numbers", "release-numbers"):
        answer = api.session.post(api.address(endpoint), data=body, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()["status"]) == (400, "BAD_REQUEST")
    assert len(api.emulator.ledger()) == 2


def test_a_body_must_be_announced_as_json(api: Api) -> None:
    assert (
        api.session.post(api.address("purchase-numbers"), data={"numbers": SIX[0]}, timeout=5).status_code
        == 415
    )


def test_other_methods_and_paths_are_answered_in_json(api: Api) -> None:
    wrong_method = api.post("search", {})
    assert wrong_method.status_code == 405
    assert set(wrong_method.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert wrong_method.json()["status"] == "METHOD_NOT_ALLOWED"
    assert api.get("nothing-here").json()["status"] == "NOT_FOUND"
