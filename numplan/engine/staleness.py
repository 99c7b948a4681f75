"""Whether a saved plan still fits the world it was made for. Raises StalePlanError, exit code 7, with the
reason.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from numplan.engine.assess import assess
from numplan.engine.draft import nothing_of
from numplan.engine.guards import check_guards
from numplan.engine.offers import Offers
from numplan.engine.ports import Provider
from numplan.engine.pricing import price
from numplan.engine.refresh import Live, refresh
from numplan.model.account import Offer, Unreadable
from numplan.model.errors import StalePlanError
from numplan.model.manifest import Manifest
from numplan.model.plan import (
    ZERO,
    Adopt,
    Change,
    Forget,
    Keep,
    Plan,
    Purchase,
    Release,
    Replace,
    Update,
    address_of_change,
    number_of,
)
from numplan.model.state import Attributes, State

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of the machines that plan and apply may be apart."""
AGAIN = "make the plan again, review it, and apply that one"


def check_saved(
    plan: Plan, manifest: Manifest, state: State | None, provider: Provider, now: datetime, max_age: timedelta
) -> Plan:
    """The saved plan, if it still fits. Raises StalePlanError and ApiError.

    What refused it when it was made refuses it still, for neither plan, manifest nor state has changed; the
    guards have their word again on what has.
    """
    check_origin(plan, manifest, provider, now, max_age)
    check_serial(plan, state)
    declared = nothing_of(manifest) if plan.destroy else manifest
    live = refresh(declared, state, provider)
    check_account(plan, live)
    check_prices(plan, provider, manifest.api.parallelism)
    assessed = assess(declared, state, live, now)
    fresh = check_guards(plan, declared, assessed, Offers())
    known = {refusal.guard for refusal in plan.refusals}
    refusals = (*plan.refusals, *(refusal for refusal in fresh if refusal.guard not in known))
    return msgspec.structs.replace(plan, refusals=refusals)


def check_origin(
    plan: Plan, manifest: Manifest, provider: Provider, now: datetime, max_age: timedelta
) -> None:
    """The plan was made from this manifest, for this account at this API, not too long ago, and without
    errors.
    """
    if plan.errors:
        raise StalePlanError(f"the plan holds errors: {plan.errors[0].summary}", hint=AGAIN)
    if plan.account != provider.account:
        raise StalePlanError(f"the plan is for account {plan.account}, not {provider.account}", hint=AGAIN)
    if plan.api_url != provider.url:
        raise StalePlanError(f"the plan is for the API at {plan.api_url}, not {provider.url}", hint=AGAIN)
    if plan.manifest_digest != manifest.digest:
        raise StalePlanError("the manifest has changed since the plan was made", hint=AGAIN)
    age = now - plan.created_at
    if age < -CLOCK_SKEW:
        raise StalePlanError(
            f"the plan is dated {_span(-age)} ahead of this clock, so its age cannot be told",
            hint=f"set the clock right, or {AGAIN}",
        )
    if age > max_age:
        raise StalePlanError(
            f"the plan is {_span(age)} old, and plans are applied within {_span(max_age)}",
            hint=f"{AGAIN}, or allow its age with --max-age",
        )


def check_serial(plan: Plan, state: State | None) -> None:
    """No apply has come in between."""
    lineage, serial = (state.lineage, state.serial) if state else ("", 0)
    if not plan.lineage and lineage:
        raise StalePlanError("the plan was made before there was a state, and now there is one", hint=AGAIN)
    if plan.lineage != lineage:
        raise StalePlanError("the plan was made for another state (its lineage differs)", hint=AGAIN)
    if plan.serial != serial:
        raise StalePlanError(
            f"state has moved since the plan was made: serial {serial}, not {plan.serial}", hint=AGAIN
        )


def check_account(plan: Plan, live: Live) -> None:
    """Every change is still true of the account."""
    for change in plan.changes:
        for problem in _problems(change, live, refresh_only=plan.refresh_only):
            raise StalePlanError(
                f"{address_of_change(change)}: {problem} since the plan was made", hint=AGAIN
            )


def check_prices(plan: Plan, provider: Provider, parallelism: int) -> None:
    """Every number to be bought is still for sale and costs no more than planned. A pool's number that is
    gone is no reason: its alternates are in the plan. Nor is one that is bought back, for the account still
    holds it. Raises ApiError.
    """
    purchases = [
        change
        for change in plan.changes
        if isinstance(change, Purchase) or (isinstance(change, Replace) and change.buys_first)
    ]
    offers = price(
        {change.after.number: change.after.country for change in purchases},
        provider,
        parallelism,
        doubtful={change.after.number for change in purchases if change.sent_before},
    )
    for change in purchases:
        wanted = change.after
        offer = offers[wanted.number]
        if offer is None and not (isinstance(change, Purchase) and change.substitutable):
            raise StalePlanError(
                f"{wanted.number} has been taken off sale since the plan was made", hint=AGAIN
            )
        if isinstance(offer, Unreadable):
            raise StalePlanError(
                f"{wanted.number}: what it costs now cannot be read: {offer.problem}", hint=AGAIN
            )
        if offer is not None and _dearer(offer, wanted):
            raise StalePlanError(
                f"{wanted.number} now costs {offer.setup_charge} once and {offer.monthly_charge} a month, "
                f"not {wanted.setup_charge} and {wanted.monthly_charge}",
                hint=AGAIN,
            )


def _dearer(offer: Offer, planned: Attributes) -> bool:
    return offer.setup_charge > (planned.setup_charge or ZERO) or offer.monthly_charge > (
        planned.monthly_charge or ZERO
    )


def _problems(change: Change, live: Live, *, refresh_only: bool) -> Iterator[str]:
    row = live.owned.get(number_of(change))
    odd = live.unread.get(change.after.number if isinstance(change, Replace) else number_of(change))
    if odd is not None and not isinstance(change, Keep):
        yield f"the account has come to show it in a row that cannot be read ({odd.problem})"
    match change:
        case Purchase() if row is not None:
            yield "the account has come to own it"
        case Release() | Adopt() if row is None:
            yield "the account no longer owns it"
        case Release() | Replace() if row is not None and row.flow is not None:
            yield f"it was assigned to the flow {row.flow.flow_name!r}"
        case Forget() if row is not None:
            yield "it is back in the account"
        case Update() if refresh_only and (
            row is None or (row.country, row.type) != (change.after.country, change.after.type)
        ):
            yield "the account shows it otherwise"
        case Replace() if row is None:
            yield "the account no longer owns it"
        case Replace() if change.buys_first and change.after.number in live.owned:
            yield f"the account has come to own {change.after.number}"
        case _:
            pass


def _span(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 1 else f"{age.total_seconds() / 60:.0f} min"
