"""Where a number is declared first: whatever is declared one by one or together, as a plain table would have it."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.declarations.first_declared import FirstDeclared
from numplan.manifest.reading.positions import Position, source_at
from numplan.model.diagnostics import Source
from numplan.model.number import E164
from tests.builders import us

NUMBERS = st.integers(0, 12).map(us)
STEPS = st.lists(st.one_of(NUMBERS, st.lists(NUMBERS, max_size=6)), max_size=12)


@given(STEPS, st.sets(NUMBERS))
def test_the_first_place_of_each_number_stands(steps: list[E164 | list[E164]], asked: set[E164]) -> None:
    first_declared, table, at = FirstDeclared(("m",)), dict[E164, Source](), 0
    for step in steps:
        many = [step] if isinstance(step, str) else step
        positions = [Position(at + place) for place in range(len(many))]
        at += len(many)
        new = len({*many}) == len(many) and table.keys().isdisjoint(many)
        if isinstance(step, str):
            assert first_declared.add(step, positions[0]) == new
        else:
            assert first_declared.add_all(many, positions) == new
        if new:
            table.update(zip(many, (source_at(("m",), position) for position in positions), strict=True))
        for number in asked & table.keys():  # what was looked up before knows of what came after
            assert first_declared[number] == table[number]
    assert {us(place) for place in range(13) if us(place) in first_declared} == table.keys()
    assert {number: first_declared[number] for number in table} == table
