"""Requests read into frozen values, or refused with the status and the sentence that say why."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

import msgspec

from numplan.emulator.settings import EmulatorSettings

NUMBER_TYPES = ("Mobile", "Geographic", "Non-Geographic", "Toll-Free", "UIFN")
REGION_TYPES = ("Mobile", "Geographic", "Nongeographic", "Toll-Free", "UIFN")
CATEGORIES = ("Voice", "Voice+SMS")

LARGEST = 2**31 - 1
"""`size` and `sipTrunkId` are 32-bit integers."""

_NUMBER = re.compile(r"[+ ]?([1-9][0-9]{4,14})")  # a bare + in a query arrives as a space
_SIZE = re.compile(r"[1-9][0-9]{0,9}")
_DIGITS = re.compile(r"[0-9]{1,15}")


Look = TypeVar("Look", "Search", "PurchasedList")
"""A question that names the most rows it wants."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure
    """The request is answered with an error status and this sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What of an HTTP request the six endpoints look at."""

    authorization: str | None
    account: str | None
    query: Mapping[str, Sequence[str]]
    content_type: str
    body: bytes


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """A search of the stock."""

    country: str
    size: int
    state: str | None
    number_type: str | None
    category: str | None
    digits: str | None
    digits_match: Literal["anywhere", "beginning"] = "anywhere"


class PurchasedList(msgspec.Struct, frozen=True, kw_only=True):
    """A look at the account."""

    size: int
    access_number: str | None
    number_type: str | None
    country: str | None
    state: str | None
    match: Literal["whole", "beginning", "part", "ignored", "never"] = "whole"


class PostBody(msgspec.Struct, frozen=True, kw_only=True):
    """A POST: numbers as bare digits to buy or to give back."""

    numbers: tuple[str, ...]
    trunk: int | None = None
    form: Literal["flat", "nested"] = "flat"


class _PurchaseBody(msgspec.Struct):
    numbers: list[str]
    trunk: int | float | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="sipTrunkId")


class _ReleaseBody(msgspec.Struct):
    numbers: list[str | list[str]]


class _AnyBody(msgspec.Struct):
    numbers: list[str | list[str]] = []
    trunk: int | float | None = msgspec.field(default=None, name="sipTrunkId")


# Made here, by one thread, before requests come in on several: see numplan/api/wire_types.py.
_PURCHASE = msgspec.json.Decoder(_PurchaseBody)
_RELEASE = msgspec.json.Decoder(_ReleaseBody)
_ANY = msgspec.json.Decoder(_AnyBody)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_Body = TypeVar("_Body", _PurchaseBody, _ReleaseBody)


def check_credentials(request: Request, settings: EmulatorSettings) -> None:
    """Refuse a request without the token (401) or for another account (400 if it names none, 403)."""
    if request.authorization != f"Bearer {settings.token}":
        raise Refusal(401, "A valid bearer token is required")
    if not request.account:
        raise Refusal(400, "The header accountId is required")
    if request.account != settings.account:
        raise Refusal(403, "The token does not give access to this account")


def read_search(request: Request, settings: EmulatorSettings) -> Search:
    """Read the query of search."""
    ignored = settings.search_ignores
    number_type = _one_of(request, "numberType", NUMBER_TYPES)
    category = _one_of(request, "numberCategory", CATEGORIES)
    digits = _matching(request, "digits", _DIGITS)
    return Search(
        country=_required(request, "country"),
        size=_size(request, settings),
        state=None if "state" in ignored else _text(request, "state"),
        number_type=None if "numberType" in ignored else number_type,
        category=None if "numberCategory" in ignored else category,
        digits=None if "digits" in ignored else digits,
        digits_match=settings.digits_match,
    )


def read_purchased_list(request: Request, settings: EmulatorSettings) -> PurchasedList:
    """Read the query of purchased-list."""
    ignored = settings.listing_ignores
    number_type = _one_of(request, "numberType", NUMBER_TYPES)
    return PurchasedList(
        size=_size(request, settings),
        access_number=_access_number(request, settings),
        match=settings.access_number_match,
        number_type=None if "numberType" in ignored else number_type,
        country=None if "country" in ignored else _text(request, "country"),
        state=None if "state" in ignored else _text(request, "state"),
    )


def read_find_number(request: Request) -> str:
    """Read the query of find-number: the number's bare digits."""
    return _digits("number", _required(request, "number"))


def read_regions(request: Request) -> tuple[str, ...]:
    """Read the query of regions: the types asked for, in its own spelling; none means all."""
    text = _text(request, "numberTypes")
    wanted = () if text is None else tuple(text.split(","))
    for each in wanted:
        if each not in REGION_TYPES:
            raise Refusal(400, f"numberTypes must be among {', '.join(REGION_TYPES)}, separated by commas")
    return wanted


