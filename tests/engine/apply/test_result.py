"""What an apply came to, added up from its events."""

import pytest

from numplan.engine.apply.events import (
    Call,
    Done,
    Event,
    Failed,
    NotSaved,
    Recorded,
    Saved,
    Sending,
    Settled,
    SettleVerdict,
    Stopped,
    Substituted,
    Uncertain,
    Unsettled,
)
from numplan.engine.apply.result import ApplyResult, summarize
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Forget, Update
from tests.builders import managed, us

P = Resource("pool.p")
ONE = managed("pool.p", us(1))


def done(call: Call, place: int = 1) -> Done:
    return Done(resource=P, number=us(place), call=call)


def failed(place: int = 1, *, attempted: bool = True) -> Failed:
    return Failed(resource=P, number=us(place), call="purchase", reason="sold", attempted=attempted)


def uncertain(call: Call = "purchase") -> Uncertain:
    return Uncertain(resource=P, number=us(1), call=call, reason="lost")


def settled(verdict: SettleVerdict, call: Call = "purchase") -> Settled:
    return Settled(resource=P, number=us(1), call=call, verdict=verdict, reason="seen")


def test_nothing_comes_to_nothing() -> None:
    assert summarize([]) == ApplyResult()
    assert not summarize([]).changed


@pytest.mark.parametrize(
    ("events", "figures"),
    [
        ([done("purchase"), done("purchase", 2), done("release", 3)], (2, 1, 0, 0)),
        ([uncertain(), settled("bought")], (1, 0, 0, 0)),
        ([uncertain("release"), settled("released", "release")], (0, 1, 0, 0)),
        ([uncertain(), settled("not bought")], (0, 0, 1, 0)),
        ([uncertain("release"), settled("not released", "release")], (0, 0, 1, 0)),
        ([uncertain(), settled("unknown")], (0, 0, 0, 1)),
        ([uncertain(), settled("unknown"), settled("unknown")], (0, 0, 0, 1)),
        ([uncertain(), Unsettled(reason="down")], (0, 0, 0, 1)),
        ([failed(), failed(2)], (0, 0, 2, 0)),
        ([Sending(resource=P, number=us(1), call="purchase")], (0, 0, 0, 0)),
        (
            [
                Substituted(resource=P, number=us(1), substitute=us(2), reason="sold"),
                done("purchase", 2),
            ],
            (1, 0, 0, 0),
        ),
    ],
)
def test_calls_are_counted_once_and_by_their_last_word(
    events: list[Event], figures: tuple[int, int, int, int]
) -> None:
    found = summarize(events)
    assert (found.purchased, found.released, len(found.failed), len(found.unknown)) == figures
    assert found.changed is bool(figures[0] + figures[1])


def test_recorded_changes_are_counted_by_kind() -> None:
    attributes = ONE.attributes
    found = summarize(
        [
            Recorded(change=Adopt(resource=P, after=attributes)),
            Recorded(change=Update(resource=P, before=attributes, after=attributes)),
            Recorded(change=Forget(resource=P, before=attributes)),
        ]
    )
    assert (found.adopted, found.updated, found.forgotten) == (1, 1, 1)
    assert found.changed


def test_the_first_reason_to_stop_and_the_last_word_on_saving_count() -> None:
    assert summarize([Stopped(reason="a"), Stopped(reason="b")]).stopped == "a"
    assert summarize([NotSaved(reason="full"), Saved(serial=3)]).not_saved == ""
    assert summarize([Saved(serial=3), NotSaved(reason="full")]).not_saved == "full"
