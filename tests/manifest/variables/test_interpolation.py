"""Variables stand in any text, and where numbers and booleans stand."""

from decimal import Decimal

import pytest

from numplan.manifest.variables.variables import Given
from tests.loading import load_manifest
from tests.manifest.places import written
from tests.manifest.variables.manifests import ACCOUNT, BODY, DECLARED, lines


def test_unknown_variables_are_errors_at_their_line_with_what_was_meant(tmp_path):
    body = BODY.replace("${var.env}", "${var.envv}", 1).replace("count: ${var.size}", "count: ${var.nope}")
    assert lines(written(tmp_path, DECLARED + body)) == [
        "numplan.yaml:8:50: error: defaults.labels.env: no variable is named envv (did you mean `env`?)",
        "numplan.yaml:11:12: error: pools.sales.count: no variable is named nope (declare it under `variables`)",
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("${var.env", "is not closed"),
        ("${env}", "refers to nothing"),
        ("${var.a b}", "refers to nothing"),
        ("${}", "refers to nothing"),
        ("${number.x.number}", "only outputs refer to numbers"),
    ],
)
def test_what_is_no_reference_is_an_error_at_its_place(tmp_path, text, word):
    (line,) = lines(written(tmp_path, f"{DECLARED}defaults: {{labels: {{a: '{text}'}}}}\npools: {{}}\n"))
    assert line.startswith("numplan.yaml:7:24: error: defaults.labels.a: ")
    assert word in line


def test_a_number_that_does_not_fit_its_place_is_told_there(tmp_path):
    given = Given(named=(("account", "1"), ("size", "2.5")))
    assert [line for line in lines(written(tmp_path, DECLARED + BODY), given) if ".count" in line] == [
        'numplan.yaml:11:12: error: pools.sales.count: wants a whole number, not "2.5" (such as 10)'
    ]


def test_few_lines_do_not_stand_for_more_than_memory_holds(tmp_path):
    body = "version: 1\nvariables: {x: {default: " + "y" * 60_000 + "}}\n"
    once = body + "defaults: {labels: {a: '" + "${var.x}" * 2 + "'}}\n"
    assert any("more than 65,536 characters" in line for line in lines(written(tmp_path, once), Given()))
    many = body + "sets: {s: {numbers: [" + ",".join(["'${var.x}'"] * 2000) + "]}}\n"
    assert any("stand for more than" in line for line in lines(written(tmp_path, many), Given()))


def test_they_stand_anywhere_in_text_and_where_numbers_and_booleans_stand(tmp_path):
    manifest = load_manifest(written(tmp_path, DECLARED + BODY), ACCOUNT)
    (pool,) = manifest.pools
    assert manifest.account == "190"
    assert (pool.count, pool.digits, pool.adopt) == (3, "30", True)
    assert pool.max_monthly_charge == Decimal("3.50")
    assert pool.terms.labels == {"env": "staging", "path": "a/staging/${var.env}"}


def test_json_has_them_too(tmp_path):
    text = """{"version": 1, "variables": {"n": {"type": "number", "default": 2}},
      "pools": {"p": {"count": "${var.n}", "country": "Norway"}}}"""
    assert load_manifest(written(tmp_path, text, "numplan.json")).pools[0].count == 2


def test_a_value_is_text_and_refers_to_nothing_itself(tmp_path):
    given = Given(named=(("account", "1"), ("env", "${var.size}")))
    (pool,) = load_manifest(written(tmp_path, DECLARED + BODY), given).pools
    assert pool.terms.labels["env"] == "${var.size}"
