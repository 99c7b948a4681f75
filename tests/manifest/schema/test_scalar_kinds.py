"""What an unquoted scalar becomes, by what its place admits."""

import pytest

from numplan.manifest.schema.scalar_kinds import ScalarKind, kind_of, plain_value


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
@pytest.mark.parametrize("kind", ScalarKind)
def test_null_is_nothing_everywhere(text, kind):
    assert plain_value(text, kind) is None


TEXT, INTEGER, NUMBER, BOOLEAN = ScalarKind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0", INTEGER, 0), ("-7", INTEGER, -7), ("169", INTEGER, 169), ("007", INTEGER, "007"),
        ("1_0", INTEGER, "1_0"), ("0x1", INTEGER, "0x1"), ("+1", INTEGER, "+1"),
        ("1.0", INTEGER, "1.0"), ("9" * 18, INTEGER, int("9" * 18)), ("9" * 19, INTEGER, "9" * 19),
        ("٣", INTEGER, "٣"), ("1\n", INTEGER, "1\n"), ("2.5", NUMBER, 2.5), ("10", NUMBER, 10),
        (".inf", NUMBER, ".inf"), ("1e9", NUMBER, "1e9"), ("true", BOOLEAN, True),
        ("FALSE", BOOLEAN, False), ("yes", BOOLEAN, "yes"), ("1", BOOLEAN, "1"),
    ],
)  # fmt: skip
def test_a_plain_scalar_takes_the_kind_of_its_place(text, kind, value):
    found = plain_value(text, kind)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ("string", TEXT), ("integer", INTEGER), ("number", NUMBER), ("boolean", BOOLEAN), ("object", TEXT),
        (["integer", "null"], INTEGER), (["integer", "number"], NUMBER), (["boolean", "string"], TEXT),
        (["array", "null"], TEXT),
    ],
)  # fmt: skip
def test_where_text_is_admitted_a_scalar_is_text(types, kind):
    assert kind_of(types) is kind
