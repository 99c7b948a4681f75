"""Moves that lead in a circle."""

import pytest

from numplan.manifest.declarations.circles import circles


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("ab bc cd", set()),
        ("ab bc ca", {2}),
        ("aa", {0}),
        ("ab ba bc cd dc", {1, 4}),
        ("ab bc cb ba", {3}),
        ("ab AB", set()),
    ],
)
def test_circles_are_found(steps, expected):
    assert circles([(*step, True) for step in steps.split()]) == expected


def test_a_part_goes_in_a_circle_only_with_the_whole():
    assert circles([("a", "b", True), ("b", "a", False)]) == {1}
    assert circles([("a", "b", True), ("a", "b", False)]) == set()
    assert circles([("a", "b", True), ("b", "a", True), ("a", "b", False)]) == {1, 2}
    assert circles([(f"p{at}", f"p{at + 1}", True) for at in range(50_000)]) == set()
