"""The figures that GitLab shows in a merge request, from `artifacts:reports:terraform`."""

import json

from numplan.model.plan import Plan, count


def gitlab_report(plan: Plan) -> str:
    """`{"create":N,"update":N,"delete":N}`: GitLab refuses other keys. A replace is one of the first and the last."""
    figures = count(plan.changes)
    report = {"create": figures.purchase, "update": figures.update, "delete": figures.release}
    return json.dumps(report, separators=(",", ":"))
