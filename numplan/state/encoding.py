"""States encoded one after the other, in the time that what changed between them takes."""

from collections.abc import Iterator, Sequence
from typing import Final, cast

from numplan.model import secrets
from numplan.model.documents.checksum import members_of, rows_of
from numplan.model.errors import StateError
from numplan.model.state import State
from numplan.model.stored.state_document import encode_state

AT_ONCE: Final = 5000
"""Rows that are looked through at once."""


class StateEncoder:
    """Gives the bytes that `encode_state` gives, and refuses those that `require_none` refuses. A row of a value that
    the state before held too is neither encoded again nor looked through again.

    Values are told apart by what they are, not by what they say: they are frozen, and equal ones may be written in
    different ways.
    """

    def __init__(self) -> None:
        self._rows = _Rows()
        self._edition = secrets.edition()

    def document(self, state: State) -> bytes:
        """The document of a state. Raises StateError where it would hold a secret; nothing is kept of it then."""
        edition = secrets.edition()
        if edition != self._edition:  # what was looked through may hold what is a secret by now
            self._rows, self._edition = _Rows(), edition
        rows = _Rows(self._rows)
        document = encode_state(state, rows=rows.of)
        others = [one for one in members_of(state).values() if isinstance(one, str) or not _has_rows(one)]
        if not all(map(secrets.holds_none, _parts([*rows_of(others), *rows.new]))):
            secrets.require_none(document, "the state", StateError)
        self._rows = rows.alone()
        return document


class _Rows:
    """The rows of a document, taken from those of the one `before` where that has them; `new` are the others."""

    def __init__(self, before: "_Rows | None" = None) -> None:
        self.new: list[bytes] = []
        self._before = before
        self._by_identity: dict[int, bytes] = {}
        self._held: list[Sequence[object]] = []  # so that no other value gets the identity of one of these

    def of(self, values: Sequence[object]) -> list[bytes]:
        """The row of each value."""
        identities = list(map(id, values))
        known = self._before._by_identity if self._before else {}  # noqa: SLF001 - another of this class
        found = list(map(known.get, identities))
        places = [at for at, row in enumerate(found) if row is None]
        fresh = rows_of([values[at] for at in places])
        for at, row in zip(places, fresh, strict=True):
            found[at] = row
        self.new += fresh
        rows = cast("list[bytes]", found)
        self._by_identity.update(zip(identities, rows, strict=True))
        self._held.append(values)
        return rows

    def alone(self) -> "_Rows":
        """These, without those before."""
        self._before = None
        self.new = []
        return self


def _parts(rows: Sequence[bytes]) -> Iterator[bytes]:
    """The rows, some thousands at once: looking through a text takes several times the room of it."""
    return (b"\n".join(rows[start : start + AT_ONCE]) for start in range(0, len(rows), AT_ONCE))


def _has_rows(value: object) -> bool:
    return isinstance(value, Sequence)
