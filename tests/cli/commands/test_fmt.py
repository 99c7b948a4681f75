"""`numplan fmt`: which files differ, what is written, and the exit code."""

import os
import stat

import pytest

LOOSE = "version:   1\n\n\nnumbers:\n    a: {number: +16095550101}   # ours\n"
TIDY = 'version: 1\n\nnumbers:\n  a: {number: "+16095550101"}   # ours\n'


def test_check_writes_nothing_and_exits_3(desk):
    path = desk.manifest("", head=LOOSE)
    ran = desk("fmt", "--check")
    assert (ran.code, ran.out) == (3, "numplan.yaml\n")
    assert path.read_text() == LOOSE


def test_it_is_written_once_and_then_nothing_differs(desk):
    path = desk.manifest("", head=LOOSE)
    path.chmod(0o640)
    assert desk("fmt").code == 0
    assert path.read_text() == TIDY
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    written = path.stat().st_mtime_ns
    assert desk("fmt") == (0, "", "")
    assert desk("fmt", "--check") == (0, "", "")
    assert path.stat().st_mtime_ns == written
    assert not list(desk.folder.glob("*.tmp")) + list(desk.folder.glob(".*.tmp"))


def test_diff_shows_the_lines(desk):
    desk.manifest("", head=LOOSE)
    ran = desk("fmt", "--check", "--diff")
    assert ran.code == 3
    assert "-version:   1\n-\n+version: 1\n" in ran.out


def test_files_are_named_or_found_in_a_folder(desk):
    for name in ("one.yaml", "two.yml", "three.json", "left.txt", ".hidden.yaml"):
        desk.manifest("", head=LOOSE, name=name)
    assert desk("fmt", "--check", "one.yaml").out == "one.yaml\n"
    assert desk("-f", ".", "fmt").out.split() == ["one.yaml", "three.json", "two.yml"]
    assert (desk.folder / "left.txt").read_text() == (desk.folder / ".hidden.yaml").read_text() == LOOSE


def test_a_link_stays_a_link(desk):
    real = desk.manifest("", head=LOOSE, name="real.yaml")
    (desk.folder / "numplan.yaml").symlink_to("real.yaml")
    assert desk("fmt").code == 0
    assert (desk.folder / "numplan.yaml").is_symlink()
    assert real.read_text() == TIDY


def test_what_cannot_be_read_is_said_and_the_others_are_written(desk):
    desk.manifest("", head="version: [1\n", name="broken.yaml")
    good = desk.manifest("", head=LOOSE, name="good.yaml")
    ran = desk("fmt", "broken.yaml", "good.yaml", "gone.yaml")
    assert ran.code == 1
    assert "broken.yaml:2:1" in ran.err
    assert "gone.yaml does not exist" in ran.err
    assert good.read_text() == TIDY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_error(desk):
    desk.manifest("", head=LOOSE)
    desk.folder.chmod(0o500)
    try:
        ran = desk("fmt")
    finally:
        desk.folder.chmod(0o700)
    assert ran.code == 1
    assert "cannot be written" in ran.err


def test_what_init_writes_is_canonical(desk):
    assert desk("init").code == 0
    assert desk("fmt", "--check") == (0, "", "")
