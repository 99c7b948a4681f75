"""Places: what a path, an URL or a `backend:` block names, and what may stand in none of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.load import read_backend
from numplan.model.errors import ManifestError
from numplan.model.location.state_location import (
    HttpLocation,
    LocalLocation,
    LocationError,
    ObjectLocation,
    PostgresLocation,
    parse_location,
)
from tests.loading import load_manifest

PLACES = [
    ("prod/numplan.state.json", LocalLocation(path="prod/numplan.state.json")),
    ("s3://acme/prod/x.json", ObjectLocation(service="s3", bucket="acme", key="prod/x.json")),
    (
        "s3://acme/x.json?region=eu-central-1&endpoint=https%3A%2F%2Fminio.example.com",
        ObjectLocation(
            service="s3",
            bucket="acme",
            key="x.json",
            region="eu-central-1",
            endpoint="https://minio.example.com",
        ),
    ),
    ("gs://acme/x.json", ObjectLocation(service="gcs", bucket="acme", key="x.json")),
    (
        "az://c1/x.json?account=acme",
        ObjectLocation(service="azure", bucket="c1", key="x.json", account="acme"),
    ),
    (
        "postgresql://numplan@db.example.com/ops?sslmode=require&state=prod",
        PostgresLocation(server="postgresql://numplan@db.example.com/ops?sslmode=require", name="prod"),
    ),
    ("postgresql:///ops?host=%2Frun%2Fpg", PostgresLocation(server="postgresql:///ops?host=%2Frun%2Fpg")),
    ("postgresql://db.example.com/ops", PostgresLocation(server="postgresql://db.example.com/ops")),
    (
        "https://state.example.com/x",
        HttpLocation(
            address="https://state.example.com/x",
            lock_address="https://state.example.com/x",
            unlock_address="https://state.example.com/x",
        ),
    ),
]


@pytest.mark.parametrize(("text", "place"), PLACES, ids=[text for text, _ in PLACES])
def test_a_text_names_a_place_whose_url_names_it_again(text, place):
    assert parse_location(text) == place
    assert parse_location(place.url) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://x/y", "not a place for state"),
        ("http://example.com/x", "in the clear"),
        ("https://jane:pw-1234@example.com/x", "NUMPLAN_STATE_PASSWORD"),
        ("https://jane@example.com/x", "NUMPLAN_STATE_PASSWORD"),
        ("https:///x", "a host"),
        ("https://example.com/x#y", "fragment"),
        ("https://example.com:0/x", "not a URL"),
        ("https://example.com:pw-1234/x", "not a URL"),
        ("https://example.com/a b", "without spaces"),
        ("postgresql://jane:pw-1234@db/x", "PGPASSWORD"),
        ("postgresql://db/x?password=pw-1234", "PGPASSWORD"),
        ("postgresql://db/x?state=a&state=b", "two states"),
        ("postgresql://db/x?state=", "1 to 200"),
        ("s3://acme", "key"),
        ("s3:///x", "bucket"),
        ("s3://acme/../x", "key"),
        ("s3://acme/a//b", "key"),
        ("s3://key:pw-1234@acme/x", "credentials"),
        ("s3://acme/x?acl=public", "region"),
        ("s3://acme/x?region=a&region=b", "twice"),
        ("s3://acme/x?endpoint=http://minio.example.com", "in the clear"),
        ("az:///x", "container"),
    ],
)
def test_what_names_no_place_is_refused_and_no_password_repeated(text, said):
    with pytest.raises(LocationError, match=said) as refused:
        parse_location(text)
    assert "pw-1234" not in str(refused.value)


@given(
    text=st.text(max_size=40) | st.from_regex(r"(s3|az|gs|https|postgresql)://[!-~]{0,30}", fullmatch=True)
)
def test_any_text_is_a_place_or_an_error_in_words(text):
    try:
        place = parse_location(text)
    except LocationError as problem:
        assert str(problem)  # noqa: PT017 - either is right
    else:
        assert parse_location(place.url) == place


def declared(folder: Path, block: str) -> Path:
    path = folder / "numplan.yaml"
    path.write_text(f"version: 1\nnumbers: {{a: {{number: +12050012202}}}}\nbackend: {block}\n")
    return path


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("{type: local}", LocalLocation(path="numplan.state.json")),
        ("{type: local, path: prod/x.state.json}", LocalLocation(path="prod/x.state.json")),
        (
            "{type: s3, bucket: acme, key: x.json, region: eu-central-1}",
            ObjectLocation(service="s3", bucket="acme", key="x.json", region="eu-central-1"),
        ),
        (
            "{type: gcs, bucket: acme, key: x.json}",
            ObjectLocation(service="gcs", bucket="acme", key="x.json"),
        ),
        (
            "{type: azure, container: c1, key: x.json, account: acme}",
            ObjectLocation(service="azure", bucket="c1", key="x.json", account="acme"),
        ),
        (
            "{type: postgres, url: 'postgresql://db/x', name: prod}",
            PostgresLocation(server="postgresql://db/x", name="prod"),
        ),
        (
            "{type: http, address: 'https://h/x', lock_address: 'https://h/l', lock_method: PUT, update_method: PUT}",
            HttpLocation(
                address="https://h/x",
                update_method="PUT",
                lock_address="https://h/l",
                lock_method="PUT",
                unlock_address="https://h/l",
            ),
        ),
    ],
)
def test_a_block_names_a_place(tmp_path, block, place):
    path = declared(tmp_path, block)
    assert load_manifest(path).backend == place
    assert read_backend(path) == place


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("{bucket: acme}", "the key `type` is missing"),
        ("{type: s3, bucket: acme}", "needs `key`"),
        ("{type: s3, bucket: acme, key: x, account: acme}", "has no key `account`"),
        ("{type: local, path: ../x.state.json}", "not below"),
        ("{type: local, path: /x.state.json}", "not below"),
        ("{type: local, path: x.json}", "part of the manifest"),
        ("{type: postgres, url: 'postgresql://j:pw@db/x'}", "PGPASSWORD"),
        ("{type: postgres, url: 'postgresql://db/x?state=prod'}", "give it as `name`"),
        ("{type: http, address: 'http://h/x'}", "in the clear"),
        ("{type: http, address: 'https://h/x', lock_method: GET}", '"GET" is not known here'),
    ],
)
def test_a_block_that_names_none_is_told_at_its_place(tmp_path, block, said):
    path = declared(tmp_path, block)
    for read in (load_manifest, read_backend):
        with pytest.raises(ManifestError) as refused:
            read(path)
        found = "\n".join(map(str, refused.value.diagnostics))
        assert said in found
        assert f"{path}:3:" in found


def test_a_variable_may_stand_in_the_block(tmp_path):
    path = declared(
        tmp_path, "{type: s3, bucket: acme, key: '${var.env}/x.json'}\nvariables: {env: {default: prod}}"
    )
    assert (
        read_backend(path)
        == load_manifest(path).backend
        == ObjectLocation(service="s3", bucket="acme", key="prod/x.json")
    )
