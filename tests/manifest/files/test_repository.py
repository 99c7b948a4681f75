"""Links are followed within a repository, and nowhere else."""

import os

import pytest

from numplan.files.read import FileError, read_straight
from numplan.manifest.files.repository import below, followed, read_named, repository_of


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    (folder / "fleet").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "token").write_text("secret")
    return folder


def test_the_repository_is_the_nearest(checkout, tmp_path):
    assert repository_of(checkout / "fleet") == checkout
    (checkout / "fleet/.git").write_text("gitdir: elsewhere\n")
    assert repository_of(checkout / "fleet") == checkout / "fleet"
    assert repository_of(tmp_path) is None


def test_a_chain_of_links_counts_by_where_it_ends(checkout, tmp_path):
    (checkout / "b").symlink_to(tmp_path / "out/token")
    (checkout / "a").symlink_to("b")
    with pytest.raises(FileError, match="leads out of the repository"):
        read_named(checkout / "a")
    with pytest.raises(FileError, match="leads out of the repository"):
        below(checkout, "a")


def test_without_a_repository_a_link_stays_in_its_folder(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "two/file").write_text("x")
    (tmp_path / "one/inner").write_text("x")
    (tmp_path / "one/good").symlink_to("inner")
    (tmp_path / "one/bad").symlink_to("../two/file")
    (tmp_path / "way").symlink_to("two")
    assert read_named(tmp_path / "one/good") == b"x"
    assert read_named(tmp_path / "way/file") == b"x"
    with pytest.raises(FileError, match="leads out of the manifest's folder"):
        read_named(tmp_path / "one/bad")
    assert read_named(tmp_path / "one/bad", alone=False) == b"x"


def test_settings_that_are_mounted_as_a_whole_are_read(tmp_path):
    (tmp_path / "..2026_01_01").mkdir()
    (tmp_path / "..2026_01_01/numplan.yaml").write_text("x")
    (tmp_path / "..data").symlink_to("..2026_01_01")
    (tmp_path / "numplan.yaml").symlink_to("..data/numplan.yaml")
    assert read_named(tmp_path / "numplan.yaml") == b"x"


def test_a_link_that_is_put_in_the_way_later_is_not_followed(checkout, tmp_path):
    (checkout / "fleet/main.csv").write_text("+16095550101")
    real = below(checkout, "fleet/main.csv")
    assert read_straight(real) == b"+16095550101"
    (checkout / "fleet").rename(checkout / "before")
    (checkout / "fleet").symlink_to(tmp_path / "out")
    (tmp_path / "out/main.csv").write_text("secret")
    with pytest.raises(FileError):
        read_straight(real)


def test_a_loop_and_a_way_that_ends_are_errors(checkout):
    (checkout / "loop").symlink_to("loop")
    (checkout / "gone").symlink_to("nowhere")
    for name in ("loop", "gone", "none"):
        with pytest.raises(FileError):
            read_named(checkout / name)


def test_parents_are_those_of_what_a_link_leads_to(checkout):
    (checkout / "fleet/deep").mkdir()
    (checkout / "way").symlink_to("fleet/deep")
    assert followed(checkout / "way" / os.pardir) == checkout / "fleet"
