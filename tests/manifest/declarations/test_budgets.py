"""`policy.budgets`, as the manifest says them, and what they cannot mean."""

import msgspec
import pytest

from numplan.manifest.operator_policy import read_operator
from numplan.model.charge import Charge
from numplan.model.errors import ManifestError, PolicyError
from numplan.model.money.budget import Budget
from tests.loading import load_manifest
from tests.manifest.places import written

HEAD = """\
version: 1
defaults: {country: United States, labels: {owner: sales}}
pools: {p: {count: 1}, q: {count: 1, labels: {owner: support}}}
"""


def budgets_in(folder, block: str):
    return load_manifest(written(folder, f"{HEAD}policy: {{budgets: {block}}}\n")).policy.budgets


def test_each_budget_arrives_exactly_as_it_is_written(tmp_path):
    block = "{monthly: 500, by: owner, each: {support: 100.005, sales: '200.00'}, others: 50}"
    assert budgets_in(tmp_path, block) == (
        Budget(monthly=Charge("500")),
        Budget(monthly=Charge("100.005"), label="owner", value="support"),
        Budget(monthly=Charge("200.00"), label="owner", value="sales"),
        Budget(monthly=Charge("50"), label="owner", besides=("sales", "support")),
    )


@pytest.mark.parametrize(
    "block", ["", "{}", "{each: , by: owner, others: 1}", "{by: owner, each: {sales: 0}}"]
)
def test_what_is_left_out_is_not_limited(tmp_path, block):
    found = budgets_in(tmp_path, block)
    assert len(found or ()) == ("by" in block)
    assert (found is msgspec.UNSET) == ("by" not in block)


@pytest.mark.parametrize(
    ("block", "path", "what", "hint"),
    [
        (
            "{by: owner, each: {suport: 1}}",
            "each.suport",
            'no entry carries the label owner: "suport"',
            "support",
        ),
        (
            "{by: team, each: {a: 1}}",
            "each.a",
            'no entry carries the label team: "a"',
            "no entry has the label",
        ),
        ("{monthly: 3, by: owner, each: {sales: 2, support: 1.01}}", "monthly", "the parts are 3.01", "3.01"),
        ("{monthly: 3, by: owner, each: {sales: 2}, others: 1.01}", "monthly", "the parts are 3.01", "3.01"),
        ("{each: {sales: 2}}", "each", "`by` names none", "by: owner"),
        ("{others: 2}", "others", "`by` names none", "by: owner"),
        ("{monthly: 9, by: owner}", "by", "nothing is budgeted by it", "each"),
        ("{monthly: -1}", "monthly", "", ""),
        ("{monthly: many}", "monthly", "", ""),
        ("{yearly: 1}", "", "yearly", ""),
    ],
)
def test_what_it_cannot_mean_is_an_error_at_its_place(tmp_path, block, path, what, hint):
    with pytest.raises(ManifestError) as failure:
        budgets_in(tmp_path, block)
    (found,) = failure.value.diagnostics
    assert found.path.startswith(f"policy.budgets{f'.{path}' if path else ''}")
    assert what in str(found)
    assert hint in str(found)
    assert found.source is not None
    assert found.source.line == 4


def test_parts_as_high_as_the_whole_and_values_of_ended_entries_are_fine(tmp_path):
    budgets_in(tmp_path, "{monthly: 3, by: owner, each: {sales: 2, support: 1}}")
    ended = HEAD.replace("labels: {owner: support}", "labels: {owner: support}, until: 2020-01-01")
    load_manifest(written(tmp_path, f"{ended}policy: {{budgets: {{by: owner, each: {{support: 1}}}}}}\n"))


def test_an_operators_budget_may_be_for_a_value_that_no_manifest_has(tmp_path):
    file = tmp_path / "operator.yaml"
    file.write_text("budgets: {monthly: 9, by: owner, each: {anybody: 1}}\n")
    assert [one.whose for one in read_operator(str(file)).policy.budgets or ()] == ["all", "owner=anybody"]
    file.write_text("budgets: {monthly: 9, by: owner, each: {anybody: 10}}\n")
    with pytest.raises(PolicyError) as failure:
        read_operator(str(file))
    assert "the parts are 10 together, and the whole is 9" in str(failure.value.diagnostics[0])
