"""The canonical form of a manifest: values and comments stay, whatever the layout was before."""

from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.manifest.edit.formatter import format_manifest
from numplan.manifest.edit.tokens import COMMENT, tokenize
from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import schema_node
from numplan.model.errors import ManifestError, NumplanError

ROOT = Path(__file__).parents[3]
OURS = [
    *(
        path
        for path in (ROOT / "examples").glob("*/*.yaml")
        if not path.name.endswith((".vars.yaml", "compose.yaml"))
    ),
    ROOT / "numplan" / "cli" / "commands" / "init.yaml",
]


def laid_out(text: str) -> str:
    return format_manifest(text.encode(), "numplan.yaml", schema_node("manifest"))


def comments(text: str) -> list[str]:
    return [token.text for token in tokenize(text, schema_node("manifest")) if token.kind == COMMENT]


def value(text: str) -> object:
    return read_yaml(text.encode(), ("numplan.yaml",), schema_node("manifest")).value


# -- the laws, over documents laid out in any way

NAMES = st.sampled_from(["version", "numbers", "number", "labels", "country", "a", "on", "1", "x-y"])
WORDS = st.sampled_from(
    ["1", "+12050012202", "NO", "true", "12:30", "0x1F", "1e3", "null", "~", "word", "two words", "a#b", "é"]
)
QUOTED = st.text(alphabet=st.sampled_from(" ab#:'\"\\{},\té\U0001f600"), max_size=8)


@st.composite
def scalars(draw) -> str:
    style = draw(st.sampled_from(["plain", "plain", "single", "double"]))
    if style == "plain":
        return draw(WORDS)
    text = draw(st.one_of(WORDS, QUOTED))
    if style == "single":
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


@st.composite
def documents(draw) -> str:
    """A document in block and flow style, with any indentation, comments and blank lines."""
    numbered = count()
    lines: list[str] = []

    def remark() -> str:
        return (
            draw(st.sampled_from(["", "", " # note", "    #note", "\t# note # note"]))
            and f"  # c{next(numbered)}"
        )

    def between(indent: int) -> None:
        for _ in range(draw(st.integers(0, 2))):
            stray = draw(st.sampled_from(["", " " * indent, " " * (indent + 1)]))
            lines.append(draw(st.sampled_from(["", "  ", f"{stray}# c{next(numbered)}"])))

    def flow(depth: int) -> str:
        if depth > 2 or draw(st.booleans()):
            return draw(scalars())
        space = draw(st.sampled_from(["", " ", "  "]))
        inner = [flow(depth + 1) for _ in range(draw(st.integers(0, 3)))]
        if draw(st.booleans()):
            return f"[{space}{f'{space}, '.join(inner)}{space}]"
        return "{" + f",{space} ".join(f"k{at}: {one}" for at, one in enumerate(inner)) + "}"

    def block(indent: int, depth: int) -> None:
        is_list = draw(st.booleans()) if depth else False
        for at in range(draw(st.integers(1, 3))):
            between(indent)
            gap = draw(st.sampled_from([" ", "   "]))
            head = f"{' ' * indent}-" if is_list else f"{' ' * indent}{draw(NAMES)}{at}:"
            form = draw(st.sampled_from(["flow", "flow", "empty", "block", "literal"]))
            if form == "flow":
                lines.append(f"{head}{gap}{flow(0)}{remark()}")
            elif form == "block" and depth < 3:
                lines.append(f"{head}{remark()}")
                block(indent + draw(st.integers(1, 5)), depth + 1)
            elif form == "literal":
                lines.append(f"{head} {draw(st.sampled_from(['|', '>-', '|-']))}")
                deep = " " * (indent + draw(st.integers(1, 4)))
                lines.extend([f"{deep}some text # and no comment", "", f"{deep}  more: of it"])
            else:
                lines.append(f"{head}{remark()}")

    block(0, 0)
    return draw(st.sampled_from(["\n", "\r\n"])).join([*lines, ""])


@given(documents())
@settings(max_examples=50, deadline=None)
def test_laid_out_it_says_the_same_and_stays_so(text):
    once = laid_out(text)
    assert value(once) == value(text)
    assert yaml.load(once, yaml.BaseLoader) == yaml.load(text, yaml.BaseLoader)
    assert comments(once) == comments(text.replace("\r\n", "\n"))
    assert laid_out(once) == once
    if "|" not in text and ">" not in text:  # in literal text, space is text
        assert not [line for line in once.splitlines() if line != line.rstrip()]


@pytest.mark.torture
@given(documents())
@settings(max_examples=5000, deadline=None)
def test_so_do_thousands_of_others(text):
    test_laid_out_it_says_the_same_and_stays_so.hypothesis.inner_test(text)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_our_own_manifests_are_canonical(path):
    assert laid_out(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8")


# -- the form


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version:   1", "version: 1\n"),
        ("account:  190", 'account: "190"\n'),
        ("numbers: {a: {number: +12050012202}}", 'numbers: {a: {number: "+12050012202"}}\n'),
        ("defaults: {country: NO}", 'defaults: {country: "NO"}\n'),
        ("api: {batch_size: 50, settle_seconds: 0.5}", "api: {batch_size: 50, settle_seconds: 0.5}\n"),
        ("currency: 'USD'", 'currency: "USD"\n'),
        ("""currency: 'say "so"'""", """currency: 'say "so"'\n"""),
        ("defaults:\n- a\n-   b", "defaults:\n  - a\n  - b\n"),
        ("defaults:\n    -   a: 1\n        b: 2", 'defaults:\n  - a: "1"\n    b: "2"\n'),
        ("version: 1\ndefaults:\n  country: A\nx: 1", 'version: 1\n\ndefaults:\n  country: A\n\nx: "1"\n'),
        ("defaults:\n  a: b\n# of x\nx: y", "defaults:\n  a: b\n\n# of x\nx: y\n"),
        ("version: 1\n\n\n\ncurrency: USD\n\n", "version: 1\n\ncurrency: USD\n"),
        ('{"version":1,\n"numbers":{\n"a":null}}', '{"version": 1,\n  "numbers": {\n    "a": null}}\n'),
        ("account:   ${var.a}  # who\n", "account: ${var.a}    # who\n"),
        ("version: 1 # one\n", "version: 1 # one\n"),
        ("account: 190 # one\n", 'account: "190" # one\n'),
        ("account: 190     # one\n", 'account: "190"   # one\n'),
    ],
)
def test_the_form(before, after):
    assert laid_out(before) == after


def test_comments_go_with_the_entries_whose_column_they_had():
    before = """\
        # the top
        sets:
            # of dialer
            dialer:
                numbers:
                # first
                - "+12050032925"   # beside
                # last
                labels: {}
            # after dialer
        # the end
        """
    after = """\
        # the top
        sets:
          # of dialer
          dialer:
            numbers:
              # first
              - "+12050032925"     # beside
            # last
            labels: {}
          # after dialer
        # the end
        """
    assert laid_out(dedent(before)) == dedent(after)


@pytest.mark.parametrize("text", ["version: [1", "version: 1\nversion: 1", "a: !!python/object x", ""])
def test_what_is_not_sound_is_reported_and_not_laid_out(text):
    with pytest.raises(ManifestError):
        laid_out(text)


@pytest.mark.parametrize(
    "text", ["currency: &x\n    a: |3\n         1\nb: *x", "? [a]\n: b", "a: b\u2028c: d"]
)
def test_what_is_too_strange_is_laid_out_right_or_left_as_it_is(text):
    try:
        after = laid_out(text)
    except NumplanError:
        return
    assert value(after) == value(text)
