"""The canonical form of a manifest: the same values and the same comments, laid out one way.

Nesting is two spaces, lists too; one space after a colon, a comma and a dash; a comment at the end of a line
stays in its column where there is room; double quotes, also around text that other readers of YAML would take
for a number or a boolean; one blank line at most, and one around each block at the top. The order of things
stays as it was.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import yaml
from yaml.nodes import ScalarNode

from numplan.manifest.edit.tokens import ALIAS, BREAK, COMMENT, MARKER, Token, TokenError, tokenize
from numplan.manifest.files.text import decoded
from numplan.manifest.reading.reader import read_yaml
from numplan.manifest.schema.node import Node
from numplan.manifest.schema.scalar_kinds import ScalarKind, plain_value
from numplan.model.errors import ManifestError, NumplanError

STEP: Final = 2
_OPENING: Final = frozenset("[{")
_CLOSING: Final = frozenset("]}")
_FIGURES: Final = re.compile(r"[-+.]?[0-9][0-9_.,:xXoOeE+-]*")
_ONE_FORM: Final = re.compile(r"[^\"\\\x00-\x1f\x7f-\xa0\ufeff\ufffe\uffff\u2028\u2029\ud800-\udfff]*")
"""A text that reads the same in double quotes as in single ones."""


def format_manifest(raw: bytes, file: str, node: Node) -> str:
    """The canonical text of one file. Raises ManifestError if it cannot be read, and NumplanError if laying it out
    would change what it says.
    """
    before = read_yaml(raw, (file,), node)
    if before.findings:
        raise ManifestError(before.findings)
    text = re.sub(r"\r\n?", "\n", decoded(raw, file))
    try:
        tokens = tokenize(text, node)
        laid_out = _laid_out(tokens)
        again = tokenize(laid_out, node)
        same = (
            read_yaml(laid_out.encode(), (file,), node).value == before.value
            and _comments(again) == _comments(tokens)
            and _laid_out(again) == laid_out
        )
    except (TokenError, ManifestError, yaml.YAMLError):
        same = False
    if not same:
        raise NumplanError(
            f"{file} is written in a way that cannot be laid out anew without a change in what it says; "
            "it was left as it is",
            hint="multi-line text, anchors and `?` keys are what stands in the way, most likely",
        )
    return laid_out


class _OutputLine(NamedTuple):
    """One line of the result: its indentation, what it says, its comment, and the comment's former column."""

    indent: int
    code: str
    comment: str = ""
    column: int = 0

    def __str__(self) -> str:
        if not self.code:
            return f"{' ' * self.indent}{self.comment}"
        told = f"{' ' * self.indent}{self.code}"
        if not self.comment:
            return told
        width = len(told.rpartition("\n")[2])
        return told + " " * max(1, self.column - width) + self.comment


class _Level(NamedTuple):
    """A block that is open: the column where its entries stood, and the one where they go."""

    old: int
    new: int
    is_list: bool


def _laid_out(tokens: list[Token]) -> str:
    lines = [*_Layout().lines(_by_line(tokens))]
    return "\n".join(map(str, _spaced(lines))).strip("\n") + "\n"


def _comments(tokens: list[Token]) -> list[str]:
    return [token.text for token in tokens if token.kind == COMMENT]


