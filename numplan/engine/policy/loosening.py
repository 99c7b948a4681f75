"""What a manifest binds an apply by, and what of it was loosened since the last one. Pure."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from numplan.model.charge import in_cents
from numplan.model.manifest import Manifest
from numplan.model.money.budget import Budgets, dropped
from numplan.model.plan import Loosened
from numplan.model.policy import Policy, both
from numplan.model.state import Bound

API: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "url": lambda before, after: before != after,
    "settle_seconds": lambda before, after: after < before,
    "hold_minutes": lambda before, after: after < before,
}
"""The keys of `api:` that safety hangs on, and whether a value is looser than the one before."""


def bound_by(manifest: Manifest) -> Bound:
    """What an apply of this manifest is bound by: what the next plan is held against."""
    api = manifest.api
    return Bound(
        policy=manifest.policy,
        url=api.url,
        settle_seconds=float(api.settle_seconds),  # 15 and 15.0 are one value, in state too
        hold_minutes=float(api.hold_minutes),
        other_states={one.name: one.place.url for one in manifest.other_states},
    )


def loosened(before: Bound | None, after: Bound) -> tuple[Loosened, ...]:
    """What is looser now than it was, key by key, in the manifest's words; a key that is not set counts as its default.
    What is stricter, or as it was, is not told, and nothing is where it is not known what was before.
    """
    if before is None:
        return ()
    held = both(before.policy, after.policy)  # a key is looser where what was would make it stricter
    found = [
        _loosened("policy", key, before.policy, after.policy)
        for key in Policy.__struct_fields__
        if key != "budgets" and getattr(held, key) != getattr(after.policy, key)
    ]
    found += _budgets(before.policy.budgets, after.policy.budgets)
    found += [
        _loosened("api", key, before, after)
        for key, is_looser in API.items()
        if is_looser(getattr(before, key), getattr(after, key))
    ]
    named = set(after.other_states.values())
    found += [
        Loosened(key=f"other_states.{name}", before=place, after=after.other_states.get(name, "none"))
        for name, place in before.other_states.items()
        if place not in named
    ]
    return tuple(found)


def _loosened(block: str, key: str, before: object, after: object) -> Loosened:
    was, now = (_told(key, getattr(side, key)) for side in (before, after))
    return Loosened(key=f"{block}.{key}", before=was, after=now)


def _budgets(before: Budgets, after: Budgets) -> Iterator[Loosened]:
    """Each budget that is raised or dropped, by its own key. One that is as high as it was, or lower, is for others
    now: then both are told with whom they are for.
    """
    now = {one.key: one for one in after or ()}
    for was in dropped(before, after):
        is_now = now.get(was.key)
        if is_now is None or (is_now.monthly > was.monthly and is_now.label == was.label):
            told = in_cents(was.monthly), "none" if is_now is None else in_cents(is_now.monthly)
        else:
            told = str(was), str(is_now)
        yield Loosened(key=f"policy.{was.key}", before=told[0], after=told[1])


def _told(key: str, value: object) -> str:
    match value:
        case None:
            return "any" if key.startswith("allowed_") else "none"
        case ():
            return "none" if key == "required_labels" else "empty"
        case tuple():
            return ", ".join(map(str, value))
        case Decimal():
            return f"{value:f}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
