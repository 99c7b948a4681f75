"""What an apply tells, line by line: the same lines however they are written, and none that waits."""

import pytest

from numplan.cli.terminal.text_ui import TextReport
from numplan.engine.apply.events import Done, Event, Failed, Heard, Sending
from numplan.model.address import Resource
from numplan.model.number import E164
from tests.builders import us

SET = Resource("set.all")


class Paper:
    """A screen that keeps what is written, one writing after the other."""

    moves = False
    width = None

    def __init__(self) -> None:
        self.written: list[str] = []

    def line(self, text: str = "", *, style: str = "") -> None:
        assert not style
        self.written.append(text)


def sending(number: E164) -> Event:
    return Sending(resource=SET, number=number, call="purchase")


def done(number: E164) -> Event:
    return Done(resource=SET, number=number, call="purchase")


def failed(number: E164) -> Event:
    return Failed(resource=SET, number=number, call="purchase", reason="no")


def told(number: E164, what: str = "purchased") -> str:
    return f'set.all["{number}"]: {what}'


def report_of(calls: int) -> tuple[TextReport, Paper]:
    paper = Paper()
    report = TextReport(paper)  # type: ignore[arg-type]
    report._calls = calls
    return report, paper


def test_the_lines_of_one_answer_are_written_at_once() -> None:
    report, paper = report_of(6)
    one, two, three, four, five, six = map(us, range(6))
    events = [*map(sending, (one, two, three, four, five, six)), done(one), done(two), Heard()]
    report.applying([*events, done(three), failed(four), Heard(), done(five), done(six), Heard()])
    assert paper.written == [
        f"\n{told(one)}\n{told(two)}",
        f"{told(three)}\n{told(four, 'purchase failed: no')}",
        f"{told(five)}\n{told(six)}",
    ]


def test_no_line_is_held_back_once_an_answer_is_told() -> None:
    """Nothing may follow for as long as the next answers take."""
    report, paper = report_of(2)
    seen: list[int] = []

    def events():
        yield from (sending(us(0)), sending(us(1)), done(us(0)), Heard())
        seen.append(len(paper.written))
        yield done(us(1))

    report.applying(events())
    assert seen == [1]
    assert len(paper.written) == 2


@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_what_was_done_is_told_however_it_ends(problem: type[BaseException]) -> None:
    report, paper = report_of(9)

    def events():
        yield from (sending(us(0)), done(us(0)))
        raise problem

    with pytest.raises(problem):
        report.applying(events())
    assert paper.written == [f"\n{told(us(0))}"]
