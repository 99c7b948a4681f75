"""The changes of a plan, section by section: one line a number, and what many share said once."""

from collections.abc import Iterator, Sequence

from numplan.model.changes import Change
from numplan.model.plan import Plan
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount
from numplan.views.common.kinds import Charges
from numplan.views.common.sections import Section, sections_of
from numplan.views.common.wrapping import Fold, Line, cut, wrapped


def changes_text(plan: Plan, width: int, fold: Fold) -> Iterator[Line]:
    """Every section that has changes, the dangerous ones first."""
    for section in sections_of(plan):
        charges = section.total()
        yield Line(f"{section.title}: {numbers(len(section.changes))}{_costing(charges)}", section.style)
        yield from _section(section, charges, width, fold)
        yield Line("")


def _section(section: Section, charges: Charges, width: int, fold: Fold) -> Iterator[Line]:
    groups = section.groups()
    shown = list(groups)[: fold.groups]
    for group in shown:
        total = charges if len(groups) == 1 else section.total(groups[group])
        for text, aside in _group(group, section, groups[group], total, width, fold):
            yield Line(text, "" if aside else section.style)
    if len(shown) < len(groups):
        rest = [one for group in groups if group not in shown for one in groups[group]]
        cost = _costing(section.total(rest))
        more = f"{len(groups) - len(shown):,} more sets and pools, {numbers(len(rest))}{cost}"
        yield Line(f"    … and {more} (--expand shows all)")


def _group(
    group: str, section: Section, changes: Sequence[Change], total: Charges, width: int, fold: Fold
) -> Iterator[tuple[str, bool]]:
    """Lines of one set or pool, or of the explicit numbers, each with whether it is an aside."""
    shared = section.shared(changes) if len(changes) > 1 else ()
    if shared:
        head = f"{group}, {numbers(len(changes))}" if group else f"{len(changes):,} explicit numbers"
        yield from ((text, True) for text in cut(wrapped(f"    {head}:", " " * 6, shared, width=width), fold))
    told = changes if len(changes) <= fold.longest else changes[: fold.shown]
    rows = list(section.rows(told))
    names = max(len(row.name) for row in rows)
    widths = (
        max(len(amount(row.charges.once)) for row in rows),
        max(len(amount(row.charges.monthly)) for row in rows),
    )
    for row in rows:
        own = [fact for fact in row.facts if fact not in shared]
        line = f"  {section.mark} {row.name.ljust(names)}  {row.charges.aligned(widths)}".rstrip()
        short = f"{line}  {', '.join(own)}" if own else line
        if len(short) <= width:
            yield short, False
        else:
            yield line, False
            yield from ((text, True) for text in cut(wrapped(" " * 6, " " * 6, own, width=width), fold))
    if len(rows) < len(changes):
        cost = _costing(total.less(section.total(told)))
        yield f"    … and {len(changes) - len(rows):,} more{cost} (--expand shows all)", True


def _costing(charges: Charges) -> str:
    """What changes cost together: `, 0.40 once, 0.30 a month`."""
    text = str(charges)
    return f", {text}" if text else ""
