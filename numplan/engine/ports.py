"""What the engine needs of the world. The edges implement these; tests put fakes here and nowhere else."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from numplan.model.account import Criteria, Found, Listing, Offer, OwnedNumber, Regions, Unreadable
from numplan.model.history.record import Record
from numplan.model.moment import Moment, moment
from numplan.model.number import E164
from numplan.model.state import State

StateNames = Callable[[], Sequence[str]]
"""Names of states, asked for where they are needed; it may have to wait for them."""


KnownNumbers = Callable[[], Iterable[E164] | None]
"""Numbers that may be in the account, likewise; None where one answer is enough, however much it lacks."""


class Provider(Protocol):
    """The account at the vendor, to be read. Each call raises ApiError.

    A row of an answer that cannot be read fails no call. It comes beside the others, as Unreadable: nothing is
    adopted, bought or released on its word, but what it may hide is not absent either.
    """

    @property
    def account(self) -> str:
        """The account id that every call carries."""

    @property
    def url(self) -> str:
        """The API's base URL."""

    def vendors_time(self) -> datetime | None:
        """The vendor's clock, as its last answer told it; None where no answer did."""

    def regions(self) -> Regions:
        """The countries on offer, with their types."""

    def purchased(self, *, expected: int, states: StateNames = tuple, known: KnownNumbers = tuple) -> Listing:
        """All that the account owns, proven complete or marked as not. `expected` is how many numbers the
        caller thinks there are; `states` and `known` give names and numbers worth asking for where a server caps its
        answers.
        """

    def purchased_in(self, criteria: Criteria) -> Listing:
        """What the account owns under the listing's own filters (country, type, state)."""

    def require_states(self) -> None:
        """Raise ApiError where the vendor ignores the state that `purchased_in` asks for: rows do not name theirs."""

    def announce(self, look_ups: int) -> None:
        """So many numbers are about to be looked up one by one: for whoever shows how far a run is."""

    def look_up(self, number: E164) -> OwnedNumber | Unreadable | None:
        """One owned number, or None where the account does not show it. Unreadable with this number: the account
        holds it, and nothing else is known of it. Unreadable without a number: it may be this one or another.
        """

    def find(self, number: E164) -> Offer | Unreadable | None:
        """One number's offer, or None where it is not for sale. Unreadable: what it is, or what it costs, is not
        known, so nobody buys it; whether it is for sale is not known either.
        """

    def search(self, criteria: Criteria, *, wanted: int | None) -> Found:
        """At least `wanted` offers if there are so many; all there are where `wanted` is None. Every offer has a
        price.
        """


class Clock(Protocol):
    """Time, and the wish to stop. Deadlines are measured on `monotonic`, which no clock change moves."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed point."""

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until an interruption."""

    def interrupted(self) -> bool:
        """Whether the user asked to stop: send nothing new."""


def now_of(clock: Clock, provider: Provider) -> Moment:
    """Now, by this machine's clock and by the vendor's."""
    return moment(clock.now(), provider.vendors_time())


class Session(Protocol):
    """The state, locked. Writes compare and swap on the serial."""

    @property
    def run(self) -> str:
        """The lock's id, which names this run in intents."""

    def read(self) -> State | None:
        """The state as last written, or None where there is none. Raises StateError."""

    def write(self, state: State) -> None:
        """Replace the state, atomically and durably. Raises StateError if it is not the serial's successor,
        or if it could not be written.
        """

    def require_lock(self) -> None:
        """Raise StateError if the lock is not this run's any more. Asked before each call that buys or releases,
        from any thread.
        """


class Written(NamedTuple):
    """What came of writing to a history: the `problem` that kept records out of it, and what else there is to say."""

    problem: str = ""
    note: str = ""


class HistoryLog(Protocol):
    """The history beside the state. It never raises, and all its calls of one run together take two seconds at most,
    and a second more for 50,000 records.
    """

    def write(self, records: Sequence[Record], *, anew: bool) -> Written:
        """Add those of the records that are not there yet, durably. They are in their order, and all that state knows
        of as perhaps not there; `anew`: some of them were made by this run, so that not all can be there already.
        """

    def holds(self, record_hash: str) -> bool | None:
        """Whether it has a record of this hash; None where that cannot be learned."""

    def last(self) -> str | None:
        """The hash of its last record; of a history without records, an empty text. None where that cannot be
        learned.
        """
