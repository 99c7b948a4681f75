"""The kinds of changes that a plan tells apart: how each is told, what it costs, and what many of one kind share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec

from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Forget,
    Purchase,
    Release,
    Replace,
    Unavailable,
    Update,
)
from numplan.model.charge import add_up
from numplan.model.number import E164
from numplan.model.plan import ZERO
from numplan.model.state import Attributes
from numplan.numbering.area_codes import area_code_of
from numplan.views.common.amounts import amount
from numplan.views.common.rates import rates_text
from numplan.views.common.sanitize import one_line
from numplan.views.common.wrapping import Style


class Charges(msgspec.Struct, frozen=True):
    """Charges as a section shows them: `shown` says which of the two it does, `unknown` how many each lacks."""

    once: Decimal | None = None
    monthly: Decimal | None = None
    shown: tuple[bool, bool] = (False, False)
    unknown: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        """`0.40 once, 0.30 a month`, or nothing where neither is shown."""
        return self.aligned((0, 0))

    def aligned(self, widths: tuple[int, int]) -> str:
        """Rows with each amount in a column of its width."""
        charges = ((self.once, "once"), (self.monthly, "a month"))
        return ", ".join(
            f"{amount(charge, unknown).rjust(width)} {unit}"
            for (charge, unit), unknown, width, shown in zip(
                charges, self.unknown, widths, self.shown, strict=True
            )
            if shown
        )

    def less(self, part: "Charges") -> "Charges":
        """What is left of a sum without a part of it."""
        return Charges(
            (self.once or ZERO) - (part.once or ZERO),
            (self.monthly or ZERO) - (part.monthly or ZERO),
            self.shown,
            (self.unknown[0] - part.unknown[0], self.unknown[1] - part.unknown[1]),
        )


def differences(one: Update | Replace) -> tuple[str, ...]:
    """Each attribute that changes: `labels.owner: voice -> sales`."""
    return tuple(map(str, one.differences))


_PLACE: Final = ("city", "state", "country", "type", "category", "sip_trunk_id", "protect")
_RATES: Final = ("voice_rate", "sms_rate")
_AT_ONCE: Final = 1000
"""Changes that are looked through at once."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of one section: how they are told, and whose charges they show, `once` and a month.

    Changes that are alike in what `alike` names, and share the labels of their `side`, have the same facts, but for the
    area code. Where it names nothing, each is looked at.
    """

    title: str
    change: type[Change]
    mark: str
    style: Style
    facts: Callable[[Any], tuple[str, ...]]
    side: Literal["before", "after", ""] = ""
    once: bool = False
    alike: tuple[str, ...] = ()
    takes_over: bool | None = None
    """Of adoptions: whether another state manages the number."""

    def among(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Those of the changes of its type that belong here."""
        if self.takes_over is None:
            return tuple(changes)
        over = [*map(bool, map(attrgetter("takes_over"), changes))]
        if self.takes_over not in over:
            return ()
        return tuple(one for one, it in zip(changes, over, strict=True) if it is self.takes_over)

    def facts_of(self, one: Change) -> tuple[str, ...]:
        """What else is to be known of a change."""
        return tuple(one_line(fact) for fact in self.facts(one) if fact)

    def charges_of(self, one: Change) -> Charges:
        """What it costs."""
        if not self.side:
            return Charges()
        shown: Attributes = getattr(one, self.side)
        return Charges(shown.setup_charge if self.once else None, shown.monthly_charge, (self.once, True))

    def total(self, changes: Sequence[Change]) -> Charges:
        """What these cost together."""
        if not self.side or not changes:
            return Charges()
        monthly = add_up(map(attrgetter(f"{self.side}.monthly_charge"), changes))
        once = add_up(map(attrgetter(f"{self.side}.setup_charge"), changes) if self.once else ())
        return Charges(once.known, monthly.known, (self.once, True), (once.unknown, monthly.unknown))

    def different(self, changes: Sequence[Change]) -> Iterator[Change]:
        """One of each that may have facts of its own. Of a million, only as many are looked at as somebody asks for."""
        if not self.alike:
            yield from changes
            return
        alike, labels = attrgetter(*self.alike), attrgetter(f"{self.side}.labels")
        seen: set[object] = set()
        for start in range(0, len(changes), _AT_ONCE):
            some = changes[start : start + _AT_ONCE]
            found = dict(
                zip(zip(map(alike, some), map(id, map(labels, some)), strict=True), some, strict=True)
            )
            yield from (one for key, one in found.items() if key not in seen)
            seen.update(found)


