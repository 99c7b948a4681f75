"""Which numbers a run is about that was asked for some by name. Pure."""

from typing import Final

from numplan.engine.account.refresh import About, everything
from numplan.engine.plan.selecting.subjects import is_named, subject_of
from numplan.model.address import kind_of
from numplan.model.manifest import Manifest
from numplan.model.number import E164, is_canonical
from numplan.model.plan import Selection
from numplan.model.state import State

EXPLICIT: Final = ("number.", "set.")
"""What the addresses begin with whose numbers are explicit."""


def about(selection: Selection, manifest: Manifest) -> About:
    """The numbers that targets name, where each is an explicit one: what is done about these depends on no other. With
    moves and flows it may. With pools it may too, unless each target is such a number or begins with the kind of such
    entries: another, a pattern above all, may name what a pool has, or what nobody knows yet and a pool would take. So
    then a run is about all there is.
    """
    targets = selection.targets
    flows = any(output.tells_flows for output in manifest.outputs) or any(
        entry.terms.flow for entry in manifest.entries()
    )
    if not targets or manifest.moved or flows:
        return everything

    def named(state: State | None) -> frozenset[E164] | None:
        known = [(one.number, one.resource) for one in manifest.explicit()]
        known += [(one.number, one.resource) for one in (state.numbers if state else ())]
        known += [(one.number, one.instance.resource) for one in (state.intents if state else ())]
        chosen = [
            (number, resource)
            for number, resource in known
            if is_named(targets, subject_of(resource, number))
        ]
        numbers = frozenset(number for number, _ in chosen)
        if any(kind_of(resource) == "pool" for _, resource in chosen):
            return None
        if manifest.pools and not all(one in numbers or one.startswith(EXPLICIT) for one in targets):
            return None
        return numbers | frozenset(filter(is_canonical, targets))

    return named
