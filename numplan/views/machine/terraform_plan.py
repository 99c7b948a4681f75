"""A plan as Terraform's plan JSON, on one line: policy and review tools made for Terraform read it unchanged.

numplan's own facts stand under the key `numplan`. Source of the form: Terraform's "JSON output format".
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from numplan.model.address import Resource, address_of, name_of
from numplan.model.changes import (
    Adopt,
    Blocked,
    Change,
    Counts,
    Unavailable,
    address_of_change,
    number_of,
)
from numplan.model.diagnostics import Diagnostic, told
from numplan.model.outputs import OutputValue
from numplan.model.plan import (
    Cost,
    Drift,
    Missing,
    OutputChange,
    Overcharge,
    Plan,
    Refusal,
    drift_cost,
)
from numplan.model.state import Attributes, State
from numplan.views.common.attributes import values
from numplan.views.common.budgets import budget_documents
from numplan.views.common.leaving import leaving_documents
from numplan.views.common.outputs import described, verb
from numplan.views.machine.days import days_of
from numplan.views.machine.row_by_row import Rows, pieces
from numplan.views.machine.terraform import (
    PROVIDER,
    TERRAFORM_VERSION,
    TYPE,
    actions,
    before_and_after,
    changed,
    drifted,
    named,
    terraform_address,
)

FORMAT_VERSION = "1.2"
STATE_FORMAT_VERSION = "1.0"


def plan_json(plan: Plan) -> Iterator[str]:
    """The document in pieces, without a line break in it or after it."""
    return pieces(
        {
            "format_version": FORMAT_VERSION,
            "terraform_version": TERRAFORM_VERSION,
            "planned_values": {
                "outputs": _outputs({one.name: one.after for one in plan.outputs}),
                "root_module": {"resources": Rows(_planned(plan))},
            },
            "resource_drift": Rows(drifted(one.resource, one.before, one.after) for one in plan.drift),
            "resource_changes": Rows(changed(one) for one in plan.changes),
            "output_changes": {one.name: _output(one) for one in plan.outputs},
            "prior_state": {
                "format_version": STATE_FORMAT_VERSION,
                "terraform_version": TERRAFORM_VERSION,
                "values": {
                    "outputs": _outputs({one.name: one.before for one in plan.outputs}),
                    "root_module": {"resources": Rows(_prior(plan))},
                },
            },
            "configuration": {
                "provider_config": {"numplan": {"name": "numplan", "full_name": PROVIDER}},
                "root_module": {
                    "outputs": {one.name: {} for one in plan.outputs},
                    "resources": Rows(_declared(plan)),
                },
            },
            "timestamp": f"{plan.created_at:%Y-%m-%dT%H:%M:%SZ}",
            "applyable": plan.acts and not plan.errors and not plan.refusals and plan.at is None,
            "complete": not plan.held and not plan.errors and not plan.unselected,
            "errored": bool(plan.errors),
            "numplan": _own(plan),
        }
    )


def state_json(state: State) -> Iterator[str]:
    """The state as Terraform's `show -json` has it, in pieces, without a line break."""
    return pieces(
        {
            "format_version": STATE_FORMAT_VERSION,
            "terraform_version": TERRAFORM_VERSION,
            "values": {
                "root_module": {
                    "resources": Rows(_resource(one.resource, one.attributes) for one in state.numbers)
                }
            },
            "numplan": {
                "version": state.numplan,
                "account": state.account,
                "api_url": state.api_url,
                "lineage": state.lineage,
                "serial": state.serial,
                "unsettled": [
                    {
                        "number": one.number,
                        "call": one.kind,
                        "resource": one.instance.resource,
                        "doubt": one.doubt,
                    }
                    for one in state.intents
                ],
            },
        }
    )


def _outputs(values: Mapping[str, OutputValue]) -> dict[str, Any]:
    """Those that have a value."""
    return {name: described(value) for name, value in values.items() if value is not None}


def _output(change: OutputChange) -> dict[str, Any]:
    """One entry of `output_changes`."""
    return {
        "actions": [verb(change)],
        "before": change.before,
        "after": change.after,
        "after_unknown": False,
        "before_sensitive": False,
        "after_sensitive": False,
    }


def _own(plan: Plan) -> dict[str, Any]:
    """What Terraform's form has no place for."""
    figures = plan.counts
    first = told(plan.diagnostics)
    return {
        "version": plan.numplan,
        **days_of(plan),
        "loosened": [{"key": one.key, "before": one.before, "after": one.after} for one in plan.loosened],
        "manifest": plan.manifest,
        "digest": plan.manifest_digest,
        "account": plan.account,
        "api_url": plan.api_url,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "destroy": plan.destroy,
        "refresh_only": plan.refresh_only,
        "selection": {
            "target": list(plan.selection.targets),
            "exclude": list(plan.selection.excludes),
            "select": [f"{label}={value}" for label, value in plan.selection.labels],
        },
        "counts": _counts(figures),
        **({"kept": {"count": plan.kept.count, "digest": plan.kept.digest}} if plan.kept else {}),
        "cost": _cost(plan.cost, plan.currency),
        **budget_documents(plan),
        "drift": _drift(plan.drift),
        "blocked": [_blocked(one) for one in plan.changes if isinstance(one, Blocked)],
        "unavailable": [_unavailable(one) for one in plan.changes if isinstance(one, Unavailable)],
        "guards": [_guard(one) for one in plan.refusals],
        "unselected": [_unselected(one) for one in plan.unselected],
        "held": [
            {"address": address_of(one.resource, one.number), "number": one.number, "reason": one.reason}
            for one in plan.held
        ],
        "unsettled": plan.unsettled,
        "missing": [_missing(one) for one in plan.missing],
        "overcharged": [_overcharged(one) for one in plan.overcharged],
        "surplus": list(plan.surplus),
        **leaving_documents(plan),
        "unmanaged": {
            "count": plan.unmanaged.count,
            "at_least": plan.unmanaged.at_least,
            "monthly_charge": f"{plan.unmanaged.monthly:f}",
            "unknown": plan.unmanaged.unknown,
            "numbers": list(plan.unmanaged.numbers),
        },
        **({"others": dict(plan.others)} if plan.others else {}),
        "diagnostics": [_diagnostic(one) for one in first.findings],
        "diagnostics_omitted": first.more,
    }


