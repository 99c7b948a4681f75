"""What a run has to tell, from the fact to its record in the history.

A fact is put into state by the write that makes it true, as a record that follows on the last one. The history takes
the record after that, and state lets go of it with the next write, whenever that comes: no write is made for it. A run
that ends between the two has lost nothing; the next one finds in state what the history may lack. State has room for
1,000 records; of those that it has no room for and no history took, their count remains, and a record says so.
"""

from collections.abc import Mapping
from datetime import datetime
from textwrap import shorten
from typing import Final, NamedTuple

import msgspec

from numplan.engine.apply.events import Settled, SettleVerdict
from numplan.engine.ports import HistoryLog
from numplan.model.history.record import KEPT_IN_STATE, Fact, Origin, Outcome, Record, Tip, sealed
from numplan.model.number import E164
from numplan.model.secrets import hidden
from numplan.model.state import Instance, State

FLUSHED_AT: Final = KEPT_IN_STATE // 2
"""So many records that wait are written during the run; fewer at its end, since each writing takes its time."""
_OUTCOMES: Final[Mapping[SettleVerdict, Outcome]] = {
    "bought": "purchased",
    "not bought": "not purchased",
    "released": "released",
    "not released": "not released",
}
REASON_MOST: Final = 300
"""Characters of a reason."""


class Told(NamedTuple):
    """What one write of state tells: the last record, all that the history may lack, and how many facts that took."""

    tip: Tip
    records: tuple[Record, ...]
    facts: int = 0

    def put_into(self, state: State) -> State:
        """The state that tells it. It has no word of a history where there is none."""
        tip, beyond = self.tip, len(self.records) - KEPT_IN_STATE
        if not tip.last:
            return msgspec.structs.replace(state, history=None, to_record=())
        if beyond > 0:
            tip = msgspec.structs.replace(tip, more=tip.more + beyond)
        return msgspec.structs.replace(state, history=tip, to_record=self.records[:KEPT_IN_STATE])


class Chronicle:
    """Facts since the last write, and the records that the history may lack. Where nothing keeps a history, `log` is
    None, and nothing is told. `origin` says who does it; without an actor, state remembers that none is to be told.
    `knowingly`: this run may go on from a state that was put back or begun anew, and where the history shows that it
    was, a record says so. Without such a record, what does not follow on is a sign that somebody put records in.
    """

    def __init__(
        self,
        state: State,
        log: HistoryLog | None = None,
        origin: Origin | None = None,
        *,
        knowingly: bool = False,
    ) -> None:
        self._log = log
        self._origin = origin or Origin()
        self._facts: list[Fact] = []
        known = state.history if log is not None else None
        tip = msgspec.structs.replace(known or Tip(), actor="" if self._origin.actor else "none")
        self._stored = Told(tip, state.to_record if known else ())
        self._is_anew = False  # whether any record that waits is of this run
        self._is_looked_at = False  # whether the history was asked for what an earlier run left
        self._given_up = ""
        self._knowingly = knowingly
        self.notes: list[str] = []
        """What there is to say of the history, though it has all records."""

    def carries_out(self, plan: str) -> None:
        """From now on it is this plan, by its digest, that things are done for."""
        self._origin = msgspec.structs.replace(self._origin, plan=plan)

    def tell(
        self,
        outcome: Outcome,
        instance: Instance,
        reason: str = "",
        *,
        settled: bool = False,
        replaces: E164 | None = None,
    ) -> None:
        """What became of a number that state knows, or knew. The next write of state makes it true."""
        self._tell(
            Fact(
                outcome=outcome,
                number=instance.number,
                address=instance.address,
                reason=shorten(hidden(reason), REASON_MOST, placeholder=" …") if reason else "",
                settled=settled,
                replaces=replaces,
                setup_charge=instance.attributes.setup_charge,
                monthly_charge=instance.attributes.monthly_charge,
            )
        )

    def tell_verdict(self, verdict: Settled, instance: Instance) -> None:
        """What settling found out of a call, unless that is nothing."""
        outcome = "refused" if verdict.rejected else _OUTCOMES.get(verdict.verdict)
        if outcome is not None:
            replaces = instance.replaces if outcome == "purchased" else None
            self.tell(outcome, instance, verdict.reason, settled=True, replaces=replaces)

    def tell_difference(self, before: State, after: State, reason: str) -> None:
        """What one state manages and the other does not, where somebody put one in the place of the other."""
        for number in before.by_number.keys() - after.by_number.keys():
            self.tell("forgotten", before.by_number[number], reason)
        for number in after.by_number.keys() - before.by_number.keys():
            self.tell("adopted", after.by_number[number], reason)

    def next(self, serial: int, now: datetime) -> Told:
        """What the write of this serial tells. Before the first one the history is given what an earlier run left, so
        that state need not carry it on.
        """
        if not self._is_looked_at:
            self._is_looked_at = True
            self.flush()
            if self._knowingly and self._was_put_back():
                self._facts.insert(0, Fact(outcome="restored", number=None))
        tip, waiting, _ = self._stored
        tip, records = sealed(tip, self._facts, self._origin, serial, now)
        return Told(tip, (*waiting, *records) if records else waiting, len(records))

    def _was_put_back(self) -> bool:
        """Whether the history ends elsewhere than the state that is gone on from knows. What waits may not be there."""
        last = self._log.last() if self._log is not None else None
        tip, waiting, _ = self._stored
        return last is not None and last not in {tip.hash, *(one.previous for one in waiting)}

    def stored(self, told: Told) -> None:
        """The write that told this stands: all facts up to it have their records."""
        self._is_anew = self._is_anew or told.facts > 0
        del self._facts[: told.facts]
        self._stored = told._replace(facts=0)
        if len(told.records) >= FLUSHED_AT:
            self.flush()

    def resume(self) -> None:
        """Before anything else: where an earlier run had more records than state has room for, and the history does
        not end with the last of them, give it those that remain, and tell of the rest unless it has them. Where that
        cannot be done, what follows waits as well.
        """
        tip = self._stored.tip
        if self._log is None or not tip.more:
            return
        if self._log.last() == tip.hash:
            self._stored = Told(msgspec.structs.replace(tip, more=0), ())
            return
        self._given_up = self.flush()
        if self._given_up:
            return
        there = self._log.holds(tip.hash)
        if there is None:
            self._given_up = "the history could not be read"
            return
        self._stored = Told(msgspec.structs.replace(tip, more=0), ())
        if not there:
            self._tell(Fact(outcome="lost", number=None, lost_from=tip.last - tip.more + 1, lost_to=tip.last))

    def flush(self) -> str:
        """Give the history what it may lack. Never raises; returns why that could not be done, or an empty text."""
        if self._log is None or not self._stored.records or self._given_up:
            return self._given_up
        problem, note = self._log.write(self._stored.records, anew=self._is_anew)
        if note:
            self.notes.append(note)
        if not problem:
            self._stored = self._stored._replace(records=())
            self._is_anew = False
        return problem

    @property
    def waiting(self) -> int:
        """How many records the history may lack."""
        return len(self._stored.records)

    def _tell(self, fact: Fact) -> None:
        if self._log is not None:
            self._facts.append(fact)
