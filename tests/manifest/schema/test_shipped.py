"""The schema: sound by the metaschema, complete for editors, found wherever numplan is installed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from numplan.manifest.schema.shipped import schema_text
from numplan.model.location.api_settings import ApiSettings
from numplan.model.manifest import PoolEntry, Terms
from numplan.model.policy import Policy
from tests.manifest.schema.values import ROOT, objects, resolved

SHIPPED = json.loads(schema_text("manifest"))
CHECKOUT = Path(__file__).parents[3]


ROOT_OBJECTS = dict(objects(ROOT))
PROPERTIES = [
    pytest.param(resolved(inner), id=f"{path}.{name}")
    for path, here in objects(ROOT)
    for name, inner in here["properties"].items()
]


def test_it_is_sound():
    Draft202012Validator.check_schema(ROOT)
    Draft202012Validator.check_schema(SHIPPED)


VALUES = [
    pytest.param(inner, ROOT_OBJECTS[path]["properties"][name], id=f"{path}.{name}")
    for path, here in objects(SHIPPED)
    for name, inner in here["properties"].items()
    if (path, name) != ("$", "version") and path != "$#variable"  # nothing is known yet where these are read
]


@pytest.mark.parametrize(("for_editors", "for_checks"), VALUES)
def test_an_editor_lets_a_variable_stand_for_any_value_and_a_check_does_not(for_editors, for_checks):
    kinds = resolved(for_checks)["type"]
    if {"object", "array"} & ({kinds} if isinstance(kinds, str) else {*kinds}):
        return
    for text in ("${var.lines}", "a-${var.lines}"):
        assert Draft202012Validator({"$defs": SHIPPED["$defs"], **for_editors}).is_valid(text)
        assert "string" in kinds or not Draft202012Validator({"$defs": ROOT["$defs"], **for_checks}).is_valid(
            text
        )


def test_references_are_for_editors_alone():
    assert "reference" not in json.dumps(ROOT["properties"])
    assert json.dumps(SHIPPED).count('"#/$defs/reference"') > 20


@pytest.mark.parametrize(
    "path", sorted((CHECKOUT / "examples").rglob("*.yaml")), ids=lambda path: str(path.relative_to(CHECKOUT))
)
def test_an_editor_finds_nothing_wrong_with_the_examples(path):
    text = path.read_text()
    if "yaml-language-server" in text:
        problems = Draft202012Validator(SHIPPED).iter_errors(yaml.safe_load(text))
        assert [f"{one.json_path}: {one.message}" for one in problems] == []


@pytest.mark.parametrize("property_", PROPERTIES)
def test_every_property_explains_itself_to_an_editor(property_):
    assert property_["title"]
    assert property_["description"].endswith(".")
    assert property_["examples"]
    assert "type" in property_
    for example in property_["examples"]:
        assert Draft202012Validator({"$defs": ROOT["$defs"], **property_}).is_valid(example)


@pytest.mark.parametrize(
    ("path", "here"), list(objects(ROOT)), ids=lambda part: part if isinstance(part, str) else ""
)
def test_unknown_keys_are_refused_everywhere(path, here):
    assert here["additionalProperties"] is False, path


def test_every_pattern_is_anchored_and_explained():
    def walk(here):
        if isinstance(here, dict):
            if isinstance(here.get("pattern"), str):
                assert here["pattern"].startswith("^")
                assert here["pattern"].endswith("$")
                assert here["patternErrorMessage"]
            for inner in here.values():
                walk(inner)

    walk(ROOT)


def test_it_names_the_same_keys_and_defaults_as_the_values():
    definitions = ROOT["$defs"]
    terms = set(Terms.__struct_fields__) - {"may_lack", "begins", "ends", "flow"}
    days = {"from", "until", "flow"}
    assert set(ROOT["properties"]["defaults"]["properties"]) == terms
    assert set(definitions["number_entry"]["properties"]) == terms | days | {"number", "on_unavailable"}
    assert {*ROOT["properties"]["api"]["properties"], "declares_url"} == set(ApiSettings.__struct_fields__)
    assert set(ROOT["properties"]["policy"]["properties"]) == set(Policy.__struct_fields__)
    pool = set(PoolEntry.__struct_fields__) - {"name", "terms", "source"} | terms | days
    assert set(definitions["pool_entry"]["properties"]) == pool
    for block, value in (("api", ApiSettings()), ("policy", Policy())):
        for name, inner in ROOT["properties"][block]["properties"].items():
            if "default" in inner:
                assert inner["default"] == getattr(value, name)
    for name, inner in definitions["pool_entry"]["properties"].items():
        default = resolved(inner).get("default")
        sample = PoolEntry(name="x", count=1, country="x", terms=Terms(), source=None)
        if default is not None:
            assert default == getattr(sample, name, getattr(sample.terms, name, None))


def test_an_unknown_schema_is_not_found():
    for name in ("nope", "../pyproject", ""):
        with pytest.raises(LookupError):
            schema_text(name)


def test_it_is_found_inside_a_wheel(tmp_path):
    site = tmp_path / "site"
    shutil.copytree(
        CHECKOUT / "numplan", site / "numplan", ignore=shutil.ignore_patterns("__pycache__", "schemas")
    )
    shutil.copytree(CHECKOUT / "schemas", site / "numplan" / "schemas")
    script = (
        "import numplan, sys; from numplan.manifest.schema.shipped import schema_text;"
        "print(numplan.__file__); sys.stdout.write(schema_text('manifest'))"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=site, capture_output=True, text=True, check=True)
    where, _, text = ran.stdout.partition("\n")
    assert Path(where).is_relative_to(site)
    assert text == schema_text("manifest")
