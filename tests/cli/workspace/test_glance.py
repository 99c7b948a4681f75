"""What a shell completes from a state, at a glance: the same as a reader of manifest and state would say."""

from pathlib import Path

import click
import pytest

from numplan.cli.options.completion import names
from numplan.cli.settings import Settings
from numplan.cli.workspace.glance import glance
from numplan.model.stored.state_document import encode_state
from tests.builders import managed, state

A, B = "+12050012201", "+12050012202"
KNOWN = [A, B, "number.b", "set.s"]
STORED = encode_state(state(managed("set.s", A), managed("number.b", B)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a state, and no manifest as yet."""
    monkeypatch.chdir(tmp_path)
    for name in ("NUMPLAN_STATE", "NUMPLAN_MANIFEST", "NUMPLAN_POLICY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "numplan.state.json").write_bytes(STORED)
    return tmp_path


def seen(**flags: str) -> list[str] | None:
    return glance(Settings(flags, {}))


def completed(**flags: str) -> list[str]:
    return names(click.Context(click.Command("x"), obj=flags))


def test_the_state_beside_the_manifest_is_seen(here: Path) -> None:
    assert seen() == completed() == KNOWN
    (here / "numplan.yaml").write_text("version: 1\nnumbers: {}\n")
    assert seen() == completed() == KNOWN


def test_the_state_that_is_named_is_seen(here: Path) -> None:
    (here / "numplan.state.json").rename(here / "other.state.json")
    assert seen(state="other.state.json") == completed(state="other.state.json") == KNOWN


def test_the_state_lies_beside_the_manifest_that_is_named(here: Path) -> None:
    below = here / "below"
    below.mkdir()
    (below / "fleet.yaml").write_text("version: 1\n")
    (here / "numplan.state.json").rename(below / "numplan.state.json")
    assert seen(manifest="below/fleet.yaml") == completed(manifest="below/fleet.yaml") == KNOWN


@pytest.mark.parametrize(
    "manifest",
    [
        "version: 1\nbackend: {type: local, path: other.state.json}\n",
        'version: 1\n"\\x62ackend": {type: local, path: other.state.json}\n',
    ],
    ids=["in its word", "in an escape"],
)
def test_a_manifest_that_says_where_state_lies_is_read(here: Path, manifest: str) -> None:
    (here / "numplan.yaml").write_text(manifest)
    (here / "other.state.json").write_bytes(encode_state(state(managed("number.elsewhere", A))))
    assert seen() is None
    assert completed() == [A, "number.elsewhere"]


def test_a_manifest_in_utf_16_is_read(here: Path) -> None:
    (here / "numplan.yaml").write_bytes("version: 1\nbackend: {type: local}\n".encode("utf-16"))
    assert seen() is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"numbers": [{}]}', '{"numbers": 1}', "[" * 100_000])
def test_what_is_no_state_completes_nothing(here: Path, text: str) -> None:
    (here / "numplan.state.json").write_text(text)
    assert seen() is None
    assert completed() == []


def test_a_state_that_has_moved_is_left_to_its_reader(here: Path) -> None:
    import msgspec

    moved = msgspec.structs.replace(state(managed("set.s", A)), moved_to="s3://bucket/key")
    (here / "numplan.state.json").write_bytes(encode_state(moved))
    assert seen() is None
    assert completed() == []


def test_two_manifests_or_a_folder_are_left_to_their_reader(here: Path) -> None:
    assert seen(manifest=str(here)) is None
    for name in ("numplan.yaml", "numplan.json"):
        (here / name).write_text("{}")
    assert seen() is None
