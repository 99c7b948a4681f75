"""Amounts, lines, tables, what an apply came to, and text that a terminal does not obey."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.apply.events import Done, Failed, Settled, Uncertain
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.engine.queries.account_numbers import AccountNumber
from numplan.model.account import Offer, OwnedNumber, Unreadable
from numplan.model.changes import Counts, Purchase, Release
from numplan.model.charge import RATES
from numplan.model.number import E164
from numplan.model.outputs import FIELDS
from numplan.model.plan import Cost
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount, change
from numplan.views.common.inventory import inventory_row
from numplan.views.common.sanitize import escaped, inert, one_line, plain
from numplan.views.common.table import (
    csv_text,
    json_text,
    offer_row,
    owned_row,
    table_text,
    unreadable_row,
)
from numplan.views.common.wrapping import FOLDS, UNFOLDED, some, wrapped
from numplan.views.text.apply_summary import failed_text, settled_text, spent, summary_text, unknown_text
from tests.views.plans import at, plan_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
NUMBER = E164("+16095550001")


@pytest.mark.parametrize(
    ("charge", "shown"),
    [
        ("0", "0.00"),
        ("0.1", "0.10"),
        ("0.1000", "0.10"),
        ("0.0013", "0.0013"),
        ("12", "12.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_amounts_have_two_decimals_and_no_needless_zeros(charge: str, shown: str) -> None:
    assert amount(Decimal(charge)) == shown


def test_amounts_that_are_unknown_and_signs() -> None:
    assert amount(None) == "?"
    assert (amount(Decimal("12.4"), 2), change(Decimal(-1), 1200)) == (
        "12.40 and 2 unknown",
        "-1.00 and 1,200 unknown",
    )
    assert [change(Decimal(value)) for value in ("0", "-0.00", "0.4", "-3")] == [
        "+0.00",
        "+0.00",
        "+0.40",
        "-3.00",
    ]
    assert [numbers(count) for count in (0, 1, 1200)] == ["0 numbers", "1 number", "1,200 numbers"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**9))
def test_an_amount_says_exactly_the_charge(charge: Decimal) -> None:
    assert Decimal(amount(charge)) == charge


COMMANDS = st.lists(st.sampled_from(["::", ":", "#", "##", "[", "vso", " ", "\t", "\n", "a"])).map("".join)


@given(COMMANDS)
def test_a_finished_line_holds_no_command_to_a_runner_and_says_the_same(text: str) -> None:
    shown = inert(text)
    assert not re.search(r"^[^\S\n]*::|##\w*\[", shown, re.MULTILINE)
    assert shown.replace(" ", "") == text.replace(" ", "")
    assert json.loads(escaped(json.dumps(text))) == text
    assert not re.search(r"##\w*\[", escaped(json.dumps(text)))
    (row,) = csv.DictReader(io.StringIO(csv_text([{"number": "+1", "country": text}])))
    assert not re.match(r"\s*::", row["country"])


@given(TEXT)
def test_plain_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    for letter in plain(text):
        assert letter == "\n" or letter.isprintable() or ord(letter) > 0x9F
    assert "\n" not in one_line(text)
    assert plain(plain(text)) == plain(text)


@given(
    st.recursive(TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
)
def test_escaped_json_says_the_same(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False)
    assert json.loads(escaped(document)) == value
    assert plain(escaped(document)) == escaped(document)


@given(TEXT, st.lists(TEXT, max_size=6))
def test_wrapped_lines_lose_no_word_and_fit_unless_a_word_does_not(text: str, facts: list[str]) -> None:
    lines = wrapped(f"  {text}", "    ", facts)
    joined = " ".join(line.strip() for line in lines)
    assert joined.split() == one_line(f"{text} {', '.join(map(one_line, facts))}").split()
    for line in lines:
        assert len(line) <= 80 or len(line.split()) == 1


def test_few_rows_are_all_shown() -> None:
    ten, eleven = ([str(row) for row in range(count)] for count in (10, 11))
    assert some(ten, FOLDS[0]) == ten
    assert some(eleven, FOLDS[0])[-1] == "    … and 7 more (--expand shows all)"
    assert some(eleven, UNFOLDED) == eleven


@given(st.lists(st.builds(dict, number=st.just("+1609"), city=TEXT), min_size=1, max_size=5))
def test_csv_can_be_read_back_and_holds_no_formula(rows: list[dict[str, str]]) -> None:
    read = list(csv.DictReader(io.StringIO(csv_text(rows))))
    assert len(read) == len(rows)
    for row in read:
        assert row["number"] == "+1609"
        assert not row["city"].startswith(("=", "+", "-", "@"))


def test_tables_align_and_say_when_there_is_nothing() -> None:
    assert table_text([]) == "nothing found"
    assert table_text([{"a": "long cell", "b": Decimal("1.50")}, {"a": None, "b": ["x", "y"]}]) == (
        "a          b\nlong cell  1.50\n?          x, y"
    )
    assert json.loads(json_text([{"a": Decimal("1.50")}])) == [{"a": "1.50"}]


def test_a_summary_has_the_plans_figures_as_they_came_out() -> None:
    events = [
        Done(resource="pool.a", number=NUMBER, call="purchase"),
        Settled(resource="pool.a", number=E164("+16095550002"), call="purchase", verdict="bought"),
        Done(resource="pool.a", number=E164("+16095550003"), call="release"),
        Failed(resource="pool.a", number=E164("+16095550004"), call="purchase", reason="no"),
        Uncertain(resource="pool.a", number=E164("+16095550005"), call="purchase", reason="lost"),
    ]
    offer = Offer(
        number=E164("+16095550002"),
        country="Spain",
        state="",
        city="",
        type="Mobile",
        category="Voice",
        setup_charge=Decimal(2),
        monthly_charge=Decimal(1),
    )
    plan = plan_of(
        Purchase(resource="pool.a", after=at(1)),
        Purchase(resource="pool.a", after=at(4)),
        Release(resource="pool.a", before=at(3)),
        alternates={"pool.a": (offer,)},
    )
    assert summary_text(summarize(events), 1, Counts(blocked=2), spent(plan, events)) == (
        "Apply: 2 purchased, 1 released, 0 adopted, 0 updated, 1 failed, 1 unknown, 2 blocked. "
        "Cost: +2.10 once, +1.00 a month."
    )
    assert summary_text(ApplyResult(), 0, Counts(), Cost()).startswith("No changes. Apply: 0 purchased")
    unknown = plan_of(
        Purchase(resource="pool.a", after=at(1)),
        Release(resource="pool.a", before=at(3, monthly_charge=None)),
    )
    assert summary_text(summarize(events), 1, Counts(blocked=2), spent(unknown, events)).endswith(
        " and 1 unknown a month."
    )


def test_failures_are_told_once_more_alike_ones_together() -> None:
    failed = [
        Failed(
            resource="pool.a",
            number=E164(f"+1609555{tail:04}"),
            call="purchase",
            reason="interrupted",
            attempted=False,
        )
        for tail in range(500)
    ]
    odd = Failed(resource="number.b", number=NUMBER, call="release", reason="in\x1b[31m use")
    lines = failed_text([*failed, odd])
    assert lines[0] == "Purchase not sent: 500 numbers: interrupted"
    assert lines[11] == "  … and 490 more"
    assert lines[12:] == ["Release failed: 1 number: in[31m use", "  number.b +16095550001"]


def test_unknown_outcomes_and_what_was_settled() -> None:
    assert unknown_text([]) == []
    assert settled_text(ApplyResult()) == ""
    one = Uncertain(resource="number.b", number=NUMBER, call="purchase", reason="lost")
    assert unknown_text([one])[-1] == "  number.b +16095550001: purchase: lost"
    assert settled_text(ApplyResult(purchased=2, unknown=(one,))) == (
        "Settled from an earlier run: 2 purchased, 0 released, 0 not carried out, 1 still unknown."
    )


def test_what_came_later_is_last_in_every_listing() -> None:
    offer = Offer(
        NUMBER, "United States", "Geographic", "Voice", Decimal(1), Decimal(1), "New Jersey", "Trenton"
    )
    owned = OwnedNumber(NUMBER, "United States", "Geographic", Decimal(1), Decimal(1))
    odd = Unreadable(3, "country", "is null", NUMBER)
    nameless = Unreadable(4, "", "is null")
    headers = [
        csv_text(rows).splitlines()[0].split(",")
        for rows in ([offer_row(offer)], [owned_row(owned)], [offer_row(offer), owned_row(owned)])
    ]
    assert [header[-5:] for header in headers] == [["area_code", *RATES]] * 3
    assert headers[0][:4] == ["number", "country", "state", "city"]
    mixed = [owned_row(owned), unreadable_row(odd), unreadable_row(nameless)]
    lines = csv_text(mixed).splitlines()
    assert lines[0].endswith(f",flow_id,flow_name,unreadable,place,area_code,{','.join(RATES)}")
    assert [line.split(",")[-5] for line in lines[1:]] == ["609", "609", "?"]
    assert [row["area_code"] for row in json.loads(json_text(mixed))] == ["609", "609", None]


def test_a_column_that_somebody_named_is_no_formula_and_no_command_of_a_ci_runner() -> None:
    header, _ = csv_text([{"=1+1": "x", "::error::y": "z"}]).splitlines()
    assert header.startswith("'=1+1,")
    assert "::error::" not in header


def test_what_an_output_tells_of_a_number_the_list_of_all_numbers_has_too() -> None:
    listed = inventory_row(AccountNumber(OwnedNumber(NUMBER, "United States", "Geographic", None, None)))
    assert {*FIELDS} <= {*listed}
