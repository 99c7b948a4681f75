"""The two calls that change the account: they never raise, nor send twice what may have been carried out.

A POST is sent again by itself only where it never left, or was answered 429 (after the wait asked for); the gate
has its word before each sending. Only a well-formed 200 is evidence. A status that says no leaves its numbers
Rejected, and the engine looks into the account before it sends any of them again, in halves or in another form;
every other answer leaves them Unknown.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal

import msgspec

from numplan.api.decode import read_results
from numplan.api.outcomes import names_any, sort_outcomes, unasked
from numplan.api.sentences import sentence_of, sentences_about
from numplan.api.transport import Transport
from numplan.api.wire_types import quoted
from numplan.engine.apply.calls import Bar
from numplan.failpoints import failpoint
from numplan.http.result import Answer, HttpResult, NoAnswer
from numplan.model.errors import AnswerError
from numplan.model.number import E164, digits_of
from numplan.model.outcome import Barred, NotSent, Outcome, Refused, Rejected, Unasked, Unknown

log = logging.getLogger("numplan.api")

_OK: Final = 200
_TOO_MANY: Final = 429
_SPLIT: Final = frozenset({400, 413, 422})
_OTHER_FORM: Final = frozenset({400, 422})
_NAMES_NONE: Final = "the API named no number under success or error"
_STOP: Final = frozenset({401, 402, 403, 409, 423, _TOO_MANY})

Outcomes = Mapping[E164, Outcome]


class Writer:
    """Sends batches for one client. Safe to use from several threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._clock = transport.limit.clock
        self._form = _Form()

    def purchase(self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar) -> Outcomes:
        """Buy the numbers, onto the trunk if one is given."""
        trunk = {} if sip_trunk_id is None else {"sipTrunkId": sip_trunk_id}

        def send(batch: Sequence[E164]) -> Outcomes:
            delivery = self._deliver(_PURCHASE, trunk | _flat(batch), batch, bar)
            return _outcomes_of(_PURCHASE, batch, delivery)

        return _whatever_happens(_PURCHASE, send, numbers)

    def release(self, numbers: Sequence[E164], bar: Bar) -> Outcomes:
        """Release the numbers, in the form of request that this server takes."""

        def send(batch: Sequence[E164]) -> Outcomes:
            form = self._form.next
            delivery = self._deliver(_RELEASE, form(batch), batch, bar)
            return _outcomes_of(
                _RELEASE, batch, delivery, other_form=self._form.learn(form, batch, delivery.came)
            )

        return _whatever_happens(_RELEASE, send, numbers)

    def _deliver(self, call: "_Call", body: object, batch: Sequence[E164], bar: Bar) -> "_Delivery":
        """Make one call until the server has had it once and said more than 429. The gate let the first sending
        through; before any other it is asked again.
        """
        encoded = msgspec.json.encode(body)
        limit = self._transport.limit
        attempts = limit.attempts()
        place = f"{call.name}.before-send"
        throttled = ""
        while limit.hold():
            if place.endswith("resend") and (reasons := bar(batch)):
                return _Delivery(None, throttled, reasons)
            came = self._post(call, encoded, place)
            match came:
                case Answer(status=429):
                    throttled = _said(call, came, sentence_of(came))
                    again = attempts.after_throttle(came.retry_after)
                case NoAnswer(sent=False):
                    again = came.again and attempts.after_failure()
                case _:
                    return _Delivery(came, throttled)
            if not again:
                return _Delivery(None if self._clock.interrupted() else came, throttled)
            place = f"{call.name}.before-resend"
        return _Delivery(None, throttled)

    def _post(self, call: "_Call", body: bytes, place: str) -> HttpResult:
        try:
            failpoint(place)
        except OSError as failure:
            return NoAnswer(str(failure), sent=False)
        try:
            came = self._transport.call_once("POST", call.endpoint, body=body)
            failpoint(f"{call.name}.after-send")
        except Exception as failure:  # noqa: BLE001 - whatever it was, the call may have been carried out
            return NoAnswer(f"the call failed ({type(failure).__name__})", sent=True)
        return came


class _Call(msgspec.Struct, frozen=True):
    """One of the two calls; `name` begins the names of its failpoints."""

    name: str
    endpoint: str


_PURCHASE: Final = _Call("purchase", "purchase-numbers")
_RELEASE: Final = _Call("release", "release-numbers")

_Body = Callable[[Sequence[E164]], dict[str, object]]


class _Delivery(msgspec.Struct, frozen=True):
    """What came of the sendings of one call. `came` is None where the last one was not made: the user interrupted,
    or the gate barred some of its numbers. `throttled` quotes the last 429, which proves nothing, or is empty.
    """

    came: HttpResult | None
    throttled: str = ""
    barred: Mapping[E164, str] = {}


class _Form:
    """Which of two bodies the server takes for a release: the page's type and its sample disagree."""

    def __init__(self) -> None:
        self.next: _Body = _nested
        self._known = False
        self._lock = threading.Lock()

    def learn(self, form: _Body, batch: Sequence[E164], came: HttpResult | None) -> bool:
        """Keep a form that brought a well-formed 200 about any of the numbers sent in it. One that was rejected
        gives way to the other; returns whether that is still to be tried for this batch.
        """
        if not isinstance(came, Answer):
            return False
        with self._lock:
            if came.status in _OTHER_FORM and not self._known:
                self.next = _flat if form is _nested else _nested
                return form is _nested
            if came.status == _OK and not self._known and _understood(batch, came.body):
                self.next, self._known = form, True
        return False


