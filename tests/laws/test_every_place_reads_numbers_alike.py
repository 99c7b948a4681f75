"""Two hundred texts through every place where a person's text becomes a phone number: each is the same number, or is
refused for the same reason.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import pytest

from numplan.cli.options.selection import Pattern
from numplan.engine.edit.state_edit import naming
from numplan.engine.queries.explanation import read_name
from numplan.manifest.numbers.inventory import parse_inventory
from numplan.manifest.numbers.number_list import parse_numbers
from numplan.manifest.variables.variables import Given
from numplan.model.errors import ManifestError, UsageError
from tests.builders import managed
from tests.loading import load_manifest
from tests.numbering.texts import TEXTS, Written

Place = Callable[[Written, Path], str]
"""The number that a text becomes in some place. Raises an error whose text holds the reason."""


def _loaded(folder: Path, document: Mapping[str, object], given: Given | None = None) -> str:
    path = folder / "numplan.json"
    path.write_text(json.dumps({"version": 1, **document}))
    manifest = load_manifest(path, given) if given else load_manifest(path)
    found = [*(one.number for one in manifest.explicit()), *(one.number for one in manifest.forget)]
    (number,) = found
    assert number is not None
    return number


def _with_country(one: Written) -> dict[str, str]:
    return {"country": one.country} if one.country else {}


def _an_entry(one: Written, folder: Path) -> str:
    return _loaded(folder, {"numbers": {"a": {"number": one.text, **_with_country(one)}}})


def _a_set_under_defaults(one: Written, folder: Path) -> str:
    return _loaded(folder, {"defaults": _with_country(one), "sets": {"s": {"numbers": [one.text]}}})


def _both_ends_of_a_range(one: Written, folder: Path) -> str:
    ends = {"first": one.text, "last": one.text}
    return _loaded(folder, {"defaults": _with_country(one), "sets": {"s": {"ranges": [ends]}}})


def _forgotten(one: Written, folder: Path) -> str:
    return _loaded(folder, {"defaults": _with_country(one), "forget": [one.text]})


def _a_variable(one: Written, folder: Path) -> str:
    return _loaded(
        folder,
        {
            "variables": {"n": {"type": "string"}},
            "numbers": {"a": {"number": "${var.n}", **_with_country(one)}},
        },
        Given(named=(("n", one.text),)),
    )


def _rows(one: Written, country: bool) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream)
    rows.writerow(["number", "note"] + ["country"] * country)
    rows.writerow([one.text, "x"] + [one.country or ""] * country)
    return stream.getvalue()


def _a_file_of_the_manifest(one: Written, folder: Path) -> str:
    (folder / "n.csv").write_text(_rows(one, country=False))
    return _loaded(folder, {"sets": {"s": {"numbers_file": "n.csv", **_with_country(one)}}})


def _a_line(one: Written, folder: Path) -> str:  # noqa: ARG001
    listing = parse_numbers(f"+19995550100\n{one.text}\n", "f", country=one.country)
    problems = [found for found in listing.findings if found.severity == "error"]
    if problems:
        raise ManifestError(problems)
    return listing.numbers[1]


def _an_inventory(one: Written, folder: Path) -> str:  # noqa: ARG001
    (number,) = parse_inventory(_rows(one, country=True).encode(), "f", {}).lines
    return number


def _explained(one: Written, folder: Path) -> str:  # noqa: ARG001
    number = read_name(one.text).number
    assert number is not None
    return number


def _named_in_state(one: Written, folder: Path) -> str:  # noqa: ARG001
    meant = naming(one.text)
    number = one.number or "+12050000001"
    assert meant(managed("number.a", number))
    return number


def _a_target(one: Written, folder: Path) -> str:  # noqa: ARG001
    return Pattern().convert(one.text, None, None)


IN_FILES: tuple[Place, ...] = (
    _an_entry,
    _a_set_under_defaults,
    _both_ends_of_a_range,
    _forgotten,
    _a_variable,
    _a_file_of_the_manifest,
    _a_line,
    _an_inventory,
)
ARGUMENTS: tuple[Place, ...] = (_explained, _named_in_state, _a_target)
NO_LINE = frozenset("#\t\n,;|")
"""What makes a line something else than one number: a comment, or fields."""


def _has_room(place: Place, one: Written) -> bool:
    if place is _a_line:
        return NO_LINE.isdisjoint(one.text) and bool(one.text.strip())
    if place in ARGUMENTS:
        return one.country is None and not {"*", "?"} & set(one.text) and bool(one.text.strip())
    return not (place is _a_variable and "$" in one.text)


@pytest.mark.parametrize("place", [*IN_FILES, *ARGUMENTS], ids=lambda place: place.__name__)
def test_a_text_is_the_same_number_everywhere(place: Place, tmp_path: Path) -> None:
    tried = [one for one in TEXTS if _has_room(place, one)]
    assert len(tried) > 120 or place in ARGUMENTS
    for one in tried:
        if one.number is not None:
            assert place(one, tmp_path) == one.number, one
            continue
        with pytest.raises((ManifestError, UsageError, click.UsageError)) as refused:
            place(one, tmp_path)
        said = "\n".join(map(str, getattr(refused.value, "diagnostics", (refused.value,))))
        described = "that holds letters" in said or "not a phone number" in said
        assert one.reason in said or (described and "a phone number is a + and digits" in said), (one, said)
