"""An emulator in this process: `with Emulator(EmulatorSettings(stock=100)) as e: e.url`."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from numplan.emulator.call_log import Post
from numplan.emulator.faults.schedule import Scripted, read_scripted
from numplan.emulator.protocol.records import Charge, Flow, ForSale, Holding, Owned, digits_of
from numplan.emulator.service import ENDPOINTS, Service
from numplan.emulator.settings import FIXED_FIELDS, EmulatorSettings
from numplan.emulator.vendor import account, stock
from numplan.emulator.vendor.database import Store
from numplan.emulator.vendor.world import populate
from numplan.emulator.web.app import BASE_PATH, CONTROL_PATH, make_app
from numplan.emulator.web.waitress_server import Server

__all__ = ["Emulator", "EmulatorSettings", "Flow", "ForSale", "Holding", "Owned", "Post", "Scripted"]


class Emulator:
    """A vendor on a local port, from `start` to `stop`; as a context manager it does both.

    Its methods may be called from any thread while it serves. Numbers are given with or without `+`.
    Malformed values raise `msgspec.ValidationError`.
    """

    def __init__(
        self,
        settings: EmulatorSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        """Prepare the numbers; a database file that already holds some keeps them.

        `clock` tells the seconds by which lag and late commits run. `pause` is how latency, stalls and
        drips wait; the usual one ends early when the emulator stops.
        """
        settings = settings or EmulatorSettings()
        self._stopping = threading.Event()
        self._pause = pause or self._wait
        self._store = Store(settings.database)
        if self._store.populated:
            with self._store.transaction() as db:
                account.forget_lag(db)
        else:
            populate(self._store, settings)
        self._first_settings = settings
        self._service = Service(settings, self._store, clock, self._pause)
        self._server: Server | None = None

    def start(self) -> Self:
        """Serve. Raises `OSError` where the address can't be bound."""
        if self._server is None:
            app = make_app(self._service, self._pause, self if self.settings.control else None)
            self._server = Server(app, self.settings.host, self.settings.port, self.settings.threads)
        return self

    def stop(self) -> None:
        """Break off what is under way, free the port and close the database."""
        self._stopping.set()
        if self._server is not None:
            self._server.close()
            self._server = None
        self._store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._stopping.wait(seconds)

    @property
    def settings(self) -> EmulatorSettings:
        """The settings in force."""
        return self._service.settings

    @property
    def port(self) -> int:
        """The TCP port it serves on."""
        if self._server is None:
            raise RuntimeError("the emulator is not started")
        return self._server.port

    @property
    def url(self) -> str:
        """The base URL of the API, as in `http://127.0.0.1:8190/o/`."""
        return f"http://{_in_url(self.settings.host)}:{self.port}{BASE_PATH}"

    @property
    def control_url(self) -> str:
        """The base URL of the control endpoints, which answer only with `control` set."""
        return f"http://{_in_url(self.settings.host)}:{self.port}{CONTROL_PATH}"

    @property
    def token(self) -> str:
        """The bearer token it accepts."""
        return self.settings.token

    @property
    def account(self) -> str:
        """The account id it accepts."""
        return self.settings.account

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


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
