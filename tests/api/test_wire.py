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

from numplan.api import answers, wire
from numplan.model.account import Assignment, Offer, OwnedNumber, Region
from numplan.model.errors import AnswerError, ApiError
from numplan.model.number import E164, parse_number
from numplan.model.outcome import Refused, Succeeded
from numplan.model.vocabulary import NUMBER_TYPES
from tests.api.answers import judged, offer_row, ok, owned_row

Reader = Callable[[str, bytes], Any]


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def owned(**changes: Any) -> OwnedNumber:
    [row] = wire.read_owned("purchased-list", body(ok([owned_row(**changes)], total=1))).rows
    return row


def offered(**changes: Any) -> Offer:
    [offer] = wire.read_offers("search", body(ok([offer_row(**changes)], total=1))).offers
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
    )
    assert owned() == OwnedNumber(
        number=E164("+12050032925"),
        country="United States",
        type="Geographic",
        setup_charge=Decimal("0.10"),
        monthly_charge=Decimal("0.10"),
        assignment=Assignment(type="Flow Builder", flow_id="169", flow_name="Test Recon"),
    )
    regions = ok([{"regionName": "United States", "types": ["Geographic", "Mobile"]}])
    assert wire.read_regions("regions", body(regions)) == (Region("United States", ("Geographic", "Mobile")),)
    released = wire.read_judged("release-numbers", body(judged(["16096294649"], ["16096294671"])))
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
    assert wire.read_owned("purchased-list", body(ok([row], total=1))).rows[0].assignment is None


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
    assert wire.read_offers("search", text).offers[0].setup_charge == Decimal("0.1000000000000000001")


@pytest.mark.parametrize("absurd", [b"1e99999999999999999999", b"-1e-99999999999999999999"])
def test_a_json_number_beyond_all_bounds_is_refused_only_where_it_is_read(absurd: bytes) -> None:
    text = body(ok([owned_row()], total=1))
    with pytest.raises(AnswerError, match=r"\$\.data\[0\]\.mrc: Invalid decimal string"):
        wire.read_owned("purchased-list", text.replace(b'"mrc": "0.10"', b'"mrc": ' + absurd))
    assert wire.read_owned(
        "purchased-list", text.replace(b'"voiceRate": "0.7000"', b'"voiceRate": ' + absurd)
    ).rows == (owned(),)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"accessNumber": 12050032925}, "$.data[0].accessNumber: Expected str, got int"),
        ({"accessNumber": "none"}, "$.data[0].accessNumber: 'none' is not an E.164 number"),
        ({"accessNumber": None}, "$.data[0].accessNumber: Expected str, got null"),
        ({"country": ["x"]}, "$.data[0].country: Expected str, got array"),
        ({"mrc": "NaN"}, "$.data[0].mrc: NaN is not a charge"),
        ({"mrc": "Infinity"}, "$.data[0].mrc: Infinity is not a charge"),
        ({"mrc": "-0.10"}, "$.data[0].mrc: -0.10 is not a charge"),
        ({"mrc": "1e999999999"}, "$.data[0].mrc: this charge is absurd"),
        ({"mrc": "1e-999999"}, "$.data[0].mrc: this charge is absurd"),
        ({"mrc": "1e99999999999999999999"}, "$.data[0].mrc: Invalid decimal string"),
        ({"mrc": "free"}, "$.data[0].mrc: Invalid decimal string"),
        ({"mrc": True}, "$.data[0].mrc: Expected decimal, got bool"),
        ({"nrc": None}, "$.data[0].nrc: Expected decimal, got null"),
        (
            {"assignment": {"flowID": 1.5}},
            "$.data[0].assignment.flowID: Expected int | str | null, got float",
        ),
        ({"assignment": "flow"}, "$.data[0].assignment: Expected object | null, got str"),
    ],
)
def test_an_error_names_endpoint_and_field(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AnswerError) as caught:
        owned(**change)
    assert caught.value.message == f"purchased-list: {complaint}"


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
    "row": (body(ok([[]])), "$.data[0]: Expected object, got array"),
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
        wire.read_owned("purchased-list", sent)
    assert caught.value.message.startswith(f"purchased-list: {complaint}")


def test_a_key_given_twice_among_very_many_is_found_at_once() -> None:
    keys = b",".join(b'"k%d":0' % at for at in range(100_000))
    began = time.process_time()
    with pytest.raises(AnswerError, match="an object has the key 'k99999' twice"):
        wire.read_owned("purchased-list", b'{"status":"OK","data":[],' + keys + b',"k99999":1}')
    assert time.process_time() - began < 5


def test_optional_parts_are_optional() -> None:
    assert wire.read_owned("purchased-list", body({"data": None, "status": "ok"})) == wire.OwnedPage((), None)
    assert wire.read_owned("purchased-list", body({"data": [], "status": "OK", "total": None})).total is None
    assert wire.read_judged(
        "purchase-numbers", body(ok([{}, {"success": None, "error": {}}]))
    ) == wire.Judged((), ())
    row = offer_row(state=None, cityCoverage=None)
    assert wire.read_offers("search", body(ok([row]))).offers[0].state == ""
    [region] = wire.read_regions("regions", body(ok([{"regionName": "Peru"}])))
    assert region == Region("Peru", ())


def test_every_element_of_a_judgement_is_read() -> None:
    parts = [judged(["12050012202"])["data"][0], judged(error=["12050012203"])["data"][0]]
    read = wire.read_judged("purchase-numbers", body(ok(parts)))
    assert [number for number, _ in (*read.success, *read.error)] == ["+12050012202", "+12050012203"]


def test_a_region_named_twice_has_all_its_types() -> None:
    rows = [
        {"regionName": "Peru", "types": ["Nongeographic", "Mobile"]},
        {"regionName": "Peru", "types": ["UIFN"]},
    ]
    assert wire.read_regions("regions", body(ok(rows))) == (
        Region("Peru", ("Non-Geographic", "Mobile", "UIFN")),
    )


def test_quotes_fit_on_a_line_of_a_terminal() -> None:
    assert answers.quoted("a\x1b]0;t\x07b\r\nc\u202ed") == "a ]0;t b c d"
    assert len(answers.quoted("x" * 5000)) == 300
    assert answers.message_of(b'{"message": "no\\nway"}') == "no way"
    for unreadable in (b"", b"<html>", b'{"message": 5}', b"\xff", b"[" * 100_000, b'{"message": "\xff"}'):
        assert answers.message_of(unreadable) == ""


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
    assert owned(accessNumber="+" * plus + digits).number == parse_number(digits)


READERS: tuple[Reader, ...] = (wire.read_offers, wire.read_owned, wire.read_regions, wire.read_judged)
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
        wire.read_owned("purchased-list", SAMPLES[1][:at])


FIRST_ANSWERS = """\
import os, sys, threading
from numplan.api import wire

body = sys.argv[1].encode()
sys.setswitchinterval(1e-6)
for _ in range(60):
    pid = os.fork()
    if pid == 0:
        start = threading.Barrier(6)
        threads = [
            threading.Thread(target=lambda: (start.wait(), wire.read_offers("find-number", body))) for _ in range(6)
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
