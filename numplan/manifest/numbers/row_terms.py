"""What the columns of a numbers file say of each number: labels, protection, and ranges in the place of one number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from numplan.manifest.numbers.list_columns import LABEL, NUMBER, PROTECT
from numplan.model.text.printable import on_one_line

FIRST: Final = "first"
LAST: Final = "last"
KNOWN: Final = (NUMBER, f"{LABEL}NAME", PROTECT, FIRST, LAST)
"""The columns of a numbers file."""
_LONGEST_NAME: Final = 63
_LONGEST_VALUE: Final = 255
_SAID: Final = {"": False, "false": False, "no": False, "0": False, "true": True, "yes": True, "1": True}
_FORMULA: Final = ("'=", "'+", "'-", "'@")


class RowTerms(NamedTuple):
    """What one row says of its number, or of each in its range."""

    labels: tuple[tuple[str, str], ...] = ()
    protect: bool = False


NOTHING: Final = RowTerms()


class TermColumns(NamedTuple):
    """Where the columns stand: each label by its name, and the others."""

    labels: Mapping[str, int] = {}
    protect: int | None = None
    first: int | None = None
    last: int | None = None

    @property
    def read(self) -> Iterable[int]:
        """Every column that is read."""
        return (*self.labels.values(), *(at for at in self[1:] if isinstance(at, int)))

    @property
    def says_terms(self) -> bool:
        """Whether there is a column that says more than which numbers they are."""
        return bool(self.labels) or self.protect is not None

    def terms_of(self, fields: Sequence[str]) -> RowTerms:
        """What a row says. Raises ValueError, in words that quote nothing of it."""
        labels = tuple((name, text) for name, at in self.labels.items() if (text := _label(fields, at)))
        said = "" if self.protect is None else _field(fields, self.protect).casefold()
        if said not in _SAID:
            raise ValueError("its `protect` is neither true nor false")
        return RowTerms(labels, _SAID[said])

    def ends_of(self, fields: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The columns in which a range has its first and its last number, with what stands there."""
        for at in (self.first, self.last):
            if at is not None:
                yield at, _field(fields, at)


def term_columns(header: Sequence[str]) -> TermColumns:
    """The columns of a header. Raises ValueError for a label's name that is too long, or one that stands twice."""
    labels: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = cell.strip()
        if not name.casefold().startswith(LABEL) or len(name) == len(LABEL):
            continue
        label = name[len(LABEL) :]
        if len(label) > _LONGEST_NAME or not label.isprintable():
            raise ValueError("a label's name is 1 to 63 characters on one line")
        if label in labels:
            raise ValueError("a column of a label stands in it twice")
        labels[label] = at
    places = {cell.strip().casefold(): at for at, cell in reversed([*enumerate(header)])}
    return TermColumns(labels, places.get(PROTECT), places.get(FIRST), places.get(LAST))


def _label(fields: Sequence[str], at: int) -> str:
    text = _field(fields, at)
    if text.startswith(_FORMULA):  # our own CSV says so that a text is no formula
        text = text[1:]
    if len(text) > _LONGEST_VALUE or on_one_line(text, _LONGEST_VALUE) != text:
        raise ValueError(f"a label's value is up to {_LONGEST_VALUE} characters on one line")
    return text


def _field(fields: Sequence[str], at: int) -> str:
    return fields[at].strip() if at < len(fields) else ""
