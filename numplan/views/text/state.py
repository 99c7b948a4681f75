"""What state remembers, as people read it."""

from collections.abc import Sequence
from typing import Final

from numplan.model.moment import our_time
from numplan.model.state import Instance, State
from numplan.model.text.printable import numbers
from numplan.views.common.amounts import amount
from numplan.views.common.rates import rates_of
from numplan.views.common.sanitize import one_line

LONGEST_NAME: Final = 44
"""Columns for addresses; a longer one pushes its own line only."""


def state_text(state: State) -> str:
    """The whole state: a head, a line a number, then what is uncertain or watched."""
    lines = [
        f"account {state.account} at {state.api_url}",
        f"serial {state.serial}, lineage {state.lineage}, written by numplan {state.numplan}",
        f"{numbers(len(state.numbers))} managed",
        *_rows(state.numbers),
    ]
    if state.intents:
        lines.append(
            f"{numbers(len(state.intents))} with a call whose outcome is unknown; the next apply settles it"
        )
        lines += [
            f"  {one.number}  {one.kind} for {one.instance.resource}, {our_time(one.written_at):%Y-%m-%d %H:%M:%S} UTC"
            + (f": {one_line(one.doubt)}" if one.doubt else "")
            for one in state.intents
        ]
    if state.tombstones:
        lines.append(f"{numbers(len(state.tombstones))} watched: a purchase closed as never happened")
        lines += [
            f"  {one.number}  for {one.instance.resource}, closed {our_time(one.closed_at):%Y-%m-%d %H:%M:%S} UTC"
            for one in state.tombstones
        ]
    if state.released:
        them = "it" if len(state.released) == 1 else "them"
        lines.append(
            f"{numbers(len(state.released))} released; no pool buys {them} again before policy.rebuy_after is over"
        )
        lines += [
            f"  {one.number}  released {our_time(one.at):%Y-%m-%d %H:%M:%S} UTC" for one in state.released
        ]
    return "\n".join(lines)


def instance_text(instance: Instance) -> str:
    """All that state remembers of one number, an attribute a line."""
    attributes = instance.attributes
    facts = {
        "number": attributes.number,
        "country": attributes.country,
        "state": attributes.state,
        "city": attributes.city,
        "type": attributes.type,
        "category": attributes.category,
        "sip_trunk_id": _trunk(instance),
        "labels": ", ".join(f"{key}={value}" for key, value in sorted(attributes.labels.items())) or None,
        "protect": "true" if attributes.protect else None,
        "release_after": f"{attributes.release_after}d" if attributes.release_after else None,
        "leaving_at": f"{attributes.leaving_at:%Y-%m-%d}" if attributes.leaving_at else None,
        "setup_charge": amount(attributes.setup_charge),
        "monthly_charge": amount(attributes.monthly_charge),
        **rates_of(attributes.rates),
        "origin": instance.origin,
        "bought_at": f"{our_time(instance.bought_at):%Y-%m-%d %H:%M:%S} UTC" if instance.bought_at else None,
        "surplus": "true, in no pool's count" if instance.surplus else None,
        "replaces": instance.replaces,
    }
    rows = [f"  {name:<15} {one_line(str(value))}" for name, value in facts.items() if value is not None]
    return "\n".join([instance.address, *rows])


def _trunk(instance: Instance) -> str | None:
    trunk = instance.attributes.sip_trunk_id
    if trunk is None:
        return None
    return f"{trunk}" if instance.trunk_verified else f"{trunk} (as declared; not verified)"


def _rows(instances: Sequence[Instance]) -> list[str]:
    """A line a number: where it lives, what it costs, what it is."""
    names = [_name(one) for one in instances]
    charges = [amount(one.attributes.monthly_charge) for one in instances]
    name_width = min(max(map(len, names), default=0), LONGEST_NAME)
    charge_width = max(map(len, charges), default=0)
    return [
        f"  {name.ljust(name_width)}  {charge.rjust(charge_width)} a month  {_kind(one)}"
        for name, charge, one in zip(names, charges, instances, strict=True)
    ]


def _name(instance: Instance) -> str:
    return instance.address if instance.address.endswith('"]') else f"{instance.address}  {instance.number}"


def _kind(instance: Instance) -> str:
    attributes = instance.attributes
    marks = [
        mark for mark, is_so in (("protected", attributes.protect), ("surplus", instance.surplus)) if is_so
    ]
    if attributes.leaving_at is not None:
        marks.append(f"leaves, released from {attributes.leaving_at:%Y-%m-%d} on")
    return one_line(", ".join((attributes.country, attributes.type, *marks)))
