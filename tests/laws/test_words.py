"""One style of hints, and no words that read as if translated, in all that numplan says to people."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numplan
from tests.docs.test_docs import DOCS, ROOT

PACKAGE = Path(numplan.__file__).parent
TEXTS = {"hint", "help", "summary", "reason"}
"""Arguments whose texts people read."""
WORN = re.compile(
    r"\brepeatable\b|\bunless given\b|\bunless the (manifest|policy) says\b|\bby now\b|\bmend(s|ed|ing)?\b",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """A text in the code, with `{}` for what is put in."""

    place: str
    argument: str
    text: str


def texts_of(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may come to."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts_of(body)
            yield from texts_of(orelse)
        case ast.BinOp(left=left, right=right):
            yield from ("".join(pair) for pair in zip(texts_of(left), texts_of(right), strict=False))


@cache
def said() -> tuple[Said, ...]:
    """Every text that stands as such an argument, or in the place of one, somewhere in the package."""
    return tuple(_said())


def _said() -> Iterator[Said]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in TEXTS:
                        yield from (Said(place, keyword.arg, text) for text in texts_of(keyword.value))
                for argument in node.args:
                    yield from (Said(place, "", text) for text in texts_of(argument))
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "help":
                        yield from (Said(place, "help", text) for text in texts_of(value))


def hints() -> list[Said]:
    return [one for one in said() if one.argument == "hint" and one.text]


def test_there_are_many_hints_and_helps_to_look_at() -> None:
    assert len(hints()) > 100
    assert sum(one.argument == "help" for one in said()) > 50


def test_a_hint_begins_with_a_small_letter_or_a_name_and_ends_without_a_full_stop() -> None:
    begins = re.compile(r"[a-z`{*\[(\-']|NUMPLAN_|UTF-8|PG[A-Z]+")
    wrong = [one for one in hints() if not begins.match(one.text) or one.text.endswith((".", "!"))]
    assert wrong == []


def test_a_help_begins_with_a_capital_and_ends_with_a_full_stop_or_its_default() -> None:
    helps = [one for one in said() if one.argument == "help" and "terraform_words" not in one.place]
    wrong = [
        one
        for one in helps
        if not re.match(r"[A-Z{]", one.text) or not one.text.rstrip().endswith((".", "]", "}", "approval"))
    ]
    assert wrong == []


def test_no_text_uses_a_worn_word() -> None:
    assert [one for one in said() if WORN.search(one.text)] == []


def test_no_help_and_no_page_for_users_uses_a_worn_word() -> None:
    from click.testing import CliRunner

    from numplan.cli.main import COMMANDS
    from numplan.cli.main import numplan as command

    shown = {name: CliRunner().invoke(command, [name, "--help"]).output for name in COMMANDS}
    pages = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *DOCS.glob("*.md"))}
    found = {
        name: [line for line in text.splitlines() if WORN.search(line)]
        for name, text in {**shown, **pages}.items()
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_docstring_needs_the_one_above_it() -> None:
    lame = re.compile(r"(The same\b|As above|Likewise|Ditto)")
    found = [
        f"{path.relative_to(PACKAGE)}: {doc}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module)
        and (doc := ast.get_docstring(node)) is not None
        and lame.match(doc)
    ]
    assert found == []
