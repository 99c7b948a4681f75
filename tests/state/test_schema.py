"""The published schemas are what the code writes."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from numplan.model.account import Assignment
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Blocked, Forget, Keep, Purchase, Release, Replace, Update
from numplan.model.plan import Deferred, Drift, Plan, Refusal
from numplan.model.stored.plan_document import encode_plan
from numplan.model.stored.state_document import encode_state
from numplan.state.schema import DOCUMENTS, schema_of, text_of
from tests.state.samples import make_instance, make_state

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_file_is_what_the_types_say(name):
    assert (SCHEMAS / name).read_text(encoding="utf-8") == text_of(name), (
        "the types have changed: run `make schemas` (`python -m numplan.state.schema`)"
    )


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_schema_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(schema_of(*DOCUMENTS[name]))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_everything_is_described(name):
    schema = schema_of(*DOCUMENTS[name])
    assert schema["title"]
    nodes = {"document": schema, **schema["$defs"]}
    assert [one for one, node in nodes.items() if not node.get("description")] == []


def valid(name, document: bytes) -> bool:
    return jsonschema.Draft202012Validator(schema_of(*DOCUMENTS[name])).is_valid(json.loads(document))


def test_a_state_fits_and_a_wrong_one_does_not():
    document = encode_state(make_state())
    assert valid("state.schema.json", document)
    assert not valid("state.schema.json", document.replace(b'"serial":1', b'"serial":"1"'))
    assert not valid("state.schema.json", document.replace(b'"+1205', b'"01205'))
    assert not valid("state.schema.json", document.replace(b'"pool.sales"', b'"sales"'))
    assert not valid("state.schema.json", document.replace(b'"checksum"', b'"check"'))
    assert not valid("state.schema.json", document.replace(b'"account"', b'"more":1,"account"'))


def test_a_plan_with_every_kind_of_change_fits():
    resource, one, other = Resource("pool.sales"), make_instance(1).attributes, make_instance(2).attributes
    plan = Plan(
        numplan="0.1.0",
        created_at=datetime(2025, 6, 1, tzinfo=UTC),
        manifest="numplan.yaml",
        manifest_digest="sha256:0",
        account="a",
        api_url="https://api.example.test",
        lineage="",
        serial=0,
        max_setup_cost=Decimal("1.5"),
        changes=(
            Purchase(resource=resource, after=one),
            Release(resource=resource, before=one),
            Adopt(resource=resource, after=one),
            Forget(resource=resource, before=one),
            Update(resource=resource, before=one, after=one),
            Replace(resource=resource, before=one, after=other),
            Blocked(resource=resource, before=one, assignment=Assignment("Flow Builder")),
            Keep(resource=resource, after=one),
        ),
        held=(Deferred(resource=resource, number=one.number, reason="unknown"),),
        surplus=(one.number,),
        drift=(Drift(resource=resource, kind="missing", before=one),),
        refusals=(Refusal(guard="max_releases", summary="too many"),),
    )
    document = encode_plan(plan)
    assert valid("plan.schema.json", document)
    assert not valid("plan.schema.json", document.replace(b'"purchase"', b'"buy"'))
