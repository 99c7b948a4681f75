"""The history as a chain: read in its order, and held against its own hashes and against what state knows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from numplan.model.history.record import LineError, Record, Tip, fits, hash_of, line_of, read_line
from numplan.model.text.printable import plural


class Verdict(NamedTuple):
    """What a look at a whole history found. `findings`: what is cut, altered, doubled or not there, a sentence each.
    `notes` are no faults of the history: what it says itself of records that were lost, or of a state put back.
    """

    records: int
    findings: tuple[str, ...]
    notes: tuple[str, ...]


class Listed(NamedTuple):
    """A record, its line, and whether that stands in the history; otherwise it is in state alone."""

    record: Record
    line: bytes
    is_there: bool = True


def listed(lines: Iterable[bytes], waiting: Sequence[Record], unread: list[int]) -> Iterator[Listed]:
    """The records of a history in their order, each once, and after them those that only state holds as yet. Lines that
    are no record are left out: their places go to `unread`.
    """
    seen: set[str] = set()
    for place, line in enumerate(lines, 1):
        said = hash_of(line)
        if said and said in seen:
            continue
        try:
            record = read_line(line)
        except LineError:
            unread.append(place)
            continue
        seen.add(said)
        yield Listed(record, line)
    for record in waiting:
        line = line_of(record)
        if hash_of(line) not in seen:
            yield Listed(record, line, is_there=False)


def verified(lines: Iterable[bytes], tip: Tip | None, waiting: Sequence[Record]) -> Verdict:
    """Whether each record is as it was written and none is missing, up to the last one that state knows of. `tip` is
    None where state knows of no history, or there is no state.
    """
    chain = _Chain()
    for place, line in enumerate(lines, 1):
        chain.add(place, line)
    chain.end_of_lines()
    if tip is not None:
        chain.hold_against(tip, waiting)
    return Verdict(chain.count, tuple(chain.findings), tuple(chain.notes))


class _Chain:
    """One pass over the lines. `last` and `hash` are those of the record before."""

    def __init__(self) -> None:
        self.count = 0
        self.findings: list[str] = []
        self.notes: list[str] = []
        self.last = 0
        self.hash = ""
        self.numbers: dict[str, int] = {}
        self.gaps: list[tuple[int, int]] = []
        self.lost: list[Record] = []
        self.bad: list[int] = []
        self.unread: list[tuple[int, str]] = []

    def add(self, place: int, line: bytes) -> None:
        """The next line."""
        try:
            record = read_line(line)
        except LineError:
            self.bad.append(place)
            return
        said = hash_of(line)
        self.count += 1
        if not fits(line):
            self.findings.append(f"{_named(record)} was altered: it does not fit its hash")
        elif said in self.numbers:
            self.findings.append(f"{_named(record)} stands there twice")
            return
        if record.previous != self.hash or record.record != self.last + 1:
            self._out_of_line(record)
        elif self.bad:
            self._unreadable(self.last)
        self.numbers[said] = record.record
        self.last, self.hash = record.record, said
        if record.outcome == "lost":
            self.lost.append(record)

    def end_of_lines(self) -> None:
        """After the last line."""
        if self.bad:
            self._unreadable(self.last)
        for at, finding in self.unread:
            if (told := self._told_of(at, at)) is None:
                self.findings.append(finding)
            else:
                self.notes.append(f"{finding}; record {told.record} says that it could not be written")
        for first, last in self.gaps:
            if (told := self._told_of(first, last)) is None:
                self.findings.append(f"{_range(first, last)} missing, between {first - 1} and {last + 1}")
            else:
                what = f"{_range(first, last)} not there: record {told.record} says that"
                self.notes.append(f"{what} they could not be written, and state has no room for so many")

    def hold_against(self, tip: Tip, waiting: Sequence[Record]) -> None:
        """What state knows of the last record, and what it keeps."""
        kept = {hash_of(line_of(one)) for one in waiting} - self.numbers.keys()
        if tip.hash in self.numbers and tip.hash != self.hash:
            self.findings.append(
                f"after record {tip.last} come more, and state knows of none: it is an older copy, or they were added"
            )
        elif tip.hash != self.hash and tip.last == self.last:
            self.findings.append(f"record {tip.last} is not the one that state knows: it was altered")
        elif tip.hash != self.hash and tip.last > self.last:
            them = "it was" if tip.last == self.last + 1 else "they were"
            why = f"{them} cut off, or could not be written"
            way = ""
            if kept:
                way = f"; state keeps {plural(len(kept), 'record')}, which the next apply writes there"
            self.findings.append(f"{_range(self.last + 1, tip.last)} not there, at the end: {why}{way}")
        elif tip.hash != self.hash:
            self.findings.append(
                f"the history ends with record {self.last}, and state knows record {tip.last} as the last: state is an "
                "older copy, or another state's history lies here"
            )

    def _unreadable(self, after: int) -> None:
        for at, place in enumerate(self.bad, after + 1):
            finding = (
                f"line {place}, where record {at} is to be looked for, cannot be read: it was cut or altered"
            )
            self.unread.append((at, finding))
        self.bad.clear()

    def _told_of(self, first: int, last: int) -> Record | None:
        """The record that says of all these that they could not be written."""
        return next((one for one in self.lost if one.lost_from <= first and last <= one.lost_to), None)

    def _out_of_line(self, record: Record) -> None:
        """A record that does not follow on the one before it."""
        number = record.record
        if self.bad:
            expected = self.last + len(self.bad) + 1
            before = self.last
            self._unreadable(before)
            if number > expected:
                self.gaps.append((expected, number - 1))
        elif number > self.last + 1:
            self.gaps.append((self.last + 1, number - 1))
        elif number <= self.last and self.numbers.get(record.previous, 0) == number - 1:
            self._branch(record)
        elif number == self.last + 1:
            self.findings.append(
                f"{_named(record)} does not follow on what stands before it: record {self.last} was altered, or one of "
                "the two was put in"
            )
        else:
            self.findings.append(f"{_named(record)} stands after record {self.last}, out of its place")

    def _branch(self, record: Record) -> None:
        """A record that follows on an earlier one than the last, as if those in between were not there. A run that
        was to go on from such a state says so, and whoever can write the history alone cannot make it say so.
        """
        from_there = f"from record {record.record - 1}" if record.record > 1 else "anew"
        where = f"after record {self.last} the history goes on {from_there}"
        if record.outcome == "restored":
            self.notes.append(f"{where}: state had been put back, or begun anew, and somebody accepted that")
        else:
            beside = _range(record.record, self.last)
            self.findings.append(
                f"{where}, though nobody accepted a state that was put back: {beside} not of this state, or put in"
            )


def _named(record: Record) -> str:
    what = f"{record.number}, {record.outcome}" if record.number else record.outcome
    return f"record {record.record} ({what})"


def _range(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first} to {last} are"
