"""The policies of examples/policy judge a plan of numplan's, and docs/policy.md shows what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.consumers.conftest import Planned, Tool
from tests.consumers.quoted import PAGE, commands, output
from tests.docs.test_docs import REFRESH, ROOT

POLICY = ROOT / "examples" / "policy"


@pytest.mark.parametrize("name", ["rego", "terraform-compliance", "checkov"])
def test_the_page_quotes_what_a_tool_says(
    name: str, planned: Planned, request: pytest.FixtureRequest
) -> None:
    tool: Tool = request.getfixturevalue("checkov" if name == "checkov" else "terraform")
    page = PAGE.read_text(encoding="utf-8")
    assert REFRESH.with_tool(page, name, output(commands()[name], tool, planned)) == page


def dear(values: dict[str, Any]) -> None:
    values["monthly_charge"] = "3.50"


def nobodys(values: dict[str, Any]) -> None:
    values["labels"] = {}


def far(values: dict[str, Any]) -> None:
    values["country"] = "Utopia"


def as_it_is(_: dict[str, Any]) -> None:
    """Nothing is changed."""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (as_it_is, ["deny: +12102962084 of texas is of tier gold and would be released"]),
        (dear, ["deny: +13472701643 of ny_sales costs 3.50 a month"]),
        (nobodys, ["deny: +13472701644 of ny_sales would be nobody's: it has no label owner"]),
    ],
)
def test_rego_denies(
    change: Callable[[dict[str, Any]], None],
    said: list[str],
    planned: Planned,
    terraform: Tool,
    tmp_path: Path,
) -> None:
    ran = terraform("python", POLICY / "rego.py", planned.rewritten(change, tmp_path))
    assert ran.returncode == 1, ran.stderr
    assert set(said) <= set(ran.stdout.splitlines())


@pytest.mark.parametrize(
    ("change", "failed"),
    [(dear, "No number costs 3.00"), (nobodys, "Every number says"), (far, "countries that we know")],
)
def test_terraform_compliance_fails(
    change: Callable[[dict[str, Any]], None],
    failed: str,
    planned: Planned,
    terraform: Tool,
    tmp_path: Path,
) -> None:
    plan = planned.rewritten(change, tmp_path)
    ran = terraform("terraform-compliance", "--features", POLICY / "terraform-compliance", "--planfile", plan)
    assert ran.returncode == 1
    assert "2 passed, 1 failed" in ran.stdout
    scenarios = ran.stdout.split("Scenario: ")[1:]
    assert [failed in one for one in scenarios] == ["Failure:" in one for one in scenarios]
