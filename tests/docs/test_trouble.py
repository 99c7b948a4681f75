"""The pages for people in trouble quote what numplan really says, and miss no exit code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from numplan.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TROUBLE = (DOCS / "trouble.md").read_text(encoding="utf-8")


def quoted(page: str) -> list[str]:
    """What the first cells of a page's tables quote."""
    cells = re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE)
    return [words for cell in cells for words in re.findall(r"`([^`]+)`", cell)]


@cache
def spoken() -> str:
    """Every text in the code that is no docstring, pieces of one f-string apart from each other."""
    trees = [ast.parse(path.read_bytes()) for path in sorted((ROOT / "numplan").rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return "\0".join(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize("message", quoted(TROUBLE))
def test_a_message_that_the_page_quotes_is_one_of_numplans(message: str) -> None:
    pieces = [piece for piece in re.split(r"\s?…\s?", message) if len(piece) > 1]
    assert pieces
    assert [piece for piece in pieces if piece not in spoken()] == []


def test_a_message_that_nobody_says_would_be_noticed() -> None:
    assert "the moon is made of cheese" not in spoken()
    assert len(quoted(TROUBLE)) > 30


def test_each_message_stands_once() -> None:
    assert len(quoted(TROUBLE)) == len(set(quoted(TROUBLE)))


def codes(page: str) -> list[int]:
    section = page.partition("# Exit codes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([0-9, ]+) \|", section, re.MULTILINE)
    return [int(code) for row in rows for code in row.split(",")]


def test_the_page_of_exit_codes_has_each_code_of_the_command_line() -> None:
    """Those are compared with what the code returns in test_docs.py."""
    said = codes((DOCS / "exit-codes.md").read_text(encoding="utf-8"))
    assert said == codes((DOCS / "cli.md").read_text(encoding="utf-8"))
    assert said[:2] == [0, 1]


@pytest.mark.parametrize("name", ["trouble", "exit-codes", "vendor"])
def test_each_command_and_flag_that_a_page_advises_is_there(name: str) -> None:
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`numplan ([a-z]+)", page))
    assert named - set(COMMANDS) == set()
    flags = set(re.findall(r"`[^`\n]*?(--[a-z-]+)", page))
    told = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert {flag for flag in flags if flag not in told} == set()
