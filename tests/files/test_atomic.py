"""Files are put in place whole or not at all, and only where that was meant. How a save is killed at each of its
steps is in tests/state/test_atomic_files.py.
"""

import os
from pathlib import Path

import pytest

from numplan.files.atomic import Folder, replace_whole
from numplan.files.read import FileError


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def without_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_takes_the_place_of_another(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", without_links)
    with Folder(tmp_path) as folder:
        folder.add(folder.prepare("new", b"first"), "new")
        with pytest.raises(FileExistsError):
            folder.add(folder.prepare("new", b"second"), "new")
    assert (tmp_path / "new").read_bytes() == b"first"
    assert names(tmp_path) == {"new"}


def test_a_file_is_replaced_but_not_one_that_a_link_leads_to(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to("file")
    replace_whole(tmp_path / "file", b"after")
    with pytest.raises(FileError, match="is a symbolic link, not a plain file"):
        replace_whole(tmp_path / "link", b"elsewhere")
    assert (tmp_path / "file").read_bytes() == b"after"
    assert names(tmp_path) == {"file", "link"}


def test_what_one_more_name_leads_to_stays_where_anything_may_be_replaced(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    os.link(tmp_path / "file", tmp_path / "other")
    with Folder(tmp_path, plain=False) as folder:
        folder.put(folder.prepare("file", b"after", mode=0o640), "file")
    assert (tmp_path / "other").read_bytes() == b"before"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_a_last_check_may_still_refuse_and_nothing_is_left(tmp_path):
    def refuse() -> None:
        raise RuntimeError

    with Folder(tmp_path) as folder, pytest.raises(RuntimeError):
        folder.put(folder.prepare("file", b"content"), "file", recheck=refuse)
    assert names(tmp_path) == set()
