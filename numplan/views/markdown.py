"""A plan as a comment for a pull request: the verdict, danger first, then as much as fits.

Text from outside is shown, never obeyed: no markup, no mention, no link, no reference comes of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from numplan.model.others import counted_text
from numplan.model.plan import Drift, Plan, Refusal, drift_cost
from numplan.model.secrets import hidden
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount, change
from numplan.views.common.budgets import TITLES, budget_rows
from numplan.views.common.leaving import leaving_facts, leaving_name, leaving_size
from numplan.views.common.outputs import changed
from numplan.views.common.sanitize import one_line
from numplan.views.common.sections import ChangeRow, Section, sections_of
from numplan.views.text.plan import LOOSENED, held_back, last_line, of_another_day, verdict

BUDGET: Final = 65_000
"""Bytes of a comment: GitHub takes 65,536 characters, and some of them are the bot's own."""
_RESERVE: Final = 600
"""Bytes kept for what ends the comment: what was left out, and the last line."""
_LONGEST: Final = 160
"""Characters of one text from outside."""
_FEW: Final = 20
_FEW_REFUSALS: Final = 10
_FEW_SUBJECTS: Final = 10
_DANGEROUS: Final = {"!", "-", "±"}
"""The marks of sections that are shown unfolded."""

# Letters and digits of any script, and what markdown, GitHub and GitLab give no meaning within a line; at its
# beginning, nothing that would make a list of it.
_HARMLESS: Final = re.compile(r"(?:(?!\d+[.)](?:\s|$))[\w(][\w .,;/()+=%'…-]*)?")
_SUSPICIOUS: Final = re.compile(r"_|//|www\.|--|==|gh-\d", re.IGNORECASE)
_ENDS_CODE: Final = re.compile(r"[`|\\<\x00-\x1f]|##")
_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def plan_markdown(plan: Plan, name: str) -> str:
    """The comment, with the marker of the manifest called `name` on its first line. At most BUDGET bytes."""
    page = _Page(BUDGET - _RESERVE)
    page.add("the verdict", (marker(name), *_of_another_day(plan), *_loosened(plan), *_head(plan, name)))
    for one in plan.refusals[:_FEW_REFUSALS]:
        page.add("refusals", _refusal(one))
    page.add("refusals", _refused(len(plan.refusals)))
    page.add("the cost", _costs(plan))
    page.add("budgets", _budgets(plan))
    for section in sections_of(plan):
        page.table(section)
    page.add("what leaves", _leaving(plan))
    page.add("what is held back", _held_back(plan))
    page.add("outputs", _outputs(plan))
    page.add("drift", _drift(plan.drift))
    page.add("numbers held, surplus or unmanaged", _apart(plan))
    page.add("findings", _findings(plan))
    return "\n".join([*page.lines, *page.left_out(), code(last_line(plan)), ""])


def marker(name: str) -> str:
    """The hidden first line by which a bot finds its comment again: one for each manifest."""
    return f"<!-- numplan: {quote(name, safe='/._')} -->"


def shown(text: str) -> str:
    """Text from outside, as text: plain where nothing can be made of it, else as code in entities."""
    short = _short(text)
    if _HARMLESS.fullmatch(short) and not _SUSPICIOUS.search(short):
        return short
    return f"<code>{_PUNCTUATION.sub(lambda found: f'&#{ord(found[0])};', short)}</code>"


def code(text: str) -> str:
    """An address, a number or another word of numplan's own, as code; safe whatever it holds."""
    return shown(text) if _ENDS_CODE.search(text) else f"`{text}`"


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else hidden(line)[: _LONGEST - 1] + "…"


def _of_another_day(plan: Plan) -> Iterator[str]:
    if sentence := of_another_day(plan):
        yield f"**{sentence}**"
        yield ""


