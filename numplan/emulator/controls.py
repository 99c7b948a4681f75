"""What can be done to a vendor behind numplan's back: stock, account, faults, settings, and what really happened."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from numplan.emulator.call_log import Post
from numplan.emulator.faults.schedule import Scripted, read_scripted
from numplan.emulator.protocol.records import Charge, Flow, ForSale, Holding, Owned, digits_of
from numplan.emulator.service import ENDPOINTS, Service
from numplan.emulator.settings import FIXED_FIELDS, EmulatorSettings
from numplan.emulator.vendor import account, stock
from numplan.emulator.vendor.database import Database
from numplan.emulator.vendor.world import populate


class Controls:
    """The vendor's side of an emulator, in Python; the control endpoints do the same over HTTP.

    The methods may be called from any thread while it serves. Numbers are given with or without `+`. Malformed
    values raise `msgspec.ValidationError`.
    """

    def __init__(
        self, settings: EmulatorSettings, clock: Callable[[], float], pause: Callable[[float], None]
    ) -> None:
        """Prepare the numbers; a database file that already holds some keeps them."""
        self._store = Database(settings.database)
        if self._store.populated:
            with self._store.transaction() as db:
                account.forget_lag(db)
        else:
            populate(self._store, settings)
        self._first_settings = settings
        self._service = Service(settings, self._store, clock, pause)

    @property
    def settings(self) -> EmulatorSettings:
        """The settings in force."""
        return self._service.settings

    def add_stock(self, numbers: Iterable[str | Mapping[str, Any] | ForSale]) -> None:
        """Put exact numbers on sale: digits alone take the vendor's sample for all the rest."""
        read = [_read(number, ForSale) for number in numbers]
        with self._store.transaction() as db:
            for number in read:
                stock.put_on_sale(db, number)

    def remove_stock(self, numbers: Iterable[str]) -> None:
        """Let another customer have numbers that are for sale."""
        with self._store.transaction() as db:
            stock.take_off_sale(db, map(digits_of, numbers))

    def is_for_sale(self, number: str) -> bool:
        """Whether the number could be purchased now."""
        with self._store.transaction() as db:
            return bool(stock.find(db, digits_of(number), also_owned=False)[1])

    def add_owned(self, numbers: Iterable[str | Mapping[str, Any] | Owned]) -> None:
        """Put numbers into the account as if purchased outside numplan, in the order given."""
        read = [_read(number, Owned) for number in numbers]
        with self._store.transaction() as db:
            account.add_owned(db, read, self.settings.customer_id)

    def remove_owned(self, numbers: Iterable[str], *, to_stock: bool = False) -> None:
        """Take numbers out of the account behind numplan's back; on sale again with `to_stock`."""
        with self._store.transaction() as db:
            account.remove(db, map(digits_of, numbers), to_stock=to_stock)

    def assign(self, number: str, assignment: Flow | Literal["null", "absent"]) -> None:
        """Set what answers an owned number: a flow, which bars its release, or nothing.

        Raises `KeyError` if the account does not own it.
        """
        with self._store.transaction() as db:
            if not account.assign(db, digits_of(number), assignment):
                raise KeyError(number)

    def change_charge(self, number: str, mrc: str) -> None:
        """Set what an owned number costs a month. Raises `KeyError` if the account does not own it."""
        charge = msgspec.convert(mrc, Charge)
        with self._store.transaction() as db:
            if not account.change_charge(db, digits_of(number), charge):
                raise KeyError(number)

    def owned(self) -> list[Holding]:
        """What the account really holds, in the order of purchase, whatever the listing shows."""
        self._service.carry_out_late_work()
        with self._store.transaction() as db:
            return account.holdings(db)

    def faults(self, faults: Iterable[Scripted | Mapping[str, Any]]) -> None:
        """Script faults, as values or as `{endpoint, fault, nth, count, probability, seed, params}`."""
        read: list[Scripted] = []
        for fault in faults:
            read += [fault] if isinstance(fault, Scripted) else read_scripted([dict(fault)], tuple(ENDPOINTS))
        self._service.script.add(read)

    def pending_faults(self) -> list[Scripted]:
        """The scripted faults that may still strike."""
        return self._service.script.pending()

    def clear_faults(self) -> None:
        """Forget all scripted faults; late commits under way still happen."""
        self._service.script.clear()

    def ledger(self) -> tuple[Post, ...]:
        """Every POST in the order of arrival, with what was really done."""
        self._service.carry_out_late_work()
        return self._service.ledger.posts()

    def calls(self) -> dict[str, int]:
        """How often each of the six endpoints was called."""
        return dict.fromkeys(ENDPOINTS, 0) | self._service.ledger.calls()

    def configure(self, **changes: Any) -> None:  # noqa: ANN401 - each is checked against its field
        """Change settings while the emulator runs, such as `lag_seconds=2`.

        Raises `msgspec.ValidationError` for unknown, ill-typed and unchangeable ones.
        """
        if fixed := FIXED_FIELDS.intersection(changes):
            raise msgspec.ValidationError(f"can't change while running: {', '.join(sorted(fixed))}")
        wanted = msgspec.structs.asdict(self.settings) | changes
        self._service.settings = msgspec.convert(wanted, EmulatorSettings)

    def reset(self) -> None:
        """Start afresh: the first settings and numbers, no faults, an empty ledger."""
        self._service.forget()
        self._service.settings = self._first_settings
        populate(self._store, self._first_settings)


def _read(given: str | Mapping[str, Any] | ForSale | Owned, kind: type[Any]) -> Any:  # noqa: ANN401
    match given:
        case str():
            return msgspec.convert({"number": given}, kind)
        case Mapping():
            return msgspec.convert(dict(given), kind)
        case _:
            return given
