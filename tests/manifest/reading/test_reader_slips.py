"""What is no YAML, or none that a manifest is made of, is told once, at its place, with what would be right."""

import pytest

from tests.manifest.places import require_slip, written

V = "version: 1\n"


SLIPS = [
    ("", "1:1", "", "the manifest is empty", "version: 1"),
    ("# only a comment\n", "1:1", "", "the manifest is empty", "version: 1"),
    ("---\n", "1:1", "", "the manifest is empty", "version: 1"),
    (V + "---\nversion: 1\n", "2:1", "", "a second one starts", "`---`"),
    (
        V + "currency: USD\ncurrency: EUR\n",
        "3:1",
        "currency",
        "already given at numplan.yaml:2:1",
        "one of the",
    ),
    (
        V + "numbers:\n  a: {number: +12345}\n  a: {number: +12346}\n",
        "4:3",
        "numbers.a",
        "given at numplan.yaml:3:3",
        "",
    ),
    (V + "? [a]\n: 1\n", "2:3", "", "a key is text", ""),
    (V + "~: 1\n", "2:1", "", "a key is missing here", ""),
    (V + "defaults: {: 1}\n", "2:12", "", "is not YAML", "quote text"),
    (V + "defaults: {<<: {country: X}}\n", "2:12", "defaults", "merge keys", "`defaults`"),
    (V + "currency: [USD\n", "3:1", "", "is not YAML", "close the bracket"),
    (V + "currency: a: b\n", "2:12", "", "is not YAML: mapping values", "quote the text"),
    (V + "numbers:\n\ta: 1\n", "3:1", "", "is not YAML", "spaces, not tabs"),
    (V + "currency: !money USD\n", "2:11", "currency", 'the tag "!money" means nothing', "remove the tag"),
    (V + "account: !!python/name:os.system x\n", "2:10", "account", '"!!python/name:os.system"', ""),
    (V + "currency: *usd\n", "2:11", "currency", 'the alias "*usd" names no anchor', ""),
    (V + "defaults: &d {labels: *d}\n", "2:23", "defaults", 'the alias "*d" lies inside what it names', ""),
    (V + "currency: é\a\n", "2:12", "", "U+0007 cannot stand in YAML", ""),
]


@pytest.mark.parametrize(("text", "place", "path", "summary", "hint"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_the_one_finding_at_its_place(tmp_path, text, place, path, summary, hint):
    require_slip(written(tmp_path, text), place, path, summary, hint)
