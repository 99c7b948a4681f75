"""A sound manifest becomes exactly the values that it declares."""

from decimal import Decimal
from pathlib import Path

import pytest

from numplan.manifest.load import FILE_NAMES, find_manifest, read_manifest
from numplan.model.diagnostics import Source
from numplan.model.errors import ManifestError
from tests.loading import load_manifest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/numplan.yaml"))

WHOLE = """\
version: 1
account: 190
currency: USD
api: {url: "http://127.0.0.1:8080/o", batch_size: 20, parallelism: 2, settle_seconds: 2.5, hold_minutes: 0}
defaults:
  country: United States
  sip_trunk_id: 169
  labels: {owner: voice-team, tier: 1}
numbers:
  support_us:
    number: +12050012202
    protect: true
    labels: {tier: 2}
sets:
  dialer:
    numbers: ["+1 (205) 003-2925", +12050032926]
    country: Norway
pools:
  ny_sales:
    count: 10
    state: New York
    type: Geographic
    category: Voice+SMS
    digits: 0888
    max_setup_charge: 1.00
    max_monthly_charge: "0.50"
    select: lowest
policy:
  max_purchases: 50
  max_setup_cost: 100
  allowed_countries: [United States, Canada]
  required_labels: [owner]
  unmanaged: warn
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "numplan.yaml"
    path.write_text(text)
    return path


def test_every_key_arrives(tmp_path):
    path = written(tmp_path, WHOLE)
    manifest = load_manifest(path)
    assert manifest.path == str(path)
    assert (manifest.account, manifest.currency) == ("190", "USD")
    assert manifest.api.url == "http://127.0.0.1:8080/o/"
    assert (manifest.api.batch_size, manifest.api.settle_seconds, manifest.api.hold_minutes) == (20, 2.5, 0)
    (number,) = manifest.numbers
    assert (number.name, number.number) == ("support_us", "+12050012202")
    assert number.terms.labels == {"owner": "voice-team", "tier": "2"}
    assert number.terms.protect
    assert (number.terms.country, number.terms.sip_trunk_id) == ("United States", 169)
    assert number.source == Source(str(path), 10, 3)
    (dialer,) = manifest.sets
    assert dialer.numbers == ("+12050032925", "+12050032926")
    assert dialer.sources == (Source(str(path), 16, 15), Source(str(path), 16, 36))
    assert dialer.terms.country == "Norway"
    (pool,) = manifest.pools
    assert (pool.count, pool.country, pool.state, pool.digits) == (10, "United States", "New York", "0888")
    assert (pool.max_setup_charge, pool.max_monthly_charge) == (Decimal("1.00"), Decimal("0.50"))
    assert (pool.terms.type, pool.terms.category, pool.select) == ("Geographic", "Voice+SMS", "lowest")
    policy = manifest.policy
    assert (policy.max_purchases, policy.max_releases, policy.max_setup_cost) == (50, 5, Decimal(100))
    assert policy.allowed_countries == ("United States", "Canada")
    assert policy.allowed_types is None
    assert (policy.required_labels, policy.unmanaged) == (("owner",), "warn")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_load_without_a_finding(path):
    manifest, warnings = read_manifest(path)
    assert warnings == ()
    assert not manifest.declares_nothing


@pytest.mark.parametrize("name", FILE_NAMES)
def test_finds_the_one_manifest_of_a_folder(tmp_path, name):
    (tmp_path / name).write_text("{}")
    assert find_manifest(tmp_path) == tmp_path / name


def test_of_several_in_a_folder_none_is_chosen(tmp_path):
    for name in FILE_NAMES:
        (tmp_path / name).write_text("{}")
    with pytest.raises(ManifestError) as caught:
        find_manifest(tmp_path)
    assert all(str(tmp_path / name) in caught.value.diagnostics[0].summary for name in FILE_NAMES)


def test_a_folder_without_a_manifest_says_what_was_looked_for(tmp_path):
    with pytest.raises(ManifestError) as caught:
        find_manifest(tmp_path)
    assert "numplan.yaml, numplan.yml, numplan.json" in caught.value.diagnostics[0].hint
