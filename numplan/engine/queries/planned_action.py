"""What a plan would do with one number, and what keeps it from being done. Pure."""

import msgspec

from numplan.model.address import Address, Resource, address_of
from numplan.model.changes import Change, Forget, Keep, Purchase, Replace, number_of
from numplan.model.diagnostics import Diagnostic
from numplan.model.number import E164
from numplan.model.plan import Deferred, Leaving, Plan


class PlannedAction(msgspec.Struct, frozen=True, kw_only=True):
    """Of one number: its change, or why it waits; `errors` that stop it, and the names of `guards` that do.
    `refilled`: it is forgotten, and its pool buys another. `leaving`: it leaves, and stays until its day.
    """

    change: Change | None = None
    held: Deferred | None = None
    errors: tuple[Diagnostic, ...] = ()
    guards: tuple[str, ...] = ()
    refilled: bool = False
    leaving: Leaving | None = None


class PlannedActions:
    """A plan, number by number."""

    def __init__(self, plan: Plan) -> None:
        self._changes: dict[E164, Change] = {}
        self._guards: dict[str, dict[str, None]] = {}
        self._errors: dict[str, list[Diagnostic]] = {}
        self._held = {one.number: one for one in plan.held}
        self._leaving = {one.number: one for one in plan.leaving}
        self._buying = {one.resource for one in plan.changes if isinstance(one, Purchase)}
        for change in plan.changes:
            if isinstance(change, Replace):
                self._changes[change.after.number] = change
            self._changes[number_of(change)] = change
        for refusal in plan.refusals:
            for subject in (*refusal.subjects, *refusal.resources):
                self._guards.setdefault(subject, {})[refusal.guard] = None
        for found in plan.errors:
            self._errors.setdefault(found.path, []).append(found)

    def of(self, number: E164, resource: Resource | None = None) -> PlannedAction:
        """What becomes of a number; `resource` is where state or manifest have it."""
        change = self._changes.get(number)
        home = resource or (change.resource if change else None)
        address = address_of(home, number) if home else Address("")
        return PlannedAction(
            change=change,
            held=self._held.get(number),
            errors=tuple(self._errors.get(address, ())),
            guards=self._guards_of(address, change),
            leaving=self._leaving.get(number),
            refilled=isinstance(change, Forget) and change.resource in self._buying,
        )

    def _guards_of(self, address: Address, change: Change | None) -> tuple[str, ...]:
        """The guards that refuse this number by its address, or what its resource would do."""
        found = dict(self._guards.get(address, {}))
        if change is not None and not isinstance(change, Keep):
            found |= self._guards.get(change.resource, {})
        return tuple(found)
