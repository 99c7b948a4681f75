"""Documents that know when they were cut or edited: JSON whose last member is a checksum of all before it.

One member a line, and one row a line within the long ones, so that a diff of two versions is readable.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from numplan.model.charge import to_document
from numplan.model.documents.signature import signed

_TAIL = re.compile(rb',\n"checksum":"sha256:([0-9a-f]{64})"\n}\n')
_EDITION = re.compile(rb'{\n"version":([1-9][0-9]{0,8}),\n')
_TAIL_LENGTH = len(b',\n"checksum":"sha256:"\n}\n') + 64

# Deterministic: mappings are written in the order of their keys, so that equal values give equal bytes.
_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic", enc_hook=to_document)


Rows = Callable[[Sequence[object]], Iterable[bytes]]
"""Gives each value of a sequence as its row."""

_COMMA: Final = b",\n"


class SealError(ValueError):
    """The bytes are not the document that was written; the message says how that shows."""


class Edition(msgspec.Struct):
    """The one member that every edition of a document has."""

    version: int


def rows_of(values: Sequence[object]) -> list[bytes]:
    """Each value as its row, without a line feed: JSON has none in it."""
    return _encoder.encode_lines(values).split(b"\n")[:-1]


def seal(members: Mapping[str, object], key: str = "", *, rows: Rows = rows_of) -> bytes:
    """Encode members in their order and close them with the checksum; before it, where there is a `key`, with the HMAC
    that it makes of them. Sequences go one row a line, as `rows` gives them.
    """
    parts = [b"{\n"]  # joined once: a document may be large
    for name, value in members.items():
        parts += [_encoder.encode(name), b":", *_written(value, rows), _COMMA]
    parts = parts[:-1] if members else parts
    if key:
        parts = [signed(b"".join(parts), key)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return b"".join((*parts, b',\n"checksum":"sha256:', digest.hexdigest().encode(), b'"\n}\n'))


def unseal(document: bytes) -> bytes:
    """The JSON without its checksum, after checking it: UTF-8 throughout. Raises SealError."""
    return b"".join((memoryview(document)[: check_seal(document)], b"}"))


def check_seal(document: bytes) -> int:
    """Raise SealError unless a document is as it was written, with its checksum; returns where that begins."""
    if not document.strip():
        raise SealError("it is empty")
    tail = _TAIL.fullmatch(document, max(0, len(document) - _TAIL_LENGTH))
    if tail is None:
        raise SealError("its end is missing: it was cut, edited, or never written by numplan")
    body = memoryview(document)[: tail.start()]
    if hashlib.sha256(body).hexdigest().encode() != tail[1]:
        raise SealError("its checksum does not match: it was edited or damaged after it was written")
    try:
        if not document.isascii():
            str(body, "utf-8")
    except UnicodeDecodeError as problem:
        raise SealError(f"it is not UTF-8 text: byte {problem.start + 1} has no meaning there") from None
    return tail.start()


def edition_of(document: bytes) -> int:
    """The `version` member of an unsealed document, the first one as numplan writes them. Raises SealError where
    there is none, and for a document that is nested too deeply to be read on.
    """
    if (written := _EDITION.match(document)) is not None:
        return int(written[1])
    try:
        return msgspec.json.decode(document, type=Edition).version
    except msgspec.MsgspecError as problem:
        raise SealError(f"it has no readable version: {problem}") from None
    except RecursionError:
        raise SealError("it is nested too deeply") from None


def require_one_edition(first: int, last: int) -> None:
    """Raise SealError where a document has the member `version` twice, and readers would not agree on one."""
    if first != last:
        raise SealError(f"it is of version {first} and of version {last} at once")


def members_of(value: msgspec.Struct) -> dict[str, object]:
    """The members of a value in the order of its fields, as `seal` takes them."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def _written(value: object, rows: Rows) -> tuple[bytes, ...]:
    """The JSON of a member, in pieces."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return (_encoder.encode(value),)
    lines = _COMMA.join(rows(value))
    return (b"[\n", lines, b"\n]") if lines else (b"[]",)
