"""Which files of a folder are parts of a manifest."""

import pytest

from numplan.manifest.files.names import folder_of, is_part
from tests.loading import load_manifest
from tests.manifest.places import written


def test_what_is_no_manifest_by_its_name_is_no_part(tmp_path):
    written(tmp_path, "version: 1\n", "a.yaml")
    for name in ("numplan.state.json", "staging.state.json", ".hidden.yaml", "list.csv", "README.md"):
        written(tmp_path, "{not: a manifest", name)
    (tmp_path / "below").mkdir()
    written(tmp_path / "below", "{not: a manifest", "below.yaml")
    assert load_manifest(tmp_path).declares_nothing


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.yaml", True), ("b.yml", True), ("c.json", True), ("state.json", True), (".state.json", False),
        ("prod.state.json", False), (".a.yaml", False), ("a.YAML", False), ("a.yaml.bak", False), ("yaml", False),
    ],
)  # fmt: skip
def test_a_part_is_told_by_its_name(name, expected):
    assert is_part(name) == expected


def test_a_manifest_is_a_folder_or_lies_in_one(tmp_path):
    assert folder_of(tmp_path) == tmp_path
    assert folder_of(tmp_path / "a.yaml") == tmp_path
    assert folder_of(tmp_path / "a\0b") == tmp_path
