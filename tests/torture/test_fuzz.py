"""Mutants of all that numplan reads: a few of those that `make torture` makes by the hundred thousand."""

import time

import pytest

from numplan.model.errors import StateError
from tests.torture.fuzz import SHARES, fuzz, jobs_of, mutant, repeat
from tests.torture.seeds import gather

FEW = 3000


@pytest.fixture(scope="module")
def corpus():
    return gather()


@pytest.fixture(scope="module")
def report(corpus):
    return fuzz(jobs_of(FEW, seed=1, target=None), corpus)


def test_whatever_is_read_becomes_a_value_or_an_error_of_the_tree_soon(report):
    assert not report.findings, "\n".join(report.findings)
    assert sum(tally.mutants for tally in report.tallies.values()) == FEW


@pytest.mark.parametrize("target", SHARES)
def test_the_mutants_get_past_the_first_check(report, target):
    tally = report.tallies[target]
    assert tally.mutants > 50
    assert tally.accepted > tally.mutants * 0.05
    assert tally.accepted + tally.deep > tally.mutants * 0.4
    assert len(tally.kinds) > 5


def test_a_mutant_follows_from_its_seed(corpus):
    again = gather()
    assert again == corpus
    for target, seed in jobs_of(300, seed=7, target=None):
        assert mutant(target, seed, again) == mutant(target, seed, corpus)


def made_of(**known):
    return lambda _: known


def refuse(_):
    raise StateError("no")


def escape(_):
    raise ZeroDivisionError


def hang(_):
    while True:
        pass


def sleep_a_little(document):
    time.sleep(0.01)
    return f"{len(document)} bytes"


def eat(_):
    return str(len(b"x" * (2 << 30)))


def die(_):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (refuse, "StateError"),
        (escape, "ZeroDivisionError"),
        (hang, "processor time"),
        (eat, "MemoryError"),
        (die, "the process died, exit code -9"),
    ],
)
def test_what_breaks_the_law_is_found_with_its_seed(corpus, load, words):
    found = fuzz(
        [("state", 41), ("state", 42)], corpus, processes=1, make=made_of(state=load), cpu_seconds=0.3
    )
    assert len(found.findings) == 2
    for seed, finding in zip((41, 42), found.findings, strict=True):
        assert finding.startswith(f"state, seed {seed}: ")
        assert words in finding
        assert finding.endswith(f"--target state --seed {seed} --count 1")


def test_waiting_is_no_finding(corpus):
    found = fuzz(
        [("state", 1)] * 40, corpus, processes=2, make=made_of(state=sleep_a_little), cpu_seconds=0.3
    )
    assert not found.findings
    assert found.tallies["state"].mutants == 40


def test_one_mutant_is_made_again_and_kept(corpus, tmp_path, capsys):
    kept = tmp_path / "mutant"
    assert repeat(("lock", 5), corpus, str(kept)) == 0
    assert kept.read_bytes() == mutant("lock", 5, corpus)
    assert "bytes: b'" in capsys.readouterr().out