class _Page:
    """Lines within a number of bytes. What does not fit is named, not cut."""

    def __init__(self, room: int) -> None:
        self.lines: list[str] = []
        self._room = room
        self._rows_left_out = 0
        self._left_out: list[str] = []

    def add(self, what: str, lines: Iterable[str]) -> None:
        """A whole paragraph, or nothing of it."""
        paragraph = list(lines)
        if _size(paragraph) <= self._room:
            self._take(paragraph)
        else:
            self._left_out.append(what)

    def left_out(self) -> Iterator[str]:
        """What did not fit, and where it is."""
        rows = [f"{self._rows_left_out:,} more changes"] if self._rows_left_out else []
        if what := ", ".join(dict.fromkeys((*rows, *self._left_out))):
            yield f"_Left out here: {what}. `numplan show --expand PLANFILE` and the HTML report have everything._"
            yield ""

    def table(self, section: Section) -> None:
        """A section: its head and as many rows as fit."""
        is_open = " open" if section.mark in _DANGEROUS else ""
        head = [
            f"<details{is_open}><summary><b>{_title(section)}</b></summary>",
            "",
            "| | number | details | once | a month |",
            "|---|---|---|--:|--:|",
        ]
        foot = ["", "</details>", ""]
        frame = _size(head) + _size(foot)
        rows: list[str] = []
        if frame < self._room:
            room = self._room - frame
            for row in section.rows():
                line = _row(section.mark, row)
                if (size := _size([line])) > room:
                    break
                room -= size
                rows.append(line)
        self._rows_left_out += len(section.changes) - len(rows)
        if rows:
            self._take([*head, *rows, *foot])

    def _take(self, lines: list[str]) -> None:
        self._room -= _size(lines)
        self.lines += lines


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _title(section: Section) -> str:
    charges = str(section.total())
    return f"{section.title}: {numbers(len(section.changes))}{f', {charges}' if charges else ''}"


def _row(mark: str, row: ChangeRow) -> str:
    once, monthly = (
        amount(charge) if is_shown else ""
        for charge, is_shown in zip((row.charges.once, row.charges.monthly), row.charges.shown, strict=True)
    )
    details = ", ".join(shown(fact) for fact in row.facts)
    return f"| `{mark}` | {code(row.name)} | {details} | {once} | {monthly} |"


def _loosened(plan: Plan) -> Iterator[str]:
    """What the manifest limits or protects less than before, above all else that is shown."""
    for one in plan.loosened:
        yield f"- :warning: {LOOSENED}: {code(_short(str(one)))}"
    if plan.loosened:
        yield ""


def _head(plan: Plan, name: str) -> list[str]:
    stopped = bool(plan.refusals or plan.errors)
    title = "numplan: this plan cannot be applied" if stopped else "numplan"
    sentence = verdict(plan)
    return [
        f"### {title}",
        "",
        f"**{shown(sentence[:1].upper() + sentence[1:])}** · {shown(name)} · account {shown(plan.account)}"
        + (" · destroy" if plan.destroy else "")
        + (" · refresh only" if plan.refresh_only else ""),
        "",
    ]


def _refusal(one: Refusal) -> Iterator[str]:
    place = f" ({shown(str(one.source))})" if one.source else ""
    yield f"- :no_entry: **{shown(one.guard)}**: {shown(one.summary)}{place}"
    if one.subjects:
        named = ", ".join(code(subject) for subject in one.subjects[:_FEW_SUBJECTS])
        rest = len(one.subjects) - _FEW_SUBJECTS
        more = f" and {rest:,} more" if rest > 0 else ""
        yield f"  <br>{named}{more}"
    if one.lifted_by:
        yield f"  <br>allowed by: {shown(one.lifted_by)}"


def _refused(refusals: int) -> Iterator[str]:
    """What closes the list of refusals."""
    if refusals > _FEW_REFUSALS:
        yield f"- and {refusals - _FEW_REFUSALS:,} more refusals"
    if refusals:
        yield ""


def _costs(plan: Plan) -> Iterator[str]:
    cost, unmanaged = plan.cost, plan.unmanaged
    if cost.moves:
        yield from _cost_table(plan)
    if unmanaged.count and plan.counts.any:
        least = "at least " if unmanaged.at_least else ""
        owned = (
            f"{least}{amount(unmanaged.monthly, unmanaged.unknown)} a month for {numbers(unmanaged.count)} that "
            "nothing declares"
        )
        yield f"Not in these figures: {owned}."
        yield ""


