"""A run told for people. Implements the Report protocol."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Self

from numplan.cli.terminal.progress import Step, progress, tally_of_calls
from numplan.cli.terminal.screen import Screen
from numplan.engine.apply.events import Done, Event
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.model.outputs import OutputValue
from numplan.model.plan import Plan
from numplan.views.common.outputs import outputs_text
from numplan.views.text.apply_summary import failed_text, last_line_of, settled_text, unknown_text
from numplan.views.text.events import event_text
from numplan.views.text.plan import plan_text


class TextReport:
    """Results on standard output, progress and errors on standard error."""

    def __init__(self, screen: Screen, *, expand: bool = False) -> None:
        self._screen = screen
        self._expand = expand
        self._calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: what ended the run is told where the command ends."""

    def reading(self, account: str) -> AbstractContextManager[Step]:  # noqa: ARG002 - as the protocol has it
        """Progress, moving on a terminal."""
        return progress(self._screen, "Reading the account", moving=self._screen.moves)

    def plan(self, plan: Plan) -> None:
        """A summary, then its sections, dangerous ones first."""
        figures = plan.counts
        self._calls = figures.purchase + figures.release
        for line in plan_text(plan, width=self._screen.width, expand=self._expand):
            self._screen.line(line.text, style=line.style)

    def settling(self, events: Iterable[Event]) -> ApplyResult:
        """A line an event, then the figures."""
        left = summarize(self._show(events))
        if settled := settled_text(left):
            self._screen.line(f"{settled}\n")
        return left

    def unsettled(self, left: ApplyResult) -> None:
        """Each number whose outcome is unknown."""
        for line in unknown_text(left.unknown):
            self._screen.line(line)

    def applying(self, events: Iterable[Event]) -> list[Event]:
        """A line an event, apart from the plan, and how far it is where they go elsewhere."""
        with tally_of_calls(self._screen, self._calls) as answered:
            return self._show(_counted(events, answered), before="\n")

    def _show(self, events: Iterable[Event], *, before: str = "") -> list[Event]:
        """A line an event. Those of one answer are written at once: to write each by itself takes longer than all else
        of it.
        """
        seen: list[Event] = []
        waiting: list[str] = []
        try:
            for event in events:
                seen.append(event)
                if (text := event_text(event)) is not None:
                    waiting.append(before + text)
                    before = ""
                if waiting and not isinstance(event, Done):
                    self._screen.line("\n".join(waiting))
                    waiting.clear()
        finally:
            if waiting:
                self._screen.line("\n".join(waiting))
        return seen

    def outputs(self, values: Mapping[str, OutputValue]) -> None:
        """A line for each."""
        self._screen.line(f"\nOutputs:\n{outputs_text(values)}\n")

    def applied(self, plan: Plan, left: ApplyResult, events: list[Event]) -> None:
        """What failed, what is not known, and the last line."""
        done = summarize(events)
        for line in (*failed_text(done.failed), *unknown_text((*left.unknown, *done.unknown))):
            self._screen.line(line)
        if done.not_saved:
            self._screen.error(f"error: what was done last is not recorded: {done.not_saved}")
            self._screen.error(
                "  the calls are remembered as intents, and the next apply settles them from the account"
            )
        self._screen.last_line(last_line_of(plan, left, events))


def _counted(events: Iterable[Event], answered: Callable[[Event], None]) -> Iterator[Event]:
    """Pass events on; `answered` is called with each once it is told."""
    for event in events:
        yield event
        answered(event)
