"""Whether a plan that was reviewed still fits the world it was made for. Raises StalePlanError, exit code 7, with the
reason.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from numplan.engine.account.pricing import price_again
from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.apply.evidence import NOT_FOR_SALE, criteria_of, differs
from numplan.engine.apply.orders import orders_of
from numplan.engine.pipeline import PlanResult
from numplan.engine.plan.budgets import budget_lines, with_charges
from numplan.engine.policy.limits import Limits
from numplan.engine.ports import Provider
from numplan.model.changes import (
    Adopt,
    Change,
    Forget,
    Keep,
    Purchase,
    Release,
    Replace,
    Update,
    bought,
    number_of,
)
from numplan.model.charge import in_cents
from numplan.model.errors import StalePlanError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.state import State

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of the machines that plan and apply may be apart."""
TOLD: Final = 20
"""So many reasons are told whole."""
AGAIN = "make the plan again, review it, and apply that one"


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
        raise StalePlanError(
            "the plan was made before there was a state, and now there is one: this plan was applied already, or "
            "something else was",
            hint=AGAIN,
        )
    if plan.lineage != lineage:
        raise StalePlanError("the plan was made for another state (its lineage differs)", hint=AGAIN)
    if plan.serial != serial:
        raise StalePlanError(
            f"state has moved since the plan was made: serial {serial}, not {plan.serial}; this plan was applied "
            "already, or something else was",
            hint=AGAIN,
        )


def check_offers(plan: Plan, provider: Provider, parallelism: int) -> tuple[E164, ...]:
    """What was asked for before a question is old after it: every number that the plan buys is asked for again, many
    at once. Raises StalePlanError, naming each that is not to be had as it was reviewed, and ApiError. A pool's
    number that is gone is no reason, for it has alternates: these are returned.
    """
    orders = [*orders_of(plan)]
    wanted = {order.number: criteria_of(order.attributes) for order in orders}
    offers = price_again(wanted, provider, parallelism)
    moved = [(order, why) for order in orders if (why := differs(offers[order.number], order.attributes))]
    gone = {order.number: order for order, why in moved if why == NOT_FOR_SALE and order.substitutable}
    problems = [f"{one.number} ({one.resource}): {why}" for one, why in moved if one.number not in gone]
    if problems:
        raise stale(problems)
    return tuple(gone)


def with_budgets_of_now(result: PlanResult, limits: Limits, provider: Provider) -> PlanResult:
    """The plan with its budgets as they are by another look at what the account charges: what was charged before a
    question is old after it, as offers are. Nothing is asked where nothing is bought, or no budget is set. Raises
    StalePlanError where the plan goes beyond a budget by now, and ApiError.
    """
    plan, comparison = result.plan, result.comparison
    if not plan.budgets or not any(bought(plan.changes)):
        return result
    rows = provider.purchased(expected=len(comparison.snapshot.owned)).numbers
    lines = budget_lines(limits, with_charges(comparison, rows), plan.changes)
    problems = [
        f"policy.{one.budget.key}: {one.budget.words} would cost {one.after.in_cents} a month, and the budget is "
        f"{in_cents(one.budget.monthly)}: the account charges {one.before.in_cents} by now"
        for one in lines
        if one.is_refused
    ]
    if problems:
        raise stale(problems)
    return result._replace(plan=msgspec.structs.replace(plan, budgets=lines))


def stale(problems: Sequence[str]) -> StalePlanError:
    """The refusal of a plan for these reasons, the first of them told whole."""
    told = "; ".join(problems[:TOLD])
    more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
    return StalePlanError(f"{told}{more}; nothing was sent", hint=AGAIN)


def moved_since(change: Change, snapshot: AccountSnapshot, *, refresh_only: bool) -> Iterator[str]:
    """How the account has moved away from a change that was planned."""
    row = snapshot.owned.get(number_of(change))
    odd = snapshot.unread.get(change.after.number if isinstance(change, Replace) else number_of(change))
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
        case Replace() if change.buys_first and change.after.number in snapshot.owned:
            yield f"the account has come to own {change.after.number}"
        case _:
            pass


def _span(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 1 else f"{age.total_seconds() / 60:.0f} min"
