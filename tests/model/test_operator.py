"""What an operator's lists cover: APIs, accounts, places of state."""

import pytest

from numplan.model.errors import SettingError
from numplan.model.location.state_location import overridden, postgres_location
from numplan.model.operator import Operator, covers_url


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://api.integrari.com/o/", "https://api.integrari.com/o/"),
        ("https://api.integrari.com/o", "https://api.integrari.com/o/"),
        ("https://api.integrari.com/*", "https://api.integrari.com/o/"),
        ("https://API.integrari.com/*", "https://api.integrari.com/o/"),
        ("https://*.integrari.com/o/", "https://api.integrari.com/o/"),
        ("https://*", "https://api.integrari.com/o/"),
        ("https://127.0.0.1:*", "https://127.0.0.1:8190/o/"),
        ("http://127.0.0.1:????/o/", "http://127.0.0.1:8190/o/"),
        ("*", "https://api.integrari.com/o/"),
        ("*://api.integrari.com/*", "https://api.integrari.com/o/"),
        ("s3://acme-*/prod/*", "s3://acme-numbers/prod/eu/numplan.state.json?region=eu-central-1"),
        ("s3://acme/a b/*", "s3://acme/a%20b/state.json"),
        ("postgresql://db.example.com/ops", "postgresql://numplan@db.example.com/ops?sslmode=require"),
        ("postgresql://numplan@db.example.com/ops", "postgresql://numplan@db.example.com/ops"),
        ("postgres://db.example.com/*", "postgresql://db.example.com/ops"),
        ("postgresql://*.example.com/ops", "postgresql://a.example.com,b.example.com/ops"),
    ],
)
def test_a_pattern_covers_a_url_without_its_query(pattern, url):
    assert covers_url(pattern, url)


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://api.integrari.com/o/", "https://api.integrari.com/other/"),
        ("https://api.integrari.com", "https://api.integrari.com/o/"),
        ("https://*.integrari.com/*", "https://elsewhere.net/api.integrari.com/"),
        ("https://*.integrari.com/*", "https://elsewhere.net/.integrari.com/o/"),
        ("https://api.integrari.com*", "https://api.integrari.com@elsewhere.net/o/"),
        ("https://api.integrari.com/*", "https://elsewhere.net/?https://api.integrari.com/"),
        ("https://api.integrari.com/*", "http://api.integrari.com/o/"),
        ("https://api.integrari.com/*", "https://api.integrari.com:8443/o/"),
        ("https://state.example.com/prod/*", "https://state.example.com/prod/../staging/numbers"),
        ("https://state.example.com/prod/*", "https://state.example.com/prod/%2e%2e/staging/numbers"),
        ("https://state.example.com/prod/*", "https://state.example.com/prod/..%2fstaging"),
        ("postgresql://*.example.com/ops", "postgresql://elsewhere.net,a.example.com/ops"),
        ("postgresql://*.example.com/ops", "postgresql://elsewhere.net%2Ca.example.com/ops"),
        ("s3://acme/*", "gs://acme/state.json"),
        ("/srv/*", "s3://srv/state.json"),
    ],
)
def test_a_star_for_a_host_reaches_into_no_path_nor_the_other_way_round(pattern, url):
    assert not covers_url(pattern, url)


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("postgresql://db.example.com/ops?sslmode=require", []),
        ("postgresql:///ops?host=/var/run/postgresql", ["postgresql:///ops"]),
        ("postgresql://db.example.com/ops?host=elsewhere.net", ["postgresql://elsewhere.net/ops"]),
        ("postgresql://db.example.com/ops?hostaddr=198.51.100.7", ["postgresql://198.51.100.7/ops"]),
        ("postgresql://me@db.example.com:1/ops?port=5433", ["postgresql://db.example.com:5433/ops"]),
        ("postgresql://db.example.com/ops?dbname=other", ["postgresql://db.example.com/other"]),
    ],
)
def test_options_of_a_database_that_lead_elsewhere_are_found(url, servers):
    assert [*overridden(postgres_location(url))] == servers


def test_without_a_list_everything_is_allowed():
    nobody = Operator()
    nobody.require_api("https://elsewhere.net/")
    nobody.require_account("190")
    nobody.require_place("s3://any/where", urls=["s3://any/where"])


@pytest.mark.parametrize(
    ("operator", "ask", "told"),
    [
        (
            Operator(file="/etc/p.yaml", api_urls=()),
            lambda one: one.require_api("https://x/"),
            "calls to https://x/",
        ),
        (
            Operator(file="/etc/p.yaml", accounts=("19?",)),
            lambda one: one.require_account("1900"),
            "account 1900",
        ),
        (
            Operator(file="/etc/p.yaml", state_places=("/srv/*",)),
            lambda one: one.require_place("link", paths=["/srv/link", "/opt/x"]),
            "state at link",
        ),
    ],
)
def test_a_refusal_names_what_is_refused_the_list_and_the_file(operator, ask, told):
    with pytest.raises(SettingError) as caught:
        ask(operator)
    assert told in caught.value.message
    assert (
        "nothing" if operator.api_urls == () else "*" if operator.state_places else "19?"
    ) in caught.value.message
    assert "/etc/p.yaml" in caught.value.hint
    assert caught.value.exit_code == 1
