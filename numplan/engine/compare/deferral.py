"""Numbers that a plan leaves alone for now, each with the reason: their calls are not settled, or the account has not
caught up. And of managed numbers that it does not show, which are missing. Pure.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from numplan.engine.compare.sides import Sides
from numplan.model.moment import Moment, age, our_time, shown
from numplan.model.number import E164
from numplan.model.plan import Deferred
from numplan.model.state import Instance


def unsettled(sides: Sides) -> dict[E164, Deferred]:
    """Numbers of calls whose outcome is not known."""
    return {
        intent.number: Deferred(
            resource=intent.instance.resource,
            number=intent.number,
            reason=f"its {intent.kind} was about to be sent at {shown(intent.written_at)} and "
            f"the outcome is not known yet{f': {intent.doubt}' if intent.doubt else ''}",
            leaving=intent.kind == "release",
        )
        for intent in sides.intents
    }


def lingering(sides: Sides, managed: Mapping[E164, Instance]) -> dict[E164, Deferred]:
    """Declared numbers that the account shows still, or again, so soon after their release that nobody can say which:
    adopted now, one that was never released would stand on the trunk that is declared, and not on its own.
    """
    released = {one.number for one in sides.tombstones if one.lingers(sides.now, sides.hold)}
    return {
        number: Deferred(
            resource=sides.declared[number].resource,
            number=number,
            reason="the account shows it, though its release had seemed to be carried out just before",
        )
        for number in sorted(released | sides.just_released)
        if number in sides.snapshot.owned and number in sides.declared and number not in managed
    }


def awaited(
    unseen: Iterable[Instance], now: Moment, hold: timedelta, *, accept_missing: bool
) -> tuple[dict[E164, Deferred], list[Instance], list[Instance]]:
    """Managed numbers that the account does not show: those that wait, and of these the ones that a second look decides
    about; and those that are missing.
    """
    waiting: dict[E164, Deferred] = {}
    absent: list[Instance] = []
    missing: list[Instance] = []
    for one in unseen:
        if one.bought_at is not None and age(now, one.bought_at) < hold:
            reason = f"bought at {shown(one.bought_at)}, not yet listed by the account"
        elif accept_missing or is_missing(one, now, hold):
            missing.append(one)
            continue
        else:
            absent.append(one)
            reason = _looked_for(one, now, hold)
        waiting[one.number] = Deferred(resource=one.resource, number=one.number, reason=reason)
    return waiting, absent, missing


def is_missing(instance: Instance, now: Moment, hold: timedelta) -> bool:
    """Whether this look, which does not show a managed number either, is the second one, `hold` after the first."""
    return instance.missing_since is not None and age(now, instance.missing_since) >= hold


def again_from(instance: Instance, now: Moment, hold: timedelta) -> datetime:
    """From when on a second look decides about an absent number."""
    return our_time(now if instance.missing_since is None else instance.missing_since) + hold


def _looked_for(instance: Instance, now: Moment, hold: timedelta) -> str:
    then = shown(again_from(instance, now, hold))
    return (
        f"the account does not show it; it is looked for again from {then} on, and missing only if it is "
        "not there then"
    )
