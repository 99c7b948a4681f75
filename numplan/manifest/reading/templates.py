"""Text that refers to something: `${var.env}`, `${pool.ny_sales.numbers}`; `$${` stands for the characters."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

from numplan.manifest.reading.positions import LocatedList, LocatedMap, Step
from numplan.manifest.schema.scalar_kinds import ScalarKind
from numplan.model.diagnostics import Source

_DOLLAR: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"
_REFERENCE: Final = re.compile(
    rf"\s*(?:(?P<var>var)\.(?P<variable>{_NAME})"
    rf"|(?P<kind>number|set|pool)\.(?P<entry>{_NAME})(?:\.(?P<field>[a-z_]{{1,40}}))?)\s*"
)


class Template(str):
    """A text with `${` in it, as written; `kind` is what it may become once its references are replaced."""

    __slots__ = ("kind",)

    def __new__(cls, text: str, kind: ScalarKind) -> Self:
        """A template of this text."""
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    kind: ScalarKind


class Slot(NamedTuple):
    """Where a template stands: the mapping or list that holds it, the step there, and the whole path."""

    holder: LocatedMap | LocatedList
    step: Step
    path: tuple[Step, ...]

    @property
    def template(self) -> object:
        """What stands there now."""
        return self.holder[self.step]  # type: ignore[index]

    @property
    def source(self) -> Source:
        """Where it is written."""
        if isinstance(self.holder, LocatedMap):
            return self.holder.source(str(self.step))
        return self.holder.source(int(self.step))

    def put(self, value: object) -> None:
        """Let this value stand there."""
        self.holder[self.step] = value  # type: ignore[index]


class Reference(NamedTuple):
    """`kind` is `var`, `number`, `set` or `pool`; of these `field` is what stands behind the name, perhaps nothing."""

    kind: str
    name: str
    field: str = ""


class TemplateError(ValueError):
    """A `${` that begins no reference; the message says what is wrong, the hint what would be right."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parts_of(text: str) -> Iterator[str | Reference]:
    """The parts of a template in their order: plain text, and references. Raises TemplateError."""
    end = 0
    for found in _DOLLAR.finditer(text):
        if found.start() > end:
            yield text[end : found.start()]
        end = found.end()
        if found[0] == "$${":
            yield "${"
        else:
            yield _reference(found[0], found[1])
    if end < len(text):
        yield text[end:]


def _reference(written: str, inside: str | None) -> Reference:
    if inside is None:
        raise TemplateError("a `${` is not closed", "write ${var.NAME}, or $${ for the characters themselves")
    found = _REFERENCE.fullmatch(inside)
    if found is None:
        raise TemplateError(
            f"{written[:60]} refers to nothing",
            "write ${var.NAME}; in outputs also ${number.NAME.number}, ${set.NAME.numbers}, "
            "${pool.NAME.numbers}, or another field of theirs; or $${ for the characters themselves",
        )
    if found["var"]:
        return Reference("var", found["variable"])
    return Reference(found["kind"], found["entry"], found["field"] or "")
