"""Who may be sent the credentials of a place: a table of places, of who named them, and of environments."""

from collections.abc import Mapping

import pytest

from numplan.model.errors import SettingError
from numplan.model.location.recipients import Grant, Recipient, require_grant
from numplan.model.location.state_location import (
    StateLocation,
    http_location,
    object_place,
    parse_location,
    postgres_location,
)

HOST = "NUMPLAN_STATE_HOST"
GITLAB = {"CI_API_V4_URL": "https://gitlab.example.com/api/v4"}


def s3(endpoint: str) -> StateLocation:
    return object_place("s3", "acme", "x.json", endpoint=endpoint)


def azure(account: str | None, endpoint: str | None = None) -> StateLocation:
    return object_place("azure", "c1", "x.json", account=account, endpoint=endpoint)


def gcs(endpoint: str) -> StateLocation:
    return object_place("gcs", "acme", "x.json", endpoint=endpoint)


STATE = http_location("https://state.example.com/x")
PORT = http_location("https://state.example.com:8443/x")
LOCKED_ELSEWHERE = http_location("https://state.example.com/x", lock_address="https://evil.example/l")
UNLOCKED_ELSEWHERE = http_location("https://state.example.com/x", unlock_address="https://evil.example/l")
OPS = postgres_location("postgresql://numplan@db.example.com/ops?sslmode=require")

