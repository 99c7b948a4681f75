"""Two states that adopt one number at once: no lock is held by both, and never does a number stay in both."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from numplan.engine.apply.claims import claimed_by, require_free, require_still_free
from numplan.engine.apply.open_state import OpenState
from numplan.engine.apply.settle import take_in
from numplan.model.account import OwnedNumber
from numplan.model.changes import Adopt, Keep, Purchase
from numplan.model.errors import StateError
from numplan.model.location.api_settings import ApiSettings
from numplan.model.others import NOBODY, Others
from numplan.model.state import Attributes, Instance, Released
from tests.builders import buried, state, us
from tests.fakes import NOON, FakeSession


def attributes(number: str) -> Attributes:
    return Attributes(number=number, country="United States", type="Geographic")


def instance(number: str) -> Instance:
    return Instance(resource="pool.theirs", attributes=attributes(number))


def opened(*answers: Others) -> OpenState:
    """An open state beside another one that is read so many times, and what it says each time."""
    left: Iterator[Others] = iter(answers)
    return OpenState(FakeSession(), state(serial=0), lambda: next(left))


def theirs(*numbers: str) -> Others:
    return Others({"emea": state(*map(instance, numbers))})


def test_only_what_is_adopted_is_claimed() -> None:
    changes = (
        Adopt(resource="pool.a", after=attributes(us(1))),
        Purchase(resource="pool.a", after=attributes(us(2))),
        Keep(resource="pool.a", after=attributes(us(3))),
    )
    assert claimed_by(changes, opened()) == (us(1),)


def test_without_a_claim_no_other_state_is_read() -> None:
    open_state = opened()
    require_free((), open_state)
    require_still_free((), open_state, open_state.state, NOON)


def test_a_number_that_another_state_has_by_now_stops_the_apply_before_its_first_write() -> None:
    with pytest.raises(StateError, match="meanwhile state emea manages it"):
        require_free((us(1),), opened(theirs(us(1))))
    require_free((us(2),), opened(theirs(us(1))))


def test_whoever_sees_the_others_word_after_the_write_takes_its_own_back() -> None:
    open_state = opened(theirs(us(1)))
    before = open_state.state
    for number in (us(1), us(2)):
        open_state.keep(Instance(resource="pool.a", attributes=attributes(number), origin="adopted"))
    open_state.save(NOON)
    with pytest.raises(StateError, match="state is as it was before"):
        require_still_free((us(1), us(2)), open_state, before, NOON)
    assert not open_state.unsaved
    assert open_state.state.numbers == ()


@pytest.mark.parametrize(("first", "is_ours"), [("lineage-0", False), ("lineage-2", True)])
def test_what_both_watched_is_taken_in_by_the_one_of_the_first_lineage_and_by_no_other(
    first: str, is_ours: bool
) -> None:
    watches = replace(state(buried(instance(us(1)))), lineage=first)
    others = [Others({"emea": watches})] * 2
    open_state = OpenState(FakeSession(), state(buried(instance(us(1))), serial=0), others.pop)
    before = open_state.state
    if not is_ours:
        with pytest.raises(StateError, match="meanwhile state emea watches it"):
            require_free((us(1),), open_state)
        return
    require_free((us(1),), open_state)
    open_state.keep(Instance(resource="pool.a", attributes=attributes(us(1)), origin="found"))
    open_state.save(NOON)
    require_still_free((us(1),), open_state, before, NOON)
    assert [one.number for one in open_state.state.numbers] == [us(1)]


def test_what_only_the_other_one_watches_is_not_adopted_whatever_its_lineage() -> None:
    watches = replace(state(buried(instance(us(1)))), lineage="lineage-2")
    with pytest.raises(StateError, match="meanwhile state emea watches it"):
        require_free((us(1),), opened(Others({"emea": watches})))


def test_where_nobody_took_it_the_claim_stands() -> None:
    open_state = opened(NOBODY)
    open_state.keep(Instance(resource="pool.a", attributes=attributes(us(1)), origin="adopted"))
    open_state.save(NOON)
    require_still_free((us(1),), open_state, open_state.state, NOON)
    assert [one.number for one in open_state.state.numbers] == [us(1)]


def test_what_turns_up_in_the_account_is_not_taken_in_where_another_state_has_it() -> None:
    open_state = OpenState(
        FakeSession(),
        state(buried(instance(us(1))), buried(instance(us(2))), serial=0),
        lambda: theirs(us(1)),
    )
    rows = {
        number: OwnedNumber(number, "United States", "Geographic", None, None) for number in (us(1), us(2))
    }
    taken = [one.number for one, _ in take_in(open_state, rows, NOON, ApiSettings())]
    assert taken == [us(2)]
    assert [*open_state.numbers] == [us(2)]


@pytest.mark.parametrize(("minutes", "is_taken"), [(1, False), (60, True)])
def test_what_another_state_let_go_just_now_is_not_taken_in_though_an_older_look_shows_it(
    minutes: int, is_taken: bool
) -> None:
    gone = Released(us(1), NOON - timedelta(minutes=minutes))
    open_state = OpenState(
        FakeSession(), state(buried(instance(us(1))), serial=0), lambda: Others({"emea": state(gone)})
    )
    rows = {us(1): OwnedNumber(us(1), "United States", "Geographic", None, None)}
    taken = [one.number for one, _ in take_in(open_state, rows, NOON, ApiSettings())]
    assert taken == ([us(1)] if is_taken else [])
