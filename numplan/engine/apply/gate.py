"""The gate: the one way by which a number is bought or released.

Whatever is about to be sent (planned, alternate, bought back, sent again) passes here, just before its call, with
fresh evidence: it is for sale on the terms that were reviewed, the limits hold, and state and plan let go of it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from numplan.engine.apply.calls import Account, Bar
from numplan.engine.apply.evidence import Evidence
from numplan.engine.apply.ledger import Ledger
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.orders import Batch, PurchaseOrder, buy_backs_of, orders_of
from numplan.engine.ports import Clock, Provider
from numplan.failpoints import failpoint
from numplan.model.account import OwnedNumber
from numplan.model.changes import Release, acting, released
from numplan.model.errors import StateError
from numplan.model.manifest import Retired
from numplan.model.number import E164
from numplan.model.outcome import Barred, NotSent, Outcome, Rejected, Unknown
from numplan.model.plan import Plan
from numplan.model.policy import Policy

NONE_RETIRED: Final[Mapping[E164, Retired]] = MappingProxyType({})
_UNREVIEWED: Final = "no plan holds it"


class Gate:
    """One apply's gate. It closes for good with the first reason why nothing more may be sent: an interruption, a
    lock that is lost, an answer that says so. Calls come from several threads, all else from one.

    `planned_at` is when the offers of the plan were asked for, on the monotonic clock; `before` holds what the account
    owned then. What is `retired` is never bought, whatever a plan says.
    """

    def __init__(
        self,
        account: Account,
        plan: Plan,
        open_state: OpenState,
        clock: Clock,
        *,
        limits: Policy,
        planned_at: float,
        before: Mapping[E164, OwnedNumber],
        retired: Mapping[E164, Retired] = NONE_RETIRED,
        parallelism: int = 4,
    ) -> None:
        self._account = account
        self._plan = plan
        self._book = open_state
        self._clock = clock
        self._retired = retired
        self._ledger = Ledger(limits, plan)
        self._over: dict[E164, str] = {}
        self._orders: dict[E164, PurchaseOrder] = {}
        self._evidence = Evidence(account, clock, planned_at, parallelism)
        self._goes = {attributes.number for _, attributes in released(plan.changes)}
        self._days = {
            one.before.number: one.before.leaving_at
            for one in acting(plan.changes)
            if isinstance(one, Release) and one.due is not None and one.before.leaving_at is not None
        }
        self._reason = ""
        for order in (*orders_of(plan), *buy_backs_of(plan)):
            self._reserve(order)
        self.before = before

    @property
    def provider(self) -> Provider:
        """The account, to be read."""
        return self._account

    # -- whether anything may be sent --------------------------------------------------------------------

    def close(self, reason: str) -> None:
        """Send nothing more."""
        self._reason = self._reason or reason

    @property
    def reason(self) -> str:
        """Why nothing more may be sent, or an empty text."""
        if not self._reason and self._clock.interrupted():
            self._reason = "interrupted"
        return self._reason

    def _last_look(self) -> str:
        """Why a call that is on its way must not go out, or an empty text; closes the gate with the same reason.

        A run may be stopped for hours, and wake when another has taken its lock and done its work.
        """
        try:
            self._book.require_lock()
        except StateError as problem:
            self.close(problem.message)
            return problem.message
        return ""

    # -- what is expected --------------------------------------------------------------------------------

    def _reserve(self, order: PurchaseOrder) -> None:
        """Let an order take its share of the limits, while there is any."""
        if order.number not in self._orders or order.number in self._over:
            self._over.pop(order.number, None)
            if over := self._ledger.take(order.attributes):
                self._over[order.number] = over
        self._orders[order.number] = order

    def expect(self, orders: Sequence[PurchaseOrder]) -> None:
        """These are bought next, in this order. What the plan holds has its share of the limits already."""
        for order in orders:
            self._reserve(order)
        self._evidence.expect(orders)

    def ask_again(self, numbers: Collection[E164]) -> None:
        """What was said of these numbers is old."""
        self._evidence.forget(numbers)

    def was_not_bought(self, order: PurchaseOrder) -> None:
        """The purchase surely did nothing: its share of the limits is free again."""
        if self._orders.pop(order.number, None) is not None and not self._over.pop(order.number, ""):
            self._ledger.give_back(order.attributes)

    def barred(self, numbers: Sequence[E164]) -> Mapping[E164, str]:
        """Which of some numbers may not be bought now, and why; what is not fresh is asked for first, many at once."""
        retired = {one: self._retired[one].words for one in numbers if one in self._retired}
        unreviewed = dict.fromkeys((one for one in numbers if one not in self._orders), _UNREVIEWED)
        over = {one: self._over[one] for one in numbers if one in self._over}
        barred = {**unreviewed, **over, **retired}
        return {**barred, **self._evidence.why_not([one for one in numbers if one not in barred])}

    def _kept(self, numbers: Sequence[E164]) -> Mapping[E164, str]:
        """Which of some numbers may not be released now, and why: state and plan have the word."""
        return {number: why for number in numbers if (why := self._why_kept(number))}

    def _why_kept(self, number: E164) -> str:
        if number not in self._goes:
            return _UNREVIEWED
        known = self._book.numbers.get(number)
        if known is None:
            return "" if number in self._book.tombstones else "state does not manage it"
        if known.attributes.protect and not self._plan.allowances.allows_release(known.address, number):
            return "state protects it"
        day = self._days.get(number)
        if day is not None and known.attributes.leaving_at != day:
            return "state does not say that it leaves on that day"
        return ""

    # -- the calls ---------------------------------------------------------------------------------------

    def expect_calls(self, count: int) -> None:
        """So many batches are to come, that which is about to begin among them; and none where nothing more may be
        sent.
        """
        self._account.expect_calls(0 if self.reason else count)

    def send(self, batch: Batch, begun: Callable[[Batch], None] = lambda _: None) -> Mapping[E164, Outcome]:
        """Make the call for those of a batch that pass; every number has an outcome. Never raises. `begun` is told of
        the call just before it is made.

        Besides the numbers asked for, there may be others that the answer says were bought or released, as Unasked.
        """
        bar = self.barred if batch.call == "purchase" else self._kept
        outcomes: dict[E164, Outcome] = {}
        try:
            failpoint(f"{batch.call}.dispatch")
            if self.reason:
                return dict.fromkeys(batch.numbers, NotSent(self.reason))
            outcomes.update((number, Barred(why)) for number, why in bar(batch.numbers).items())
            passing = [number for number in batch.numbers if number not in outcomes]
            if reason := self.reason or self._last_look():
                return dict.fromkeys(batch.numbers, NotSent(reason))
            if passing:
                begun(msgspec.structs.replace(batch, numbers=tuple(passing)))
                outcomes.update(self._call(batch, passing))
            failpoint(f"{batch.call}.answered")
        except Exception as problem:  # noqa: BLE001 - whatever broke, the call may have been carried out
            outcomes.update(dict.fromkeys(batch.numbers, Unknown(f"{type(problem).__name__}: {problem}")))
        for outcome in outcomes.values():
            if isinstance(outcome, NotSent | Rejected) and outcome.stop:
                self.close(outcome.reason)
        missing = (number for number in batch.numbers if number not in outcomes)
        return outcomes | dict.fromkeys(missing, Unknown("no outcome was reported"))

    def _call(self, batch: Batch, numbers: Sequence[E164]) -> Mapping[E164, Outcome]:
        if batch.call == "purchase":
            return self._account.purchase(numbers, batch.sip_trunk_id, self._once_more(self.barred))
        return self._account.release(numbers, self._once_more(self._kept))

    def _once_more(self, bar: Bar) -> Bar:
        """What a call that waited must pass to be made again: the gate may have closed, or the lock been lost."""

        def barred(numbers: Sequence[E164]) -> Mapping[E164, str]:
            if reason := self.reason or self._last_look():
                return dict.fromkeys(numbers, reason)
            # Substitutes and what is bought back are asked for anew before each sending.
            self.ask_again([one for one in numbers if one in self._orders and self._orders[one].anew])
            return bar(numbers)

        return barred