def read_purchase(request: Request, settings: EmulatorSettings) -> PostBody:
    """Read the body of purchase-numbers."""
    body = _body(request, _PURCHASE)
    trunk = None if body.trunk is msgspec.UNSET else _trunk(body.trunk)
    return PostBody(numbers=_numbers(body.numbers, settings), trunk=trunk)


def read_release(request: Request, settings: EmulatorSettings) -> PostBody:
    """Read the body of release-numbers, in the form or forms that the settings allow."""
    given = _body(request, _RELEASE).numbers
    form = _form(given)
    if form == "nested" and any(isinstance(each, str) for each in given):
        raise Refusal(400, "numbers must be a list of strings or a list of lists of strings")
    if not all(given):
        raise Refusal(400, "numbers must not hold an empty list")
    if settings.release_form not in ("both", form):
        raise Refusal(400, f"numbers must be {settings.release_form}, not {form}")
    return PostBody(numbers=_numbers(_flat(given), settings), form=form)


def glimpse(body: bytes) -> PostBody:
    """What a POST seems to ask for, whether or not it is in order; empty where that can't be told."""
    try:
        given = _ANY.decode(body)
    except _UNREADABLE:
        return PostBody(numbers=())
    return PostBody(
        numbers=tuple(number.removeprefix("+") for number in _flat(given.numbers)),
        trunk=int(given.trunk) if given.trunk is not None and 1 <= given.trunk <= LARGEST else None,
        form=_form(given.numbers),
    )


def _form(given: Sequence[str | list[str]]) -> Literal["flat", "nested"]:
    return "flat" if all(isinstance(each, str) for each in given) else "nested"


def _flat(given: Sequence[str | list[str]]) -> list[str]:
    return [number for part in given for number in ([part] if isinstance(part, str) else part)]


def _body(request: Request, bodies: msgspec.json.Decoder[_Body]) -> _Body:
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "The body must be application/json")
    try:
        return bodies.decode(request.body)
    except _UNREADABLE as problem:
        raise Refusal(400, f"The body is not as described: {problem}") from problem


def _trunk(given: float) -> int:
    # To JSON Schema 169.0 is an integer too.
    if given != int(given) or not 1 <= given <= LARGEST:
        raise Refusal(400, f"sipTrunkId must be a whole number from 1 to {LARGEST}")
    return int(given)


def _numbers(given: Sequence[str], settings: EmulatorSettings) -> tuple[str, ...]:
    if not given:
        raise Refusal(400, "numbers must name at least one number")
    if settings.batch_limit is not None and len(given) > settings.batch_limit:
        raise Refusal(settings.batch_status, f"At most {settings.batch_limit} numbers may be sent at once")
    return tuple(dict.fromkeys(_digits("numbers", each) for each in given))


def _size(request: Request, settings: EmulatorSettings) -> int:
    text, most = _required(request, "size"), settings.size_limit or LARGEST
    if not _SIZE.fullmatch(text) or int(text) > most:
        raise Refusal(400, f"size must be a whole number from 1 to {most}")
    return int(text)


def _access_number(request: Request, settings: EmulatorSettings) -> str | None:
    """A whole number where that is what is looked for, else digits of one."""
    text = _text(request, "accessNumber")
    if text is None or settings.access_number_match == "ignored":
        return None
    if settings.access_number_match == "whole":
        return _digits("accessNumber", text)
    if not _DIGITS.fullmatch(text.removeprefix("+").removeprefix(" ")):
        raise Refusal(400, f"accessNumber must match {_DIGITS.pattern}")
    return text.removeprefix("+").removeprefix(" ")


def _digits(name: str, text: str) -> str:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise Refusal(400, f"{name} must be a phone number of 5 to 15 digits with its country code")
    return found[1]


def _matching(request: Request, name: str, pattern: re.Pattern[str]) -> str | None:
    text = _text(request, name)
    if text is not None and not pattern.fullmatch(text):
        raise Refusal(400, f"{name} must match {pattern.pattern}")
    return text


def _one_of(request: Request, name: str, known: Sequence[str]) -> str | None:
    text = _text(request, name)
    if text is not None and text not in known:
        raise Refusal(400, f"{name} must be one of {', '.join(known)}; a + in a query is written %2B")
    return text


def _required(request: Request, name: str) -> str:
    text = _text(request, name)
    if text is None:
        raise Refusal(400, f"The parameter {name} is required")
    return text


def _text(request: Request, name: str) -> str | None:
    given = request.query.get(name, ())
    if len(given) > 1:
        raise Refusal(400, f"The parameter {name} was given {len(given)} times")
    if given and not given[0]:
        raise Refusal(400, f"The parameter {name} is empty")
    return given[0] if given else None
