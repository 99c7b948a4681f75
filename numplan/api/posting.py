"""The two calls that change the account: they never raise, nor send twice what may have been carried out.

A POST is sent again by itself only where it surely did nothing: it never left, it was answered 429 (after the
wait asked for), or a batch was refused whole with 400, 413 or 422 and goes on in halves, so that one bad
number can't stop the rest. Every other answer but a well-formed 200 leaves its numbers Unknown.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from numplan.api.answers import message_of
from numplan.api.outcomes import names_any, sort_outcomes, unasked
from numplan.api.transport import Transport
from numplan.api.wire import read_judged
from numplan.failpoints import failpoint
from numplan.http.exchange import Answer, Lost
from numplan.model.errors import AnswerError
from numplan.model.number import E164, digits_of
from numplan.model.outcome import NotSent, Outcome, Refused, Unknown

log = logging.getLogger("numplan.api")

_OK: Final = 200
_REJECTIONS: Final = frozenset({400, 413, 422})
_FORM_REJECTIONS: Final = frozenset({400, 422})
_INTERRUPTED: Final = NotSent("interrupted before it was sent", stop=True)

Outcomes = Mapping[E164, Outcome]


class Poster:
    """Sends batches for one client. Safe to use from several threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._clock = transport.pauses.clock
        self._release_form = _Form()

    def purchase(self, numbers: Sequence[E164], sip_trunk_id: int | None) -> Outcomes:
        """Buy the numbers, onto the trunk if one is given."""
        trunk = {} if sip_trunk_id is None else {"sipTrunkId": sip_trunk_id}

        def deliver(batch: Sequence[E164], *, again: bool) -> "_Came":
            return self._deliver(_PURCHASE, trunk | _flat(batch), _place(_PURCHASE, again=again))

        return self._send_all(_PURCHASE, deliver, numbers)

    def release(self, numbers: Sequence[E164]) -> Outcomes:
        """Release the numbers, in the form of request that this server takes."""
        return self._send_all(_RELEASE, self._deliver_release, numbers)

    def _send_all(self, call: "_Call", deliver: "_Deliver", numbers: Sequence[E164]) -> Outcomes:
        batch = tuple(dict.fromkeys(numbers))
        try:
            return self._send(call, deliver, batch, again=False)
        except Exception as failure:
            # The promise not to raise stands above all: a call may have been carried out before this.
            log.debug("%s: broken off", call.endpoint, exc_info=True)
            reason = f"{call.endpoint}: numplan broke off ({type(failure).__name__})"
            return dict.fromkeys(batch, Unknown(reason))

    def _send(self, call: "_Call", deliver: "_Deliver", batch: tuple[E164, ...], *, again: bool) -> Outcomes:
        """Send a batch; where it is refused whole, send its halves one after the other."""
        if not batch:
            return {}
        came = deliver(batch, again=again)
        if not (isinstance(came, Answer) and came.status in _REJECTIONS):
            return _judge(call.endpoint, batch, came)
        if len(batch) == 1:
            said = message_of(came.body) or f"the API answered {came.status} without a reason"
            return {batch[0]: Refused(said)}
        middle = len(batch) // 2
        first = self._send(call, deliver, batch[:middle], again=True)
        for outcome in first.values():
            if isinstance(outcome, NotSent) and outcome.stop:
                return {**first, **dict.fromkeys(batch[middle:], outcome)}
        return {**first, **self._send(call, deliver, batch[middle:], again=True)}

    def _deliver_release(self, batch: Sequence[E164], *, again: bool) -> "_Came":
        """Deliver a release in the form known to be taken; while none is, in the page's sample form, then flat."""
        form = self._release_form.known
        place = _place(_RELEASE, again=again)
        if form is not None:
            return self._deliver(_RELEASE, form(batch), place)
        came = self._deliver(_RELEASE, _nested(batch), place)
        if not (isinstance(came, Answer) and came.status in _FORM_REJECTIONS):
            self._release_form.learn(_nested, batch, came)
            return came
        came = self._deliver(_RELEASE, _flat(batch), "release.before-flat")
        self._release_form.learn(_flat, batch, came)
        return came

    def _deliver(self, call: "_Call", body: object, place: str) -> "_Came":
        """Make one call until the server has had it once; NotSent where it surely never has."""
        encoded = msgspec.json.encode(body)
        attempts = self._transport.pauses.attempts()
        while True:
            if not self._transport.pauses.hold():
                return _INTERRUPTED
            came = self._post(call, encoded, place)
            match came:
                case Answer(status=429):
                    reason = "the API kept asking to slow down (429)"
                    again = attempts.after_throttle(came.retry_after)
                case Lost(departed=False):
                    reason = came.reason
                    again = came.again and attempts.after_failure()
                case _:
                    return came
            if not again:
                return _INTERRUPTED if self._clock.interrupted() else NotSent(f"{reason}; nothing was sent")
            place = _place(call, again=True)

    def _post(self, call: "_Call", body: bytes, place: str) -> Answer | Lost:
        try:
            failpoint(place)
        except OSError as failure:
            return Lost(str(failure), departed=False)
        try:
            came = self._transport.exchange("POST", call.endpoint, body=body)
            failpoint(f"{call.name}.after-send")
        except Exception as failure:  # noqa: BLE001 - whatever it was, the call may have been carried out
            return Lost(f"the call failed ({type(failure).__name__})", departed=True)
        return came


