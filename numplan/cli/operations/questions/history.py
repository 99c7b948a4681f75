"""The history, read, chosen from and looked over."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import click

from numplan.cli.options.completion import VERIFY
from numplan.cli.settings import Settings, Span
from numplan.cli.terminal.run import Run
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import state_backend
from numplan.engine.edit.state_edit import naming
from numplan.model.errors import NumplanError, StateError, UsageError
from numplan.model.history.chain import Listed, Verdict, listed, verified
from numplan.model.history.record import Record
from numplan.model.text.printable import plural
from numplan.state.backend import Backend
from numplan.state.history import HistoryStore
from numplan.views.machine.history import history_csv, history_json
from numplan.views.text.history import WIDTH, history_text

FOUND: Final = 1
MOST: Final = 100
"""Findings that are told one by one."""
_NATIONAL: Final = re.compile(r"(?!00)[0-9][0-9 ().\-/]*|\([0-9][0-9 ().\-/]*")
_FEWEST_DIGITS: Final = 6
_WEEKS: Final = re.compile(r"([0-9]{1,4})w")


class _Place(NamedTuple):
    """Where a record was written: what `naming` looks at."""

    address: str
    resource: str
    number: str


def run_history(names: tuple[str, ...], *, since: str | None, as_csv: bool) -> int:
    """Carry out `numplan history`; returns the exit code."""
    run = Run.current()
    settings, screen = run.settings, run.screen
    if settings.json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    if VERIFY in names:
        if len(names) > 1 or since or as_csv or settings.json:
            raise UsageError("`numplan history verify` looks at the whole history, and takes nothing beside")
        return _verify(settings, screen)
    meant = [_naming(name) for name in names]
    begin = _begin(since, run.clock.now()) if since else None
    troubles: list[str] = []
    records = [
        one
        for one in _records(settings, screen, troubles)
        if (begin is None or one.record.time >= begin) and _is_meant(one.record, meant)
    ]
    if settings.json:
        screen.document(history_json(records))
    elif as_csv:
        screen.document(history_csv(records))
    else:
        screen.line(history_text([one.record for one in records], screen.width or WIDTH))
        screen.require_written()
    return FOUND if troubles else 0


def _records(settings: Settings, screen: Screen, troubles: list[str]) -> Iterator[Listed]:
    """All records, and a word on those that are not where they should be. Where the history cannot be read, and state
    has some of it all the same, `troubles` get why.
    """
    backend = state_backend(settings)
    store = _store(backend)
    state = backend.read()
    unread: list[int] = []
    waiting = 0
    kept = state.to_record if state else ()
    for one in listed(_lines(store, troubles if kept else None), kept, unread):
        waiting += not one.is_there
        yield one
    for trouble in troubles:
        screen.error(f"error: {trouble}; this is what state alone holds as yet")
    if unread:
        screen.error(
            f"warning: {plural(len(unread), 'line')} of {store.place} cannot be read, and "
            f"{'is' if len(unread) == 1 else 'are'} left out: `numplan history verify` says more"
        )
    if waiting:
        them = "it" if waiting == 1 else "them"
        screen.error(
            f"warning: of these, state alone holds {plural(waiting, 'record')} as yet; the next apply adds {them} to "
            f"{store.place}"
        )


def _lines(store: HistoryStore, troubles: list[str] | None) -> Iterator[bytes]:
    """The lines of the history. Where it cannot be read, `troubles` get why; without any, that is raised."""
    try:
        yield from store.lines()
    except StateError as problem:
        if troubles is None:
            raise
        troubles.append(problem.message)


def _verify(settings: Settings, screen: Screen) -> int:
    """Look over all of it; returns the exit code."""
    backend = state_backend(settings)
    store = _store(backend)
    state = backend.read()
    verdict = verified(store.lines(), state.history if state else None, state.to_record if state else ())
    for note in _bounded(verdict.notes):
        screen.line(note)
    for finding in _bounded(verdict.findings):
        screen.error(f"error: {finding}")
    if verdict.records and (state is None or state.history is None):
        known = "there is no state" if state is None else "the state knows of no record"
        screen.error(f"warning: {known} at {backend.place}, so what was cut off at the end would not show")
    screen.last_line(_sum(verdict, store))
    return FOUND if verdict.findings else 0


def _sum(verdict: Verdict, store: HistoryStore) -> str:
    count = plural(verdict.records, "record")
    if verdict.findings:
        return f"{store.place}: {count}, {plural(len(verdict.findings), 'finding')}."
    if not verdict.records:
        return f"{store.place}: no records."
    return f"{store.place}: {count}, each as it was written."


def _bounded(texts: Sequence[str]) -> list[str]:
    more = len(texts) - MOST
    return [*texts[:MOST], *([f"and {more:,} more"] if more > 0 else [])]


def _store(backend: Backend) -> HistoryStore:
    """The history. Raises NumplanError where the place keeps none."""
    store = backend.history
    if store is None:
        raise NumplanError(
            f"{backend.place} is a state at an HTTP address, and such a server keeps no history",
            hint="a file, an object store and PostgreSQL do: `numplan state migrate --to PLACE` moves the state there",
        )
    return store


def _naming(text: str) -> Callable[[_Place], bool]:
    """Whether a record is meant by a text. A number without its calling code means all that end so: nothing is done to
    them. Raises UsageError.
    """
    if _NATIONAL.fullmatch(text):
        digits = re.sub(r"\D", "", text).lstrip("0")
        if len(digits) >= _FEWEST_DIGITS:
            return lambda one: one.number.endswith(digits)
    return naming(text)


def _is_meant(one: Record, meant: Sequence[Callable[[_Place], bool]]) -> bool:
    if not meant:
        return True
    resource, _, _ = one.address.partition('["')
    place = _Place(one.address, resource, one.number or "")
    other = place._replace(number=one.replaces) if one.replaces else place
    return any(names(place) or names(other) for names in meant)


def _begin(text: str, now: datetime) -> datetime:
    """The moment from which on records are meant. Raises UsageError for what is neither a day nor a span."""
    weeks = _WEEKS.fullmatch(text.strip())
    if weeks is not None:
        return now - timedelta(weeks=int(weeks[1]))
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is not None:
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return now - timedelta(seconds=Span().convert(text, None, None))
    except click.BadParameter:
        raise UsageError(
            f"--since {text}: it is neither a day such as 2026-01-31 nor a span such as 30d, 4w or 12h"
        ) from None