def area_of(number: E164) -> str:
    """`area code 212`, the one fact that a number itself tells; empty where it has none."""
    code = area_code_of(number)
    return f"area code {code}" if code else ""


def _place(attributes: Attributes) -> tuple[str, ...]:
    """Where and what a number is, and what the manifest says of it."""
    parts = (
        attributes.city,
        attributes.state,
        area_of(attributes.number),
        attributes.country,
        attributes.type,
        attributes.category,
    )
    trunk = "" if attributes.sip_trunk_id is None else f"trunk {attributes.sip_trunk_id}"
    labels = (f"{name}={value}" for name, value in sorted(attributes.labels.items()))
    return (*(part or "" for part in parts), trunk, *labels, "protected" if attributes.protect else "")


def _purchase(one: Purchase) -> tuple[str, ...]:
    again = (
        "again: its earlier purchase had an unknown outcome" if one.sent_before else "",
        "again: the account no longer holds it" if one.replaces_missing else "",
    )
    return (*_place(one.after), rates_text(one.after.rates), *again)


def _release(one: Release | Forget) -> tuple[str, ...]:
    return (*_place(one.before), one.reason, *one.more)


def _adopt(one: Adopt) -> tuple[str, ...]:
    doubt = "" if one.trunk_verified or one.after.sip_trunk_id is None else "trunk not verified"
    return (*_place(one.after), rates_text(one.after.rates), doubt)


def _update(one: Update) -> tuple[str, ...]:
    moved = f"moved from {one.previous_resource}" if one.previous_resource else ""
    why = (one.reason, *one.more) if one.begins_leaving or one.stops_leaving else ()
    return (moved, *differences(one), *why)


def _replace(one: Replace) -> tuple[str, ...]:
    steps = f"buy {one.after.number}, then release" if one.buys_first else "release, then buy it back"
    return (steps, *differences(one), one.reason, *one.more)


def _blocked(one: Blocked) -> tuple[str, ...]:
    return (f"assigned to {one.assignment.flow_name!r} (flow {one.assignment.flow_id})", one.because)


def _unavailable(one: Unavailable) -> tuple[str, ...]:
    return (f"gone: {one.reason}" if one.managed else one.reason,)


def _alike(side: Literal["before", "after"], names: Iterable[str], *others: str) -> tuple[str, ...]:
    return (*(f"{side}.{name}" for name in names), *others)


_ADOPTED: Final = _alike("after", (*_PLACE, *_RATES), "trunk_verified")
_LET_GO: Final = _alike("before", _PLACE, "reason", "more")
KINDS: Final = (
    Kind(
        title="Cannot be had: not in the account, and not for sale",
        change=Unavailable,
        mark="!",
        style="red",
        facts=_unavailable,
    ),
    Kind(
        title="Blocked, the vendor would refuse their release; not sent",
        change=Blocked,
        mark="!",
        style="red",
        facts=_blocked,
        side="before",
    ),
    Kind(
        title="To release, for good",
        change=Release,
        mark="-",
        style="red",
        facts=_release,
        side="before",
        alike=_LET_GO,
    ),
    Kind(title="To replace", change=Replace, mark="±", style="red", facts=_replace, side="after", once=True),
    Kind(
        title="To take over: the account owned them already, and another state that manages them would lose them",
        change=Adopt,
        takes_over=True,
        mark="!",
        style="red",
        facts=_adopt,
        side="after",
        alike=_ADOPTED,
    ),
    Kind(
        title="To purchase",
        change=Purchase,
        mark="+",
        style="green",
        facts=_purchase,
        side="after",
        once=True,
        alike=_alike("after", (*_PLACE, *_RATES), "sent_before", "replaces_missing"),
    ),
    Kind(
        title="To adopt, no call",
        change=Adopt,
        takes_over=False,
        mark=">",
        style="cyan",
        facts=_adopt,
        side="after",
        alike=_ADOPTED,
    ),
    Kind(title="To update, no call", change=Update, mark="~", style="yellow", facts=_update),
    Kind(
        title="To forget, no call",
        change=Forget,
        mark=".",
        style="bright_black",
        facts=_release,
        side="before",
        alike=_LET_GO,
    ),
)
"""The sections, the dangerous ones first."""
