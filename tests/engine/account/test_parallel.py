"""Several questions at once: answers in the order of the questions, and no more under way than allowed."""

import threading
import time

import pytest

from numplan.engine.account.parallel import ask_all


@pytest.mark.parametrize("parallelism", [1, 2, 8])
def test_answers_come_in_the_order_of_the_questions_however_long_each_takes(parallelism):
    def ask(question: int) -> int:
        time.sleep((5 - question) / 500)
        return question * 10

    assert ask_all(ask, range(6)[:5], parallelism) == [0, 10, 20, 30, 40]


@pytest.mark.parametrize("parallelism", [2, 3])
def test_as_many_questions_are_under_way_as_are_allowed_and_no_more(parallelism):
    counting, meeting = threading.Lock(), threading.Barrier(parallelism, timeout=60)
    under_way, most = 0, 0

    def ask(_: int) -> None:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        meeting.wait()
        with counting:
            under_way -= 1

    ask_all(ask, range(parallelism * 4), parallelism)
    assert most == parallelism


@pytest.mark.parametrize(("questions", "parallelism"), [([7], 8), ([7, 8], 1)])
def test_what_is_asked_one_by_one_is_asked_where_it_was_begun(questions, parallelism):
    threads = ask_all(lambda _: threading.current_thread(), questions, parallelism)
    assert set(threads) == {threading.current_thread()}


def test_no_question_has_no_answer():
    assert ask_all(str, [], 4) == []


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_first_error_is_raised_and_stops_what_has_not_begun(parallelism):
    asked = []

    def ask(question: int) -> int:
        asked.append(question)
        if question == 1:
            raise ZeroDivisionError(question)
        time.sleep(0.02)
        return question

    with pytest.raises(ZeroDivisionError, match="1"):
        ask_all(ask, range(200), parallelism)
    assert len(asked) < 100