def _counts(figures: Counts) -> dict[str, int]:
    """The figures by name; of what cannot be had only where there is any, for readers that know no such name."""
    named = {name: getattr(figures, name) for name in figures.__struct_fields__}
    return {name: figure for name, figure in named.items() if figure or name != "unavailable"}


def _unselected(change: Change) -> dict[str, Any]:
    return {
        "address": address_of_change(change),
        "number": number_of(change),
        "change": change.__struct_config__.tag,
        "actions": actions(change),
    }


def _missing(one: Missing) -> dict[str, Any]:
    return {
        "address": address_of(one.resource, one.number),
        "number": one.number,
        "noted": one.noted,
        "again_from": f"{one.again_from:%Y-%m-%dT%H:%M:%SZ}",
        "is_back": one.is_back,
    }


def _overcharged(one: Overcharge) -> dict[str, Any]:
    return {
        "address": address_of(one.resource, one.number),
        "number": one.number,
        "planned_once": _charge(one.planned_once),
        "planned_monthly": _charge(one.planned_monthly),
        "charged_once": _charge(one.charged_once),
        "charged_monthly": _charge(one.charged_monthly),
    }


def _cost(cost: Cost, currency: str | None) -> dict[str, Any]:
    return {
        "currency": currency,
        "once": f"{cost.once:f}",
        "monthly_before": f"{cost.monthly_before:f}",
        "monthly_after": f"{cost.monthly_after:f}",
        "monthly": f"{cost.monthly:f}",
        "unknown": {
            "once": cost.unknown_once,
            "monthly_before": cost.unknown_before,
            "monthly_after": cost.unknown_after,
            "monthly": cost.unknown,
        },
    }


def _drift(drift: Sequence[Drift]) -> dict[str, Any]:
    more = drift_cost(drift)
    return {"count": len(drift), "monthly_charge": f"{more.known:f}", "unknown": more.unknown}


def _blocked(one: Blocked) -> dict[str, Any]:
    return {
        "address": address_of_change(one),
        "number": one.before.number,
        "flow_id": one.assignment.flow_id,
        "flow_name": one.assignment.flow_name,
    }


def _unavailable(one: Unavailable) -> dict[str, Any]:
    return {
        "address": address_of_change(one),
        "number": one.before.number,
        "managed": one.managed,
        "reason": one.reason,
        "source": None if one.source is None else str(one.source),
    }


def _guard(one: Refusal) -> dict[str, Any]:
    return {
        "guard": one.guard,
        "summary": one.summary,
        "subjects": list(one.subjects),
        "lifted_by": one.lifted_by,
        "source": None if one.source is None else str(one.source),
    }


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    return {
        "severity": one.severity,
        "summary": one.summary,
        "path": one.path,
        "hint": one.hint,
        "source": None if one.source is None else str(one.source),
    }


def _planned(plan: Plan) -> Iterator[dict[str, Any]]:
    """What is managed once the plan is carried out; what is held back stays as it was."""
    for change in plan.changes:
        if (after := before_and_after(change)[1]) is not None:
            yield _resource(change.resource, after)
    for change in plan.unselected:
        if (before := _remembered(change)) is not None:
            yield _resource(change.resource, before)


def _prior(plan: Plan) -> Iterator[dict[str, Any]]:
    """What state remembers of the numbers that the plan is about."""
    for change in chain(plan.changes, plan.unselected):
        if (before := _remembered(change)) is not None:
            yield _resource(change.resource, before)


def _remembered(change: Change) -> Attributes | None:
    """What state says of a number before a change; nothing of one that is adopted."""
    return None if isinstance(change, Adopt) else before_and_after(change)[0]


def _declared(plan: Plan) -> Iterator[dict[str, Any]]:
    """Each resource that the plan keeps, fills or changes, once."""
    staying = (change for change in plan.changes if not isinstance(change, Blocked | Unavailable))
    kept = (change.resource for change in staying if before_and_after(change)[1] is not None)
    for resource in dict.fromkeys(kept):
        address, name = terraform_address(resource), name_of(resource)
        yield {"address": address, "mode": "managed", "type": TYPE, "name": name}


def _resource(resource: Resource, attributes: Attributes) -> dict[str, Any]:
    return {
        **named(resource, attributes.number),
        "provider_name": PROVIDER,
        "schema_version": 0,
        "values": values(attributes),
    }


def _charge(charge: Decimal | None) -> str | None:
    return None if charge is None else f"{charge:f}"
