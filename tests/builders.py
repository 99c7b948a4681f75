"""A small language for manifests and states, so that a test shows only what it is about."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from numplan.engine.pipeline import compute_plan, nothing_of
from numplan.engine.plan.planner import PlanOptions
from numplan.manifest.declarations.budgets import budgets_of
from numplan.model.address import Resource
from numplan.model.changes import Change
from numplan.model.diagnostics import Source
from numplan.model.location.api_settings import ApiSettings
from numplan.model.manifest import Manifest, NumberEntry, PoolEntry, Retired, SetEntry, Terms
from numplan.model.money.budget import Budgets
from numplan.model.number import E164
from numplan.model.plan import Allowances, Plan, Refusal, Selection
from numplan.model.policy import NO_LIMITS, Policy
from numplan.model.state import Attributes, Instance, Intent, Released, State, Tombstone
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

LONG_AGO = NOON - timedelta(days=30)
JUST_NOW = NOON - timedelta(minutes=2)
TERMS = Terms.__struct_fields__
PLACE = Source("numplan.yaml", 7, 3)
ALL = Selection()


def us(place: int) -> E164:
    """The nth of many numbers in the United States."""
    return E164(f"+1205{place:07d}")


def entry(name: str, number: str, **terms: Any) -> NumberEntry:
    """`numbers: {name: {number: ..., terms}}`."""
    return NumberEntry(name=name, number=E164(number), terms=Terms(**terms), sources=(PLACE,), at=0)


def group(name: str, numbers: Iterable[str], **terms: Any) -> SetEntry:
    """`sets: {name: {numbers: [...], terms}}`."""
    listed = tuple(E164(number) for number in numbers)
    places = tuple(Source("numplan.yaml", 20 + place) for place in range(len(listed)))
    return SetEntry(name=name, numbers=listed, sources=places, terms=Terms(**terms), source=PLACE)


def pool(name: str, count: int, **keys: Any) -> PoolEntry:
    """`pools: {name: {count: ..., keys}}`; in the United States unless it says otherwise."""
    keys = {"country": "United States", **keys}
    for cap in ("max_setup_charge", "max_monthly_charge", "max_voice_rate", "max_sms_rate"):
        if cap in keys:
            keys[cap] = Decimal(keys[cap])
    terms = Terms(**{key: keys[key] for key in TERMS if key in keys})
    rest = {key: value for key, value in keys.items() if key not in TERMS}
    return PoolEntry(name=name, count=count, country=keys["country"], terms=terms, source=PLACE, **rest)


def manifest(
    *entries: NumberEntry | SetEntry | PoolEntry,
    policy: Policy | None = None,
    operator: Policy = NO_LIMITS,
    hold_minutes: float = 15,
    retire: Iterable[str] = (),
) -> Manifest:
    """A manifest of these entries, that retires these numbers for a spam label. One call at a time: threads would only
    slow a test down.
    """
    return Manifest(
        path="numplan.yaml",
        digest="digest-1",
        api=ApiSettings(url=URL, parallelism=1, hold_minutes=hold_minutes),
        policy=policy or Policy(),
        operator=operator,
        numbers=tuple(one for one in entries if isinstance(one, NumberEntry)),
        sets=tuple(one for one in entries if isinstance(one, SetEntry)),
        pools=tuple(one for one in entries if isinstance(one, PoolEntry)),
        retire=tuple(Retired(E164(number), "spam label", PLACE) for number in retire),
    )


def budgets(monthly: str = "", *, by: str = "owner", others: str = "", **each: str) -> Budgets:
    """`policy: {budgets: {monthly: ..., by: owner, each: {sales: ...}, others: ...}}`; what is empty is not set."""
    held: dict[str, object] = {"by": by, "each": each}
    return budgets_of(
        {**held, **{key: one for key, one in (("monthly", monthly), ("others", others)) if one}}
    )


def managed(
    resource: str,
    number: str,
    *,
    bought_at: datetime | None = LONG_AGO,
    surplus: bool = False,
    trunk_verified: bool = True,
    missing_since: datetime | None = None,
    **known: Any,
) -> Instance:
    """One number in state. `missing_since`: an apply has noted that the account lacks it."""
    known = {"country": "United States", "type": "Geographic", **known}
    known["setup_charge"] = Decimal(known.get("setup_charge", "0.10"))
    known["monthly_charge"] = Decimal(known.get("monthly_charge", "0.20"))
    return Instance(
        resource=Resource(resource),
        attributes=Attributes(number=E164(number), **known),
        origin="purchased" if bought_at else "adopted",
        bought_at=bought_at,
        trunk_verified=trunk_verified,
        surplus=surplus,
        missing_since=missing_since,
    )


def buying(instance: Instance, *, written_at: datetime = JUST_NOW, run: str = "run-0") -> Intent:
    """A purchase that was about to be sent."""
    return Intent(kind="purchase", instance=instance, run=run, written_at=written_at)


def releasing(instance: Instance, *, written_at: datetime = JUST_NOW, run: str = "run-0") -> Intent:
    """A release that was about to be sent."""
    return Intent(kind="release", instance=instance, run=run, written_at=written_at)


def buried(instance: Instance, *, closed_at: datetime = JUST_NOW, holds_slot: bool = True) -> Tombstone:
    """A purchase that was closed as never happened."""
    return Tombstone(instance=instance, closed_at=closed_at, holds_slot=holds_slot)


def state(*rows: Instance | Intent | Tombstone | Released, serial: int = 4) -> State:
    """A state of these rows."""
    return State(
        serial=serial,
        lineage="lineage-1",
        account=ACCOUNT,
        api_url=URL,
        numplan="0.1.0",
        write_id="write-1",
        numbers=tuple(row for row in rows if isinstance(row, Instance)),
        intents=tuple(row for row in rows if isinstance(row, Intent)),
        tombstones=tuple(row for row in rows if isinstance(row, Tombstone)),
        released=tuple(row for row in rows if isinstance(row, Released)),
    )


def plan(
    wanted: Manifest,
    vendor: FakeVendor,
    remembered: State | None = None,
    *,
    now: datetime = NOON,
    destroy: bool = False,
    refresh_only: bool = False,
    selection: Selection = ALL,
    replace: tuple[str, ...] = (),
    at: date | None = None,
    **allowed: Any,
) -> Plan:
    """What `numplan plan` would say, by the engine's own line; `allowed` are the flags."""
    options = PlanOptions(
        now=now,
        numplan="0.1.0",
        account=vendor.account,
        api_url=vendor.url,
        allowances=Allowances(**allowed),
        selection=selection,
        destroy=destroy,
        refresh_only=refresh_only,
        replace=replace,
        at=at,
    )
    return compute_plan(nothing_of(wanted) if destroy else wanted, remembered, vendor, options).plan


def lines(made: Plan) -> list[tuple[str, str, str]]:
    """Each change as its action, its resource and its number, in order of number."""
    return sorted((line(change) for change in made.changes), key=lambda one: one[2])


def line(change: Change) -> tuple[str, str, str]:
    """One change as its action, its resource and its number (for a replace, the one that goes)."""
    about = getattr(change, "before", None) or change.after
    return (str(change.__struct_config__.tag), change.resource, about.number)


def by_action(made: Plan) -> Mapping[str, list[str]]:
    """The numbers of a plan by action, without what stays as it is."""
    found: dict[str, list[str]] = {}
    for action, _, number in lines(made):
        if action != "no-op":
            found.setdefault(action, []).append(number)
    return found


def only(made: Plan) -> Change:
    """The one change of a plan."""
    (change,) = made.changes
    return change


def refused(made: Plan) -> Mapping[str, Refusal]:
    """The refusals of a plan by guard."""
    return {refusal.guard: refusal for refusal in made.refusals}


def said(made: Plan, severity: str) -> list[str]:
    """What a plan says, of one severity."""
    return [found.summary for found in made.diagnostics if found.severity == severity]
