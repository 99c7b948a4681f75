"""A plan as Terraform's plan JSON."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given

from numplan.model.account import Assignment
from numplan.model.changes import Adopt, Blocked, Change, Forget, Keep, Purchase, Release, Replace, Update
from numplan.model.diagnostics import Source, error, warning
from numplan.model.number import E164
from numplan.model.plan import Cost, Deferred, Drift, Plan, Refusal
from numplan.views.machine.gitlab import gitlab_report
from numplan.views.machine.terraform_plan import plan_json, state_json
from tests.builders import managed, state
from tests.model.made_up import plans
from tests.views.plans import at, plan_of, pool


def read(plan: Plan) -> dict[str, Any]:
    document = "".join(plan_json(plan))
    assert "\n" not in document
    return json.loads(document)


def change_of(change: Change) -> dict[str, Any]:
    (found,) = read(plan_of(change))["resource_changes"]
    return found


def test_a_purchase_is_a_create() -> None:
    found = change_of(Purchase(resource="pool.sales", after=at(1, labels={"owner": "voice"}, protect=True)))
    assert found == {
        "address": 'numplan_number.sales["+16095550001"]',
        "mode": "managed",
        "type": "numplan_number",
        "name": "sales",
        "index": "+16095550001",
        "provider_name": "registry.terraform.io/numplan/numplan",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": {
                "number": "+16095550001",
                "country": "United States",
                "state": "New Jersey",
                "type": "Geographic",
                "category": "Voice",
                "sip_trunk_id": 169,
                "labels": {"owner": "voice"},
                "protect": True,
                "setup_charge": "0.10",
                "monthly_charge": "0.20",
            },
            "after_unknown": {},
            "before_sensitive": False,
            "after_sensitive": {},
        },
        "numplan": {"address": 'pool.sales["+16095550001"]', "reason": ""},
    }


def test_a_release_is_a_delete_with_its_reason() -> None:
    found = change_of(Release(resource="number.main", before=at(1)))
    assert found["address"] == "numplan_number.main"
    assert found["numplan"]["address"] == "number.main"
    assert "index" not in found
    assert found["action_reason"] == "delete_because_no_resource_config"
    assert found["change"]["actions"] == ["delete"]
    assert found["change"]["before"]["number"] == "+16095550001"
    assert (found["change"]["after"], found["change"]["after_sensitive"]) == (None, False)


def test_an_adoption_is_an_import_without_an_action() -> None:
    found = change_of(Adopt(resource="set.s", after=at(1)))
    assert found["change"]["actions"] == ["no-op"]
    assert found["change"]["importing"] == {"id": "+16095550001"}


def test_a_replace_says_which_call_comes_first() -> None:
    back = change_of(Replace(resource="number.n", before=at(1), after=at(1, sip_trunk_id=170)))
    member = change_of(Replace(resource="pool.p", before=at(1), after=at(2)))
    assert back["change"]["actions"] == ["delete", "create"]
    assert member["change"]["actions"] == ["create", "delete"]
    assert back["action_reason"] == member["action_reason"] == "replace_because_cannot_update"


def test_an_update_may_have_moved() -> None:
    found = change_of(
        Update(resource="pool.new", previous_resource="pool.old", before=at(1), after=at(1, protect=True))
    )
    assert found["change"]["actions"] == ["update"]
    assert found["address"] == 'numplan_number.new["+16095550001"]'
    assert found["previous_address"] == 'numplan_number.old["+16095550001"]'


def test_forgotten_blocked_and_kept_numbers() -> None:
    assert change_of(Forget(resource="set.s", before=at(1)))["change"]["actions"] == ["forget"]
    assert change_of(Keep(resource="set.s", after=at(1)))["change"]["actions"] == ["no-op"]
    plan = plan_of(
        Blocked(resource="number.b", before=at(1), assignment=Assignment("Flow Builder", "7", "ivr"))
    )
    found = read(plan)
    assert found["resource_changes"][0]["change"]["actions"] == ["no-op"]
    assert found["numplan"]["blocked"] == [
        {"address": "number.b", "number": "+16095550001", "flow_id": "7", "flow_name": "ivr"}
    ]


def test_many_findings_are_told_up_to_a_hundred_errors_first_and_the_rest_is_counted() -> None:
    own = read(plan_of(diagnostics=(*[warning("odd")] * 150, error("bad"))))["numplan"]
    assert len(own["diagnostics"]) == 100
    assert own["diagnostics"][0]["severity"] == "error"
    assert own["diagnostics_omitted"] == 51
    assert read(plan_of(diagnostics=(warning("odd"),)))["numplan"]["diagnostics_omitted"] == 0


def test_numplans_own_facts_have_a_key_of_their_own() -> None:
    found = read(
        plan_of(
            *pool(2),
            cost=Cost(once=Decimal("0.20"), monthly_before=Decimal("1.00"), monthly_after=Decimal("1.40")),
            currency="USD",
            refusals=(
                Refusal(
                    guard="purchases",
                    summary="too many",
                    subjects=("pool.sales",),
                    lifted_by="--max-purchases 2",
                    source=Source("numplan.yaml", 3, 5),
                ),
            ),
            held=(Deferred(resource="pool.sales", number=E164("+16095550009"), reason="not yet listed"),),
            diagnostics=(warning("odd"),),
        )
    )
    assert found["resource_changes"][0]["change"]["actions"] == ["create"]
    assert (found["applyable"], found["complete"], found["errored"]) == (False, False, False)
    own = found["numplan"]
    assert own["cost"] == {
        "currency": "USD",
        "once": "0.20",
        "monthly_before": "1.00",
        "monthly_after": "1.40",
        "monthly": "0.40",
        "unknown": {"once": 0, "monthly_before": 0, "monthly_after": 0, "monthly": 0},
    }
    assert own["guards"] == [
        {
            "guard": "purchases",
            "summary": "too many",
            "subjects": ["pool.sales"],
            "lifted_by": "--max-purchases 2",
            "source": "numplan.yaml:3:5",
        }
    ]
    assert (own["digest"], own["counts"]["purchase"]) == ("sha256:0", 2)
    assert own["held"][0]["address"] == 'pool.sales["+16095550009"]'


def test_an_empty_plan_has_its_lists_all_the_same() -> None:
    found = read(plan_of())
    assert found["resource_changes"] == found["resource_drift"] == []
    assert (found["format_version"], found["terraform_version"]) == ("1.2", "1.11.4")
    assert (found["applyable"], found["complete"]) == (False, True)


def test_planned_and_prior_values_are_what_is_managed_after_and_before() -> None:
    found = read(
        plan_of(
            Purchase(resource="pool.p", after=at(1)),
            Release(resource="pool.p", before=at(2)),
            Adopt(resource="pool.p", after=at(3)),
            Replace(resource="pool.p", before=at(4), after=at(5)),
            Keep(resource="number.k", after=at(6)),
            drift=(Drift(resource="pool.p", kind="missing", before=at(9)),),
        )
    )

    def numbers(key: str) -> list[str]:
        values = found[key].get("values", found[key])
        return [one["values"]["number"][-1] for one in values["root_module"]["resources"]]

    assert numbers("planned_values") == ["1", "3", "5", "6"]
    assert numbers("prior_state") == ["2", "4", "6"]
    assert [one["address"] for one in found["configuration"]["root_module"]["resources"]] == [
        "numplan_number.p",
        "numplan_number.k",
    ]
    assert found["resource_drift"][0]["change"]["actions"] == ["delete"]


def test_gitlab_gets_three_figures_in_their_order_and_nothing_else() -> None:
    plan = plan_of(
        *pool(2),
        Replace(resource="pool.p", before=at(4), after=at(5)),
        Adopt(resource="pool.p", after=at(6)),
        Update(resource="pool.p", before=at(7), after=at(7)),
    )
    assert gitlab_report(plan) == '{"create":3,"update":1,"delete":1}'


def test_the_state_has_terraforms_form_too() -> None:
    stored = state(managed("pool.p", "+16095550001"), managed("number.n", "+16095550002"))
    document = "".join(state_json(stored))
    assert "\n" not in document
    found = json.loads(document)
    addresses = [one["address"] for one in found["values"]["root_module"]["resources"]]
    assert addresses == ['numplan_number.p["+16095550001"]', "numplan_number.n"]
    assert found["format_version"] == "1.0"


@given(plans)
def test_any_plan_is_one_line_of_json_that_a_terminal_does_not_obey(plan: Plan) -> None:
    document = "".join(plan_json(plan))
    json.loads(document)
    assert document.isprintable() or not any(ord(one) < 32 or 0x7F <= ord(one) <= 0x9F for one in document)
    assert "".join(plan_json(plan)) == document
