"""The line of `adopt`: look, choose, ask, write entries, and take the numbers into state."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from numplan import __version__
from numplan.cli.applying import Work, exit_code, settle_first
from numplan.cli.asking import require_yes
from numplan.cli.entries_written import Target, draft_entries, entries_written
from numplan.cli.locking import locked
from numplan.cli.progress import Watched
from numplan.cli.report import Report, open_report
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings
from numplan.cli.signals import SystemClock
from numplan.cli.workspace import open_account, open_backend, open_book, open_manifest, read_file
from numplan.engine.adoption import NewEntry, Style, Wish, adoption_plan, at_large, entries_for
from numplan.engine.apply import apply_plan
from numplan.engine.parallel import ask_all
from numplan.engine.planner import Circumstances
from numplan.engine.ports import Provider
from numplan.engine.refresh import Live, refresh
from numplan.engine.tally import tally
from numplan.manifest.files import decoded
from numplan.manifest.inventory import parse_inventory
from numplan.manifest.load import FILE_NAMES
from numplan.model.account import OwnedNumber
from numplan.model.errors import NumplanError, UsageError
from numplan.model.glob import is_pattern
from numplan.model.manifest import Manifest, NumberEntry, SetEntry
from numplan.model.number import E164, NumberError, parse_number
from numplan.model.plan import Plan
from numplan.views.lines import FOLD

NAMED: Final = 10
"""Numbers that are named where many are meant."""


class Adoption(NamedTuple):
    """What a command line asks for. `in_files` None: large sets only."""

    wish: Wish
    style: Style
    inventory: str | None
    columns: Mapping[str, str]
    in_files: bool | None
    everything: bool
    protect: bool
    new_state: bool
    ask: bool


def adopt_chosen(asked: Adoption, settings: Settings, screen: Screen) -> int:
    """Take the numbers that are asked for into manifest and state; returns the exit code."""
    if asked.ask and settings.json:
        raise UsageError("with --json nothing is asked", hint="give --auto-approve")
    target = _target(settings)
    wish = _with_inventory(asked)
    manifest = target.manifest or Manifest(path=str(target.path), digest="")
    clock = SystemClock()
    backend = open_backend(settings, manifest.path, clock, new_state=asked.new_state)
    with (
        open_report(settings, screen, clock, applies=True) as report,
        clock.watching(),
        open_account(settings, clock, manifest) as account,
        locked(backend, "adopt", settings.lock_timeout, screen) as session,
    ):
        work = Work(manifest, account, open_book(session, account.account, account.url))
        left = settle_first(work, clock, report)
        if clock.interrupted():
            screen.error("interrupted while settling an earlier run; nothing was written")
            return clock.exit_code
        live = _look(work, wish, report, everything=asked.everything)
        forgotten = {one.number for one in manifest.forget if one.resource is None}
        loose = at_large(live.owned, work.book.state)
        rows = [row for row in loose if wish.admits(row) and row.number not in forgotten]
        _tell_doubts(live, wish, screen)
        plan = _written(asked, settings, screen, clock, target, work, live, wish, rows)
        clock.stay_careful()
        done = apply_plan(plan, work.book, account, clock, work.manifest.api)
        if settings.json:
            report.plan(plan)
            events = report.applying(done)
        else:
            events = [*done]  # people have seen what it comes to; thousands of lines would say no more
        report.applied(plan, left, events)
        return exit_code(plan, left, tally(events), clock)


def _target(settings: Settings) -> Target:
    """The manifest that the settings name, or the one that is to be. Raises ManifestError for a broken one."""
    paths = [Path(settings.manifest)] if settings.manifest else [Path(name) for name in FILE_NAMES]
    path = next((one for one in paths if one.exists() or one.is_symlink()), None)
    if path is None:
        settings.declare(None)
        return Target(paths[0], None)
    return Target(path, open_manifest(settings, path)[0])


def _with_inventory(asked: Adoption) -> Wish:
    numbers = tuple(map(_pattern, asked.wish.numbers))
    if asked.inventory is None:
        return msgspec.structs.replace(asked.wish, numbers=numbers)
    raw = read_file(asked.inventory, "the inventory")
    listed = parse_inventory(decoded(raw, asked.inventory), asked.inventory, asked.columns)
    return msgspec.structs.replace(asked.wish, numbers=numbers, listed=listed)


def _pattern(text: str) -> str:
    if is_pattern(text):
        return text
    try:
        return parse_number(text)
    except NumberError as problem:
        raise UsageError(f"--number {text}: {problem}") from None


def _look(work: Work, wish: Wish, report: Report, *, everything: bool) -> Live:
    """The account as it is, with each number that is asked for by itself. Raises NumplanError where all are
    asked for and cannot be known.
    """
    with report.reading(work.account.account) as step:
        account: Provider = Watched(work.account, step)
        live = refresh(work.manifest, work.book.state, account)
        if live.complete:
            return live
        if everything:
            raise NumplanError(
                f"the account's listing could not be proven complete, so --all would leave numbers out: {live.gap}",
                hint="name the numbers, by --from FILE or by filters",
            )
        exact = (E164(one) for one in wish.numbers if not is_pattern(one))
        unseen = sorted({*exact, *(wish.listed or ())} - live.owned.keys())
        found = ask_all(account.look_up, unseen, work.manifest.api.parallelism)
        owned = {**live.owned, **{row.number: row for row in found if row is not None}}
        return msgspec.structs.replace(live, owned=owned)


def _tell_doubts(live: Live, wish: Wish, screen: Screen) -> None:
    if not live.complete:
        screen.error(f"warning: the listing could not be proven complete; there may be more: {live.gap}")
    strange = sorted((wish.listed or {}).keys() - live.owned.keys())
    if strange:
        screen.error(
            f"warning: {len(strange):,} of the inventory's {len(wish.listed or {}):,} numbers are not the "
            f"account's, and are left out: {_some(strange)}"
        )


def _written(
    asked: Adoption,
    settings: Settings,
    screen: Screen,
    clock: SystemClock,
    target: Target,
    work: Work,
    live: Live,
    wish: Wish,
    rows: Sequence[OwnedNumber],
) -> Plan:
    """Show what would be written, ask, and write it; returns the plan that takes the numbers into state."""
    declared = {one.number for one in work.manifest.explicit()}
    taken = {
        "numbers": [one.name for one in work.manifest.numbers],
        "sets": [one.name for one in work.manifest.sets],
    }
    fresh = [row for row in rows if row.number not in declared]
    entries = entries_for(fresh, wish, asked.style, live.regions, taken)  # type: ignore[arg-type]
    planned = partial(_plan, work=work, live=live, adopted={row.number for row in rows}, clock=clock)
    draft = draft_entries(
        target, entries, work.account.account, in_files=asked.in_files, protect=asked.protect
    )
    if not settings.json:
        _show(entries, len(rows) - len(fresh), str(draft.path), screen)
    if asked.ask and rows:
        require_yes(
            settings,
            screen,
            clock,
            what="the adoption",
            before="Nothing is purchased or released.",
            question="Write these entries, and take the numbers into state?",
            hint="give --auto-approve",
        )
    if not entries:
        return planned(work.manifest)
    with entries_written(draft, target, lambda path: open_manifest(settings, path)[0]) as manifest:
        _require_as_meant(work.manifest, manifest, entries)
        plan = planned(msgspec.structs.replace(manifest, path=str(target.path)))
        _require_taken_in(plan, entries)
    for name in (str(draft.path), *draft.files):
        screen.error(f"wrote {name}")
    return plan


def _plan(
    manifest: Manifest, *, work: Work, live: Live, adopted: Collection[E164], clock: SystemClock
) -> Plan:
    circumstances = Circumstances(
        now=clock.now(), numplan=__version__, account=work.account.account, api_url=work.account.url
    )
    state = work.book.state if work.book.state.serial else None
    return adoption_plan(manifest, state, live, adopted, circumstances)


def _require_as_meant(before: Manifest, after: Manifest, entries: Sequence[NewEntry]) -> None:
    """Raise NumplanError unless the manifest says what it said, and the entries, and no more."""
    wanted = {one.number: one.resource for one in before.explicit()}
    wanted |= {row.number: entry.resource for entry in entries for row in entry.rows}
    rest = [(len(one.pools), one.policy, one.api) for one in (before, after)]
    if {one.number: one.resource for one in after.explicit()} != wanted or rest[0] != rest[1]:
        raise NumplanError(
            f"{before.path} cannot be extended without a change in what it says; nothing was written",
            hint="write its blocks on lines of their own, as `numplan init` does",
        )
    required = after.policy.required_labels
    written: tuple[NumberEntry | SetEntry, ...] = (*after.numbers, *after.sets)
    for entry in written:
        lacking = [label for label in required if label not in entry.terms.labels]
        if lacking and entry.resource in {one.resource for one in entries}:
            raise NumplanError(
                f"policy.required_labels wants {', '.join(lacking)} on every entry; nothing was written",
                hint=" ".join(f"--label {label}=VALUE" for label in lacking),
            )


def _require_taken_in(plan: Plan, entries: Sequence[NewEntry]) -> None:
    """Raise NumplanError unless the plan adopts every number that the entries declare."""
    adopted = {change.after.number for change in plan.changes}  # type: ignore[union-attr]
    left = sorted({row.number for entry in entries for row in entry.rows} - adopted)
    if left:
        why = f": {plan.errors[0].summary}" if plan.errors else ""
        raise NumplanError(
            f"{_some(left)} cannot be declared under this manifest's defaults{why}; nothing was written",
            hint="take the key that does not fit out of `defaults`, or leave these numbers out",
        )


def _show(entries: Sequence[NewEntry], declared: int, path: str, screen: Screen) -> None:
    if entries:
        screen.line(
            f"{sum(len(one.rows) for one in entries):,} numbers nothing manages yet, to be written to {path}:"
        )
    for entry in entries[:FOLD]:
        kinds = ", ".join(word for word in (entry.country, entry.type) if word)
        which = entry.rows[0].number if len(entry.rows) == 1 else f"{len(entry.rows):,} numbers"
        screen.line(f"  {entry.resource}  {which}  {kinds}".rstrip())
    if len(entries) > FOLD:
        screen.line(f"  … and {len(entries) - FOLD:,} more entries")
    if declared:
        screen.line(f"{declared:,} that the manifest declares already")


def _some(numbers: Sequence[E164]) -> str:
    more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    return ", ".join(numbers[:NAMED]) + more
