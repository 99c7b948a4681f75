"""What a text refers to, and how the characters themselves are written."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.reading.positions import LocatedList, LocatedMap, position_at
from numplan.manifest.reading.templates import Reference, Slot, TemplateError, parts_of
from numplan.model.diagnostics import Source

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,9}", fullmatch=True)


pieces = st.one_of(
    st.text(alphabet="ab$ .{}", max_size=4),
    st.builds(Reference, st.just("var"), names, st.just("")),
    st.builds(
        Reference,
        st.sampled_from(["number", "set", "pool"]),
        names,
        st.sampled_from(["", "number", "numbers", "monthly_charge"]),
    ),
)


def spelled(piece):
    """A piece as a manifest has it."""
    if isinstance(piece, str):
        return piece.replace("${", "$${")
    return f"${{{piece.kind}.{piece.name}{piece.field and f'.{piece.field}'}}}"


@given(st.lists(pieces, max_size=5))
def test_what_is_spelled_is_read_back(parts):
    parts = [part for part in parts if not (isinstance(part, str) and part.endswith("$"))]
    text = "".join(map(spelled, parts))
    assert "".join(map(spelled, parts_of(text))) == text
    assert [part for part in parts_of(text) if isinstance(part, Reference)] == [
        part for part in parts if isinstance(part, Reference)
    ]


@given(st.text(alphabet="ab$.{}varnumbespool \n", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        parts = list(parts_of(text))
    except TemplateError:
        assert "${" in text
    else:
        assert ("${" in text) == any(part == "${" or isinstance(part, Reference) for part in parts)


def test_a_slot_is_filled_where_the_template_stands():
    entry, listed = LocatedMap(("a", "b")), LocatedList(("a", "b"))
    entry["name"], entry.positions["name"] = "${var.x}", (position_at(1, 0), position_at(1, 6))
    listed.append("${var.y}")
    listed.positions.append(position_at(4, 2, 1))
    slots = [Slot(entry, "name", ("name",)), Slot(listed, 0, ("list", 0))]
    assert [slot.source for slot in slots] == [Source("a", 2, 7), Source("b", 5, 3)]
    for slot in slots:
        slot.put("filled")
    assert [slot.template for slot in slots] == ["filled", "filled"] == [entry["name"], listed[0]]
