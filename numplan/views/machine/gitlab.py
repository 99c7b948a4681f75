"""The figures that GitLab shows in a merge request, from `artifacts:reports:terraform`."""

import json

from numplan.model.plan import Plan


def gitlab_report(plan: Plan) -> str:
    """`{"create":N,"update":N,"delete":N}`: GitLab refuses other keys. A replace is one of the first and the last.

    Calls of an earlier run that are to be settled count as updates, so that a merge request never shows nothing.
    """
    figures = plan.counts
    report = {
        "create": figures.purchase,
        "update": figures.update + plan.unsettled,
        "delete": figures.release,
    }
    return json.dumps(report, separators=(",", ":"))
