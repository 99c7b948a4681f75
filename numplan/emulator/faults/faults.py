"""Everything that can go wrong on request: one frozen value for each fault.

Four families, by where they strike: `CallFault` before and around the work, `OutcomeFault` on the
numbers of a POST, `ListingFault` on the rows of a GET, `AnswerFault` on the finished answer.
In JSON each has the name in its `tag` and its fields as `params`.
"""

from typing import Annotated, Any, Literal

import msgspec

from numplan.emulator.settings import NotNegative, Positive, Seconds

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
HttpStatus = Annotated[int, msgspec.Meta(ge=200, le=599)]


class _Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="fault"):
    """Some way for a call to go wrong."""


# --- around the work ---------------------------------------------------------------------------


class Stall(_Fault, frozen=True, kw_only=True, tag="stall"):
    """No answer for some seconds, spent before the call is carried out or after it."""

    seconds: Seconds = 30
    when: Literal["before", "after"] = "before"


class LoseRequest(_Fault, frozen=True, kw_only=True, tag="lose_request"):
    """The connection closes without a byte, and nothing was done."""

    reset: bool = False
    """With a TCP reset instead of an orderly end."""


class LateCommit(_Fault, frozen=True, kw_only=True, tag="late_commit"):
    """The answer is lost, and the POST is carried out only later.

    That is once `seconds` have passed and `requests` more calls have been answered.
    """

    seconds: Seconds = 0
    requests: NotNegative = 0
    status: HttpStatus | None = None
    """Answer with this status, such as 504, instead of closing the connection."""


class Lag(_Fault, frozen=True, kw_only=True, tag="lag"):
    """What the call buys stays out of purchased-list, what it releases stays in.

    For some seconds, and for some listing calls.
    """

    seconds: Seconds = 0
    listings: NotNegative = 0


class Vanish(_Fault, frozen=True, kw_only=True, tag="vanish"):
    """Numbers leave the account behind everyone's back, just before the call.

    Those named, or else the `count` that the account has had longest.
    """

    numbers: tuple[str, ...] = ()
    count: NotNegative = 1


# --- on the numbers of a POST ------------------------------------------------------------------


class _OutcomeFault(_Fault, frozen=True, kw_only=True):
    """Strikes the named numbers, or every k-th of the order; if neither is given, all of them."""

    numbers: tuple[str, ...] = ()
    every: NotNegative = 0


class Taken(_OutcomeFault, frozen=True, kw_only=True, tag="taken"):
    """Another customer has just bought them: refused, and gone for good."""


class Refuse(_OutcomeFault, frozen=True, kw_only=True, tag="refuse"):
    """They are in the answer's `error` list; carried out only if `really`."""

    message: str | None = None
    """The vendor's usual sentence if None."""
    really: bool = False


class InBoth(_OutcomeFault, frozen=True, kw_only=True, tag="in_both"):
    """They are in both lists of the answer; carried out if `really`."""

    really: bool = True


class InNeither(_OutcomeFault, frozen=True, kw_only=True, tag="in_neither"):
    """They are in neither list of the answer; carried out if `really`."""

    really: bool = True


class FalseSuccess(_OutcomeFault, frozen=True, kw_only=True, tag="false_success"):
    """They are in the `success` list, and nothing was done."""


class Unasked(_Fault, frozen=True, kw_only=True, tag="unasked"):
    """The answer also names numbers that nobody asked for; carried out too if `really`."""

    numbers: tuple[str, ...]
    side: Literal["success", "error"] = "success"
    really: bool = False


# --- on the rows of a GET ----------------------------------------------------------------------


class _ListingFault(_Fault, frozen=True, kw_only=True):
    lookups: bool = False
    """Whether it also strikes calls with `accessNumber`, which name a single number."""


class _MissingRows(_ListingFault, frozen=True, kw_only=True):
    """Drops the named rows, every k-th, and all after the first `keep`."""

    numbers: tuple[str, ...] = ()
    every: NotNegative = 0
    keep: NotNegative | None = None


class ShortListing(_MissingRows, frozen=True, kw_only=True, tag="short_listing"):
    """Rows are missing, and `total` shows it."""


class LyingListing(_MissingRows, frozen=True, kw_only=True, tag="lying_listing"):
    """Rows are missing, and `total` counts only those sent."""


class EmptyListing(_ListingFault, frozen=True, kw_only=True, tag="empty_listing"):
    """No rows at all; `total` says 0, or the truth."""

    total: Literal["zero", "true"] = "zero"


class DuplicateRows(_ListingFault, frozen=True, kw_only=True, tag="duplicate_rows"):
    """Every k-th row comes twice in a row; `total` stays."""

    every: Positive = 1


