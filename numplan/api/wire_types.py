"""The API's answers as they travel, and whether they are sound.

Source: the vendor's Virtual Numbers page. Only the fields that numplan uses are read; others are ignored. A wrong
type, a key given twice, NaN, text that is not UTF-8 or a `status` other than OK is an AnswerError that names the
endpoint and the field. Optional fields may be missing or null. Of answers that are lists of rows, a wrong type within
a row concerns that row alone: see `row_by_row`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from itertools import repeat
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from numplan.api.duplicate_keys import may_repeat, refuse_repeats
from numplan.model.errors import AnswerError
from numplan.model.text.printable import on_one_line

_QUOTED_MOST: Final = 300


class Wire(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    """A struct of the API: camelCase names. What an answer may leave out is UNSET where it does."""


class OfferRow(Wire, frozen=True):
    """A number for sale: a row of search and find-number. Charges are text or numbers, or anything else."""

    number: str
    country: str
    number_type: str
    number_category: str
    setup_charge: object = UNSET
    recurring_charge: object = UNSET
    state: str | UnsetType | None = UNSET
    city_coverage: str | UnsetType | None = UNSET
    # Not used, but named by the vendor's page: keys that nobody has named are looked at one by one.
    country_code: object = UNSET
    # Text or numbers, or anything else.
    initial_block: object = UNSET
    regular_block: object = UNSET
    rate: object = UNSET
    sms_rate: object = UNSET


class AssignmentRow(Wire, frozen=True):
    """What a purchased number is assigned to."""

    type: str | UnsetType | None = UNSET
    flow_id: str | int | UnsetType | None = msgspec.field(default=UNSET, name="flowID")
    flow_name: str | UnsetType | None = UNSET


class OwnedRow(Wire, frozen=True):
    """A row of purchased-list. Charges are text or numbers, or anything else."""

    access_number: str
    country: str
    number_type: str
    nrc: object = UNSET
    mrc: object = UNSET
    assignment: AssignmentRow | UnsetType | None = UNSET
    assignment_type: object = UNSET
    customer_id: object = UNSET
    sms_rate: object = UNSET
    voice_rate: object = UNSET


class RegionRow(Wire, frozen=True):
    """A country, with the types of number there: a list of texts, or anything else."""

    region_name: str
    types: object = UNSET


class NumberResult(Wire, frozen=True):
    """What became of one number of a POST."""

    access_number: str
    message: str | UnsetType | None = UNSET


class NumberResults(Wire, frozen=True):
    """What became of all numbers of a POST that fared alike."""

    numbers: list[NumberResult] | UnsetType | None = UNSET


class PostResult(Wire, frozen=True):
    """One element of the answer to a POST."""

    success: NumberResults | UnsetType | None = UNSET
    error: NumberResults | UnsetType | None = UNSET


class Head(Wire, frozen=True):
    """What every answer has."""

    status: str
    message: str | UnsetType | None = UNSET


class RawAnswer(Head, frozen=True, kw_only=True):
    """An answer that is a list of rows, which are not looked into."""

    data: list[msgspec.Raw] | None
    total: object = UNSET


class CountedAnswer(RawAnswer, frozen=True, kw_only=True):
    """An answer that is a list of rows and whose total counts."""

    total: int | UnsetType | None = UNSET


class PostAnswer(Head, frozen=True, kw_only=True):
    """The answer of purchase-numbers and release-numbers."""

    data: list[PostResult] | None

    def parts(self) -> Iterator[Sequence[Wire]]:
        """All that it holds, at any depth, by its types."""
        yield [self]
        verdicts = [one for part in self.data or () for one in (part.success, part.error) if one]
        yield self.data or ()
        yield verdicts
        yield [verdict for one in verdicts for verdict in one.numbers or ()]


def keys_of(*parts: Sequence[Wire]) -> int:
    """From how many keys something was read: all of its parts, at any depth, those of one type together."""
    return sum(map(_present, parts))


def _present(parts: Sequence[Wire]) -> int:
    """How many fields of parts of one type are there. Nothing here is Python's own loop: of a hundred thousand rows
    that takes half as long again.
    """
    missing = sum(map(tuple.count, map(astuple, parts), repeat(UNSET)))
    return len(parts) * len(parts[0].__struct_fields__) - missing if parts else 0


def exact(written: str) -> Decimal | str:
    """A number of JSON, digit by digit; one whose exponent is beyond all bounds stays as it is written."""
    try:
        return Decimal(written)
    except InvalidOperation:
        return written


# Made here, by one thread: msgspec prepares a type where it is first decoded, and a second thread that comes in
# between finds it half prepared, which ends the process.
_HEAD: Final = msgspec.json.Decoder(Head)
POST_ANSWER: Final = msgspec.json.Decoder(PostAnswer, float_hook=exact)


Answer = TypeVar("Answer", bound=Head)


def decode(endpoint: str, body: bytes, answers: msgspec.json.Decoder[Answer]) -> Answer:
    """An answer, which nobody believes before `prove`. Raises AnswerError."""
    with explained(endpoint):
        try:
            return answers.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refuse_repeats(body)  # what is wrong with the JSON is said first, then what its status says
            _require_ok(endpoint, _HEAD.decode(body))
            raise


def prove(endpoint: str, body: bytes, answer: Head, keys: int) -> None:
    """Raises AnswerError where the body that an answer was read from, with so many keys, has one of them twice, or its
    status is not OK.
    """
    with explained(endpoint):
        if may_repeat(body, keys):
            refuse_repeats(body)
    _require_ok(endpoint, answer)


@contextmanager
def explained(endpoint: str) -> Iterator[None]:
    """Within, what decoding raises becomes an AnswerError."""
    try:
        yield
    except msgspec.ValidationError as wrong:
        what, _, where = str(wrong).partition(" - at `")
        raise AnswerError(endpoint, f"{where.removesuffix('`') or '$'}: {what.replace('`', '')}") from None
    except UnicodeDecodeError:
        raise AnswerError(endpoint, "the answer is not UTF-8") from None
    except RecursionError:
        raise AnswerError(endpoint, "the answer is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as wrong:
        raise AnswerError(endpoint, f"the answer is not sound JSON: {quoted(str(wrong))}") from None


def _require_ok(endpoint: str, head: Head) -> None:
    if head.status.strip().casefold() != "ok":
        said = quoted(head.message or "")
        raise AnswerError(
            endpoint, f"$.status: {quoted(head.status)!r} is not OK" + (f" ({said})" if said else "")
        )


def quoted(text: str | UnsetType | None) -> str:
    """A vendor's sentence on one line, printable and of bounded length."""
    return on_one_line(text or "", _QUOTED_MOST, "…")
