"""Where the account uses a number for another flow than its entry expects. Nothing is sent for it. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from numplan.model.account import OwnedNumber
from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.manifest import NO_FLOW, Entry, Manifest
from numplan.model.number import E164
from numplan.model.state import Instance
from numplan.model.text.printable import numbers

_NAMED = 5


class Astray(NamedTuple):
    """A managed number that is in another flow than its `entry` expects, or in none, or in one though it expects none.
    Flows by name, with NO_FLOW for none.
    """

    entry: Entry
    instance: Instance
    expected: str
    found: str


def astray(
    manifest: Manifest, managed: Mapping[E164, Instance], owned: Mapping[E164, OwnedNumber]
) -> tuple[Astray, ...]:
    """All of them, in order of number. What leaves is expected nowhere."""
    expecting = {
        entry.resource: (entry, entry.terms.flow)
        for entry in manifest.entries()
        if entry.terms.flow is not None
    }
    found: list[Astray] = []
    for number, one in managed.items() if expecting else ():
        entry, flow = expecting.get(one.resource, (None, ""))
        if entry is None or number not in owned or one.surplus or one.attributes.leaving_at is not None:
            continue
        if not _is_expected(flow, owned[number]):
            found.append(Astray(entry, one, flow, _flow_of(owned[number])))
    return tuple(sorted(found, key=lambda one: one.instance.number))


def warnings(found: tuple[Astray, ...]) -> Iterator[Diagnostic]:
    """A warning for each entry."""
    by_entry: dict[str, list[Astray]] = {}
    for one in found:
        by_entry.setdefault(one.entry.resource, []).append(one)
    for resource, some in by_entry.items():
        first = some[0]
        told = ", ".join(f"{one.instance.number} ({_shown(one.found)})" for one in some[:_NAMED])
        more = f" and {len(some) - _NAMED:,} more" if len(some) > _NAMED else ""
        expected = "in no flow" if first.expected == NO_FLOW else f"in the flow {first.expected!r}"
        are = "is" if len(some) == 1 else "are"
        yield warning(
            f"{resource}: {numbers(len(some))} {are} not {expected}, as `flow` expects: {told}{more}",
            source=first.entry.source,
            hint="assign them at the vendor, or change `flow`; numplan sends nothing for it",
        )


def _is_expected(expected: str, row: OwnedNumber) -> bool:
    if expected == NO_FLOW:
        return row.flow is None
    return row.flow is not None and expected in {row.flow.flow_name, row.flow.flow_id}


def _flow_of(row: OwnedNumber) -> str:
    return row.flow.flow_name or row.flow.flow_id if row.flow else NO_FLOW


def _shown(flow: str) -> str:
    return "in none" if flow == NO_FLOW else f"in {flow!r}"
