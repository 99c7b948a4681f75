"""A manifest is found, read in one line of steps, and its backend read whatever else is wrong."""

from pathlib import Path

import pytest

from numplan.manifest.files.names import FILE_NAMES
from numplan.manifest.load import find_manifest, read_backend, read_manifest
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import LocalLocation
from tests.manifest.places import lines, written

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/numplan.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_load_without_a_finding(path):
    manifest, warnings = read_manifest(path)
    assert warnings == ()
    assert not manifest.declares_nothing


@pytest.mark.parametrize("name", FILE_NAMES)
def test_finds_the_one_manifest_of_a_folder(tmp_path, name):
    (tmp_path / name).write_text("{}")
    assert find_manifest(tmp_path) == tmp_path / name


def test_of_several_in_a_folder_none_is_chosen(tmp_path):
    for name in FILE_NAMES:
        (tmp_path / name).write_text("{}")
    with pytest.raises(ManifestError) as caught:
        find_manifest(tmp_path)
    assert all(str(tmp_path / name) in caught.value.diagnostics[0].summary for name in FILE_NAMES)


def test_a_folder_without_a_manifest_says_what_was_looked_for(tmp_path):
    with pytest.raises(ManifestError) as caught:
        find_manifest(tmp_path)
    assert "numplan.yaml, numplan.yml, numplan.json" in caught.value.diagnostics[0].hint


def test_a_missing_manifest_says_so(tmp_path):
    with pytest.raises(ManifestError) as caught:
        read_manifest(tmp_path / "nope.yaml")
    assert "nope.yaml does not exist" in str(caught.value.diagnostics[0])


def test_each_step_goes_on_with_what_the_one_before_found_right(tmp_path):
    manifest = written(
        tmp_path,
        """\
version: 1
version: 1
variables: {unset: {}}
account: ${var.unset}
currency: usd
pools: {p: {count: 1}}
""",
    )
    assert [line.partition(" error: ")[2].partition(" (")[0] for line in lines(manifest)] == [
        "version: is already given at numplan.yaml:1:1",
        "variables.unset: this variable has no value",
        'currency: "usd" cannot stand here',
        "pools.p: a pool needs a country",
    ]


BACKEND = "backend: {type: local, path: '${var.env}.state.json'}\n"


def test_the_backend_is_read_although_the_rest_is_wrong(tmp_path):
    text = "version: 2\nnubmers: {}\nvariables: {env: {default: prod}}\n" + BACKEND
    assert read_backend(written(tmp_path, text)) == LocalLocation(path="prod.state.json")
    assert read_backend(written(tmp_path, "version: 2\n")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variables: {env: {}}\n" + BACKEND, "this variable has no value"),
        (
            "variables: {env: {default: [prod]}}\nbackend: {type: '${var.env}'}\n",
            '"${var.env}" is not known here',
        ),
        ("backend: {type: s3, key: a}\n", "needs `bucket`"),
        ("backend: [s3]\n", "wants a mapping, not a list"),
    ],
)
def test_a_backend_that_names_no_place_is_refused_and_never_the_default_one(tmp_path, text, said):
    with pytest.raises(ManifestError) as refused:
        read_backend(written(tmp_path, text))
    assert said in str(refused.value.diagnostics[0])
