"""An operator's policy is read as strictly as a manifest: nothing in it is passed over."""

import json
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from numplan.manifest.operator_policy import read_operator
from numplan.manifest.schema.shipped import schema, schema_text
from numplan.model.errors import PolicyError
from numplan.model.operator import Operator
from numplan.model.policy import NO_LIMITS, Policy

POLICY = schema("policy")
SILENT = {"title", "description", "default", "examples"}


@pytest.fixture
def policy_of(tmp_path):
    def read(text: str | bytes) -> Operator:
        path = tmp_path / "policy.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_operator(str(path))

    return read


def told(caught) -> list[str]:
    return [str(one).partition("policy.yaml:")[2] for one in caught.value.diagnostics]


def bare(node):
    """A schema without the words for people."""
    if isinstance(node, list):
        return [bare(one) for one in node]
    return (
        {key: bare(one) for key, one in node.items() if key not in SILENT} if isinstance(node, dict) else node
    )


def test_each_key_is_read_and_what_is_not_set_limits_nothing(policy_of):
    read = policy_of(
        """
        max_purchases: 2
        max_release_share: 12.5%
        max_adoptions: 0
        max_setup_cost: 1.10
        allowed_countries: [United States, "Canada"]
        allowed_trunks: [169, none]
        required_labels: [owner]
        unmanaged: warn
        rebuy_after: 26w
        api_urls: ["https://api.integrari.com/*"]
        accounts: [190, "19?"]
        state_places: ["/srv/*"]
        """
    )
    assert read.policy == Policy(
        max_purchases=2,
        max_releases=None,
        max_release_share="12.5%",
        max_adoptions=0,
        max_setup_cost=Decimal("1.10"),
        allowed_countries=("United States", "Canada"),
        allowed_trunks=(169, "none"),
        required_labels=("owner",),
        unmanaged="warn",
        rebuy_after="26w",
    )
    assert (read.api_urls, read.accounts, read.state_places) == (
        ("https://api.integrari.com/*",),
        ("190", "19?"),
        ("/srv/*",),
    )


def test_a_policy_without_keys_is_one(policy_of):
    read = policy_of("{}")
    assert read.policy == NO_LIMITS
    assert (read.api_urls, read.accounts, read.state_places) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "max_purchase: 2",
            '1:1: error: max_purchase: unknown key "max_purchase" (did you mean `max_purchases`?)',
        ),
        ("count: 2", '1:1: error: count: unknown key "count"'),
        ("policy: {max_purchases: 2}", '1:1: error: policy: unknown key "policy"'),
        ("max_purchases: 2\nmax_purchases: 50", "2:1: error: max_purchases: is already given at"),
        ('max_purchases: "2"', '1:16: error: max_purchases: wants a whole number, not "2"'),
        ("max_purchases: -1", "1:16: error: max_purchases:"),
        ("max_purchases:", "1:1"),
        ("max_purchases: !!python/int 2", "1:16: error: max_purchases: the tag"),
        ("max_purchases: ${var.many}", "1:16: error: max_purchases: variables are a manifest's"),
        ('allowed_countries: ["${var.c}"]', "1:21: error: allowed_countries[0]: variables are a manifest's"),
        ("allowed_countries: Canada", "1:20: error: allowed_countries: wants a list"),
        ("allowed_countries:", "1:19: error: allowed_countries: a list is missing here"),
        ("allowed_trunks: [trunk]", '1:18: error: allowed_trunks[0]: "trunk" cannot stand here'),
        ("max_release_share: 101%", '1:20: error: max_release_share: "101%" cannot stand here'),
        ("max_release_share: 0.5", "1:20: error: max_release_share:"),
        ("max_setup_cost: lots", "1:17: error: max_setup_cost:"),
        ("<<: {max_purchases: 2}", "1:1: error:"),
        ("- max_purchases", "1:1: error: wants a mapping"),
        ("max_purchases", "1:1: error: wants a mapping"),
        ("", "1:1: error: the policy that NUMPLAN_POLICY names is empty"),
        ("# nothing yet\n", "1:1: error: the policy that NUMPLAN_POLICY names is empty"),
        ("max_purchases: 2\n---\nmax_purchases: 50", "2:1: error:"),
        ("{", "error: is not YAML"),
        (b"max_purchases: \xff", "1:16: error: is not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(policy_of, text, finding):
    with pytest.raises(PolicyError) as caught:
        policy_of(text)
    assert any(finding in one for one in told(caught)), told(caught)
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith("the policy that NUMPLAN_POLICY names has ")


def test_every_finding_is_told_at_once(policy_of):
    with pytest.raises(PolicyError) as caught:
        policy_of("max_purchases: lots\nmax_release: 2\nunmanaged: shout\n")
    assert [one.partition(":")[0] for one in told(caught)] == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["missing.yaml", ".", " "])
def test_what_is_no_file_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyError) as caught:
        read_operator(name)
    assert "the operator's policy" in str(caught.value.diagnostics[0])


def test_its_schema_is_sound_and_has_the_keys_of_the_manifests_policy():
    Draft202012Validator.check_schema(json.loads(schema_text("policy")))
    own = {"api_urls", "accounts", "state_places"}
    keys = {key: bare(one) for key, one in POLICY["properties"].items() if key not in own}
    assert keys == bare(schema("manifest")["properties"]["policy"]["properties"])
    assert set(POLICY["properties"]) == own | set(Policy.__struct_fields__)
    for name, one in POLICY["$defs"].items():
        if name != "glob":
            assert bare(one) == bare(schema("manifest")["$defs"][name])


def test_every_key_of_its_schema_is_titled_described_and_exemplified():
    for one in (POLICY, *POLICY["properties"].values()):
        assert one["title"]
        assert one["description"].endswith(".")
        for example in one["examples"]:
            assert Draft202012Validator({"$defs": POLICY["$defs"], **one}).is_valid(example)
