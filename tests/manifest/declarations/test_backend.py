"""The `backend:` block: each type has its keys, and names one place."""

import pytest

from numplan.manifest.declarations.backend import read_location
from numplan.manifest.reading.positions import LocatedMap
from numplan.model.location.file_name import STATE_FILE
from numplan.model.location.state_location import LocalLocation, ObjectLocation, PostgresLocation
from tests.loading import load_manifest
from tests.manifest.places import lines, written


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("{type: local}", LocalLocation(path=STATE_FILE)),
        ("{type: local, path: prod/x.state.json}", LocalLocation(path="prod/x.state.json")),
        (
            "{type: s3, bucket: b, key: k, region: r}",
            ObjectLocation(service="s3", bucket="b", key="k", region="r"),
        ),
        ("{type: gcs, bucket: b, key: k}", ObjectLocation(service="gcs", bucket="b", key="k")),
        (
            "{type: azure, container: states, key: k, account: acme}",
            ObjectLocation(service="azure", bucket="states", key="k", account="acme"),
        ),
        (
            "{type: postgres, url: 'postgresql://db.example.com/ops', name: prod}",
            PostgresLocation(server="postgresql://db.example.com/ops", name="prod"),
        ),
    ],
)
def test_a_block_names_a_place(tmp_path, block, place):
    assert load_manifest(written(tmp_path, f"version: 1\nbackend: {block}\n")).backend == place


def test_no_block_names_no_place():
    assert read_location(LocatedMap()) == (None, ())


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "{type: s3, bucket: b}",
            "2:17: error: backend: a backend of type s3 needs `key` (write `key:` and its value)",
        ),
        (
            "{type: local, bucket: b}",
            "2:24: error: backend.bucket: a backend of type local has no key `bucket` (known here: path)",
        ),
        (
            "{type: local, path: ../x}",
            '2:30: error: backend.path: "../x" is not below the manifest\'s folder',
        ),
        (
            "{type: local, path: x.json}",
            '2:30: error: backend.path: "x.json" could be mistaken for a part of the manifest: end it in .state.json',
        ),
        ("{type: http, address: 'ftp://x'}", "2:32: error: backend.address: "),
    ],
)
def test_what_names_no_place_is_told_at_its_place(tmp_path, block, said):
    (line,) = lines(written(tmp_path, f"version: 1\nbackend: {block}\n"))
    assert line.startswith(f"numplan.yaml:{said}")
