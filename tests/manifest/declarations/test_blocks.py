"""What blocks and entries say becomes values, with the defaults where they say nothing."""

from decimal import Decimal

from numplan.manifest.declarations.blocks import api_settings, policy, terms_of, with_charges
from numplan.manifest.reading.positions import LocatedMap
from numplan.model.manifest import Terms
from numplan.model.policy import NO_LIMITS, Policy

DEFAULTS = Terms(country="US", protect=True, labels={"owner": "voice", "tier": "1"})


def test_an_entry_has_its_own_terms_where_it_has_them_and_labels_are_merged():
    own = terms_of({"country": "Norway", "labels": {"tier": "2"}, "count": 3}, DEFAULTS)
    assert (own.country, own.protect, own.labels) == ("Norway", True, {"owner": "voice", "tier": "2"})
    assert terms_of({"labels": None, "country": "US"}, DEFAULTS) == DEFAULTS


def test_an_entry_without_terms_shares_those_of_the_defaults():
    assert terms_of({"number": "+12055550100"}, DEFAULTS) is DEFAULTS


def test_only_what_may_be_skipped_may_be_lacking():
    assert terms_of({"on_unavailable": "skip"}, DEFAULTS).may_lack
    assert terms_of({"on_unavailable": "skip", "country": "Norway"}, DEFAULTS).may_lack
    assert not terms_of({"on_unavailable": "fail", "country": "Norway"}, DEFAULTS).may_lack


def test_a_policy_sets_what_it_names_and_leaves_the_rest():
    held = {"max_setup_cost": "1.10", "allowed_trunks": ["169", "none"], "allowed_countries": ["US"]}
    assert policy(held, NO_LIMITS) == Policy(
        max_releases=None,
        max_release_share=NO_LIMITS.max_release_share,
        rebuy_after="0d",
        max_setup_cost=Decimal("1.10"),
        allowed_trunks=(169, "none"),
        allowed_countries=("US",),
    )
    assert policy({}, Policy()) == Policy()


def test_charges_are_exact():
    assert with_charges({"max_setup_charge": "0.10", "count": 1}) == {
        "max_setup_charge": Decimal("0.10"),
        "count": 1,
    }


def test_whether_the_manifest_names_the_api_is_remembered():
    document, api = LocatedMap(), LocatedMap()
    assert not api_settings(document, "https://a/").declares_url
    api.update(url="https://b", batch_size=20)
    document["api"] = api
    found = api_settings(document, "https://b/")
    assert (found.url, found.declares_url, found.batch_size) == ("https://b/", True, 20)
