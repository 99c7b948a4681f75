"""Mutants by the hundred thousand of all that numplan reads: manifests, states, plans, locks, answers of the API.

`python -m tests.torture.fuzz --count 100000` prints what became of them. The law: a value comes out, or an error
of numplan's tree, soon and in little memory. What breaks it is printed with the command that makes it again,
`--target T --seed N --count 1`; `--keep FILE` then writes the mutant there.
"""

import argparse
import logging
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from tests.torture.loaders import ACCEPTED, DOOR, Loader, loaders
from tests.torture.mutants import bytewise, json_aware, mend, unsealed, yaml_aware
from tests.torture.seeds import Corpus, gather

CPU_SECONDS = 5.0
"""Processor time that one document may take: other work on the machine does not count."""
STUCK_SECONDS = 120.0
"""Time after which a document that takes no processor time, or cannot be interrupted, is called hanging."""
MEMORY = 1 << 30
"""Address space, in bytes, that documents may take beyond what a worker has when it begins."""
REPORT = 200

SHARES = {
    "manifest": 30,
    "numbers-file": 5,
    "state": 15,
    "plan": 15,
    "lock": 5,
    "regions": 3,
    "search": 5,
    "find-number": 4,
    "purchased-list": 6,
    "purchase-numbers": 6,
    "release-numbers": 6,
}
"""How many of a hundred mutants each target has."""

Job = tuple[str, int]
"""A target, and the seed of a mutant."""


class TooSlow(BaseException):
    """A document took too long."""


@dataclass
class Tally:
    """What became of the mutants of one target."""

    kinds: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)

    @property
    def mutants(self) -> int:
        return self.kinds.total()

    @property
    def accepted(self) -> int:
        return self.kinds[ACCEPTED]

    @property
    def at_the_door(self) -> int:
        return sum(count for kind, count in self.kinds.items() if DOOR.search(kind))

    @property
    def deep(self) -> int:
        return self.mutants - self.accepted - self.at_the_door

    def add(self, other: "Tally") -> None:
        self.kinds += other.kinds
        self.slowest = max(self.slowest, other.slowest)


