"""What goes with a manifest and is none is named as what it is, not as a manifest full of slips."""

import pytest

from tests.manifest.places import lines, written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "env: staging\nsize: '4'\n",
            (
                "numplan.yaml:1:1: error: holds values of variables, and is no manifest "
                "(give it with --var-file; -f names the manifest that declares them)"
            ),
        ),
        (
            "# ours\nvariables:\n  env: {default: staging}\n",
            (
                "numplan.yaml:2:1: error: declares variables and nothing else, which is no manifest yet (write "
                "`version: 1` beside them; values for the variables of another manifest go with --var-file)"
            ),
        ),
    ],
)
def test_it_is_the_one_finding(tmp_path, text, said):
    assert lines(written(tmp_path, text)) == [said]


def test_what_was_read_before_is_told_too(tmp_path):
    first, second = lines(written(tmp_path, "env: staging\nenv: prod\n"))
    assert "is already given" in first
    assert "holds values of variables" in second


@pytest.mark.parametrize(
    "text",
    [
        "polls: x\nenv: y\n",
        "env: [a]\n",
        "{}",
        "".join(f"a{at}: x\n" for at in range(101)),
        "variables: {}\nversion: 1\n",
    ],
)
def test_what_may_be_meant_as_a_manifest_is_held_against_its_schema(tmp_path, text):
    assert not any("is no manifest" in line for line in lines(written(tmp_path, text)))
