"""An emulator in this process: `with Emulator(EmulatorSettings(stock=100)) as e: e.url`."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from numplan.emulator.call_log import Post
from numplan.emulator.controls import Controls
from numplan.emulator.faults.schedule import Scripted
from numplan.emulator.protocol.records import Flow, ForSale, Holding, Owned
from numplan.emulator.settings import EmulatorSettings
from numplan.emulator.web.app import BASE_PATH, CONTROL_PATH, make_app
from numplan.emulator.web.waitress_server import Server

__all__ = ["Emulator", "EmulatorSettings", "Flow", "ForSale", "Holding", "Owned", "Post", "Scripted"]


class Emulator(Controls):
    """A vendor on a local port, from `start` to `stop`; as a context manager it does both.

    What can be done to it stands in `Controls`.
    """

    def __init__(
        self,
        settings: EmulatorSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], None] | None = None,
    ) -> None:
        """Prepare the numbers; a database file that already holds some keeps them.

        `clock` tells the seconds by which lag and late commits run, `calendar` what the `Date` of answers says. `pause`
        is how latency, stalls and drips wait; the usual one ends early when the emulator stops.
        """
        settings = settings or EmulatorSettings()
        self._stopping = threading.Event()
        self._pause = pause or self._wait
        self._calendar = calendar
        super().__init__(settings, clock, self._pause)
        self._server: Server | None = None

    def start(self) -> Self:
        """Serve. Raises `OSError` where the address can't be bound."""
        if self._server is None:
            controls = self if self.settings.control else None
            app = make_app(self._service, self._pause, controls, self._calendar)
            fixed = self.settings
            self._server = Server(app, fixed.host, fixed.port, fixed.threads, self._greet)
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

    def _greet(self, age: float) -> None:
        """Let a connection of this age be as old as its handshakes take."""
        self._pause(max(0.0, self.settings.handshake_ms / 1000 - age))

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._stopping.wait(seconds)

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


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
