"""Variables: where their values come from."""

import pytest

from numplan.manifest.variables.variables import Given
from tests.loading import load_manifest
from tests.manifest.places import written
from tests.manifest.variables.manifests import BODY, DECLARED, lines


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


def test_an_unset_variable_is_an_error_at_its_line_and_nowhere_else(tmp_path):
    body = BODY + "policy: {max_releases: '${var.account}'}"
    (line,) = lines(written(tmp_path, DECLARED + body), Given())
    assert line.startswith(
        "numplan.yaml:6:3: error: variables.account: this variable has no value (give it by "
    )
    assert "--var account=VALUE, NUMPLAN_VAR_account or a --var-file" in line


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
        ("env: [a]\n", "must be text, a number, true or false, not a list"),
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