class _Call(msgspec.Struct, frozen=True):
    """One of the two calls; `name` begins the names of its failpoints."""

    name: str
    endpoint: str


_PURCHASE: Final = _Call("purchase", "purchase-numbers")
_RELEASE: Final = _Call("release", "release-numbers")

_Came = Answer | Lost | NotSent
_Body = Callable[[Sequence[E164]], dict[str, object]]


class _Deliver(Protocol):
    def __call__(self, batch: Sequence[E164], *, again: bool) -> _Came: ...


def _place(call: _Call, *, again: bool) -> str:
    return f"{call.name}.before-{'resend' if again else 'send'}"


class _Form:
    """Which of two bodies the server takes for a release: the page's type and its sample disagree."""

    def __init__(self) -> None:
        self.known: _Body | None = None
        self._lock = threading.Lock()

    def learn(self, form: _Body, batch: Sequence[E164], came: _Came) -> None:
        """Remember a form that brought a well-formed 200 about any of the numbers sent in it."""
        if not isinstance(came, Answer) or came.status != _OK:
            return
        try:
            understood = names_any(batch, read_judged(_RELEASE.endpoint, came.body))
        except AnswerError:
            return
        with self._lock:
            if understood and self.known is None:
                self.known = form


def _nested(batch: Sequence[E164]) -> dict[str, object]:
    return {"numbers": [[digits_of(number) for number in batch]]}


def _flat(batch: Sequence[E164]) -> dict[str, object]:
    return {"numbers": [digits_of(number) for number in batch]}


def _judge(endpoint: str, batch: Sequence[E164], came: _Came) -> Outcomes:
    """What one delivery says of its numbers."""
    match came:
        case Answer(status=200):
            return _read(endpoint, batch, came.body)
        case Answer(status=401 | 403):
            return dict.fromkeys(batch, NotSent(refusal(came.status), stop=True))
        case Answer():
            said = message_of(came.body)
            reason = f"{endpoint}: the API answered {came.status}" + (f" ({said})" if said else "")
            return dict.fromkeys(batch, Unknown(reason))
        case Lost():
            return dict.fromkeys(batch, Unknown(f"{endpoint}: {came.reason}"))
        case NotSent():
            return dict.fromkeys(batch, came)


def _read(endpoint: str, batch: Sequence[E164], body: bytes) -> Outcomes:
    try:
        judged = read_judged(endpoint, body)
    except AnswerError as error:
        return dict.fromkeys(batch, Unknown(error.message))
    for number in unasked(batch, judged):
        log.warning("%s: the answer names %s, which was not asked for", endpoint, number)
    return sort_outcomes(batch, judged)


def refusal(status: int) -> str:
    """What a 401 or 403 means, and the fix."""
    return f"the API refused the credentials ({status}): check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID"
