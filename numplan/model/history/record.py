"""One record of the history, and how it is written down: a line of JSON that ends with its own hash.

The hash of a record is the SHA-256 of all bytes of its line before `,"hash"`, and `previous` among these is the hash of
the record before. So nobody takes a record out, changes one or puts one in, unless all that follow are made anew; and
state knows the last of them.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

import msgspec

from numplan.model.charge import Charge, from_document, to_document
from numplan.model.moment import Time
from numplan.model.number import E164

Outcome = Literal[
    "purchased",
    "released",
    "adopted",
    "forgotten",
    "refused",
    "not purchased",
    "not released",
    "returned",
    "lost",
    "restored",
]
"""What came of it. `refused`: by the vendor. `not purchased` and `not released`: a call whose outcome was not known,
and which turned out to have done nothing. `returned`: a number that had left state is in the account after all. `lost`
is no number's: it says how many records before it could not be kept. Nor is `restored`: somebody
knowingly went on from a state that does not know of the history's last records, as it was put back or begun anew.
"""

KEPT_IN_STATE: Final = 1000
"""As many records wait in state, at most, for the history to take them."""

_HASH: Final = b',"hash":"'
_DIGITS: Final = 64 + len(b'"}')
_TAIL: Final = len(_HASH) + _DIGITS


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who does it, and where from. What is not known, or not to be told, is empty."""

    run: str = ""
    plan: str = ""
    commit: str = ""
    ci_job: str = ""
    actor: str = ""


class Fact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of one number, as a record will say it; the fields are those of Record."""

    outcome: Outcome
    number: E164 | None
    address: str = ""
    reason: str = ""
    settled: bool = False
    replaces: E164 | None = None
    setup_charge: Charge | None = None
    monthly_charge: Charge | None = None
    lost_from: int = 0
    lost_to: int = 0


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What became of one number. `record` counts from 1, and `previous` is the hash of the record before.

    `time` is when state was written that tells it, as `serial`. `settled`: the account showed it later, the call's own
    answer did not; `reason` says more. `replaces`: the number whose place this one takes, or which was released to be
    bought back. Charges are those that state knew. `plan` is the SHA-256 of the saved plan's file, or of the changes
    that were carried out. `run` is the id of its lock. Of a `lost` record, `lost_from` and `lost_to` are the records
    that nobody could keep.
    """

    record: int
    previous: str = ""
    time: Time
    serial: int
    number: E164 | None = None
    address: str = ""
    outcome: Outcome
    reason: str = ""
    settled: bool = False
    replaces: E164 | None = None
    setup_charge: Charge | None = None
    monthly_charge: Charge | None = None
    plan: str = ""
    run: str = ""
    commit: str = ""
    ci_job: str = ""
    actor: str = ""
    lost_from: int = 0
    lost_to: int = 0


class Tip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What state knows of its history: the number and the hash of the last record. `more` is how many of the latest
    records wait neither in the history nor in state, as far as is known: state keeps the first 1,000 that wait.
    `actor` is `none` where the manifest of the last apply leaves out who did it.
    """

    last: int = 0
    hash: str = ""
    more: int = 0
    actor: Literal["", "none"] = ""


_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic", enc_hook=to_document)
_decoder = msgspec.json.Decoder(Record, dec_hook=from_document)


class LineError(ValueError):
    """A line is no record, or not as it was written; the message says how that shows."""


def line_of(record: Record) -> bytes:
    """The line of a record, without a line feed."""
    body = _encoder.encode(record)[:-1]
    return b"".join((body, _HASH, hashlib.sha256(body).hexdigest().encode(), b'"}'))


def hash_of(line: bytes) -> str:
    """The hash that a line says of itself; an empty text where it says none."""
    return line[-_DIGITS:-2].decode(errors="replace") if line[-_TAIL:-_DIGITS] == _HASH else ""


def fits(line: bytes) -> bool:
    """Whether a line is as it was written, by its hash."""
    return hash_of(line) == hashlib.sha256(line[:-_TAIL]).hexdigest()


def read_line(line: bytes) -> Record:
    """The record that a line says. Raises LineError where it is none."""
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise LineError("it is no record that can be read") from None


def sealed(
    tip: Tip, facts: Iterable[Fact], origin: Origin, serial: int, time: datetime
) -> tuple[Tip, list[Record]]:
    """Facts as the records that follow on the last one, and the last of them in its place."""
    records: list[Record] = []
    last, previous = tip.last, tip.hash
    said = msgspec.structs.asdict(origin)
    for last, fact in enumerate(facts, last + 1):  # noqa: B020 - the last one counts on
        record = Record(
            record=last,
            previous=previous,
            time=time,
            serial=serial,
            **said,
            **{name: getattr(fact, name) for name in fact.__struct_fields__},
        )
        records.append(record)
        previous = hash_of(line_of(record))
    return msgspec.structs.replace(tip, last=last, hash=previous), records
