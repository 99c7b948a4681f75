"""The numbers files that a manifest names: which may be read, and each of them once."""

import os

import pytest

from numplan.model.diagnostics import Source
from tests.manifest.places import ONE_SET, findings, lines, said_of_list, written


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.txt", "does not exist"),
        ("folder", "is a folder"),
        ("pipe", "is not a regular file"),
        ("../secret.txt", "must lie under"),
        ("folder/../../secret.txt", "must lie under"),
        ("/etc/passwd", "must lie under"),
        ("out.txt", "leads out of"),
        ("way/secret.txt", "leads out of"),
        ("loop", "cannot be opened"),
        ('"a\\0b"', "cannot be opened"),
        ('""', "is a folder"),
        (".", "is a folder"),
    ],
)
def test_files_that_may_not_be_read(tmp_path, name, reason):
    folder = tmp_path / "project"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("+12050012202\n")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "way").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    manifest = written(folder, ONE_SET.format(name=name))
    (found,) = findings(manifest)
    assert reason in found.summary
    assert (found.source, found.path) == (Source(str(manifest), 4, 19), "sets.dialer.numbers_file")


def test_links_inside_the_folder_are_followed(tmp_path):
    (tmp_path / "lists").mkdir()
    written(tmp_path / "lists", "+12050012202\n", "real.txt")
    (tmp_path / "link.txt").symlink_to("lists/real.txt")
    assert findings(written(tmp_path, ONE_SET.format(name="link.txt"))) == ()


def test_a_numbers_file_is_named_once_however_it_is_spelled(tmp_path):
    written(tmp_path, "+12055550100\nx\n", "n.txt")
    (tmp_path / "link.txt").symlink_to("n.txt")
    names = ("n.txt", "./n.txt", "link.txt")
    sets = "".join(f"  s{at}: {{numbers_file: {name}}}\n" for at, name in enumerate(names))
    found = lines(written(tmp_path, f"version: 1\nsets:\n{sets}"))
    assert len(found) == 2
    assert (
        "numplan.yaml:4:22: error: sets.s1.numbers_file: this numbers file is named 3 times, first at"
        in found[1]
    )
    assert "n.txt:2:1: error: a line of 1 character" in found[0]


@pytest.mark.parametrize("raw", [b"number\n\n", b"", b"# none yet\n"])
def test_a_file_without_numbers_is_told_where_it_is_named(tmp_path, raw):
    line = said_of_list(tmp_path, raw)
    assert line.startswith("numplan.yaml:4:19: error: sets.dialer.numbers_file: the numbers file")
    assert "holds no numbers" in line