class ChangingListing(_ListingFault, frozen=True, kw_only=True, tag="changing_listing"):
    """Each call shows other rows, in another order; `total` stays."""

    drop: Share = 0.3
    seed: int = 0


# --- on the finished answer --------------------------------------------------------------------


class _AnswerFault(_Fault, frozen=True, kw_only=True):
    commit: bool = True
    """Whether the call is carried out before its answer is spoilt."""


class Status(_AnswerFault, frozen=True, kw_only=True, tag="status"):
    """An error status; by default nothing was done."""

    status: HttpStatus = 503
    form: Literal["json", "html", "empty"] = "json"
    message: str = "The request could not be completed"
    commit: bool = False


class TooMany(_AnswerFault, frozen=True, kw_only=True, tag="too_many"):
    """429, with one of the forms that Retry-After takes in the wild; by default nothing was done."""

    retry_after: Literal["seconds", "date", "nonsense", "none"] = "seconds"
    seconds: NotNegative = 1
    commit: bool = False


class NotOk(_AnswerFault, frozen=True, kw_only=True, tag="not_ok"):
    """HTTP 200 whose body says that the call failed."""

    status: str = "ERROR"
    message: str = "The request has failed"


class Html(_AnswerFault, frozen=True, kw_only=True, tag="html"):
    """A web page where JSON was due."""

    status: HttpStatus = 200


class Empty(_AnswerFault, frozen=True, kw_only=True, tag="empty"):
    """No body."""

    status: HttpStatus = 204


class Redirect(_AnswerFault, frozen=True, kw_only=True, tag="redirect"):
    """Sent elsewhere; by default nothing was done."""

    location: str
    status: Literal[301, 302, 303, 307, 308] = 307
    commit: bool = False


class WrongType(_AnswerFault, frozen=True, kw_only=True, tag="wrong_type"):
    """Any JSON value in place of a field's, in one row of `data` or everywhere."""

    field: str
    value: Any = None
    row: NotNegative | None = None


class OddRow(_AnswerFault, frozen=True, kw_only=True, tag="odd_row"):
    """Rows of `data` are not what the API page says: a field of theirs holds any JSON value, or is not there; or the
    whole row is that value.

    The rows are those `of` these numbers or countries, wherever they stand, in look-ups too; all if none is named.
    """

    of: tuple[str, ...] = ()
    field: str = ""
    """The whole row if empty."""
    value: Any = None
    missing: bool = False


class Interim(_AnswerFault, frozen=True, kw_only=True, tag="interim"):
    """Interim answers, such as 103, come before the real one."""

    status: Annotated[int, msgspec.Meta(ge=100, le=199)] = 103
    times: Positive = 1


class Nan(_AnswerFault, frozen=True, kw_only=True, tag="nan"):
    """The literal NaN, which is not JSON, in place of a field's value."""

    field: str = "mrc"
    row: NotNegative | None = None


class DuplicateKeys(_AnswerFault, frozen=True, kw_only=True, tag="duplicate_keys"):
    """A field comes twice in its object, the second time with another value."""

    field: str = "total"
    value: Any = 0
    row: NotNegative | None = None


class Cut(_AnswerFault, frozen=True, kw_only=True, tag="cut"):
    """The body ends after `at` bytes (negative: that many before its end).

    Either Content-Length agrees, or it promises the rest and the connection closes.
    """

    at: int = -1
    how: Literal["length", "connection"] = "length"


class Huge(_AnswerFault, frozen=True, kw_only=True, tag="huge"):
    """The body, followed by spaces up to `bytes`: still JSON, made while it is sent."""

    bytes: NotNegative = 2**30
    claimed: bool = False
    """Only Content-Length says so; the connection closes after the body."""


class Drip(_AnswerFault, frozen=True, kw_only=True, tag="drip"):
    """The body comes in pieces of `bytes` with a pause of `seconds` after each."""

    seconds: Seconds = 1
    bytes: Positive = 1


class LoseReply(_AnswerFault, frozen=True, kw_only=True, tag="lose_reply"):
    """The call is carried out, and the connection closes without a byte."""

    reset: bool = False
    """With a TCP reset instead of an orderly end."""


CallFault = Stall | LoseRequest | LateCommit | Lag | Vanish
OutcomeFault = Taken | Refuse | InBoth | InNeither | FalseSuccess | Unasked
ListingFault = ShortListing | LyingListing | EmptyListing | DuplicateRows | ChangingListing
AnswerFault = (
    Status
    | TooMany
    | NotOk
    | Html
    | Empty
    | Redirect
    | WrongType
    | OddRow
    | Interim
    | Nan
    | DuplicateKeys
    | Cut
    | Huge
    | Drip
    | LoseReply
)
Fault = CallFault | OutcomeFault | ListingFault | AnswerFault
