"""A run told for machines: Terraform's UI, a JSON object a line. Implements the Report protocol."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from numplan import __version__
from numplan.cli.terminal.progress import Step, every_pause, untold
from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import SystemClock
from numplan.engine.apply.events import Done, Event, Failed, Sending, Settled, Uncertain
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.model.diagnostics import error, told
from numplan.model.errors import ManifestError, NumplanError
from numplan.model.number import E164
from numplan.model.outputs import OutputValue
from numplan.model.plan import Plan
from numplan.views.machine.terraform_ui import Message, encoded, failed, finding, outputs, refresh, version
from numplan.views.machine.terraform_ui_apply import applied, done, waiting
from numplan.views.machine.terraform_ui_plan import planned
from numplan.views.text.apply_summary import last_line_of


class StreamReport:
    """On standard output. Where the run `applies`, it ends with what was done, however it goes."""

    def __init__(self, screen: Screen, clock: SystemClock, *, applies: bool = False) -> None:
        self._screen = screen
        self._clock = clock
        self._applies = applies
        self._events: list[Event] = []
        self._last = "Apply: ended early."
        self._begun: dict[E164, float] = {}
        self._under_way: dict[E164, Sending] = {}
        self._telling = threading.RLock()  # what is still under way is told from a thread of its own

    def __enter__(self) -> Self:
        self._tell(version(__version__))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        match problem:
            case None:
                pass
            case ManifestError():
                first = told(problem.diagnostics)
                for found in first.findings:
                    self._tell(finding(found))
                if first.more:
                    self._tell(finding(error(first.rest)))
            case NumplanError():
                self._tell(failed(problem.message, problem.hint))
            case _:
                self._tell(failed(f"the run was ended by {type(problem).__name__}", str(problem)))
        if self._applies:
            self._tell(done(summarize(self._events), self._last))

    @contextmanager
    def reading(self, account: str) -> Iterator[Step]:
        """A line before, and one after."""
        self._tell(refresh("refresh_start", account))
        yield untold
        self._tell(refresh("refresh_complete", account))

    def plan(self, plan: Plan) -> None:
        """Drift, changes, findings, figures."""
        for message in planned(plan):
            self._tell(message)

    def settling(self, events: Iterable[Event]) -> ApplyResult:
        """A line or two an event. What an earlier run began is no part of what this one did."""
        seen: list[Event] = []
        for event in events:
            seen.append(event)
            self._tell_of(event)
        return summarize(seen)

    def unsettled(self, left: ApplyResult) -> None:
        """Nothing more: each was told as it was judged."""

    def applying(self, events: Iterable[Event]) -> list[Event]:
        """A line or two an event. What was done is kept as it happens: no error loses it."""
        with every_pause(self._tell_of_waiting):
            for event in events:
                self._events.append(event)
                self._tell_of(event)
        return self._events

    def outputs(self, values: Mapping[str, OutputValue]) -> None:
        """One line with all of them."""
        self._tell(outputs(values))

    def applied(self, plan: Plan, left: ApplyResult, events: list[Event]) -> None:
        """The figures, told at the very end."""
        self._last = last_line_of(plan, left, events)

    def _tell_of(self, event: Event) -> None:
        with self._telling:
            match event:
                case Sending():
                    self._begun[event.number] = self._clock.monotonic()
                    self._under_way[event.number] = event
                case Done() | Failed() | Uncertain() | Settled():
                    self._under_way.pop(event.number, None)
                case _:
                    pass
            number = getattr(event, "number", None)
            for message in applied(event, self._elapsed(number) if number else 0):
                self._tell(message)

    def _tell_of_waiting(self) -> None:
        with self._telling:
            for event in self._under_way.values():
                self._tell(waiting(event, self._elapsed(event.number)))

    def _elapsed(self, number: E164) -> int:
        """Whole seconds since its call was begun."""
        began = self._begun.get(number)
        return 0 if began is None else int(self._clock.monotonic() - began)

    def _tell(self, message: Message) -> None:
        with self._telling:
            self._screen.line(encoded(message, self._clock.now()))
