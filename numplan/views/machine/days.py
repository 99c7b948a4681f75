"""What dates do in a plan, for machines."""

from typing import Any

from numplan.model.plan import Plan


def days_of(plan: Plan) -> dict[str, Any]:
    """What dates do, where they do anything: for readers that know none."""
    days: dict[str, Any] = {}
    if plan.at is not None:
        days["at"] = f"{plan.at}"
    if plan.doubt:
        days["doubt"] = plan.doubt
    if plan.ending:
        days["ending"] = [
            {
                "resource": one.resource,
                "until": f"{one.until}",
                "numbers": list(one.numbers),
                "blocked": list(one.blocked),
                "guards": list(one.guards),
                **({"released_from": f"{one.released_from}"} if one.released_from else {}),
            }
            for one in plan.ending
        ]
    return days
