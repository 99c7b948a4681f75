"""Variables: where their values come from, and where they may stand."""

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from numplan.manifest.load import read_manifest
from numplan.manifest.reading.templates import Reference, TemplateError, parts_of
from numplan.manifest.variables.variables import Given
from numplan.model.errors import ManifestError
from tests.loading import load_manifest
from tests.manifest.places import written

DECLARED = """\
version: 1
variables:
  env: {default: staging, description: which environment this run is for}
  size: {type: number, default: 3}
  careful: {type: bool, default: true}
  account:
"""
BODY = """\
account: ${var.account}
defaults: {country: United States, labels: {env: "${var.env}", path: "a/${var.env}/$${var.env}"}}
pools:
  sales:
    count: ${var.size}
    digits: "${var.size}0"
    max_monthly_charge: ${var.size}.50
    adopt: "${var.careful}"
"""
ACCOUNT = Given(named=(("account", "190"),))


def lines(path, given=ACCOUNT):
    """The findings as people read them, without the folder they are in."""
    try:
        found = read_manifest(path, given)[1]
    except ManifestError as failure:
        found = failure.diagnostics
    return [str(one).replace(f"{path.parent}/", "") for one in found]


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


def test_flags_win_over_files_and_these_over_the_environment_and_this_over_defaults(tmp_path):
    path = written(tmp_path, DECLARED + BODY)
    first = written(tmp_path, "env: first\nsize: 4\naccount: 0190\n", "first.vars")
    second = written(tmp_path, '{"env": "second"}', "second.vars")
    environment = {"NUMPLAN_VAR_env": "outside", "NUMPLAN_VAR_size": "7", "NUMPLAN_VAR_careful": "false"}
    given = Given(
        named=(("size", "8"), ("size", "9")), files=(str(first), str(second)), environment=environment
    )
    manifest = load_manifest(path, given)
    (pool,) = manifest.pools
    assert (manifest.account, pool.count, pool.adopt) == ("0190", 9, False)
    assert pool.terms.labels["env"] == "second"


def test_a_value_is_text_and_refers_to_nothing_itself(tmp_path):
    given = Given(named=(("account", "1"), ("env", "${var.size}")))
    (pool,) = load_manifest(written(tmp_path, DECLARED + BODY), given).pools
    assert pool.terms.labels["env"] == "${var.size}"


def test_an_unset_variable_is_an_error_at_its_line_and_nowhere_else(tmp_path):
    body = BODY + "policy: {max_releases: '${var.account}'}"
    (line,) = lines(written(tmp_path, DECLARED + body), Given())
    assert line.startswith(
        "numplan.yaml:6:3: error: variables.account: this variable has no value (give it by "
    )
    assert "--var account=VALUE, NUMPLAN_VAR_account or a --var-file" in line


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


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("size", "many", "is no number"),
        ("size", "01", "is no number"),
        ("careful", "yes", "is neither true nor false"),
        ("env", "\udce9", "is not UTF-8 text"),
    ],
)
def test_values_of_the_wrong_type_name_where_they_come_from(tmp_path, variable, value, words):
    given = Given(named=(("account", "1"), (variable, value)))
    (line,) = lines(written(tmp_path, DECLARED + BODY), given)
    assert f"error: --var {variable}: " in line
    assert words in line


def test_a_number_that_does_not_fit_its_place_is_told_there(tmp_path):
    given = Given(named=(("account", "1"), ("size", "2.5")))
    assert [line for line in lines(written(tmp_path, DECLARED + BODY), given) if ".count" in line] == [
        'numplan.yaml:11:12: error: pools.sales.count: wants a whole number, not "2.5" (such as 10)'
    ]


