"""Whatever bytes a manifest holds: values or findings, soon, and nothing else."""

import itertools
import os
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from numplan.manifest.load import read_manifest
from numplan.model.errors import ManifestError
from tests.manifest.declarations.test_declarations import WHOLE
from tests.manifest.places import findings, written

SOON = 20
"""Seconds of processor time that no hostile file may take. Generous: most take a tenth of one."""

LETTERS = "abcdefghijklmnopqrst"

BOMBS = {
    "billion laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{to}: &{to} [{', '.join([f'*{of}'] * 9)}]\n" for of, to in itertools.pairwise(LETTERS)),
    "doubling maps": "a0: &a0 {x: y}\n"
    + "".join(f"a{i}: &a{i} {{l: *a{i - 1}, r: *a{i - 1}}}\n" for i in range(1, 64)),
    "anchors in anchors": "".join(f"&a{i} [" for i in range(49)) + "x, " * 100_000 + "]" * 49,
    "deep flow lists": "[" * 1_000_000,
    "deep flow maps": "{a: " * 1_000_000,
    "deep block lists": "- " * 100_000,
    "deep block maps": "".join(" " * depth + "a:\n" for depth in range(2_000)),
    "deep anchors": "".join(f"&a{i} [" for i in range(100_000)),
    "a huge integer": "version: " + "9" * 10_000_000,
    "a huge count": "version: 1\npools: {a: {count: " + "9" * 60_000 + ", country: X}}",
    "a huge number": "version: 1\nnumbers: {a: {number: " + "9" * 10_000_000 + "}}",
    "a huge key": "? '" + "k" * 10_000_000 + "'\n: 1",
    "a huge quoted text": "version: '" + "x" * 10_000_000 + "'",
    "many duplicates": "version: 1\n" * 20_000,
    "many unknown keys": "".join(f"a{i}: 1\n" for i in range(10_000)),
    "many open quotes": "version: 1\n" + "a: 'x\n" * 100_000,
    "a huge indent": " " * 10_000_000 + "version: 1\n" + "x",
    "many lines of nothing": "\n" * 10_000_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_defused_soon(tmp_path, text):
    started = time.process_time()
    found = findings(written(tmp_path, text))
    assert any(each.severity == "error" for each in found)
    assert time.process_time() - started < SOON
    assert max(len(str(each)) for each in found) < 2_000


@pytest.mark.parametrize(
    ("raw", "place", "summary"),
    [
        ("version: 1".encode("utf-16"), "1:1", "is not UTF-8 text: byte 0xff"),
        ("version: 1\ncurrency: é é".encode("latin-1"), "2:11", "is not UTF-8 text: byte 0xe9"),
        ("version: 1\n# é é ".encode() + b"\xff", "2:7", "is not UTF-8 text: byte 0xff"),
        (b"\xef\xbb\xbfversion: 1\n\xed\xa0\x80", "2:1", "is not UTF-8"),
        (b"version: 1\x00", "1:11", "U+0000"),
        (b'version: 1\ncurrency: "\\ud800"', "2:11", "is not YAML"),
    ],
)
def test_bytes_that_are_no_text_are_named_at_their_place(tmp_path, raw, place, summary):
    manifest = written(tmp_path, raw)
    (found,) = findings(manifest)
    assert str(found.source) == f"{manifest}:{place}" or "ud800" in str(raw)
    assert summary in found.summary


def test_a_byte_order_mark_is_tolerated(tmp_path):
    manifest, _ = read_manifest(written(tmp_path, b"\xef\xbb\xbf" + WHOLE.encode()))
    assert manifest.numbers[0].source.line == 10
    found = findings(written(tmp_path, b"\xef\xbb\xbfx: 1"))
    assert found[0].source.column == 1


def test_windows_line_ends_change_nothing_but_the_digest(tmp_path):
    one, _ = read_manifest(written(tmp_path, WHOLE))
    other, _ = read_manifest(written(tmp_path, WHOLE.replace("\n", "\r\n")))
    assert (one.numbers, one.sets, one.pools, one.policy) == (
        other.numbers,
        other.sets,
        other.pools,
        other.policy,
    )
    assert one.digest != other.digest


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "is not a regular file" in findings(tmp_path / "pipe.yaml")[0].summary


def test_devices_and_impossible_names_are_findings(tmp_path):
    assert "is not a regular file" in findings(tmp_path / "/dev/zero")[0].summary
    assert "cannot be opened" in findings(tmp_path / ("x" * 5000))[0].summary
    assert "cannot be opened" in findings(tmp_path / "a\0b")[0].summary
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert "cannot be opened" in findings(tmp_path / "loop.yaml")[0].summary


def loads_or_is_refused(folder, raw):
    try:
        read_manifest(written(folder, raw))
    except ManifestError as failure:
        for found in failure.diagnostics:
            assert str(found)
            assert found.source is None or (found.source.line >= 1 and found.source.column >= 1)


slow_disk = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=250
)


@slow_disk
@given(st.binary(max_size=300))
def test_any_bytes(tmp_path, raw):
    loads_or_is_refused(tmp_path, raw)


@slow_disk
@given(st.text(st.sampled_from("{}[]:,-?&*!|>'\"%@`#~ \n\tab01+<\\u\x85\u2028\ufeff"), max_size=120))
@example("? ? ?\n- : : -\n")
@example("!<> &a *a")
@example("%TAG ! !\n--- !a b\n")
@example("%YAML 9.9\n---\n")
def test_any_punctuation(tmp_path, text):
    loads_or_is_refused(tmp_path, text)
    loads_or_is_refused(tmp_path, "version: 1\nnumbers: " + text)


@slow_disk
@given(st.data())
def test_a_sound_manifest_cut_and_spliced_anywhere(tmp_path, data):
    raw = WHOLE.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 30)))
        patch = data.draw(
            st.binary(max_size=5) | st.sampled_from([b"", b"~", b"{}", b"[]", b"*a", b"&a ", b"\n", b"!!x "])
        )
        raw = raw[:start] + patch + raw[end:]
    loads_or_is_refused(tmp_path, raw)


@slow_disk
@given(st.data())
def test_a_sound_manifest_with_any_value_put_anywhere(tmp_path, data):
    text = WHOLE.split("\n")
    line = data.draw(st.integers(0, len(text) - 2))
    key, _, _ = text[line].partition(":")
    value = data.draw(
        st.sampled_from(
            ["", "~", "[]", "{}", "[~]", "{a: }", "x", "1", "-1", "1.5", "true", '""', "[[]]", "'\\n'"]
        )
    )
    text[line] = f"{key}: {value}"
    loads_or_is_refused(tmp_path, "\n".join(text))
