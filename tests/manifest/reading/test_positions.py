"""Where numbers are declared: each has its own place, told only when somebody asks."""

from numplan.manifest.reading.positions import Sources, position_at
from numplan.model.diagnostics import Source


def test_places_are_a_sequence_of_sources():
    places = Sources(("a", "b"), [position_at(0, 0), position_at(6, 4, 1)])
    assert (len(places), places[0], places[-1]) == (2, Source("a", 1, 1), Source("b", 7, 5))
    assert [*places[1:]] == [Source("b", 7, 5)]
    assert places == (Source("a", 1, 1), Source("b", 7, 5))
    assert places != places[1:]
    assert hash(places) == hash(Sources(("a", "b"), (position_at(0, 0), position_at(6, 4, 1))))
