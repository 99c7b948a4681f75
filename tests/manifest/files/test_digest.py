"""The digest of a manifest covers all that it says, and nothing else."""

from numplan.manifest.files.digest import digest
from numplan.manifest.variables.variables import Given
from tests.loading import load_manifest
from tests.manifest.places import ONE_SET, written

VARIABLES = "version: 1\nvariables: {env: {}, account: {}}\naccount: ${var.account}\n"


def test_the_digest_follows_every_byte_of_every_file(tmp_path):
    def digest(numbers="+12050012202\n", extra="", name="dialer.txt"):
        written(tmp_path, numbers, name)
        return load_manifest(written(tmp_path, ONE_SET.format(name=name) + extra)).digest

    assert digest() == digest()
    assert digest().startswith("sha256:")
    assert len({digest(), digest("+12050012202"), digest(extra="# x"), digest(name="other.txt")}) == 4


def test_the_digest_does_not_depend_on_where_the_folder_lies(tmp_path):
    seen = set()
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        written(tmp_path / place, "+12050012202\n", "dialer.txt")
        seen.add(load_manifest(written(tmp_path / place, ONE_SET.format(name="dialer.txt"))).digest)
    assert len(seen) == 1


def test_the_digest_tells_values_apart_and_hides_them(tmp_path):
    path = written(tmp_path, VARIABLES)
    digests = {
        load_manifest(path, Given(named=(("account", account), ("env", env)))).digest
        for account in ("190", "191")
        for env in ("staging", "production", "s")
    }
    assert len(digests) == 6
    assert not any("staging" in digest for digest in digests)


def test_what_belongs_to_one_name_is_never_taken_for_another_s():
    files = {"a": b"1", "b": b"2"}
    digests = {
        digest(files, {}, {}),
        digest({}, files, {}),
        digest({"a": b"", "1b": b"2"}, {}, {}),
        digest({"a": b"1b2"}, {}, {}),
        digest({}, {}, {"a": "1", "b": "2"}),
    }
    assert len(digests) == 5
    assert digest(files, {}, {}) == digest(dict(reversed(files.items())), {}, {})