def _by_line(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in tokens:
        if token.kind == BREAK:
            yield line
            line = []
        else:
            line.append(token)
    yield line


class _Layout:
    """One pass over the lines: which blocks are open, and how deep in brackets."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []
        self.depth = 0
        self.base = 0

    def lines(self, lines: Iterable[list[Token]]) -> Iterator[_OutputLine]:
        """The lines as they are laid out; a blank one has no code and no comment."""
        waiting: list[Token | None] = []  # comments and blank lines wait for the line that they stand before
        for line in lines:
            if not line:
                waiting.append(None)
            elif line[0].kind == COMMENT:
                waiting.append(line[0])
            else:
                before = [*self.levels]
                flow = self.base + STEP * self.depth if self.depth else None
                indent = self._indent(line)
                near = _Level(line[0].column, indent, is_list=False)
                yield from (_remark(one, before, near, flow) for one in waiting)
                waiting = []
                yield self._line(indent, line)
        yield from (_remark(one, self.levels, None, None) for one in waiting)

    def _indent(self, line: list[Token]) -> int:
        """Where a line goes; opens and closes the blocks that it opens and closes."""
        first = line[0]
        if first.kind == MARKER:
            self.levels.clear()
            return 0
        if self.depth:
            closing = 0
            while closing < len(line) and line[closing].kind in _CLOSING:
                closing += 1
            return self.base + STEP * max(0, self.depth - closing)
        indent = self._enter(first)
        for token, after in pairwise(line):
            if token.kind not in ("-", "?") or after.kind == COMMENT:
                break
            self.levels.append(_Level(after.column, self.levels[-1].new + STEP, is_list=after.kind == "-"))
        self.base = indent
        return indent

    def _enter(self, first: Token) -> int:
        is_list = first.kind == "-"
        levels = self.levels
        while levels and (
            levels[-1].old > first.column or (levels[-1].old == first.column and levels[-1].is_list > is_list)
        ):
            levels.pop()
        if not levels or levels[-1].old < first.column or levels[-1].is_list < is_list:
            new = levels[-1].new + STEP if levels else 0
            levels.append(_Level(first.column, new, is_list=is_list))
        return levels[-1].new

    def _line(self, indent: int, line: list[Token]) -> _OutputLine:
        code = ""
        before: Token | None = None
        for token in line:
            if token.kind == COMMENT:
                return _OutputLine(indent, code, token.text, token.column)
            if before is not None and _apart(before, token):
                code += " "
            code += self._written(token, indent)
            self.depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            before = token
        return _OutputLine(indent, code)

    def _written(self, token: Token, indent: int) -> str:
        if token.event is None or token.event.anchor is not None or token.event.tag is not None:
            return token.text
        if token.event.style in ("|", ">"):
            is_whole_entry = self.levels[-1].old == token.column and len(self.levels) > 1
            return _block(token.text, self.levels[-2 if is_whole_entry else -1])
        head, *rest = token.text.split("\n")
        if rest:
            inner = " " * (indent + STEP * (self.depth + 1))
            return "\n".join([head, *(f"{inner}{line.lstrip()}" if line.strip() else "" for line in rest)])
        return _quoted(token, token.event.value, token.event.style)


def _remark(token: Token | None, levels: list[_Level], near: _Level | None, flow: int | None) -> _OutputLine:
    """A comment on a line of its own, which moves with the entries whose column it had; None is a blank line."""
    if token is None:
        return _OutputLine(0, "")
    if flow is not None:
        return _OutputLine(flow, "", token.text)
    around = [*levels, *([near] if near else [])]
    reached = [one for one in around if one.old <= token.column] or around[:1]
    column = max((one.old for one in reached), default=0)
    closest = [one.new for one in reached if one.old == column]
    return _OutputLine(closest[-1] if closest else 0, "", token.text)


def _apart(before: Token, after: Token) -> bool:
    """Whether a space stands between two tokens of a line."""
    if before.kind in _OPENING or after.kind in _CLOSING or after.kind == ",":
        return False
    if after.kind == ":":
        return before.kind in (ALIAS, "-", "?", ":", ",")
    return True


def _quoted(token: Token, value: str, style: str | None) -> str:
    """A scalar of one line, in double quotes where it is quoted or others might take it for no text."""
    wanted = style == "'" or (not style and token.is_text and _is_doubtful(value))
    return f'"{value}"' if wanted and _ONE_FORM.fullmatch(value) else token.text


def _is_doubtful(value: str) -> bool:
    if plain_value(value, ScalarKind.TEXT) is None:
        return False
    tag = _resolver().resolve(ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return _FIGURES.fullmatch(value) is not None or tag != "tag:yaml.org,2002:str"


def _block(text: str, level: _Level) -> str:
    """A literal or folded text, with its lines moved as far as what it belongs to."""
    head, *lines = text.split("\n")
    told = re.search(r"[1-9]", head.partition(" ")[0])
    first = next((line for line in lines if line.strip(" ")), "")
    depth = level.old + int(told[0]) if told else len(first) - len(first.lstrip(" "))
    new = level.new + (int(told[0]) if told else STEP)
    moved = [f"{' ' * new}{line[depth:]}" if line[depth:] else "" for line in lines]
    while "+" not in head and moved and not moved[-1]:
        moved.pop()  # what is not kept says nothing
    return "\n".join([re.sub(r"\s+#", "  #", head.rstrip()), *moved])


def _spaced(lines: list[_OutputLine]) -> list[_OutputLine]:
    """One blank line at most, and one around each block at the top, above its remarks."""
    starts = [
        at for at, line in enumerate(lines) if line.code and line.indent == 0 and line.code[0] not in "]}"
    ]
    apart: set[int] = set()
    for start, after in pairwise([*starts, len(lines)]):
        if any(line.code for line in lines[start + 1 : after]):
            apart |= {_above(lines, start), _above(lines, after)}
    spaced: list[_OutputLine] = []
    for at, line in enumerate(lines):
        blank = not (line.code or line.comment)
        if (blank or at in apart) and spaced and (spaced[-1].code or spaced[-1].comment):
            spaced.append(_OutputLine(0, ""))
        if not blank:
            spaced.append(line)
    return spaced


def _above(lines: list[_OutputLine], at: int) -> int:
    """The first of the comments directly above a line."""
    while at and not lines[at - 1].code and lines[at - 1].comment and lines[at - 1].indent == 0:
        at -= 1
    return at


@cache
def _resolver() -> yaml.SafeLoader:
    return yaml.SafeLoader("")