def _understood(batch: Sequence[E164], body: bytes) -> bool:
    try:
        return names_any(batch, read_results(_RELEASE.endpoint, body))
    except AnswerError:
        return False


def _nested(batch: Sequence[E164]) -> dict[str, object]:
    return {"numbers": [[digits_of(number) for number in batch]]}


def _flat(batch: Sequence[E164]) -> dict[str, object]:
    return {"numbers": [digits_of(number) for number in batch]}


def _whatever_happens(
    call: _Call, send: Callable[[Sequence[E164]], Outcomes], numbers: Sequence[E164]
) -> Outcomes:
    """The promise not to raise stands above all: a call may have been carried out before something broke."""
    batch = tuple(dict.fromkeys(numbers))
    if not batch:
        return {}
    try:
        return send(batch)
    except Exception as failure:
        log.debug("%s: broken off", call.endpoint, exc_info=True)
        reason = f"{call.endpoint}: numplan broke off ({type(failure).__name__})"
        return dict.fromkeys(batch, Unknown(reason))


def _outcomes_of(
    call: _Call, batch: Sequence[E164], delivery: _Delivery, *, other_form: bool = False
) -> Outcomes:
    """What one delivery says of its numbers."""
    came = delivery.came
    if isinstance(came, Answer):
        if came.status == _OK:
            return _read(call, batch, came, delivery.throttled)
        words = _words(call, batch, came)
        if HTTPStatus.BAD_REQUEST <= came.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            rejected = _rejected(batch, came, other_form=other_form)
            return {number: msgspec.structs.replace(rejected, reason=said) for number, said in words.items()}
        return {number: Unknown(said) for number, said in words.items()}
    if isinstance(came, NoAnswer) and came.sent:
        return dict.fromkeys(batch, Unknown(f"{call.endpoint}: {came.reason}"))
    if delivery.throttled and not delivery.barred:
        return dict.fromkeys(batch, Rejected(delivery.throttled, stop=True, alone=len(batch) == 1))
    if delivery.throttled:
        # A 429 proves nothing: the account is looked at, then each half meets the gate again, which says why.
        return {
            number: Rejected(
                delivery.barred.get(number, delivery.throttled), again="halves", alone=len(batch) == 1
            )
            for number in batch
        }
    if delivery.barred:
        held_up = NotSent("others of its batch may not be sent", again=True)
        return {
            number: Barred(delivery.barred[number]) if number in delivery.barred else held_up
            for number in batch
        }
    if came is None:
        return dict.fromkeys(batch, NotSent("interrupted before it was sent", stop=True))
    return dict.fromkeys(batch, NotSent(f"{came.reason}; nothing was sent"))


def _rejected(batch: Sequence[E164], came: Answer, *, other_form: bool) -> Rejected:
    """The outcome of each number of a batch, but for the words."""
    alone = len(batch) == 1
    if other_form:
        again: Literal["", "whole", "halves"] = "whole"
    else:
        again = "halves" if came.status in _SPLIT and not alone else ""
    return Rejected("", stop=came.status in _STOP, again=again, alone=alone)


def _words(call: _Call, batch: Sequence[E164], came: Answer) -> Mapping[E164, str]:
    """What an answer that is no 200 said of each number: of the whole call, and of that one where it is named."""
    said, about = sentence_of(came), sentences_about(came)
    return {number: _said(call, came, _both(said, about.get(number, ""))) for number in batch}


def _both(said: str, about: str) -> str:
    return quoted("; ".join(dict.fromkeys(filter(None, (said, about)))))


def _said(call: _Call, came: Answer, said: str) -> str:
    """What an answer that is no 200 said; where it is about the credentials, what to look at."""
    if came.status in {401, 403}:
        words = f"the API refused the credentials ({came.status}): check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID"
    elif came.status == _TOO_MANY:
        words = "the API kept asking to slow down (429)"
    else:
        words = f"the API answered {came.status}"
    return f"{call.endpoint}: {words}" + (f" ({said})" if said else "")


def _read(call: _Call, batch: Sequence[E164], came: Answer, throttled: str) -> Outcomes:
    try:
        results = read_results(call.endpoint, came.body)
    except AnswerError as error:
        about = sentences_about(came)
        return {number: Unknown(_with(error.message, about.get(number, ""))) for number in batch}
    outcomes = dict(sort_outcomes(batch, results))
    if not results.success and not results.error:
        said = sentence_of(came)
        outcomes = {number: Unknown(_with(_NAMES_NONE, said)) for number in batch}
    if throttled:
        outcomes = {number: _doubted(outcome) for number, outcome in outcomes.items()}
    return outcomes | {number: Unasked() for number in unasked(batch, results)}


def _with(reason: str, said: str) -> str:
    return f"{reason} ({said})" if said and said not in reason else reason


def _doubted(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, doubted=True) if isinstance(outcome, Refused) else outcome
