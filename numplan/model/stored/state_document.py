"""The document that holds a state: how it is written, and read again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import msgspec
from msgspec.structs import force_setattr

from numplan.model.address import is_resource
from numplan.model.charge import from_document
from numplan.model.documents.batches import as_list, batches_of
from numplan.model.documents.checksum import (
    Rows,
    SealError,
    check_seal,
    edition_of,
    members_of,
    require_one_edition,
    rows_of,
    seal,
    unseal,
)
from numplan.model.documents.foreign import foreign
from numplan.model.errors import ForeignStateError, StateError
from numplan.model.number import are_canonical, is_canonical
from numplan.model.state import STATE_VERSION, Instance, Intent, State, Tombstone

ONLY_WHERE_SAID: Final = frozenset({"history", "to_record"})
"""Members that a document has only where they say something."""

MANY: Final = 200_000
"""From so many numbers on, the memory that sharing saves is worth its time, a fifth of that of decoding them."""

_WORDS_MOST: Final = 300
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NOTHING: Final = msgspec.Raw(b"[]")
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_INSTANCES: Final = msgspec.json.Decoder(list[Instance], dec_hook=from_document)
_STATE: Final = msgspec.json.Decoder(State, dec_hook=from_document)


def encode_state(state: State, *, rows: Rows = rows_of) -> bytes:
    """The document as it is stored: sealed JSON, one number a line, as `rows` gives them."""
    members = members_of(state)
    said = {name: value for name, value in members.items() if value or name not in ONLY_WHERE_SAID}
    return seal(said, rows=rows)


def decode_state(document: bytes, place: str) -> State:
    """Read a stored document. Raises StateError, naming `place`, unless every byte is as it was written."""
    try:
        check_seal(document)
        edition = edition_of(document)
        if edition > STATE_VERSION:
            raise StateError(
                f"{place} was written by a newer numplan, as version {edition}; this reads {STATE_VERSION}",
                hint="upgrade numplan",
            )
        state = _read(document)
        require_one_edition(edition, state.version)
        _check(state)
        if state.moved_to:
            raise StateError(
                f"{place} is an old copy: the state was moved to {state.moved_to}",
                hint="name that place with --state, NUMPLAN_STATE or the manifest's backend; what is kept here was "
                "true up to then only",
            )
    except (SealError, msgspec.MsgspecError, RecursionError) as problem:
        if (other := foreign(document)) is not None:
            raise ForeignStateError(
                f"{place} cannot be used as state: it {other.what}", hint=other.hint
            ) from None
        words = str(problem)[:_WORDS_MOST]
        raise StateError(f"{place} cannot be used as state: {words}") from None
    return state


def _read(document: bytes) -> State:
    """A state, whose numbers are decoded some at a time, so that what many of them say alike is kept once. Raises
    MsgspecError and RecursionError.
    """
    try:
        members = _MEMBERS.decode(document)
        if _is_all(members, document):
            del members["checksum"]
            rows = tuple(_instances(_RAWS.decode(members.pop("numbers", _NOTHING))))
            return msgspec.structs.replace(_STATE.decode(_object(members)), numbers=rows)
    except (msgspec.MsgspecError, RecursionError):
        pass
    return _STATE.decode(unseal(document))  # as a whole, which says what is wrong and where


def _is_all(members: Mapping[str, msgspec.Raw], document: bytes) -> bool:
    """Whether a document says no more than these members, as `seal` writes them: none of them stands in it twice."""
    said = sum(len(msgspec.json.encode(name)) + 1 + len(memoryview(raw)) for name, raw in members.items())
    between = len("{\n") + len(",\n") * (len(members) - 1) + len("\n}\n")
    return said + between == len(document)


def _object(members: dict[str, msgspec.Raw]) -> bytes:
    """The JSON of an object of these members."""
    return b"{%b}" % b",".join(b"%b:%b" % (msgspec.json.encode(name), raw) for name, raw in members.items())


def _instances(raws: list[msgspec.Raw]) -> Iterator[Instance]:
    """The numbers of these rows. Decoding makes a text of its own of each word: of a million numbers that are of one
    country, those would take as much memory as all else, so what is alike is kept once where there are MANY.
    """
    shared = _Shared() if len(raws) >= MANY else None
    for batch in batches_of(raws):
        instances = _INSTANCES.decode(as_list(batch))
        if shared is not None:
            shared.take(instances)
        yield from instances


class _Shared:
    """What instances say alike, kept once for all."""

    def __init__(self) -> None:
        self._words: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {(): {}}

    def take(self, instances: Sequence[Instance]) -> None:
        """Let each of these, which nobody else has seen, hold what others hold that are alike."""
        for one in instances:
            its = one.attributes
            words = one.resource, its.country, its.type, its.state, its.city, one.bought_at
            resource, country, kind, state, city, bought_at = self._words.setdefault(words, words)
            force_setattr(one, "resource", resource)
            force_setattr(its, "country", country)
            force_setattr(its, "type", kind)
            force_setattr(its, "labels", self._labels.setdefault((*its.labels.items(),), its.labels))
            if state is not None:
                force_setattr(its, "state", state)
            if city is not None:
                force_setattr(its, "city", city)
            if bought_at is not None:
                force_setattr(one, "bought_at", bought_at)


def decode_edited(document: bytes, place: str) -> State:
    """Read a stored document, or one that somebody edited and took the `checksum` member from.

    Raises StateError, naming `place`, for anything else: where the checksum is there, it must fit.
    """
    try:
        members = msgspec.json.decode(document)
    except (msgspec.MsgspecError, RecursionError):
        members = None
    if isinstance(members, dict) and "checksum" not in members and foreign(document) is None:
        document = seal(members)
    try:
        return decode_state(document, place)
    except StateError as problem:
        hint = "if it was edited on purpose, take its member `checksum` out, then push it again"
        raise StateError(problem.message, hint=problem.hint or hint) from None


def _check(state: State) -> None:
    if len(state.by_number) < len(state.numbers):
        ((twice, _),) = Counter(one.number for one in state.numbers).most_common(1)
        raise SealError(f"it holds {twice} twice")
    kept: tuple[Intent | Tombstone, ...] = (*state.intents, *state.tombstones)
    instances = [*state.numbers, *(one.instance for one in kept)]
    numbers = [one.attributes.number for one in instances]
    resources = [name for name, _ in groupby([one.resource for one in instances])]  # they come in their order
    if not are_canonical(numbers) or not all(map(is_resource, resources)):
        bad = next(one for one in instances if not (is_resource(one.resource) and is_canonical(one.number)))
        raise SealError(f"it holds a malformed row: {bad.resource!r}, {bad.number!r}")
    if not are_canonical(state.protected):
        raise SealError("it remembers what is no number as protected")
    if not are_canonical([one.number for one in state.released]):
        raise SealError("it remembers what is no number as released")
