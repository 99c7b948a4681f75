"""How a run is told: as text for people, or as a stream of JSON for machines. Both tell the same."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from numplan.cli.terminal.progress import Step
from numplan.cli.terminal.run import Run
from numplan.engine.apply.events import Event
from numplan.engine.apply.result import ApplyResult
from numplan.model.outputs import OutputValue
from numplan.model.plan import Plan


class Report(Protocol):
    """What a run tells, in the order in which it happens. Errors that leave it are told too."""

    def __enter__(self) -> Self:
        """Begin to tell."""

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell how it ended."""

    def reading(self, account: str) -> AbstractContextManager[Step]:
        """Within, the account is read for a plan; call what it yields with the name of each step."""

    def plan(self, plan: Plan) -> None:
        """The whole plan."""

    def settling(self, events: Iterable[Event]) -> ApplyResult:
        """What comes of the calls that an earlier run left uncertain, as it happens."""

    def unsettled(self, left: ApplyResult) -> None:
        """What is still not known of them."""

    def applying(self, events: Iterable[Event]) -> list[Event]:
        """What is done, as it happens."""

    def outputs(self, values: Mapping[str, OutputValue]) -> None:
        """What the manifest's outputs are now."""

    def applied(self, plan: Plan, left: ApplyResult, events: list[Event]) -> None:
        """What the run came to."""


def open_report(run: Run, *, expand: bool = False, applies: bool = False) -> Report:
    """The report that the flags ask for. `applies`: the run may change something, and ends with what it did."""
    run.settings.require_foldable(expand=expand)
    if run.settings.json:
        from numplan.cli.terminal.json_ui import StreamReport

        return StreamReport(run.screen, run.clock, applies=applies)
    from numplan.cli.terminal.text_ui import TextReport

    return TextReport(run.screen, expand=expand)
