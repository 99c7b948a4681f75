"""The changes of a plan, section by section: one line a number, and what many share said once."""

from collections.abc import Iterator, Sequence

from numplan.model.plan import Plan
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount
from numplan.views.common.sections import ChangeRow, Section, sections_of, total
from numplan.views.common.wrapping import Fold, Line, cut, wrapped


def changes_text(plan: Plan, width: int, fold: Fold) -> Iterator[Line]:
    """Every section that has changes, the dangerous ones first."""
    for section in sections_of(plan):
        yield Line(f"{section.title}: {numbers(len(section.rows))}{_costing(section.rows)}", section.style)
        yield from _section(section, width, fold)
        yield Line("")


def _section(section: Section, width: int, fold: Fold) -> Iterator[Line]:
    groups: dict[str, list[ChangeRow]] = {}
    for row in section.rows:
        groups.setdefault(row.group, []).append(row)
    shown = list(groups)[: fold.groups]
    for group in shown:
        for text, aside in _group(group, groups[group], section.mark, width, fold):
            yield Line(text, "" if aside else section.style)
    if len(shown) < len(groups):
        rest = [row for group in groups if group not in shown for row in groups[group]]
        more = f"{len(groups) - len(shown):,} more sets and pools, {numbers(len(rest))}{_costing(rest)}"
        yield Line(f"    … and {more} (--expand shows all)")


def _group(
    group: str, rows: Sequence[ChangeRow], mark: str, width: int, fold: Fold
) -> Iterator[tuple[str, bool]]:
    """Lines of one set or pool, or of the explicit numbers, each with whether it is an aside."""
    shared = _shared(rows) if len(rows) > 1 else ()
    if shared:
        head = f"{group}, {numbers(len(rows))}" if group else f"{len(rows):,} explicit numbers"
        yield from ((text, True) for text in cut(wrapped(f"    {head}:", " " * 6, shared, width=width), fold))
    shown = rows if len(rows) <= fold.longest else rows[: fold.shown]
    names = max(len(row.name) for row in shown)
    widths = (
        max(len(amount(row.charges.once)) for row in rows),
        max(len(amount(row.charges.monthly)) for row in rows),
    )
    for row in shown:
        own = [fact for fact in row.facts if fact not in shared]
        line = f"  {mark} {row.name.ljust(names)}  {row.charges.aligned(widths)}".rstrip()
        short = f"{line}  {', '.join(own)}" if own else line
        if len(short) <= width:
            yield short, False
        else:
            yield line, False
            yield from ((text, True) for text in cut(wrapped(" " * 6, " " * 6, own, width=width), fold))
    if len(shown) < len(rows):
        rest = rows[len(shown) :]
        yield f"    … and {len(rest):,} more{_costing(rest)} (--expand shows all)", True


def _shared(rows: Sequence[ChangeRow]) -> tuple[str, ...]:
    """What is true of every row, in the order of the first."""
    common = set(rows[0].facts).intersection(*(row.facts for row in rows[1:]))
    return tuple(fact for fact in rows[0].facts if fact in common)


def _costing(rows: Sequence[ChangeRow]) -> str:
    """What all rows cost together: `, 0.40 once, 0.30 a month`."""
    charges = str(total(rows))
    return f", {charges}" if charges else ""