ADMITTED: list[tuple[StateLocation, Mapping[str, str]]] = [
    # the service's own host
    (object_place("s3", "acme", "x.json", region="eu-central-1"), {}),
    (object_place("s3", "a.b", "x.json"), {}),
    (s3("https://s3.eu-central-1.amazonaws.com"), {}),
    (s3("https://S3.Amazonaws.com.:443/"), {}),
    (s3("https://s3.dualstack.us-east-1.amazonaws.com"), {}),
    (s3("https://s3-fips.us-gov-west-1.amazonaws.com"), {}),
    (s3("https://s3.cn-north-1.amazonaws.com.cn"), {}),
    (s3("https://s3.us-iso-east-1.c2s.ic.gov"), {}),
    (object_place("gcs", "acme", "x.json"), {}),
    (gcs("https://storage.googleapis.com"), {}),
    (azure("acme"), {}),
    (azure("acme", "https://acme.blob.core.windows.net"), {}),
    (azure(None, "https://acme.blob.core.windows.net"), {"AZURE_STORAGE_ACCOUNT_NAME": "acme"}),
    (azure("acme", "https://acme.blob.core.chinacloudapi.cn"), {}),
    # what an operator names
    (STATE, {HOST: "state.example.com"}),
    (STATE, {HOST: " db.example.com, STATE.example.com. "}),
    (STATE, {HOST: "state.example.com:443"}),
    (PORT, {HOST: "state.example.com:8443"}),
    (PORT, {HOST: "state.example.com"}),
    (LOCKED_ELSEWHERE, {HOST: "state.example.com,evil.example"}),
    (http_location("http://[::1]:9/x"), {HOST: "[::1]:9"}),
    (http_location("http://[0:0::1]:9/x"), {HOST: "::1"}),
    (http_location("https://GitLab.example.com/api/v4/projects/1/terraform/state/n"), GITLAB),
    (s3("https://minio.example.com"), {"AWS_ENDPOINT_URL": "https://minio.example.com/"}),
    (s3("http://127.0.0.1:9000"), {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"}),
    (s3("https://minio.example.com"), {HOST: "minio.example.com"}),
    (gcs("https://gcs.example.com"), {HOST: "gcs.example.com"}),
    (OPS, {HOST: "db.example.com:5432", "PGPASSWORD": "x"}),
    (postgres_location("postgresql://a.example,b.example:6432/ops"), {HOST: "a.example,b.example:6432"}),
    (postgres_location("postgresql:///ops?host=/run/pg"), {HOST: "/run/pg", "PGPASSWORD": "x"}),
    (postgres_location("postgresql://127.0.0.1/ops"), {HOST: "127.0.0.1"}),
    # where the manifest names no server, libpq's own environment does
    (postgres_location("postgresql:///ops"), {"PGHOST": "db.example.com", "PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops"), {"PGSERVICE": "ops"}),
    (parse_location("numplan.state.json"), {}),
]

REFUSED: list[tuple[StateLocation, Mapping[str, str]]] = [
    (STATE, {}),
    (STATE, {"NUMPLAN_STATE_USERNAME": "j", "NUMPLAN_STATE_PASSWORD": "x"}),
    (STATE, {HOST: "example.com"}),
    (STATE, {HOST: "state.example.com:8443"}),
    (STATE, {HOST: "state.example.com.evil.example"}),
    (STATE, {"AWS_ENDPOINT_URL": "https://state.example.com"}),
    (PORT, {HOST: "state.example.com:443"}),
    (LOCKED_ELSEWHERE, {HOST: "state.example.com"}),
    (UNLOCKED_ELSEWHERE, {HOST: "state.example.com"}),
    (http_location("http://127.0.0.1:9/x"), {}),
    (http_location("http://localhost:9/x"), {HOST: "localhost:10"}),
    (http_location("https://gitlab.example.com.evil.example/api/v4/projects/1/terraform/state/n"), GITLAB),
    (http_location("https://gitlab.example.com:8443/api/v4/projects/1/terraform/state/n"), GITLAB),
    (http_location("https://evil.example/api/v4"), {"CI_API_V4_URL": "https://evil.example:pw@x/"}),
    (s3("https://minio.example.com"), {}),
    (s3("https://minio.example.com"), {"AWS_ENDPOINT_URL": "https://minio.example.com:9000"}),
    (s3("https://minio.example.com"), {"CI_API_V4_URL": "https://minio.example.com"}),
    (s3("https://s3.amazonaws.com.evil.example"), {}),
    (s3("https://evil-s3.amazonaws.com"), {}),
    (s3("https://s3.eu-central-1.amazonaws.com:8443"), {}),
    (s3("https://ec2-192-0-2-1.compute-1.amazonaws.com"), {}),
    (s3("https://a1b2.execute-api.eu-central-1.amazonaws.com"), {}),
    (s3("https://s3-1.eu-central-1.elb.amazonaws.com"), {}),
    (s3("https://s3xamazonaws.com"), {}),
    (gcs("https://acme.storage.googleapis.com"), {}),
    (gcs("https://storage.googleapis.com.evil.example"), {}),
    (gcs("https://s3.amazonaws.com"), {}),
    (azure("acme", "https://other.blob.core.windows.net"), {}),
    (azure("acme", "https://acme.blob.core.windows.net.evil.example"), {}),
    (azure(None, "https://acme.blob.core.windows.net"), {}),
    (azure("acme", "https://acme.evil.example/.blob.core.windows.net"), {}),
    (OPS, {}),
    (OPS, {"PGPASSWORD": "x"}),
    (OPS, {"PGPASSWORD": "x", HOST: "db.example.com:6432"}),
    (OPS, {"CI_API_V4_URL": "https://db.example.com:5432"}),
    (postgres_location("postgresql://127.0.0.1/ops"), {"PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops?host=/tmp/pg"), {"PGPASSWORD": "x"}),
    (postgres_location("postgresql://a.example,b.example/ops"), {HOST: "a.example"}),
    (postgres_location("postgresql://a.example/ops?host=b.example"), {HOST: "a.example"}),
    (postgres_location("postgresql://a.example/ops?hostaddr=192.0.2.1"), {HOST: "a.example,192.0.2.1"}),
    (postgres_location("postgresql://%65vil.example/ops"), {HOST: "db.example.com"}),
    (postgres_location("postgresql://a.example/ops?service=prod"), {HOST: "a.example"}),
    (postgres_location("postgresql:///ops?service=prod"), {}),
    (postgres_location("postgresql:///ops?port=6666"), {"PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops?host=,&port=6666"), {"PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops?host=,"), {"PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops?host=a.example,,b.example"), {HOST: "a.example,b.example"}),
    (postgres_location("postgresql://a.example,:6666/ops"), {HOST: "a.example"}),
    (postgres_location("postgresql://:6666/ops"), {"PGHOST": "db.example.com", "PGPASSWORD": "x"}),
    (postgres_location("postgresql:///ops?servicefile=x"), {}),
    (postgres_location("postgresql:///ops?sslcert=x"), {}),
    (postgres_location("postgresql:///ops?sslrootcert=ca.pem"), {}),
    (postgres_location("postgresql:///ops?sslcrl=list.pem"), {}),
    (postgres_location("postgresql:///ops?gssdelegation=1"), {}),
]


@pytest.mark.parametrize(("place", "environment"), ADMITTED, ids=lambda one: getattr(one, "url", str(one)))
def test_a_manifests_place_gets_credentials(place: StateLocation, environment: Mapping[str, str]) -> None:
    assert require_grant(place, (), environment) is Grant.ALL


@pytest.mark.parametrize(("place", "environment"), REFUSED, ids=lambda one: getattr(one, "url", str(one)))
def test_a_manifests_place_gets_none_but_an_operators_does(
    place: StateLocation, environment: Mapping[str, str]
) -> None:
    with pytest.raises(SettingError) as refused:
        require_grant(place, (), environment)
    assert "NUMPLAN_STATE" in refused.value.message + refused.value.hint
    assert require_grant(place, (place,), environment) is Grant.ALL


def test_another_place_may_be_where_the_named_one_is_and_speaks_the_same() -> None:
    here = http_location("https://state.example.com/other")
    assert require_grant(here, (STATE,), {}) is Grant.ALL
    for place in (PORT, LOCKED_ELSEWHERE, s3("https://state.example.com")):
        with pytest.raises(SettingError):
            require_grant(place, (STATE,), {})


def test_the_hint_names_what_to_set() -> None:
    place = http_location("https://a.example/x", lock_address="https://b.example:8443/l")
    with pytest.raises(SettingError, match=r"keeps state at a\.example,b\.example:8443") as refused:
        require_grant(place, (), {})
    assert "set NUMPLAN_STATE_HOST=a.example,b.example:8443" in refused.value.hint


@pytest.mark.parametrize(
    "entry", ["https://a.example", "*.example", "j@a.example", "a.example/x", "a b", "a:b"]
)
def test_an_entry_that_is_no_host_is_told(entry: str) -> None:
    with pytest.raises(SettingError, match="NUMPLAN_STATE_HOST has an entry"):
        require_grant(STATE, (), {HOST: f"b.example,{entry}"})


def test_the_machines_own_authorities_may_be_asked_for() -> None:
    place = postgres_location("postgresql://db.example.com/ops?sslmode=verify-full&sslrootcert=system")
    assert require_grant(place, (), {HOST: "db.example.com"}) is Grant.ALL


def test_a_password_that_is_kept_for_a_host_goes_to_that_host_alone() -> None:
    def kept(server: Recipient) -> bool:
        return server.host == "db.example.com"

    assert require_grant(OPS, (), {}, kept) is Grant.KEYED
    both = postgres_location("postgresql://db.example.com,evil.example/ops")
    for place, environment in (
        (both, {}),
        (OPS, {"PGPASSWORD": "x"}),
        (OPS, {"PGSERVICE": "x"}),
        (OPS, {"PGSSLCERT": "x"}),
        (postgres_location("postgresql://db.example.com/ops?hostaddr=192.0.2.1"), {}),
        (http_location("https://db.example.com/x"), {}),
    ):
        with pytest.raises(SettingError):
            require_grant(place, (), environment, kept)


@pytest.mark.parametrize(
    ("option", "said"),
    [("region=evil.example/", "region"), ("region=a%2Eb", "region"), ("region=a%23", "region")],
)
def test_what_becomes_part_of_a_host_is_a_plain_name(option: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_location(f"s3://acme/x.json?{option}")


@pytest.mark.parametrize("account", ["evil.example/", "a.b", "evil#abc", "Acme1", "a"])
def test_an_account_of_azure_is_a_plain_name(account: str) -> None:
    with pytest.raises(ValueError, match="storage account"):
        azure(account)
