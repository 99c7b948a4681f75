"""How long a number is kept that is no longer declared, as manifests say it."""

import pytest

from numplan.model.errors import ManifestError
from tests.loading import load_manifest


def terms_of(tmp_path, text: str):
    path = tmp_path / "numplan.yaml"
    path.write_text("version: 1\n" + text, encoding="utf-8")
    manifest = load_manifest(path)
    return {entry.resource: entry.terms.release_after for entry in manifest.entries()}


def test_it_stands_in_the_defaults_and_in_any_entry(tmp_path):
    assert terms_of(
        tmp_path,
        """
defaults: {country: United States, release_after: 4w}
numbers:
  a: {number: "+12050000001", release_after: 400d}
  b: {number: "+12050000002", release_after: 0d}
sets:
  s: {numbers: ["+12050000003"]}
pools:
  p: {count: 1, release_after: 1d}
""",
    ) == {"number.a": 400, "number.b": None, "set.s": 28, "pool.p": 1}


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("401d", "401d is 401 days, and a number is kept for 400 days at most"),
        ("9999w", "69,993 days"),
        ("30", "write whole days or weeks, such as 30d or 4w"),
        ("1.5d", "write whole days or weeks"),
        ("30 d", "write whole days or weeks"),
        ("-3d", "write whole days or weeks"),
    ],
)
@pytest.mark.parametrize("place", ["defaults", "pools.p"])
def test_what_is_no_span_or_too_long_is_an_error_at_its_place(tmp_path, span, told, place):
    in_pool = place == "pools.p"
    with pytest.raises(ManifestError) as caught:
        terms_of(
            tmp_path,
            f"""
defaults: {{country: United States{"" if in_pool else f', release_after: "{span}"'}}}
pools:
  p: {{count: 1{f', release_after: "{span}"' if in_pool else ""}}}
""",
        )
    (found,) = caught.value.diagnostics
    assert told in str(found)
    assert found.path == f"{place}.release_after"
