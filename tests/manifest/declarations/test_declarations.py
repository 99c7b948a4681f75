"""A valid document becomes exactly the values that it declares, and what breaks a rule is told at its place."""

from decimal import Decimal

import pytest

from numplan.manifest.load import read_manifest
from numplan.model.diagnostics import Source
from tests.loading import load_manifest
from tests.manifest.places import findings, lines, require_slip, written

V = "version: 1\n"


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


SLIPS = [
    (V + "api: {url: http://example.com/}\n", "2:12", "api.url", "in the clear", ""),
    (
        V + "numbers: {a: {number: 0441234}}\n",
        "2:23",
        "numbers.a.number",
        '"0441234" is not a phone',
        "dialled like that inside a country",
    ),
    (
        V + "numbers: {a: {number: +1234}}\n",
        "2:23",
        "numbers.a.number",
        '"+1234" is not a phone number',
        "5 to 15 digits",
    ),
    (
        V + "numbers: {a: {number: no}}\n",
        "2:23",
        "numbers.a.number",
        '"no" is not a phone number',
        "a + and digits",
    ),
    (V + "pools: {a: {count: 1}}\n", "2:9", "pools.a", "a pool needs a country", "`defaults`"),
]


@pytest.mark.parametrize(("text", "place", "path", "summary", "hint"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_the_one_finding_at_its_place(tmp_path, text, place, path, summary, hint):
    require_slip(written(tmp_path, text), place, path, summary, hint)


def test_a_refused_country_is_not_also_reported_as_missing(tmp_path):
    for text in ("pools: {a: {count: 1, country: }}\n", "defaults: {country: }\npools: {a: {count: 1}}\n"):
        (found,) = findings(written(tmp_path, V + text))
        assert "text is missing" in found.summary


def test_a_pool_that_cannot_adopt_is_a_warning(tmp_path):
    manifest = written(tmp_path, V + "pools: {a: {count: 1, country: X, category: Voice, adopt: true}}\n")
    (found,) = read_manifest(manifest)[1]
    assert (found.severity, found.path) == ("warning", "pools.a.adopt")


def test_a_manifest_that_declares_nothing_is_a_warning(tmp_path):
    (found,) = read_manifest(written(tmp_path, V + "numbers:\nsets:\npools:\ndefaults:\npolicy:\napi:\n"))[1]
    assert (found.severity, found.summary) == ("warning", "the manifest declares no numbers")


def test_labels_that_are_merged_have_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("numplan.manifest.declarations.declarations.MAX_LABELS", 5)
    entries = "".join(f"  n{at}: {{number: +1205555010{at}, labels: {{x: y}}}}\n" for at in range(3))
    (line,) = lines(
        written(tmp_path, f"version: 1\ndefaults: {{labels: {{a: b, c: d}}}}\nnumbers:\n{entries}")
    )
    assert "defaults.labels: with those that they share, entries and rows have more than 5 labels" in line
