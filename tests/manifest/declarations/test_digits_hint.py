"""`digits` that are an area code, which `validate` alone asks about."""

import subprocess
import sys

import pytest

from numplan.manifest.declarations.digits_hint import digits_hints
from numplan.manifest.declarations.plausibility import plausibility
from tests.loading import load_manifest
from tests.manifest.places import written

POOL = "version: 1\npools:\n  ny:\n    count: 2\n    {keys}\n"


def hints(folder, keys: str):
    return [*digits_hints(load_manifest(written(folder, POOL.replace("{keys}", keys))))]


@pytest.mark.parametrize(
    "keys",
    [
        'country: US\n    digits: "212"',
        "country: United States\n    digits: 212\n    type: Geographic",
        'country: Germany\n    digits: "30"',
        'country: US\n    digits: "888"\n    type: Toll-Free',
    ],
)
def test_an_area_code_of_the_country_is_asked_about(tmp_path, keys):
    (told,) = hints(tmp_path, keys)
    assert told.severity == "warning"
    assert told.path == "pools.ny.digits"
    assert "may stand anywhere in a number" in told.summary
    assert told.hint == "did you mean `area_codes`?"
    assert str(told.source).endswith("numplan.yaml:3:3")


@pytest.mark.parametrize(
    "keys",
    [
        "country: US",
        'country: US\n    digits: "777"',
        'country: US\n    digits: "30"',
        'country: US\n    digits: "888"\n    type: Geographic\n    state: New York',  # the vendor's own example
        'country: Atlantis\n    digits: "212"',
    ],
)
def test_other_digits_are_not(tmp_path, keys):
    assert not hints(tmp_path, keys)


def test_it_is_among_what_validate_doubts(tmp_path):
    manifest = load_manifest(written(tmp_path, POOL.replace("{keys}", 'country: US\n    digits: "212"')))
    assert [*plausibility(manifest)] == [*digits_hints(manifest)]


def test_loading_alone_does_not_ask(tmp_path):
    path = written(tmp_path, POOL.replace("{keys}", 'country: US\n    digits: "212"'))
    code = (
        "import sys; from pathlib import Path; from numplan.manifest.load import read_manifest\n"
        f"assert not read_manifest(Path({str(path)!r}))[1]; assert 'phonenumbers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
