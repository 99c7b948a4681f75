"""The six endpoints: a request in, a reply out, and on the way whatever is scripted to go wrong."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from numplan.emulator.call_log import Ledger, LoggedCall
from numplan.emulator.faults.answers import spoil
from numplan.emulator.faults.faults import Lag, LateCommit, ListingFault, LoseRequest, Stall, Vanish
from numplan.emulator.faults.listings import distort
from numplan.emulator.faults.outcomes import Sentences, Told, held_back, taken, told, unasked
from numplan.emulator.faults.schedule import Script, Struck
from numplan.emulator.late_commits import LateWork
from numplan.emulator.protocol import requests
from numplan.emulator.protocol.manners import mannered
from numplan.emulator.protocol.records import digits_of
from numplan.emulator.protocol.replies import Reply, error_reply, outcome_reply, rows_reply
from numplan.emulator.protocol.requests import Look, PostBody, Refusal, Request
from numplan.emulator.settings import EmulatorSettings
from numplan.emulator.vendor import account, stock
from numplan.emulator.vendor.database import Database
from numplan.emulator.vendor.stock import Listing

PURCHASE = "purchase-numbers"
RELEASE = "release-numbers"
ENDPOINTS = {
    "search": "GET",
    "find-number": "GET",
    "purchased-list": "GET",
    "regions": "GET",
    PURCHASE: "POST",
    RELEASE: "POST",
}
"""Every endpoint with its method."""

_SENTENCES = {
    PURCHASE: Sentences(account.PURCHASED, account.NOT_PURCHASED),
    RELEASE: Sentences(account.RELEASED, account.NOT_RELEASED),
}


class Service:
    """One vendor: stock and account in a store, manners in settings, bad days in a script."""

    def __init__(
        self,
        settings: EmulatorSettings,
        store: Database,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self.settings = settings
        self.store = store
        self.script = Script()
        self.ledger = Ledger()
        self._late = LateWork()
        self._clock = clock
        self._pause = pause
        self._listings_lock = threading.Lock()
        self._listings = 0

    def call(self, endpoint: str, request: Request) -> Reply:
        """Answer one request to `endpoint`, with the faults that strike it."""
        began = self._clock()
        call = self.ledger.count(endpoint)
        self._late.carry_out_due(self._clock(), call)
        struck = self.script.due(endpoint)
        line = None
        if ENDPOINTS[endpoint] == "POST":
            line = self.ledger.receive(self._clock(), endpoint, request.body, struck.names)
        self._strike_before(struck)
        reply = self._reply(endpoint, request, struck, call, line)
        for fault in struck.answers:
            reply = spoil(reply, fault)
        self._stall(struck, "after")
        self._pause(max(0.0, self.settings.latency_ms / 1000 - (self._clock() - began)))
        if line is not None:
            line.answered(reply)
        return reply

    def carry_out_late_work(self) -> None:
        """Carry out what is due now, as the next call would."""
        self._late.carry_out_due(self._clock(), self.ledger.total + 1)

    def forget(self) -> None:
        """Drop the script, the ledger, late work and every count."""
        self.script.clear()
        self.ledger.clear()
        self._late.clear()
        with self._listings_lock:
            self._listings = 0

    def _strike_before(self, struck: Struck) -> None:
        self._stall(struck, "before")
        for fault in struck.calls:
            if isinstance(fault, Vanish):
                with self.store.transaction() as db:
                    longest = [digits_of(each.number) for each in account.holdings(db)[: fault.count]]
                    account.remove(db, [digits_of(each) for each in fault.numbers] or longest)

    def _stall(self, struck: Struck, when: str) -> None:
        for fault in struck.calls:
            if isinstance(fault, Stall) and fault.when == when:
                self._pause(fault.seconds)

    def _reply(
        self, endpoint: str, request: Request, struck: Struck, call: int, line: LoggedCall | None
    ) -> Reply:
        """The answer before anything spoils it."""
        for fault in struck.calls:
            if isinstance(fault, LoseRequest):
                return Reply(hang_up=True, reset=fault.reset)
        if not struck.carried_out:
            return outcome_reply({}, {}, keep_empty=False)
        try:
            requests.check_credentials(request, self.settings)
            if line is not None:
                return self._order(endpoint, request, struck, call, line)
            return self._look(endpoint, request, struck.listings, call)
        except Refusal as refusal:
            return error_reply(refusal.status, refusal.message)

    def _look(self, endpoint: str, request: Request, faults: Sequence[ListingFault], call: int) -> Reply:
        rows, total = self._rows(endpoint, request)
        if not rows and endpoint == "find-number" and self.settings.find_absent_status != 200:  # noqa: PLR2004
            raise Refusal(self.settings.find_absent_status, "The number is not available")
        for fault in faults:
            if fault.lookups or "accessNumber" not in request.query:
                rows, total = distort((rows, total), fault, call)
        if self.settings.total_counts_rows:
            total = len(rows)
        told = endpoint != "regions" and self.settings.total_told
        return rows_reply(mannered(endpoint, rows, self.settings), total if told else None)

    def _rows(self, endpoint: str, request: Request) -> Listing:
        """What the store has for one of the four GETs."""
        match endpoint:
            case "search":
                search = self._capped(requests.read_search(request, self.settings))
                with self.store.transaction() as db:
                    return stock.search(db, search)
            case "find-number":
                digits = requests.read_find_number(request)
                with self.store.transaction() as db:
                    return stock.find(db, digits, also_owned=self.settings.find_shows_owned)
            case "purchased-list":
                listing = self._capped(requests.read_purchased_list(request, self.settings))
                count = self._count_listing()
                with self.store.transaction() as db:
                    return account.purchased_list(db, listing, self._clock(), count)
            case _:
                types = requests.read_regions(request)
                with self.store.transaction() as db:
                    rows = stock.regions(db, types)
                return rows, len(rows)

    def _capped(self, look: Look) -> Look:
        cap = self.settings.size_cap
        return look if cap is None else msgspec.structs.replace(look, size=min(look.size, cap))

    def _count_listing(self) -> int:
        with self._listings_lock:
            self._listings += 1
            return self._listings

    def _order(self, endpoint: str, request: Request, struck: Struck, call: int, line: LoggedCall) -> Reply:
        """Carry out a POST, now or late, and tell of it."""
        read = requests.read_purchase if endpoint == PURCHASE else requests.read_release
        order = read(request, self.settings)
        for fault in struck.calls:
            if isinstance(fault, LateCommit):
                work = partial(self._carry_out, endpoint, order, struck, line)
                self._late.put(work, self._clock() + fault.seconds, call + fault.requests)
                return Reply(hang_up=True) if fault.status is None else error_reply(fault.status, "Timed out")
        truth = self._carry_out(endpoint, order, struck, line)
        answer = told(truth, order.numbers, struck.outcomes, _SENTENCES[endpoint])
        return outcome_reply(answer.success, answer.error, keep_empty=self.settings.keep_empty_lists)

    def _carry_out(self, endpoint: str, order: PostBody, struck: Struck, line: LoggedCall) -> Told:
        """Buy or give back what no fault holds back, and write down the truth."""
        held = held_back(order.numbers, struck.outcomes)
        numbers = [number for number in order.numbers if number not in held]
        numbers += [number for number in unasked(struck.outcomes) if number not in order.numbers]
        with self.store.transaction() as db:
            if endpoint == PURCHASE:
                stock.take_off_sale(db, taken(order.numbers, struck.outcomes))
                customer = self.settings.customer_id
                lag = self._lag(struck, self.settings.lag_seconds, self.settings.lag_listings)
                outcome = account.purchase(db, numbers, order.trunk, customer, lag or account.Lag())
            else:
                to_stock = self.settings.released_to_stock
                outcome = account.release(db, numbers, self._lag(struck, 0, 0), to_stock=to_stock)
        refused = outcome.refused | dict.fromkeys(held, _SENTENCES[endpoint].error)
        line.committed(self._clock(), tuple(outcome.done), refused)
        return Told(outcome.done, refused)

    def _lag(self, struck: Struck, seconds: float, listings: int) -> account.Lag | None:
        """When the listing shows what is done now: the given lag or a fault's, whichever is longer."""
        for fault in struck.calls:
            if isinstance(fault, Lag):
                seconds, listings = max(seconds, fault.seconds), max(listings, fault.listings)
        if not seconds and not listings:
            return None
        with self._listings_lock:
            return account.Lag(self._clock() + seconds if seconds else 0, self._listings + listings)