@dataclass
class Report:
    """What came of a run. `findings` are texts, each with the command that repeats it."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    peak: int = 0
    """The most memory that a worker held, in KiB."""


# -- one mutant --------------------------------------------------------------------------------------------


def mutant(target: str, seed: int, corpus: Corpus) -> bytes:
    """The mutant of this seed: the same for the same corpus."""
    chance = random.Random(f"{target}/{seed}")
    document = chance.choice(corpus[target])
    foreign = chance.random() < 0.05
    others = corpus[chance.choice(sorted(corpus))] if foreign else corpus[target]
    aware = chance.random() < (0.8 if target == "manifest" else 0.65)
    match target:
        case "state" | "plan":
            kin = [unsealed(other) for other in corpus[target]]
            if aware:
                return mend(json_aware(unsealed(document), chance, kin))
            broken = bytewise(document, chance, others)
            return mend(broken) if chance.random() < 0.7 else broken
        case "manifest" | "numbers-file":
            if document.startswith(b"{") and chance.random() < 0.5:
                return json_aware(document, chance, [document])
            return (yaml_aware if aware else bytewise)(document, chance, others)
        case _:
            return (json_aware if aware else bytewise)(document, chance, corpus[target] if aware else others)


@contextmanager
def watched(cpu_seconds: float) -> Iterator[None]:
    """Raise TooSlow within after so much processor time, or far more time by the clock."""

    def late(_number: int, _: FrameType | None) -> NoReturn:
        raise TooSlow

    before = {number: signal.signal(number, late) for number in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    signal.setitimer(signal.ITIMER_REAL, STUCK_SECONDS / 2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def judge(load: Loader, document: bytes, cpu_seconds: float = CPU_SECONDS) -> tuple[str, str]:
    """The kind of outcome, and what is wrong with it, or nothing."""
    began = time.process_time()
    try:
        with watched(cpu_seconds):
            kind = load(document)
    except TooSlow:
        return "too slow", f"more than {time.process_time() - began:.1f} s of processor time, or a hang"
    except BaseException as problem:  # noqa: BLE001 - that is what is looked for
        return "escaped", "".join(traceback.format_exception(problem, limit=-6))
    took = time.process_time() - began
    return kind, f"{took:.1f} s of processor time" if took > cpu_seconds else ""


# -- many mutants ------------------------------------------------------------------------------------------


def jobs_of(count: int, seed: int, target: str | None) -> list[Job]:
    """So many mutants, of one target or of all by their shares; the seeds of each target begin at `seed`."""
    if target:
        return [(target, seed + at) for at in range(count)]
    turns = [name for name, share in SHARES.items() for _ in range(share)]
    random.Random(0).shuffle(turns)
    taken: Counter[str] = Counter()
    jobs = []
    for at in range(count):
        name = turns[at % len(turns)]
        jobs.append((name, seed + taken[name]))
        taken[name] += 1
    return jobs


def work(
    jobs: Sequence[Job],
    corpus: Corpus,
    make: Callable[[Path], Mapping[str, Loader]],
    current: Any,
    parent: Connection,
    cpu_seconds: float,
) -> None:
    """What a worker does: its jobs, within its memory. Sends tallies, findings, and None at the end."""
    limit = MEMORY + address_space()
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable()
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="numplan-fuzz-") as folder:
        known = make(Path(folder))
        for at, (target, seed) in enumerate(jobs):
            current.value = at
            began = time.process_time()
            kind, wrong = judge(known[target], mutant(target, seed, corpus), cpu_seconds)
            tally = tallies.setdefault(target, Tally())
            tally.kinds[kind] += 1
            tally.slowest = max(tally.slowest, (time.process_time() - began, seed))
            if wrong:
                parent.send(found((target, seed), wrong))
            if at % REPORT == REPORT - 1:
                parent.send((tallies, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
                tallies = {}
    parent.send((tallies, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    parent.send(None)


def address_space() -> int:
    """What this process has taken, in bytes; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def found(job: Job, wrong: str) -> str:
    """A finding in words."""
    target, seed = job
    again = f"python -m tests.torture.fuzz --target {target} --seed {seed} --count 1"
    return f"{target}, seed {seed}: {wrong.strip()}\n  again: {again}"


class Worker:
    """A process with its share of the jobs. One that dies or hangs is replaced, and goes on after the culprit."""

    def __init__(self, jobs: Sequence[Job], *more: Any) -> None:
        self._context = multiprocessing.get_context("fork")
        self._jobs = jobs
        self._more = more
        self._begin()

    def _begin(self) -> None:
        corpus, make, cpu_seconds = self._more
        self.current = self._context.Value("q", -1, lock=False)
        self.inbox, outbox = self._context.Pipe(duplex=False)
        self.process = self._context.Process(
            target=work, args=(self._jobs, corpus, make, self.current, outbox, cpu_seconds), daemon=True
        )
        self.process.start()
        outbox.close()
        self.seen = (-1, time.monotonic())

    def hangs(self) -> bool:
        """Whether it has been at one document for too long."""
        if self.current.value != self.seen[0]:
            self.seen = (self.current.value, time.monotonic())
        return time.monotonic() - self.seen[1] > STUCK_SECONDS

    def bury(self, why: str) -> str:
        """End the process and begin another after the document that it was at. Returns the finding."""
        self.process.kill()
        self.process.join()
        self.inbox.close()
        at = max(self.current.value, 0)
        finding = found(self._jobs[at], f"{why}, exit code {self.process.exitcode}")
        self._jobs = self._jobs[at + 1 :]
        self._begin()
        return finding