def _cost_table(plan: Plan) -> Iterator[str]:
    cost = plan.cost
    unit = f" ({shown(plan.currency)})" if plan.currency else ""
    yield f"| cost{unit} | before | after | change |"
    yield "|---|--:|--:|--:|"
    before, after = (
        amount(cost.monthly_before, cost.unknown_before),
        amount(cost.monthly_after, cost.unknown_after),
    )
    yield f"| a month | {before} | {after} | {change(cost.monthly, cost.unknown)} |"
    yield f"| once | | | {change(cost.once, cost.unknown_once)} |"
    yield ""


def _budgets(plan: Plan) -> Iterator[str]:
    """Each budget, and what is left of it; of many those that matter."""
    if not plan.budgets:
        return
    unit = f" ({shown(plan.currency)})" if plan.currency else ""
    yield f"| budget a month{unit} | {' | '.join(TITLES)} |"
    yield f"|---|{'--:|' * len(TITLES)}"
    for row in budget_rows(plan.budgets, _FEW):
        mark = ":no_entry: " if row.is_refused else ":warning: " if row.is_beyond else ""
        yield f"| {mark}{shown(row.whose)} | {' | '.join(row.figures)} |"
    yield ""
    if len(plan.budgets) > _FEW:
        yield f"And {len(plan.budgets) - _FEW:,} more budgets."
        yield ""


def _leaving(plan: Plan) -> Iterator[str]:
    if plan.leaving:
        yield from _folded(
            f"Leaving: {leaving_size(plan.leaving)}",
            [f"{code(leaving_name(one))} {shown(leaving_facts(one))}" for one in plan.leaving],
        )


def _held_back(plan: Plan) -> Iterator[str]:
    rows = sections_of(msgspec.structs.replace(plan, changes=plan.unselected))
    yield from _folded(
        f"Held back, not selected: {held_back(plan)}",
        [f"`{section.mark}` {code(row.name)}" for section in rows for row in section.rows()],
    )
    if plan.unselected:
        yield f"Selected by {', '.join(code(flag) for flag in plan.selection.flags)}."
        yield ""


def _outputs(plan: Plan) -> Iterator[str]:
    rows = changed(plan.outputs)
    yield from _folded(
        f"Outputs that change: {len(rows):,}",
        [f"{code(one.name)}: {shown(one.before)} -> {shown(one.after)}" for one in rows],
    )


def _drift(drift: Sequence[Drift]) -> Iterator[str]:
    more = drift_cost(drift)
    cost = f"{change(more.known, more.unknown)} a month"
    yield from _folded(
        f"Drift, the account differs from state: {numbers(len(drift))}, {cost}",
        [f"{code(one.resource)} {code(one.before.number)} {_drifted(one)}" for one in drift],
    )


def _drifted(one: Drift) -> str:
    if one.kind == "missing":
        return f"missing from the account, {amount(one.before.monthly_charge)} a month"
    return ", ".join(shown(str(found)) for found in one.differences)


def _apart(plan: Plan) -> Iterator[str]:
    yield from _folded(
        f"Held, left as they are: {numbers(len(plan.held))}",
        [f"{code(one.resource)} {code(one.number)} {shown(one.reason)}" for one in plan.held],
    )
    yield from _folded(
        f"Surplus, bought after all: {numbers(len(plan.surplus))}", [code(one) for one in plan.surplus]
    )
    least = "at least " if plan.unmanaged.at_least else ""
    cost = f"{least}{amount(plan.unmanaged.monthly, plan.unmanaged.unknown)} a month"
    yield from _folded(
        f"Unmanaged: {numbers(len(plan.unmanaged.numbers))}, {cost}",
        [code(one) for one in plan.unmanaged.numbers],
    )
    if plan.others:
        yield f"Of other states on this account, left to them: {shown(counted_text(plan.others))}."
        yield ""


def _findings(plan: Plan) -> Iterator[str]:
    yield from _folded(
        f"Findings: {len(plan.diagnostics):,}", [shown(str(one)) for one in plan.diagnostics], is_open=True
    )


def _folded(title: str, rows: Sequence[str], *, is_open: bool = False) -> Iterator[str]:
    """A list that can be opened, of a few rows and how many more there are."""
    if not rows:
        return
    yield f"<details{' open' if is_open else ''}><summary><b>{title}</b></summary>"
    yield ""
    yield from (f"- {row}" for row in rows[:_FEW])
    if len(rows) > _FEW:
        yield f"- and {len(rows) - _FEW:,} more"
    yield ""
    yield "</details>"
    yield ""
