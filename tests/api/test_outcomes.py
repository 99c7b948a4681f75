"""The sorting law: only a number named under exactly one of the two lists has a known outcome."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.api.decode import PostResults
from numplan.api.outcomes import names_any, sort_outcomes, unasked
from numplan.model.number import E164
from numplan.model.outcome import Refused, Succeeded, Unknown

NUMBERS = st.integers(0, 7).map(lambda n: E164(f"+1205001220{n}"))
JUDGED = st.builds(
    PostResults,
    success=st.lists(st.tuples(NUMBERS, st.just(Succeeded("done")))).map(tuple),
    error=st.lists(st.tuples(NUMBERS, st.just(Refused("no")))).map(tuple),
)


@given(st.lists(NUMBERS, unique=True), JUDGED)
def test_the_sorting_law(asked: list[E164], judged: PostResults) -> None:
    succeeded = {number for number, _ in judged.success}
    refused = {number for number, _ in judged.error}
    outcomes = sort_outcomes(asked, judged)
    assert list(outcomes) == asked
    for number, outcome in outcomes.items():
        match number in succeeded, number in refused:
            case True, False:
                assert outcome == Succeeded("done")
            case False, True:
                assert outcome == Refused("no")
            case _:
                assert isinstance(outcome, Unknown)


@given(st.lists(NUMBERS, unique=True), JUDGED)
def test_unasked_numbers_change_no_outcome_and_are_told(asked: list[E164], judged: PostResults) -> None:
    without = PostResults(
        tuple(row for row in judged.success if row[0] in asked),
        tuple(row for row in judged.error if row[0] in asked),
    )
    assert sort_outcomes(asked, judged) == sort_outcomes(asked, without)
    strangers = unasked(asked, judged)
    assert set(strangers) == {number for number, _ in judged.success} - set(asked)
    assert names_any(asked, judged) == names_any(asked, without)
