"""`policy.budgets`: what may be managed for so much a month, and what a schema cannot say of it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from numplan.manifest.reading.positions import LocatedMap, Step
from numplan.manifest.reading.quoting import dotted_path, quote
from numplan.model.charge import charge_of
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.manifest import Manifest, terms_within
from numplan.model.money.budget import Budget, Budgets
from numplan.model.policy import Policy
from numplan.model.text.spelling import Meant

BUDGETS: Final = "budgets"


def budgets_of(held: Mapping[str, object]) -> Budgets:
    """The budgets of a `budgets:` block, in their order: for all, for each value that is named, for the others."""
    each = held.get("each")
    named = each if isinstance(each, dict) else {}
    label = str(held.get("by") or "")
    found: list[Budget] = []
    if "monthly" in held:
        found.append(Budget(monthly=charge_of(str(held["monthly"]))))
    if label:
        found += [
            Budget(monthly=charge_of(str(charge)), label=label, value=str(value))
            for value, charge in named.items()
        ]
        if "others" in held:
            besides = tuple(sorted(map(str, named)))
            found.append(Budget(monthly=charge_of(str(held["others"])), label=label, besides=besides))
    return tuple(found) or msgspec.UNSET


def check_budgets(policy: LocatedMap, path: tuple[Step, ...] = ()) -> Iterator[Diagnostic]:
    """Budgets that mean nothing, of a policy that the schema admits: parts without a label, a label without parts, and
    parts that are more than the whole.
    """
    held = policy.block(BUDGETS)
    path = (*path, BUDGETS)
    parts = [key for key in ("each", "others") if key in held]
    if parts and "by" not in held:
        yield error(
            f"{' and '.join(parts)} {'are' if len(parts) > 1 else 'is'} for a label, and `by` names none",
            source=held.key_source(parts[0]),
            path=dotted_path((*path, parts[0])),
            hint="write `by: owner`, or the label by whose values numbers are told apart",
        )
    if "by" in held and not parts:
        yield error(
            "it names a label, and nothing is budgeted by it",
            source=held.source("by"),
            path=dotted_path((*path, "by")),
            hint="write `each`, with a budget for each of its values, or `others`; or remove it",
        )
    each = held.block("each")
    sum_of_parts = sum((Decimal(str(one)) for one in each.values()), Decimal(0))
    sum_of_parts += Decimal(str(held.get("others", 0)))
    if parts and "monthly" in held and sum_of_parts > Decimal(str(held["monthly"])):
        yield error(
            f"the parts are {sum_of_parts:f} together, and the whole is {held['monthly']}",
            source=held.source("monthly"),
            path=dotted_path((*path, "monthly")),
            hint=f"raise it to {sum_of_parts:f}, or lower each and others",
        )


def check_values(manifest: Manifest, policy: LocatedMap) -> Iterator[Diagnostic]:
    """An error for each value of the label that has a budget, and that no entry of the manifest carries."""
    held = policy.block(BUDGETS)
    label, each = str(held.get("by") or ""), held.block("each")
    if not label or not each:
        return
    carried = {
        terms.labels[label]
        for entry in manifest.named()
        for terms in terms_within(entry)
        if label in terms.labels
    }
    spelling = Meant()
    for value in each:
        if value in carried:
            continue
        meant = spelling.nearest(value, sorted(carried))
        yield error(
            f"no entry carries the label {label}: {quote(value)}",
            source=each.key_source(value),
            path=dotted_path(("policy", BUDGETS, "each", value)),
            hint=f"did you mean {quote(meant)}?" if meant else _known(label, carried),
        )


def _known(label: str, carried: set[str]) -> str:
    if not carried:
        return f"no entry has the label {quote(label)} at all"
    return f"values of {label}: {', '.join(map(quote, sorted(carried)[:10]))}"


def with_budgets(limits: Policy, held: Mapping[str, object]) -> Policy:
    """A policy with the budgets that its block sets."""
    block = held.get(BUDGETS)
    found = budgets_of(block) if isinstance(block, dict) else msgspec.UNSET
    return msgspec.structs.replace(limits, budgets=found) if found else limits
