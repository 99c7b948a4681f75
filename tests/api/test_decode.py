"""Reading answers: what is tolerated, what is refused, and that nothing but ApiError ever comes of it."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.api import decode, wire_types
from numplan.model.account import Assignment, Offer, OwnedNumber, Region, Unreadable
from numplan.model.charge import UNRATED, Rates, charge_of
from numplan.model.documents import batches
from numplan.model.errors import AnswerError, ApiError
from numplan.model.number import E164
from numplan.model.outcome import Refused, Succeeded
from numplan.model.text.spelling import NUMBER_TYPES
from tests.api.answers import judged, offer_row, ok, owned_row
from tests.strategies import JSON_VALUE

Reader = Callable[[str, bytes], Any]


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def owned(**changes: Any) -> OwnedNumber:
    [row] = decode.read_owned("purchased-list", body(ok([owned_row(**changes)], total=1))).rows
    return row


def offered(**changes: Any) -> Offer:
    [offer] = decode.read_offers("search", body(ok([offer_row(**changes)], total=1))).offers
    return offer


def test_the_pages_own_samples_are_read() -> None:
    assert offered() == Offer(
        number=E164("+16091609123"),
        country="United States",
        type="Geographic",
        category="Voice+SMS",
        setup_charge=Decimal("0.10"),
        monthly_charge=Decimal("0.10"),
        state="New Jersey",
        city="Birmingham",
        rates=Rates(charge_of("0.7000"), charge_of("0.0013"), 6, 6),
    )
    assert owned() == OwnedNumber(
        number=E164("+12050032925"),
        country="United States",
        type="Geographic",
        setup_charge=Decimal("0.10"),
        monthly_charge=Decimal("0.10"),
        assignment=Assignment(type="Flow Builder", flow_id="169", flow_name="Test Recon"),
        customer="190",
        rates=Rates(charge_of("0.7000"), charge_of("0.0013")),
    )
    regions = ok([{"regionName": "United States", "types": ["Geographic", "Mobile"]}])
    assert decode.read_regions("regions", body(regions)).rows == (
        Region("United States", ("Geographic", "Mobile")),
    )
    released = decode.read_results("release-numbers", body(judged(["16096294649"], ["16096294671"])))
    assert released.success == (("+16096294649", Succeeded("Number Purchased Successfully")),)
    assert released.error == (("+16096294671", Refused("Not able to purchase the number")),)


@pytest.mark.parametrize(
    ("assignment", "read"),
    [
        (None, None),
        ({}, None),
        ({"type": None, "flowID": None, "flowName": None}, None),
        ({"type": "Flow Builder", "flowID": 169}, Assignment("Flow Builder", "169", "")),
        ({"type": " flow builder ", "flowID": None}, Assignment("flow builder", "", "")),
        ({"type": "Trunk", "flowName": "x", "more": [1]}, Assignment("Trunk", "", "x")),
    ],
)
def test_assignments_in_all_their_forms(assignment: Any, read: Assignment | None) -> None:
    assert owned(assignment=assignment).assignment == read


def test_a_missing_assignment_is_none() -> None:
    row = owned_row()
    del row["assignment"]
    assert decode.read_owned("purchased-list", body(ok([row], total=1))).rows[0].assignment is None


@pytest.mark.parametrize(
    ("charge", "read"),
    [
        ("0.10", "0.10"),
        (0.1, "0.1"),
        (3, "3"),
        ("0", "0"),
        ("-0.00", "0.00"),
        ("1E+2", "100"),
        ("0E-7", "0E-7"),
    ],
)
def test_charges_are_exact_decimals(charge: Any, read: str) -> None:
    assert str(owned(mrc=charge).monthly_charge) == read


def test_a_charge_as_a_json_number_never_becomes_a_float() -> None:
    text = body(ok([offer_row()], total=1)).replace(
        b'"setupCharge": "0.10"', b'"setupCharge": 0.1000000000000000001'
    )
    assert decode.read_offers("search", text).offers[0].setup_charge == Decimal("0.1000000000000000001")


@pytest.mark.parametrize(
    "written",
    [
        b"null",
        b'""',
        b'" "',
        b'"N/A"',
        b'"free"',
        b'"NaN"',
        b'"Infinity"',
        b'"-0.10"',
        b"-0.1",
        b"-1",
        b'"1,10"',
        b'"0_1"',
        b'"$0.10"',
        '"\N{ARABIC-INDIC DIGIT ONE}"'.encode(),
        b"true",
        b"[]",
        b'{"a": 1}',
        b'"1e999999999"',
        b'"1e-999999"',
        b"1e99999999999999999999",
        b"-1e-99999999999999999999",
        b"1000000000",
        b"1" * 4000,
    ],
)
def test_a_charge_that_says_no_amount_is_not_known(written: bytes) -> None:
    whole = body(ok([owned_row()], total=1))
    for field, read in (("mrc", "monthly_charge"), ("nrc", "setup_charge")):
        sent = whole.replace(f'"{field}": "0.10"'.encode(), f'"{field}": '.encode() + written)
        page = decode.read_owned("purchased-list", sent)
        assert [getattr(row, read) for row in page.rows] == [None]
        assert page.unreadable == ()
        missing = whole.replace(f'"{field}": "0.10", '.encode(), b"")
        assert getattr(decode.read_owned("purchased-list", missing).rows[0], read) is None


def test_a_json_number_beyond_all_bounds_disturbs_only_where_it_is_read() -> None:
    text = body(ok([owned_row()], total=1))
    odd = text.replace(b'"voiceRate": "0.7000"', b'"voiceRate": 1e99999999999999999999')
    assert decode.read_owned("purchased-list", odd).rows == (owned(voiceRate=None),)


@pytest.mark.parametrize(
    ("written", "rate"),
    [("0.0070", "0.0070"), (2, "2"), (" 0.5 ", "0.5"), ("0", "0")]
    + [(odd, None) for odd in (None, "", "free", "-1", [], {"a": 1}, True, "1e99", "NaN")],
)
def test_a_rate_is_exact_or_not_known_and_disturbs_nothing(written: object, rate: str | None) -> None:
    known = rate if rate is None else charge_of(rate)
    for row in (owned(voiceRate=written), offered(rate=written)):
        assert row.rates.voice_rate == known
        assert str(row.rates.voice_rate) == str(known), "digit by digit"
        assert row.rates.sms_rate == charge_of("0.0013")
    assert owned(smsRate=written).rates.sms_rate == offered(smsRate=written).rates.sms_rate == known


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60", 60), (1, 1), ("6.0", 6)]
    + [(odd, None) for odd in ("0", "-6", "1.5", "soon", None, [], "86401", "1e9")],
)
def test_a_block_is_whole_seconds_of_a_day_or_not_known(written: object, seconds: int | None) -> None:
    assert offered(initialBlock=written, regularBlock="6").rates.initial_block == seconds
    assert offered(regularBlock=written).rates.regular_block == seconds


def test_a_row_that_says_no_rates_has_none() -> None:
    bare = owned_row()
    del bare["voiceRate"], bare["smsRate"]
    [row] = decode.read_owned("purchased-list", body(ok([bare], total=1))).rows
    assert row.rates is UNRATED


MISSING = object()


@pytest.mark.parametrize(
    ("change", "field", "reason", "named"),
    [
        ({"accessNumber": 12050032925}, "accessNumber", "is 12050032925", True),
        ({"accessNumber": 1205}, "accessNumber", "is 1205", False),
        ({"accessNumber": "none"}, "accessNumber", "is 'none'", False),
        ({"accessNumber": "+0800123456"}, "accessNumber", "is '+0800123456'", False),
        ({"accessNumber": "+1 205 003 2925"}, "accessNumber", "is '+1 205 003 2925'", False),
        ({"accessNumber": "(205) 003-2925"}, "accessNumber", "is '(205) 003-2925'", False),
        ({"accessNumber": " 12050032925"}, "accessNumber", "is '12050032925'", False),
        ({"accessNumber": "++12050032925"}, "accessNumber", "is '++12050032925'", False),
        ({"accessNumber": None}, "accessNumber", "is null", False),
        ({"accessNumber": MISSING}, "accessNumber", "is missing", False),
        ({"country": ["x"]}, "country", "is a list", True),
        ({"country": None}, "country", "is null", True),
        ({"country": MISSING}, "country", "is missing", True),
        ({"country": " "}, "country", "is ''", True),
        ({"country": "x" * 500, "numberType": 1.5}, "numberType", "is 1.5", True),
        ({"numberType": "\x1b]0;t\x07"}, "", "", True),
        ({"numberType": {"a": 1}}, "numberType", "is an object", True),
        ({"numberType": False}, "numberType", "is false", True),
        ({"assignment": {"flowID": 1.5}}, "assignment.flowID", "is 1.5", True),
        ({"assignment": {"flowName": ["x"]}}, "assignment.flowName", "is a list", True),
        ({"assignment": "flow" * 100}, "assignment", f"is {'flow' * 10!r}", True),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_apart(
    change: dict[str, Any], field: str, reason: str, named: bool
) -> None:
    odd = {name: value for name, value in owned_row(**change).items() if value is not MISSING}
    others = [owned_row("+12050032926"), owned_row("+12050032927", mrc=None)]
    page = decode.read_owned("purchased-list", body(ok([others[0], odd, others[1]], total=3)))
    plain = decode.read_owned("purchased-list", body(ok(others, total=3)))
    assert (page.sent, page.total) == (3, 3)
    if not field:  # what a terminal would not bear is a type like any other
        assert len(page.rows) == 3
        return
    assert page.rows == plain.rows
    [found] = page.unreadable
    number = E164("+12050032925") if named else None
    assert found == Unreadable(2, field, reason, number)
    assert str(found) == f"{number or 'row 2'} (its {field} {reason})"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (None, "it is null, not a row"),
        (5, "it is 5, not a row"),
        ("x", "it is 'x', not a row"),
        ([], "it is a list, not a row"),
        ({}, "its accessNumber is missing"),
    ],
)
def test_what_is_no_row_is_counted(row: Any, problem: str) -> None:
    page = decode.read_owned("purchased-list", body(ok([row, owned_row()], total=2)))
    assert page.rows == (owned(),)
    assert [(one.place, one.problem) for one in page.unreadable] == [("row 1", problem)]


OFFER_FIELDS = ("number", "country", "numberType", "numberCategory", "setupCharge", "recurringCharge")


@pytest.mark.parametrize("field", OFFER_FIELDS)
@pytest.mark.parametrize("value", [None, "", 1.5, [], MISSING])
def test_nobody_buys_what_says_no_price_or_no_place(field: str, value: Any) -> None:
    value = "N/A" if value == 1.5 and field.endswith("Charge") else value
    odd = offer_row("+16091609124") | {field: value}
    if value is MISSING:
        del odd[field]
    page = decode.read_offers("search", body(ok([odd, offer_row()], total=2)))
    assert page.offers == (offered(),)
    number = None if field == "number" else E164("+16091609124")
    assert [(one.field, one.row, one.number) for one in page.unreadable] == [(field, 1, number)]


def test_a_number_may_be_had_for_nothing() -> None:
    assert offered(setupCharge="0", recurringCharge=0).monthly_charge == Decimal(0)


@pytest.mark.parametrize(
    ("written", "customer"),
    [
        (190, "190"),
        ("190", "190"),
        (None, ""),
        (MISSING, ""),
        ([1], "no customer's id"),
        (True, "no customer's id"),
    ],
)
def test_whose_a_number_is(written: Any, customer: str) -> None:
    row = {name: value for name, value in owned_row(customerId=written).items() if value is not MISSING}
    assert decode.read_owned("purchased-list", body(ok([row]))).rows[0].customer == customer


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the answer is not sound JSON"),
    "a web page": (b"<html>", "the answer is not sound JSON"),
    "a list": (b"[]", "$: Expected object, got array"),
    "status": (
        body(ok([]) | {"status": "ERROR", "message": "broken"}),
        "$.status: 'ERROR' is not OK (broken)",
    ),
    "no status": (body({"data": []}), "$: Object missing required field status"),
    "status null": (body({"data": [], "status": None}), "$.status: Expected str, got null"),
    "no data": (body({"status": "OK"}), "$: Object missing required field data"),
    "data": (body(ok({"a": 1})), "$.data: Expected array | null, got object"),  # type: ignore[arg-type]
    "total": (body(ok([], total="1")), "$.total: Expected int | null, got str"),
    "total below 0": (body(ok([], total=-1)), "$.total: -1 is less than nothing"),
    "key twice": (
        b'{"status":"OK","data":[],"data":[]}',
        "the answer is not sound JSON: an object has the key 'data' twice",
    ),
    "deep key twice": (
        b'{"status":"OK","data":[],"x":[{"a":1,"a":2}]}',
        "the answer is not sound JSON: an object has the key 'a' twice",
    ),
    "NaN": (b'{"status":"OK","data":[],"x":NaN}', "the answer is not sound JSON: NaN is not a value of JSON"),
    "UTF-8": (b'{"status":"OK","data":[],"x":"\xff"}', "the answer is not UTF-8"),
    "depth": (b'{"status":"OK","data":[],"x":' + b"[" * 200_000, "the answer is nested too deeply"),
    "two": (b'{"status":"OK","data":[]}{}', "the answer is not sound JSON"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_that_are_no_answer(kind: str) -> None:
    sent, complaint = BODIES[kind]
    with pytest.raises(AnswerError) as caught:
        decode.read_owned("purchased-list", sent)
    assert caught.value.message.startswith(f"purchased-list: {complaint}")


def test_a_key_given_twice_among_very_many_is_found_at_once() -> None:
    keys = b",".join(b'"k%d":0' % at for at in range(100_000))
    began = time.process_time()
    with pytest.raises(AnswerError, match="an object has the key 'k99999' twice"):
        decode.read_owned("purchased-list", b'{"status":"OK","data":[],' + keys + b',"k99999":1}')
    assert time.process_time() - began < 5


def test_optional_parts_are_optional() -> None:
    assert decode.read_owned("purchased-list", body({"data": None, "status": "ok"})) == decode.OwnedPage(
        (), None
    )
    assert (
        decode.read_owned("purchased-list", body({"data": [], "status": "OK", "total": None})).total is None
    )
    assert decode.read_results(
        "purchase-numbers", body(ok([{}, {"success": None, "error": {}}]))
    ) == decode.PostResults((), ())
    row = offer_row(state=None, cityCoverage=None)
    assert decode.read_offers("search", body(ok([row]))).offers[0].state == ""
    [region] = decode.read_regions("regions", body(ok([{"regionName": "Peru"}]))).rows
    assert region == Region("Peru", None)


def test_every_element_of_a_judgement_is_read() -> None:
    parts = [judged(["12050012202"])["data"][0], judged(error=["12050012203"])["data"][0]]
    read = decode.read_results("purchase-numbers", body(ok(parts)))
    assert [number for number, _ in (*read.success, *read.error)] == ["+12050012202", "+12050012203"]


@pytest.mark.parametrize(
    "number", ["1 205 001 2202", "1-205-001-2202", "+1 (205) 0012202", " 12050012202", "0800123456"]
)
def test_a_judgement_of_a_number_written_otherwise_is_none(number: str) -> None:
    for said in (judged([number, "12050012203"]), judged(["12050012203"], [number])):
        with pytest.raises(AnswerError, match=r"is not an E\.164 number"):
            decode.read_results("purchase-numbers", body(said))


def test_a_region_named_twice_has_all_its_types() -> None:
    rows = [
        {"regionName": "Peru", "types": ["Nongeographic", "Mobile"]},
        {"regionName": "Peru", "types": ["UIFN"]},
    ]
    assert decode.read_regions("regions", body(ok(rows))).rows == (
        Region("Peru", ("Non-Geographic", "Mobile", "UIFN")),
    )


def test_a_region_whose_types_cannot_be_read_is_on_offer_and_may_have_any() -> None:
    rows = [
        {"regionName": "Peru", "types": ["Mobile"]},
        {"regionName": "Chile", "types": 5},
        {"regionName": "Peru", "types": ["Mobile", 5]},
        {"types": ["Mobile"]},
        None,
        {"regionName": "Cuba", "types": []},
    ]
    read = decode.read_regions("regions", body(ok(rows)))
    assert read.rows == (Region("Peru", None), Region("Chile", None), Region("Cuba", ()))
    assert [str(one) for one in read.unreadable] == [
        "row 2 (its types is 5)",
        "row 3 (its types is a list)",
        "row 4 (its regionName is missing)",
        "row 5 (it is null, not a row)",
    ]


def test_quotes_fit_on_a_line_of_a_terminal() -> None:
    assert wire_types.quoted("a\x1b]0;t\x07b\r\nc\u202ed") == "a ]0;t b c d"
    assert len(wire_types.quoted("x" * 5000)) == 300


@given(st.sampled_from(NUMBER_TYPES), st.data())
def test_types_are_read_in_any_spelling(name: str, data: st.DataObject) -> None:
    spelled = "".join(
        data.draw(st.sampled_from(["", "-", " "]))
        if c == "-"
        else data.draw(st.sampled_from([c.lower(), c.upper()]))
        for c in name
    )
    assert offered(numberType=spelled).type == name


@given(st.from_regex(r"[1-9][0-9]{4,14}", fullmatch=True), st.booleans())
def test_numbers_are_read_with_and_without_a_plus(digits: str, plus: bool) -> None:
    assert owned(accessNumber="+" * plus + digits).number == f"+{digits}"


READERS: tuple[Reader, ...] = (
    decode.read_offers,
    decode.read_owned,
    decode.read_regions,
    decode.read_results,
)
SAMPLES = (
    body(ok([offer_row()], total=1)),
    body(ok([owned_row()], total=1)),
    body(ok([{"regionName": "United States", "types": ["Geographic"]}])),
    body(judged(["12050012202"], ["12050012203"])),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    sample = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(sample)))
        until = min(len(sample), at + draw(st.integers(0, 12)))
        sample[at:until] = draw(st.binary(max_size=6) | JSON.map(body))
    return bytes(sample)


def replaced(value: Any, path: list[int], by: Any) -> Any:
    """The value with the part that the path leads to replaced."""
    if not path or not value or not isinstance(value, dict | list):
        return by
    if isinstance(value, list):
        at = path[0] % len(value)
        return [replaced(each, path[1:], by) if here == at else each for here, each in enumerate(value)]
    key = list(value)[path[0] % len(value)]
    return value | {key: replaced(value[key], path[1:], by)}


ROWS: dict[str, tuple[Reader, Any]] = {
    "purchased-list": (decode.read_owned, owned_row),
    "search": (decode.read_offers, offer_row),
    "regions": (decode.read_regions, lambda number: {"regionName": f"Land {number}", "types": ["Mobile"]}),
}


@given(
    st.sampled_from(sorted(ROWS)), st.integers(0, 2), st.integers(0, 12), JSON_VALUE, st.sampled_from("vmr")
)
def test_one_odd_row_leaves_the_others_as_they_were(
    endpoint: str, place: int, at: int, by: Any, how: str
) -> None:
    """Any field of any row with any value in its place, or without it; or any value in the place of the row."""
    read, row_of = ROWS[endpoint]
    rows = [row_of(f"+1205003292{n}") for n in range(3)]
    plain = read(endpoint, body(ok(rows, total=3)))
    field = list(rows[place])[at % len(rows[place])]
    changed = {"v": rows[place] | {field: by}, "r": by}.get(
        how, {name: value for name, value in rows[place].items() if name != field}
    )
    page = read(endpoint, body(ok([*rows[:place], changed, *rows[place + 1 :]], total=3)))
    shown = page.offers if endpoint == "search" else page.rows
    before = list(plain.offers if endpoint == "search" else plain.rows)
    kept = [one for one in shown if one in before]
    assert kept[: len(kept)] == [one for one in before if one in kept]
    assert len(kept) >= 2
    assert all(one.row == place + 1 for one in page.unreadable)
    assert 3 <= len(shown) + len(page.unreadable) <= 4


@given(
    st.sampled_from(sorted(ROWS)),
    st.lists(st.tuples(st.integers(0, 12), JSON_VALUE) | st.none(), min_size=1, max_size=7),
    st.integers(1, 4),
)
def test_rows_say_the_same_however_many_are_decoded_at_once(
    endpoint: str, oddities: list[tuple[int, Any] | None], at_once: int
) -> None:
    read, row_of = ROWS[endpoint]
    rows = [row_of(f"+1205003292{place}") for place in range(len(oddities))]
    for row, odd in zip(rows, oddities, strict=True):
        if odd is not None:
            row[list(row)[odd[0] % len(row)]] = odd[1]
    sent = body(ok(rows, total=len(rows)))
    whole = read(endpoint, sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "AT_ONCE", at_once)
        assert read(endpoint, sent) == whole


@given(st.sampled_from(READERS), mutated() | st.binary(max_size=60))
def test_no_bytes_make_a_reader_raise_anything_but_api_errors(read: Reader, sent: bytes) -> None:
    with contextlib.suppress(ApiError):
        read("purchased-list", sent)


@given(
    st.sampled_from(list(zip(READERS, SAMPLES, strict=True))), st.lists(st.integers(0, 9), max_size=7), JSON
)
def test_no_value_in_any_field_makes_a_reader_raise_anything_but_api_errors(
    one: tuple[Reader, bytes], path: list[int], by: Any
) -> None:
    read, sample = one
    with contextlib.suppress(ApiError):
        read("search", body(replaced(json.loads(sample), path, by)))


@given(st.integers(0, len(SAMPLES[1]) - 1))
def test_an_answer_cut_at_any_byte_is_an_error(at: int) -> None:
    with pytest.raises(AnswerError):
        decode.read_owned("purchased-list", SAMPLES[1][:at])


FIRST_ANSWERS = """\
import os, sys, threading
from numplan.api import decode

body = sys.argv[1].encode()
sys.setswitchinterval(1e-6)
for _ in range(60):
    pid = os.fork()
    if pid == 0:
        start = threading.Barrier(6)
        threads = [
            threading.Thread(target=lambda: (start.wait(), decode.read_offers("find-number", body))) for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        sys.exit(f"a process that read its first answers in six threads ended with {status}")
"""


def test_the_first_answers_of_a_process_may_come_to_several_threads_at_once():
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_ANSWERS, body(ok([offer_row()], total=1)).decode()],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
