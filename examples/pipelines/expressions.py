"""GitHub's expressions, as far as our own files use them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)"
    r"|(?P<mark>&&|\|\||==|!=|!|\(|\)))"
)
_PLACE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORDS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}

Context = Mapping[str, Any]
Functions = Mapping[str, Callable[[], bool]]


class ExpressionError(Exception):
    """An expression that this cannot read."""


def fill(text: Any, context: Context) -> str:  # noqa: ANN401 - YAML has any value
    """A text with its `${{ … }}` filled in."""
    return _PLACE.sub(lambda found: shown(evaluate(found[1], context)), shown(text))


def condition(text: str | None, context: Context, functions: Functions) -> bool:
    """Whether an `if:` holds. One that asks for no status holds only where all went well so far."""
    if text is None:
        return functions["success"]()
    inner = _PLACE.fullmatch(text.strip())
    source = inner[1] if inner else text
    asks = any(re.search(rf"\b{name}\(\)", source) for name in functions)
    return (asks or functions["success"]()) and truth(evaluate(source, context, functions))


def evaluate(source: str, context: Context, functions: Functions | None = None) -> Any:  # noqa: ANN401
    """The value of an expression. Raises ExpressionError."""
    return _Reader(source, context, functions or {}).whole()


def shown(value: Any) -> str:  # noqa: ANN401
    """A value as text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def truth(value: Any) -> bool:  # noqa: ANN401
    """Whether a value counts as true: an empty text, 0, null and false do not."""
    return bool(value)


class _Reader:
    def __init__(self, source: str, context: Context, functions: Functions) -> None:
        self._source = source
        self._context = context
        self._functions = functions
        self._tokens = self._split()

    def whole(self) -> Any:  # noqa: ANN401
        value = self._either()
        if self._tokens:
            raise ExpressionError(f"cannot read {self._source!r} at {self._tokens[0][1]!r}")
        return value

    def _split(self) -> list[tuple[str, str]]:
        tokens, at = [], 0
        source = self._source.rstrip()
        while at < len(source):
            found = _TOKEN.match(source, at)
            if not found:
                raise ExpressionError(f"cannot read {source!r} at {source[at:]!r}")
            tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()
        return tokens

    def _take(self, *marks: str) -> str:
        if self._tokens and self._tokens[0][0] == "mark" and self._tokens[0][1] in marks:
            return self._tokens.pop(0)[1]
        return ""

    def _either(self) -> Any:  # noqa: ANN401
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value if truth(value) else other
        return value

    def _both(self) -> Any:  # noqa: ANN401
        value = self._equal()
        while self._take("&&"):
            other = self._equal()
            value = other if truth(value) else value
        return value

    def _equal(self) -> Any:  # noqa: ANN401
        value = self._one()
        while mark := self._take("==", "!="):
            same = shown(value).lower() == shown(self._one()).lower()
            value = same if mark == "==" else not same
        return value

    def _one(self) -> Any:  # noqa: ANN401
        if self._take("!"):
            return not truth(self._one())
        if self._take("("):
            value = self._either()
            if not self._take(")"):
                raise ExpressionError(f"a bracket is not closed in {self._source!r}")
            return value
        kind, text = self._tokens.pop(0) if self._tokens else ("", "")
        match kind:
            case "text":
                return text[1:-1].replace("''", "'")
            case "number":
                return int(text)
            case "name" if self._take("("):
                if not self._take(")") or text not in self._functions:
                    raise ExpressionError(f"{text}() is not known here: {self._source!r}")
                return self._functions[text]()
            case "name" if text in _WORDS:
                return _WORDS[text]
            case "name":
                return self._look_up(text.split("."))
            case _:
                raise ExpressionError(f"{self._source!r} ends early")

    def _look_up(self, path: list[str]) -> Any:  # noqa: ANN401
        """A value of the context; null where a part of the path is not there. The first has to be known."""
        if path[0] not in self._context:
            raise ExpressionError(f"{path[0]} is not available here: {self._source!r}")
        value: Any = self._context
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value
