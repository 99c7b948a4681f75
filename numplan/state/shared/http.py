"""State at a server that speaks the protocol of Terraform's HTTP backend; GitLab is one.

https://developer.hashicorp.com/terraform/language/backend/http

The protocol has neither a conditional write nor a way to ask who holds the lock. So a write names the lock
(`?ID=`), goes out only where what is stored is still what this run last saw, and is looked at afterwards. And
the lock is asked for by asking to lock once more under the same id: the server that refuses, naming that id,
says that it is still held.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Final

from numplan.engine.ports import Clock
from numplan.http.result import Answer, HttpResult, NoAnswer
from numplan.model.errors import StateError
from numplan.model.location.state_location import HttpLocation
from numplan.model.state import State
from numplan.state.backend import LockInfo, PlainClock, Trial, introduce, other_lock, unnamed
from numplan.state.os_errors import EITHER, MAYBE_LOCKED, MAYBE_UNLOCKED, UNTOUCHED
from numplan.state.shared.http_client import PAUSES, Credentials, StateClient
from numplan.state.shared.refusals import said
from numplan.state.shared.store import Copy, TakenError, broken_lock, overtaken
from numplan.state.shared.terraform_lock import decode_lock, encode_lock

_OK: Final = 200
_STORED: Final = frozenset({200, 201, 202, 204})
_EMPTY: Final = frozenset({204, 404})
_LOCKED: Final = frozenset({409, 423})
_NO_SUCH_METHOD: Final = frozenset({404, 405, 501})
_REFUSED: Final = frozenset({401, 403})
_LOCKS_NOTHING: Final = frozenset({400, 401, 403, 404, 405, 501})
"""Answers to a request to lock by which a server says that it did not."""


class HttpStore:
    """One state at such a server. `pauses` are the seconds before a call is made again."""

    def __init__(
        self,
        at: HttpLocation,
        environment: Mapping[str, str],
        *,
        clock: Clock | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.at = at
        self._clock = clock or PlainClock()
        self.client = StateClient(at.address, Credentials(environment), self._clock, pauses=pauses)

    @property
    def place(self) -> str:
        """The address."""
        return self.at.url

    @property
    def history(self) -> None:
        """None: such a server keeps one document, and no records."""
        return

    def try_writing(self) -> Trial:
        """See Backend: such a server keeps one document, and beside it nothing can be tried."""
        return Trial(written=None)

    def fetch(self) -> Copy | None:
        """What is stored, or None. Raises StateError."""
        came = self.client.call("GET", self.at.address)
        match came:
            case Answer(status=200, body=body) if body:
                return Copy(body, None)
            case Answer(status=200):
                return None
            case Answer(status=status) if status in _EMPTY:
                return None
        raise self.failure("read", came)

    def take(self, info: LockInfo) -> "_HttpLock":
        """Take the lock, at once. Raises TakenError or StateError."""
        came = self.ask_to_lock(info)
        match came:
            case Answer(status=200):
                return _HttpLock(self, info)
            case Answer(status=status) if status in _LOCKED:
                holder = self.read_holder(came)
                if holder is not None and holder.id == info.id:  # the answer to our first try was lost
                    return _HttpLock(self, info)
                raise TakenError(holder)
            case Answer(status=status) if status in _LOCKS_NOTHING:
                raise self.failure("lock", came, "nothing was locked and nothing was changed")
        # It may have locked for all that, and nobody would know under which id.
        given_back = _ok(self.give_back(info))
        raise self.failure("lock", came, "nothing was changed" if given_back else MAYBE_LOCKED)

    def holder(self) -> LockInfo | None:
        """Who holds the lock, or None. The protocol lets one learn it only by trying to lock."""
        info = introduce("a look at the lock", self.place, {}, self._clock.now())
        try:
            self.take(info).release()
        except TakenError as taken:
            return taken.holder or unnamed(self.place, self._clock.now())
        return None

    def unlock(self, lock_id: str) -> None:
        """Take the lock away from the run that holds it under this id. Raises StateError."""
        holder = self.holder()
        if holder is None or holder.id != lock_id:
            raise other_lock(self.place, lock_id, holder)
        came = self.give_back(holder)
        if not _ok(came):
            raise self.failure("unlock", came, MAYBE_UNLOCKED)

    def ask_to_lock(self, info: LockInfo) -> HttpResult:
        """One attempt to lock."""
        return self.client.call(self.at.lock_method, self.at.lock_address, body=encode_lock(info))

    def give_back(self, info: LockInfo) -> HttpResult:
        """Unlock by the id of a lock."""
        return self.client.call(self.at.unlock_method, self.at.unlock_address, body=encode_lock(info))

    def read_holder(self, refused: Answer) -> LockInfo | None:
        """Who a refusal to lock names, if anybody."""
        return decode_lock(refused.body, self.place, self._clock.now())

    def failure(self, doing: str, came: HttpResult, stand: str = "nothing was changed") -> StateError:
        """The error for a call that did not do what it was for; `stand` says how things are now."""
        match came:
            case NoAnswer(reason=reason):
                why, hint = reason, "check the address and the network, then run the same command again"
            case Answer(status=status) if status in _REFUSED:
                why = f"the server refused the credentials ({status}{said(came.body)})"
                hint = "set NUMPLAN_STATE_USERNAME and NUMPLAN_STATE_PASSWORD to ones that may do this"
            case Answer(status=status) if doing == "lock" and status in _NO_SUCH_METHOD:
                why = f"the server does not lock there ({status}{said(came.body)})"
                hint = "check the address; lock_address and lock_method of the backend say where and how it is locked"
            case Answer():
                why = f"the server answered {came.status}{said(came.body)}"
                hint = "check the address; the server's own log says more"
        return StateError(f"cannot {doing} {self.place}: {why}; {stand}", hint=hint)


class _HttpLock:
    """The lock of such a server."""

    def __init__(self, store: HttpStore, info: LockInfo) -> None:
        self._store = store
        self._info = info
        # One at a time: an attempt that gets a broken lock anew must be known before the next one is made.
        self._asking = threading.Lock()
        self._asked = False
        self._lost: StateError | None = None

    def require(self) -> None:
        with self._asking:
            if self._lost is not None:
                raise self._lost
            came = self._store.ask_to_lock(self._info)
            match came:
                case Answer(status=200):
                    self._store.give_back(self._info)
                    self._lost = broken_lock(self._store.place, None) if self._asked else self._given_twice()
                    raise self._lost
                case Answer(status=status) if status in _LOCKED:
                    holder = self._store.read_holder(came)
                    if holder is not None and holder.id != self._info.id:
                        self._lost = broken_lock(self._store.place, holder)
                        raise self._lost
                    self._asked = True
                case _:
                    raise self._store.failure("make sure of the lock of", came, "nothing was written")

    def fetch(self) -> Copy | None:
        return self._store.fetch()

    def swap(self, document: bytes, state: State, before: Copy | None) -> Copy:
        del state
        store = self._store
        if store.fetch() != before:
            raise overtaken(store.place)
        query = {"ID": self._info.id}
        came = store.client.call(store.at.update_method, store.at.address, body=document, query=query)
        try:
            now = store.fetch()
        except StateError as unseen:
            raise StateError(f"cannot make sure of {store.place}: {unseen.message}; {EITHER}") from unseen
        if now is not None and now.document == document:
            return now
        if _failed(came):
            # A call that left and was not answered may still arrive.
            pending = isinstance(came, NoAnswer) and came.sent
            raise store.failure("write", came, UNTOUCHED if now == before and not pending else EITHER)
        raise StateError(
            f"{store.place} does not hold what was just written there, though the server said it does",
            hint="find out what else writes there; then run `numplan plan`",
        )

    def release(self) -> None:
        if self._lost is not None:
            return
        came = self._store.give_back(self._info)
        if not _ok(came) and not (isinstance(came, Answer) and came.status in _LOCKED):
            raise self._store.failure("unlock", came, MAYBE_UNLOCKED)

    def _given_twice(self) -> StateError:
        return StateError(
            f"the server granted the lock of {self._store.place} twice: it cannot keep two runs apart",
            hint="repair the server, or keep state in another place",
        )


def _ok(came: HttpResult) -> bool:
    return isinstance(came, Answer) and came.status == _OK


def _failed(came: HttpResult) -> bool:
    return not (isinstance(came, Answer) and came.status in _STORED)
