"""For checkov: every number says whose it is.

`checkov --framework terraform_plan --file plan.json --external-checks-dir examples/policy/checkov`
"""

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Owner(BaseResourceCheck):
    """A label `owner` on each number that is there after the plan."""

    def __init__(self) -> None:
        super().__init__(
            name="A phone number says whose it is",
            id="CKV_NUMPLAN_1",
            categories=[CheckCategories.CONVENTION],
            supported_resources=["numplan_number"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Checkov has each value in a list of its own."""
        self.evaluated_keys = ["labels/owner"]
        (labels,) = conf["labels"]
        return CheckResult.PASSED if labels.get("owner") else CheckResult.FAILED


check = Owner()