def fuzz(
    jobs: Sequence[Job],
    corpus: Corpus,
    *,
    processes: int = 2,
    make: Callable[[Path], Mapping[str, Loader]] = loaders,
    cpu_seconds: float = CPU_SECONDS,
    progress: Callable[[Report], None] = lambda _: None,
) -> Report:
    """Judge the mutants of all jobs."""
    report = Report()
    workers = [Worker(jobs[at::processes], corpus, make, cpu_seconds) for at in range(processes)]
    while workers:
        ready = wait([one.inbox for one in workers], timeout=1)
        for one in tuple(workers):
            try:
                message = one.inbox.recv() if one.inbox in ready else "nothing"
            except EOFError:
                report.findings.append(one.bury("the process died"))
                continue
            match message:
                case None:
                    one.process.join()
                    workers.remove(one)
                case "nothing":
                    if one.hangs():
                        report.findings.append(one.bury("it hangs"))
                case str():
                    report.findings.append(message)
                case (tallies, peak):
                    for target, tally in tallies.items():
                        report.tallies.setdefault(target, Tally()).add(tally)
                    report.peak = max(report.peak, peak)
                    progress(report)
    return report


# -- the command -------------------------------------------------------------------------------------------


def show(report: Report, kinds: int) -> None:
    """Print the figures, and the most frequent kinds of refusals."""
    print(
        f"\n{'target':>17} {'mutants':>8} {'accepted':>9} {'deep':>8} {'door':>8} {'kinds':>6} {'slowest':>9}"
    )
    whole = Tally()
    for target, tally in sorted(report.tallies.items(), key=lambda pair: list(SHARES).index(pair[0])):
        print(_row(target, tally))
        whole.add(tally)
    print(_row("all", whole))
    print("deep: refused for what it means; door: refused before anybody looked (no JSON, no YAML, no seal)")
    print(f"the most memory a worker held: {report.peak // 1024} MiB")
    for target, tally in report.tallies.items():
        common = [pair for pair in tally.kinds.most_common() if pair[0] != ACCEPTED][:kinds]
        if common:
            print(f"\n{target}:\n" + "\n".join(f"{count:8} {kind}" for kind, count in common))


def _row(name: str, tally: Tally) -> str:
    return (
        f"{name:>17} {tally.mutants:8} {tally.accepted:9} {tally.deep:8} {tally.at_the_door:8} "
        f"{len(tally.kinds):6} {tally.slowest[0]:7.2f} s"
    )


def _signature(finding: str) -> str:
    """What two findings with one cause have in common: target, error, and where it was raised."""
    lines = finding.split("\n")
    raised = [line for line in lines if line.startswith("  File")][-1:]
    return " ".join([lines[0].partition(",")[0], *raised, lines[-2].partition(":")[0]])


def repeat(job: Job, corpus: Corpus, keep: str | None) -> int:
    """One mutant, in words. Returns 1 if it breaks the law."""
    document = mutant(*job, corpus)
    print(f"{len(document)} bytes: {document[:300]!r}")
    if keep:
        Path(keep).write_bytes(document)
    report = fuzz([job], corpus, processes=1)
    print("\n".join(report.findings or [*report.tallies[job[0]].kinds]))
    return 1 if report.findings else 0


def main() -> int:
    """Run; returns 1 if the law was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=SHARES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kinds", type=int, default=8, help="so many kinds of refusals are listed")
    parser.add_argument("--keep", metavar="FILE", help="with --count 1: where to write the mutant")
    options = parser.parse_args()
    corpus = gather()
    jobs = jobs_of(options.count, options.seed, options.target)
    if options.count == 1:
        return repeat(jobs[0], corpus, options.keep)
    began, told = time.monotonic(), 0

    def progress(report: Report) -> None:
        nonlocal told
        done = sum(tally.mutants for tally in report.tallies.values())
        if done >= told + len(jobs) // 20:
            told = done
            print(
                f"{time.monotonic() - began:6.0f} s  {done:7} mutants, {len(report.findings)} findings",
                flush=True,
            )

    report = fuzz(jobs, corpus, processes=options.processes, progress=progress)
    show(report, options.kinds)
    alike: dict[str, list[str]] = {}
    for finding in report.findings:
        alike.setdefault(_signature(finding), []).append(finding)
    for findings in alike.values():
        print(f"\n{len(findings)} like this:\n{findings[0]}")
    print(f"\n{len(jobs)} mutants in {time.monotonic() - began:.0f} s: {len(report.findings)} findings.")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