def test_values_for_what_is_not_declared_are_errors_but_from_the_environment_a_warning(tmp_path):
    path = written(tmp_path, DECLARED + BODY)
    extra = written(tmp_path, "account: 1\nenvv: x\n", "extra.vars")
    given = Given(named=(("sice", "1"),), files=(str(extra),), environment={"NUMPLAN_VAR_other": "x"})
    assert lines(path, given) == [
        'warning: NUMPLAN_VAR_other: no variable is named "other" (declare it under `variables`, or remove it)',
        'error: --var sice: no variable is named "sice" (did you mean `size`?)',
        'extra.vars:2:7: error: envv: no variable is named "envv" (did you mean `env`?)',
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        ("- a\n", "wants a mapping of names to values"),
        ("env: [a]\n", "wants text, a number, true or false, not a list"),
        ("env:\n", "not nothing"),
        ("env: [\n", "is not YAML"),
    ],
)
def test_a_variables_file_that_cannot_be_used_is_a_finding(tmp_path, content, words):
    file = tmp_path / "v.vars" if content is None else written(tmp_path, content, "v.vars")
    given = Given(named=(("account", "1"),), files=(str(file),))
    assert any(
        words in line and "v.vars" in line for line in lines(written(tmp_path, DECLARED + BODY), given)
    )


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("{x: {default: '${var.y}'}, y: {default: a}}", "a variable cannot refer to anything"),
        ("{x: {default: [a]}}", "wants text, not a list"),
        ("{x: {default: }}", "text is missing here"),
        ("{x: {default: a, type: text}}", "is not known here"),
        ("{x: {defualt: a}}", "did you mean `default`?"),
        ("{1x: {default: a}}", "cannot be a name here"),
        ("[x]", "wants a mapping"),
    ],
)
def test_a_variable_that_is_declared_wrongly_is_told_at_its_place(tmp_path, block, words):
    found = lines(written(tmp_path, f"version: 1\nvariables: {block}\n"), Given(named=()))
    assert any(words in line and line.startswith("numplan.yaml:2:") for line in found)


def test_the_digest_tells_values_apart_and_hides_them(tmp_path):
    path = written(tmp_path, DECLARED + BODY)
    digests = {
        load_manifest(path, Given(named=(("account", account), ("env", env)))).digest
        for account in ("190", "191")
        for env in ("staging", "production", "s")
    }
    assert len(digests) == 6
    assert not any("staging" in digest for digest in digests)


def test_few_lines_do_not_stand_for_more_than_memory_holds(tmp_path):
    body = "version: 1\nvariables: {x: {default: " + "y" * 60_000 + "}}\n"
    once = body + "defaults: {labels: {a: '" + "${var.x}" * 2 + "'}}\n"
    assert any("more than 65,536 characters" in line for line in lines(written(tmp_path, once), Given()))
    many = body + "sets: {s: {numbers: [" + ",".join(["'${var.x}'"] * 2000) + "]}}\n"
    assert any("stand for more than" in line for line in lines(written(tmp_path, many), Given()))


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,9}", fullmatch=True)
pieces = st.one_of(
    st.text(alphabet="ab$ .{}", max_size=4),
    st.builds(Reference, st.sampled_from(["var", "number", "set", "pool"]), names),
)


def spelled(piece):
    """A piece as a manifest has it."""
    if isinstance(piece, str):
        return piece.replace("${", "$${")
    ending = {"var": "", "number": ".number"}.get(piece.kind, ".numbers")
    return f"${{{piece.kind}.{piece.name}{ending}}}"


@drawn(st.lists(pieces, max_size=5))
def test_what_is_spelled_is_read_back(parts):
    parts = [part for part in parts if not (isinstance(part, str) and part.endswith("$"))]
    text = "".join(map(spelled, parts))
    assert "".join(map(spelled, parts_of(text))) == text
    assert [part for part in parts_of(text) if isinstance(part, Reference)] == [
        part for part in parts if isinstance(part, Reference)
    ]


@drawn(st.text(alphabet="ab$.{}varnumbespool \n", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        parts = list(parts_of(text))
    except TemplateError:
        assert "${" in text
    else:
        assert ("${" in text) == any(part == "${" or isinstance(part, Reference) for part in parts)
