"""Numbers in a manifest: one number however it is spelled, and doubts that are only doubts."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numplan.manifest.declarations.plausibility import doubts
from tests.loading import load_manifest
from tests.manifest.places import lines, written

digits = st.from_regex(r"1[2-9][0-9]{9}", fullmatch=True)


@st.composite
def spellings(draw, number):
    """The digits of a number with separators between them, as YAML text."""
    text = "+"
    for at, digit in enumerate(number):
        text += draw(st.sampled_from(["", "", "", " ", "-", "/", " - "])) if at else ""
        text += digit
    return draw(st.sampled_from(["{}", "'{}'", '"{}"'])).format(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_spelling_of_its_digits_is_the_same_number(tmp_path, data):
    number = data.draw(digits)
    text = data.draw(spellings(number))
    manifest = load_manifest(
        written(tmp_path, f"version: 1\nnumbers:\n  a:\n    number: {text}\nsets:\n  s: {{numbers: []}}\n")
    )
    assert manifest.numbers[0].number == f"+{number}"
    (line,) = lines(
        written(
            tmp_path,
            f"version: 1\nnumbers:\n  a: {{number: +{number}}}\nsets:\n  s:\n    numbers:\n    - {text}\n",
        )
    )
    assert f"+{number} is already declared at numplan.yaml:3:15" in line


def found_in(tmp_path, text):
    return [
        str(each).replace(f"{tmp_path}/", "").partition(" (")[0]
        for each in doubts(load_manifest(written(tmp_path, f"version: 1\n{text}")))
    ]


def test_doubts_name_the_number_and_say_why(tmp_path):
    assert found_in(
        tmp_path,
        "numbers:\n  good: {number: +12125550123}\n  odd: {number: +12050012202}\n"
        "sets:\n  s: {numbers: [+99912345678, +4420794, +442079460123, +1212555012345]}\n",
    ) == [
        "numplan.yaml:4:3: warning: numbers.odd: +12050012202 lies in no range of +1 that is known to be in use",
        "numplan.yaml:6:17: warning: sets.s: +99912345678 starts with no calling code that is in use",
        "numplan.yaml:6:31: warning: sets.s: +4420794 lies in no range of +44 that is known to be in use",
        "numplan.yaml:6:56: warning: sets.s: +1212555012345 is too long for a number in +1",
    ]


def test_many_doubts_of_one_kind_are_one(tmp_path):
    numbers = ", ".join(f"+120500{place:05}" for place in range(50))
    (found,) = found_in(tmp_path, f"sets: {{s: {{numbers: [{numbers}]}}}}\n")
    assert found == (
        "numplan.yaml:2:22: warning: sets.s: +12050000000 lies in no range of +1 that is known to be in use, "
        "and 49 more like it"
    )


def test_of_very_many_numbers_the_first_are_compared_and_all_calling_codes(tmp_path, monkeypatch):
    monkeypatch.setattr("numplan.manifest.declarations.plausibility.MOST", 2)
    numbers = "+12055550100, +12050000000, +12050000001, +442071838750"
    told = found_in(tmp_path, f"sets: {{s: {{country: US, numbers: [{numbers}]}}}}\n")
    assert [line.partition(": sets.s: ")[2] for line in told[:-1]] == [
        "+12050000000 lies in no range of +1 that is known to be in use",
        "+442071838750 is a number in +44, not a number of US, which has +1",
    ]
    assert told[-1] == "note: only the first 2 numbers were compared with the numbering plans of the world"


@pytest.mark.parametrize(
    ("number", "country", "found"),
    [
        (
            "+3612456789",
            "United States",
            "is a number of Hungary, not a number of United States, which has +1",
        ),
        ("+12125550123", "germany", "is a number in +1, not a number of germany, which has +49"),
        ("+12125550123", "Canada", ""),  # one calling code, several countries
        ("+442071838750", "UK", ""),
        ("+80012345678", "Germany", ""),
        ("+442071838750", "Nowhereland", ""),
    ],
)
def test_a_calling_code_that_cannot_be_the_countrys_is_an_error(tmp_path, number, country, found):
    told = found_in(tmp_path, f"numbers: {{a: {{number: {number}, country: {country}}}}}\n")
    errors = [line for line in told if "error:" in line]
    assert errors == ([f"numplan.yaml:2:11: error: numbers.a: {number} {found}"] if found else [])


def test_loading_a_sound_manifest_imports_neither_jsonschema_nor_phonenumbers(tmp_path):
    manifest = written(tmp_path, "version: 1\nnumbers: {a: {number: +12125550123}}\n")
    script = (
        "import sys; from pathlib import Path; from numplan.manifest.load import read_manifest;"
        f"read_manifest(Path({str(manifest)!r})); print(*{{'jsonschema', 'phonenumbers'}} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def entries(how_many: int) -> str:
    return "version: 1\nnumbers:\n" + "".join(f"  n{i}:\n    number: +1205{i:07d}\n" for i in range(how_many))


def cost(read: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    read()
    return time.process_time() - began


def test_the_time_of_loading_grows_with_the_entries_and_not_with_their_square(tmp_path):
    few, many = written(tmp_path, entries(2_000), "few.yaml"), written(tmp_path, entries(20_000), "many.yaml")
    assert len(load_manifest(many).numbers) == 20_000
    assert cost(lambda: load_manifest(many)) < 40 * cost(lambda: load_manifest(few))


def test_one_slip_among_twenty_thousand_entries_costs_little_more_than_none(tmp_path):
    sound = written(tmp_path, entries(20_000), "sound.yaml")
    manifest = written(tmp_path, entries(20_000) + "    protect: maybe\n")
    (line,) = lines(manifest)
    assert line.startswith("numplan.yaml:40003:14: error: numbers.n19999.protect:")
    assert cost(lambda: lines(manifest)) < 4 * cost(lambda: load_manifest(sound)) + 1
