"""The state while a run writes it. It has one owner, and everything it knows is in the next `State`."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from textwrap import shorten
from typing import TypeVar

import msgspec

from numplan.engine.apply.chronicle import Chronicle, Told
from numplan.engine.ports import Session
from numplan.model.address import Resource
from numplan.model.charge import Charge
from numplan.model.history.record import Outcome
from numplan.model.moment import Moment, age, our_time
from numplan.model.number import E164
from numplan.model.others import Elsewhere, OtherStates, nobody
from numplan.model.secrets import hidden
from numplan.model.state import Bound, Cause, Instance, Intent, Released, State, Tombstone, successor

TOMBSTONE_LIFE = timedelta(days=7)
REMEMBERED_LEAST = timedelta(days=1)
"""For so long a released number is known in any case: a listing may show it still."""
DOUBT_MOST = 400
"""Characters of why an outcome is not known."""


Pending = TypeVar("Pending", Intent, Tombstone)


class OpenState:
    """Numbers, intents and tombstones by number, and the session they are saved to.

    Changes are made in memory; `save` makes them durable. `unsaved` says whether there are any. `others` reads the
    other states on the account. `chronicle` takes down what is done.
    """

    def __init__(
        self,
        session: Session,
        state: State,
        others: OtherStates = nobody,
        chronicle: Chronicle | None = None,
    ) -> None:
        self._session = session
        self.others = others
        self.chronicle = chronicle or Chronicle(state)
        self._state = self._opened = state
        self._attempted: tuple[State, Told] | None = None  # written, but not known to be stored
        self._no_rebuy: timedelta | None = None  # None where no apply writes: then all is remembered
        self._let_go: set[E164] = set()  # what this run released
        self._take_up(state)
        self.unsaved = False

    def _take_up(self, state: State) -> None:
        self.numbers = dict(state.by_number)
        self.intents = {one.number: one for one in state.intents}
        self.tombstones = {one.number: one for one in state.tombstones}
        self._bound = state.bound
        self._released = {one.number: one for one in state.released}
        self._successors = {one.replaces: one.number for one in state.numbers if one.replaces is not None}
        self._protected = dict.fromkeys(state.protected)

    def go_back_to(self, state: State, why: str) -> None:
        """All that is known is what this state says, which was saved before; `save` writes it as the next serial."""
        self.chronicle.tell_difference(self._state, state, why)
        self._take_up(state)
        self.unsaved = True

    @property
    def run(self) -> str:
        """The id of this run, as intents carry it."""
        return self._session.run

    @property
    def state(self) -> State:
        """The state as last saved."""
        return self._state

    @property
    def stored(self) -> State | None:
        """The state as last saved, or None where nothing was ever."""
        return self._state if self._state.serial else None

    @property
    def opened(self) -> State | None:
        """The state as it was read, before anything was settled, or None where there was none."""
        return self._opened if self._opened.serial else None

    def elsewhere(self) -> Mapping[E164, Elsewhere]:
        """What other states on the account have, read anew: ask for it after the look at the account that it is held
        against. Raises StateError where one of them cannot be believed.
        """
        return self.others().by_number

    def require_lock(self) -> None:
        """Raise StateError if another may hold the state by now."""
        self._session.require_lock()

    def bind(self, bound: Bound, no_rebuy: timedelta) -> None:
        """An apply that is bound by this writes from now on, and remembers for so long what is released. It goes with
        whatever is saved, and is no reason to save: what was loosened is told until an apply writes.
        """
        self._bound, self._no_rebuy = bound, no_rebuy

    def intend(self, intents: Iterable[Intent]) -> None:
        """Write down calls about to be made. They may be sent only once `save` has returned."""
        for intent in intents:
            self.intents[intent.number] = intent
            self.unsaved = True

    def doubt(self, number: E164, why: str) -> None:
        """The outcome of the call for this number is not known, and why; an empty text takes an earlier word back. What
        is remembered is one line of bounded length, without a secret, which no state may hold.
        """
        intent = self.intents.get(number)
        words = shorten(hidden(why), DOUBT_MOST, placeholder=" …") if why else ""
        if intent is not None and intent.doubt != words:
            self.intents[number] = msgspec.structs.replace(intent, doubt=words)
            self.unsaved = True

    def was_bought_before(self, number: E164) -> None:
        """The call for this number was refused: should the account hold it, a call that was closed as never happened
        bought it, on the trunk of that one.
        """
        intent, earlier = self.intents.get(number), self.tombstones.get(number)
        if intent is None or earlier is None or earlier.cause != "unknown":
            return
        attributes = msgspec.structs.replace(
            intent.instance.attributes, sip_trunk_id=earlier.instance.attributes.sip_trunk_id
        )
        instance = msgspec.structs.replace(intent.instance, attributes=attributes)
        self.intents[number] = msgspec.structs.replace(intent, instance=instance)
        self.unsaved = True

    def keep(
        self, instance: Instance, outcome: Outcome | None = None, why: str = "", *, settled: bool = False
    ) -> None:
        """The number is managed; whatever was intended for it is settled. One that left while it was protected is
        protected again. `outcome` is what the history says, and `why`; None where somebody else tells it, or where
        there is nothing to tell.
        """
        known = self.numbers.get(instance.number)
        if known is not None and instance.bought_at not in {None, known.bought_at}:
            self.chronicle.tell("forgotten", known, "the account had lost it, and it was bought again")
        if outcome is not None:
            is_back = instance.number in self._let_go
            replaces = instance.number if is_back and outcome == "purchased" else instance.replaces
            self.chronicle.tell(outcome, instance, why, settled=settled, replaces=replaces)
        if instance.number in self._protected:
            del self._protected[instance.number]
            attributes = msgspec.structs.replace(instance.attributes, protect=True)
            instance = msgspec.structs.replace(instance, attributes=attributes)
        self._released.pop(instance.number, None)
        if instance.replaces is not None and instance.replaces not in self.numbers:
            instance = msgspec.structs.replace(instance, replaces=None)
        elif instance.replaces is not None:
            self._successors[instance.replaces] = instance.number
        self.numbers[instance.number] = instance
        self._free_slot(instance.number)
        self.drop_intent(instance.number)
        self.unsaved = True

    def remove(self, number: E164) -> None:
        """The number is no longer managed; whatever was intended for it is settled."""
        self.numbers.pop(number, None)
        successor = self.numbers.get(self._successors.pop(number, number))
        if successor is not None:
            self.numbers[successor.number] = msgspec.structs.replace(successor, replaces=None)
        self.drop_intent(number)
        self.unsaved = True

    def forget(self, number: E164, why: str = "") -> None:
        """The number is no longer managed, and the account may hold it all the same; its protection stays known."""
        known = self.numbers.get(number)
        if known is not None:
            self.chronicle.tell("forgotten", known, why)
        if known is not None and known.attributes.protect:
            self._protected[number] = None
        self.remove(number)

    def released(self, number: E164, now: Moment) -> None:
        """The account holds the number no more, though its listing may show it a little longer."""
        known = self._known(number)
        successor = self._successors.get(number)
        if known is not None:
            self.chronicle.tell("released", known, f"replaced by {successor}" if successor else "")
        self._gone(number, now)

    def _gone(self, number: E164, now: Moment) -> None:
        self._let_go.add(number)
        self.remove(number)
        self._released[number] = Released(number, now)
        tombstone = self.tombstones.get(number)
        if tombstone is not None:
            self.tombstones[number] = msgspec.structs.replace(tombstone, released_at=now)

    def seems_released(self, instance: Instance, now: Moment) -> None:
        """The account shows the number no more, and no answer said that it was released: it is watched."""
        self.remove(instance.number)
        self.watch(instance, "released", now)
        self._gone(instance.number, now)

    def charge(self, number: E164, once: Charge | None, monthly: Charge | None) -> None:
        """The account charges this for the number, whatever was planned."""
        known = self.numbers[number]
        attributes = msgspec.structs.replace(known.attributes, setup_charge=once, monthly_charge=monthly)
        self.numbers[number] = msgspec.structs.replace(known, attributes=attributes, charges_planned=False)
        self.unsaved = True

    def confirm_charges(self, numbers: Iterable[E164]) -> None:
        """The account charges these as planned. That alone is no reason to write state: the next write holds it."""
        for number in numbers:
            self.numbers[number] = msgspec.structs.replace(self.numbers[number], charges_planned=False)

    def move(self, number: E164, resource: Resource) -> None:
        """The number, or the call or the closed purchase that is known of it, belongs to this resource."""
        if number in self.numbers:
            self.numbers[number] = msgspec.structs.replace(self.numbers[number], resource=resource)
        if number in self.intents:
            self.intents[number] = _moved(self.intents[number], resource)
        if number in self.tombstones:
            self.tombstones[number] = _moved(self.tombstones[number], resource)
        self.unsaved = True

    def drop_intent(self, number: E164) -> None:
        """The call did nothing."""
        if self.intents.pop(number, None) is not None:
            self.unsaved = True

    def refuse(self, number: E164, why: str) -> None:
        """The vendor refused the call, which did nothing."""
        known = self._known(number)
        if known is not None:
            self.chronicle.tell("refused", known, why)
        self.drop_intent(number)

    def _known(self, number: E164) -> Instance | None:
        intent = self.intents.get(number)
        return self.numbers.get(number) or (None if intent is None else intent.instance)

    def bury(self, tombstone: Tombstone) -> None:
        """The purchase never happened, as far as one can see; keep watching for it."""
        self.tombstones[tombstone.number] = tombstone
        self.drop_intent(tombstone.number)
        self.unsaved = True

    def watch(self, instance: Instance, cause: Cause, now: Moment, why: str = "") -> None:
        """No slot waits for that number, and whatever was intended for it is settled; but it may turn up in the
        account, so it is looked for in every listing. `why` it was refused, if it was.
        """
        number = instance.number
        if cause == "refused":
            self.chronicle.tell("refused", instance, why)
        known = self.tombstones.get(number)
        released_at = None if known is None else known.released_at
        self.bury(
            Tombstone(
                instance=instance, closed_at=now, holds_slot=False, cause=cause, released_at=released_at
            )
        )

    def note_missing(self, number: E164, since: Moment | None) -> None:
        """A look found the account without this managed number, since then; None where it is back."""
        self.numbers[number] = msgspec.structs.replace(self.numbers[number], missing_since=since)
        self.unsaved = True

    def _free_slot(self, number: E164) -> None:
        """A closed purchase of this number holds no slot any more. It is watched on all the same: the call may
        yet be carried out, even after the number was bought again and released.
        """
        tombstone = self.tombstones.get(number)
        if tombstone is not None and tombstone.holds_slot:
            self.tombstones[number] = msgspec.structs.replace(tombstone, holds_slot=False)
            self.unsaved = True

    def save(self, now: Moment) -> None:
        """Make everything durable as the next serial. Raises StateError; it then stays unsaved."""
        self._catch_up()
        state = msgspec.structs.replace(
            successor(self._state),
            numbers=tuple(self.numbers.values()),
            intents=tuple(self.intents.values()),
            bound=self._bound,
            protected=tuple(self._protected),
            released=tuple(one for one in self._released.values() if self._is_remembered(one, now)),
            tombstones=tuple(
                one for one in self.tombstones.values() if age(now, one.closed_at) < TOMBSTONE_LIFE
            ),
        )
        told = self.chronicle.next(state.serial, our_time(now))
        state = told.put_into(state)
        self._attempted = state, told
        self._session.write(state)
        self._state, self._attempted = state, None
        self.unsaved = False
        self.chronicle.stored(told)

    def _is_remembered(self, one: Released, now: Moment) -> bool:
        return self._no_rebuy is None or age(now, one.at) < max(self._no_rebuy, REMEMBERED_LEAST)

    def _catch_up(self) -> None:
        """A write that failed may stand all the same: then the next one follows on it."""
        if self._attempted is None:
            return
        stored = self._session.read()
        state, told = self._attempted
        self._attempted = None
        if stored is not None and stored.write_id == state.write_id:
            self._state = state
            self.chronicle.stored(told)


def _moved(one: Pending, resource: Resource) -> Pending:
    return msgspec.structs.replace(one, instance=msgspec.structs.replace(one.instance, resource=resource))
