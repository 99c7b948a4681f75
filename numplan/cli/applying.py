"""The line of an apply, shared by `apply` and `destroy`: lock, settle, plan, guard, ask, carry out."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from numplan.cli.drafting import draft_from
from numplan.cli.failure import say
from numplan.cli.locking import locked
from numplan.cli.planning import refuse_danger, refuse_errors, show_plan
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings
from numplan.cli.signals import SystemClock
from numplan.cli.workspace import open_account, open_backend, open_book, open_manifest
from numplan.engine.apply import apply_plan
from numplan.engine.book import Book
from numplan.engine.draft import settle_leftovers
from numplan.engine.events import Event
from numplan.engine.ports import Provider
from numplan.engine.tally import Tally, tally
from numplan.model.errors import DeclinedError, NumplanError
from numplan.model.manifest import Manifest
from numplan.model.plan import Allowances, Plan, count
from numplan.views.done_text import failed_text, settled_text, spent, summary_text, unknown_text
from numplan.views.events_text import event_text

FAILED: Final = 1
PARTLY: Final = 4
UNKNOWN: Final = 5

Choose = Callable[[Manifest, Book, Provider, SystemClock], Plan]
"""Gives the plan to carry out, once state is locked and settled."""


class Work(NamedTuple):
    """What a run works with while it holds the lock."""

    manifest: Manifest
    account: Provider
    book: Book


@contextmanager
def locked_work(
    settings: Settings, screen: Screen, operation: str, clock: SystemClock, *, new_state: bool = False
) -> Iterator[Work]:
    """Open manifest and account, lock the state and read it; signals are taken over meanwhile."""
    manifest, _ = open_manifest(settings)
    backend = open_backend(settings, manifest.path, clock, new_state=new_state)
    with (
        clock.watching(),
        open_account(settings, clock, manifest) as account,
        locked(backend, operation, settings.lock_timeout, screen) as session,
    ):
        yield Work(manifest, account, open_book(session, account.account, account.url))


def apply_chosen(
    settings: Settings, screen: Screen, operation: str, choose: Choose, *, ask: bool, new_state: bool
) -> int:
    """Lock, settle what an earlier run left, choose a plan, and carry it out; returns the exit code."""
    clock = SystemClock()
    with locked_work(settings, screen, operation, clock, new_state=new_state) as work:
        left = Tally()
        try:
            left = settle_first(work, clock, screen)
            if clock.interrupted():
                screen.error("interrupted while settling an earlier run; nothing was sent")
                return clock.exit_code
            plan = choose(work.manifest, work.book, work.account, clock)
        except NumplanError as problem:
            if work.book.intents:  # what is unknown weighs more than why the plan was not carried out
                say_unknown(left, screen)
                say(problem)
                return UNKNOWN
            raise
        if count(plan.changes).any:
            if ask:
                confirm(settings, screen, clock)
            screen.line()
        clock.stay_careful()
        events = show(apply_plan(plan, work.book, work.account, clock, work.manifest.api), screen)
        return report(plan, left, events, clock, screen)


def settle_only(settings: Settings, screen: Screen) -> int:
    """Lock, and settle what earlier runs left; returns the exit code. Nothing is purchased or released."""
    clock = SystemClock()
    with locked_work(settings, screen, "settle", clock) as work:
        waiting = len(work.book.intents)
        left = settle_first(work, clock, screen)
        say_unknown(left, screen)
        still = len(work.book.intents)
        screen.last_line(f"Settle: {waiting - still} settled, {still} unknown.")
        return clock.exit_code or (UNKNOWN if still else 0)


def settle_first(work: Work, clock: SystemClock, screen: Screen) -> Tally:
    """Settle the calls of earlier runs whose outcome is unknown. Raises ApiError and StateError."""
    with clock.careful():
        left = tally(show(settle_leftovers(work.book, work.manifest, work.account, clock), screen))
        if settled := settled_text(left):
            screen.line(f"{settled}\n")
    return left


def fresh_plan(screen: Screen, allowances: Allowances, *, destroy: bool, expand: bool) -> Choose:
    """Choose what the manifest and the account call for now, shown and guarded."""

    def choose(manifest: Manifest, book: Book, account: Provider, clock: SystemClock) -> Plan:
        state = book.state if book.state.serial else None
        plan = draft_from(manifest, state, account, clock, screen, allowances, destroy=destroy)
        show_plan(plan, screen, expand=expand)
        refuse_errors(plan)
        refuse_danger(plan)
        return plan

    return choose


def confirm(settings: Settings, screen: Screen, clock: SystemClock) -> None:
    """Ask whether to go on. Raises DeclinedError for any answer but yes, and where nobody can be asked."""
    if not settings.may_ask or not sys.stdin.isatty():
        why = "there is no terminal to ask on" if settings.may_ask else "asking is turned off"
        raise DeclinedError(
            f"the plan was not confirmed: {why}",
            hint="give --auto-approve, or apply a saved plan that was reviewed",
        )
    screen.line()
    screen.line("Purchases cost money, and a released number is gone for good.")
    if screen.ask("Carry out this plan? Only 'yes' is taken as yes:", clock.wait_for_input) != "yes":
        raise DeclinedError("the plan was not confirmed; nothing was changed")


def show(events: Iterable[Event], screen: Screen) -> list[Event]:
    """Print events as they happen; returns them all."""
    seen: list[Event] = []
    for event in events:
        seen.append(event)
        text = event_text(event)
        if text is not None:
            screen.line(text)
    return seen


def say_unknown(left: Tally, screen: Screen) -> None:
    """Print each number whose outcome is unknown."""
    for line in unknown_text(left.unknown):
        screen.line(line)


def report(plan: Plan, left: Tally, events: list[Event], clock: SystemClock, screen: Screen) -> int:
    """The last lines of an apply, and its exit code: signal, then unknown, then partly done."""
    done = tally(events)
    blocked = count(plan.changes).blocked
    unknown = (*left.unknown, *done.unknown)
    for line in (*failed_text(done.failed), *unknown_text(unknown)):
        screen.line(line)
    if done.not_saved:
        screen.error(f"error: what was done last is not recorded: {done.not_saved}")
        screen.error(
            "  the calls are remembered as intents, and the next apply settles them from the account"
        )
    screen.last_line(summary_text(done, len(unknown), blocked, spent(plan, events)))
    if clock.exit_code:
        return clock.exit_code
    if unknown or done.not_saved:
        return UNKNOWN
    attempted = done.changed or any(one.attempted for one in done.failed)
    if done.failed or done.stopped:
        return PARTLY if attempted else FAILED
    return PARTLY if blocked else 0
