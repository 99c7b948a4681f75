"""What is measured: each case gives the rows of one comparison."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.calls import adopting, missing, named, not_for_sale, searched
from benchmarks.edits import edited, first, forgetting, labelled, looked_at, moving, one_more
from benchmarks.fleet import Fleet, write_living, write_manifest, write_pools
from benchmarks.measure import FLOOR, NUMPLAN, Took, alternate, run
from benchmarks.peers import OctoDns, Terraform, has_octodns, has_terraform
from benchmarks.purchasing import at_once, handshakes
from benchmarks.row import Case, Row
from benchmarks.wrong import KINDS, write_wrong

MILLION: Final = 1_000_000
SIZES: Final = {"10k": 10_000, "30k": 30_000, "100k": 100_000}
"""A size, three and ten times of it: what costs more than its share shows in how they grow."""
LATENCY_MS: Final = 50
PARALLELISM: Final = 4
WAITING: Final = "calls / parallelism x latency"
TABS: Final = {
    "a command": ("pl",),
    "an option of plan": ("plan", "--"),
    "a value of --target": ("plan", "--target", ""),
}
"""What is typed before a TAB, by what it is for."""
LOAD_STATE: Final = (sys.executable, str(Path(__file__).with_name("load_state.py")))


def start_up(folder: Path, rounds: int) -> Iterator[Row]:
    """Commands that have next to nothing to do, a small plan among them, and what a shell waits for at a TAB."""
    with Fleet(folder, owned=10) as fleet:
        write_manifest(folder, fleet.owned())
        fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        bare, version, validate, plan, told, plan_told, *completed = alternate(
            max(rounds, 9),
            lambda: run([sys.executable, "-c", "pass"], folder, {}),
            lambda: run([*NUMPLAN, "version"], folder, {}),
            lambda: run([*NUMPLAN, "validate"], folder, {}),
            partial(fleet.numplan, "plan", "--detailed-exitcode"),
            lambda: run([*NUMPLAN, "--help"], folder, {}),
            lambda: run([*NUMPLAN, "plan", "--help"], folder, {}),
            *(partial(_tab, folder, *words) for words in TABS.values()),
        )
    yield Row("python -c pass", 0, bare)
    yield Row("version", 0, version, "bare python", bare.wall)
    yield Row("validate, a small manifest", 0, validate, "bare python", bare.wall)
    yield Row("--help", 0, told, "bare python", bare.wall)
    yield Row("plan --help", 0, plan_told, "--help", told.wall)
    for what, took in zip(TABS, completed, strict=True):
        yield Row(f"TAB for {what}", 0, took, "--help", told.wall)
    yield Row("no-op plan of 10 numbers", 0, plan, "--help", told.wall)


def _tab(folder: Path, *words: str) -> Took:
    """What bash does at a TAB behind these words."""
    asked = {"COMP_WORDS": " ".join(("numplan", *words)), "COMP_CWORD": str(len(words))}
    return run(NUMPLAN, folder, {"_NUMPLAN_COMPLETE": "bash_complete", **asked})


def octodns(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """A plan that finds nothing to do, of as many records."""
    if has_octodns():
        yield Row("octoDNS, no-op plan", count, alternate(rounds, OctoDns(folder, count).plan)[0])


def terraform(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """A plan that finds nothing to do, of as many resources."""
    if has_terraform():
        plan = Terraform(folder, count).plan
        yield Row("terraform, no-op plan", count, alternate(min(rounds, 3), plan)[0])


def no_op(folder: Path, rounds: int, count: int, form: str) -> Iterator[Row]:
    """A plan that finds nothing to do, of a manifest in one of its forms; and the state it reads, by itself."""
    with Fleet(folder, owned=count) as fleet:
        write_manifest(folder, fleet.owned(), form)
        fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        plan = partial(fleet.numplan, "plan", "--detailed-exitcode")
        calls = fleet.calls_of(plan)
        if form == "file":
            yield Row(f"no-op plan, {form}", count, alternate(rounds, plan)[0], calls=calls)
        else:
            ours, floor = alternate(rounds, plan, lambda: fleet.run(*FLOOR, "numplan.yaml"))
            yield Row(f"floor, {form}", count, floor)
            yield Row(f"no-op plan, {form}", count, ours, "floor", floor.wall, calls)
            validated = alternate(rounds, lambda: run([*NUMPLAN, "validate"], folder, {}))[0]
            yield Row(f"validate, {form}", count, validated, "no-op plan", ours.wall)
        if form == "list":
            yield Row("state read and checked, by itself", count, alternate(rounds, lambda: _state(fleet))[0])


def _state(fleet: Fleet) -> Took:
    took = fleet.run(*LOAD_STATE, "numplan.state.json")
    seconds = float((fleet.folder / ".output").read_text())
    return took._replace(wall=seconds, cpu=seconds)


def purchases(folder: Path, rounds: int, count: int, latency: int = 0, share: int = 20) -> Iterator[Row]:
    """New explicit numbers, one in `share` of those for sale, are priced, bought, and found as declared. One round:
    what is bought is bought.
    """
    del rounds
    options = ("--latency-ms", str(latency))
    with Fleet(folder, stock=share * count, options=options) as fleet:
        write_manifest(folder, fleet.for_sale(count))
        late = f", {latency} ms a call" if latency else ""
        for what, *arguments in (("first plan", "plan"), ("apply", "apply", "--auto-approve")):
            calls, serial = sum(fleet.calls().values()), fleet.serial()
            took = fleet.numplan(*arguments)
            calls, serial = sum(fleet.calls().values()) - calls, fleet.serial() - serial
            waiting = calls / PARALLELISM * latency / 1000 if what == "apply" else 0
            yield Row(what + late, count, took, WAITING, waiting, calls, serial)
        if latency:
            posts, seconds = fleet.posting()
            alone = took._replace(wall=seconds + latency / 1000)
            waiting = posts / PARALLELISM * latency / 1000
            yield Row(f"the same from its first purchase on{late}", count, alone, WAITING, waiting, posts)


def capped(folder: Path, rounds: int, count: int, cap: int) -> Iterator[Row]:
    """A plan that finds nothing to do where one answer of the listing holds so many rows at most: of a vendor that
    looks for the beginnings of numbers, and of one that does not.
    """
    for match, how in (("beginning", "split by number"), ("whole", "by filters, then one by one")):
        options = ("--size-cap", str(cap), "--set", f"access_number_match={match}")
        with Fleet(folder / match, owned=count, options=options) as fleet:
            write_manifest(folder / match, fleet.owned())
            fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
            plan = partial(fleet.numplan, "plan", "--detailed-exitcode")
            calls = fleet.calls_of(plan)
            what = f"no-op plan, listings of {cap:,} rows, {how}"
            yield Row(what, count, alternate(min(rounds, 3), plan)[0], calls=calls)


def life(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """A plan that finds nothing to do of numbers that wait, end and are retired, a hundredth of which leave; beside one
    of as many numbers without any of these keys.
    """
    plain, living = folder / "plain", folder / "living"
    with Fleet(plain, owned=count) as beside, Fleet(living, owned=count) as fleet:
        write_manifest(plain, beside.owned())
        beside.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        owned = fleet.owned()
        for kept in (owned, owned[count // 100 :]):
            write_living(living, kept)
            fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        ours, floor = alternate(
            rounds,
            partial(fleet.numplan, "plan", "--detailed-exitcode"),
            partial(beside.numplan, "plan", "--detailed-exitcode"),
        )
        yield Row("no-op plan, list, without days and spans", count, floor)
        yield Row("no-op plan, list, with days and spans", count, ours, "without", floor.wall)


def bill(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """What the account costs, and the list of all it holds, beside a plan that finds nothing to do."""
    with Fleet(folder, owned=count) as fleet:
        write_manifest(folder, fleet.owned())
        fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        plan, cost, listed = alternate(
            rounds,
            partial(fleet.numplan, "plan", "--detailed-exitcode"),
            partial(fleet.numplan, "cost", "--by", "type"),
            partial(fleet.numplan, "numbers", "--csv"),
        )
        yield Row("cost, by type", count, cost, "no-op plan", plan.wall)
        yield Row("numbers, as CSV", count, listed, "no-op plan", plan.wall)


def pools(folder: Path, rounds: int, count: int, stock: int, *, alike: bool) -> Iterator[Row]:
    """A first plan of so many pools beside a stock, all of the same criteria or each with digits of its own; and one of
    a single pool that buys as many numbers.
    """
    what = "the same criteria" if alike else "digits of their own"
    with Fleet(folder, stock=stock) as fleet:

        def plan(sizes: Sequence[int]) -> Took:
            write_pools(folder, sizes, alike=alike or len(sizes) == 1)
            return fleet.numplan("plan")

        each = 5 if alike else 1
        calls = fleet.calls_of(partial(plan, [each] * count))
        many, single = alternate(rounds, partial(plan, [each] * count), partial(plan, [each * count]))
        yield Row("first plan, one pool", count * each, single)
        yield Row(f"first plan, pools of {what}", count * each, many, "one pool", single.wall, calls)


def wrong(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """`validate` of manifests in which one kind of thing is wrong so many times, a row for each kind."""
    for kind in KINDS:
        write_wrong(folder, kind, count)
        yield Row(
            f"wrong: {kind}",
            count,
            alternate(rounds, lambda: run([*NUMPLAN, "validate"], folder, {}, codes=(1,)))[0],
        )


CASES: Final[dict[str, tuple[int, Case]]] = {
    "start-up": (0, start_up),
    "octodns-1k": (1_000, partial(octodns, count=1_000)),
    "octodns-10k": (10_000, partial(octodns, count=10_000)),
    "terraform-1k": (1_000, partial(terraform, count=1_000)),
    **{
        f"{form}-{name}": (count, partial(no_op, count=count, form=form))
        for form, sizes in (
            ("list", {"1k": 1_000, "10k": 10_000, "100k": 100_000}),
            ("map", {"10k": 10_000, "100k": 100_000}),
            ("file", {"10k": 10_000, "100k": 100_000, "1m": MILLION}),
        )
        for name, count in sizes.items()
    },
    "purchases-1k": (1_000, partial(purchases, count=1_000)),
    "purchases-10k": (10_000, partial(purchases, count=10_000)),
    "purchases-100k": (100_000, partial(purchases, count=100_000, share=4)),
    "purchases-10k-late": (10_000, partial(purchases, count=10_000, latency=LATENCY_MS)),
    **{
        f"handshakes-{name}": (count, partial(handshakes, count=count))
        for name, count in (("1k", 1_000), ("3k", 3_000), ("10k", 10_000))
    },
    **{
        f"purchases-{name}-16": (count, partial(at_once, count=count, parallelism=16))
        for name, count in SIZES.items()
    },
    **{
        f"wrong-{name}": (count, partial(wrong, count=count))
        for name, count in (("100", 100), ("1k", 1_000), ("10k", 10_000))
    },
    "life-100k": (100_000, partial(life, count=100_000)),
    "bill-100k": (100_000, partial(bill, count=100_000)),
    **{
        f"pools-{name}": (count, partial(pools, count=count, stock=30 * count, alike=True))
        for name, count in (("100", 100), ("300", 300), ("1k", 1_000))
    },
    "pools-500-digits": (500, partial(pools, count=500, stock=30_000, alike=False)),
    **{
        f"{name}-{size}": (count, partial(edited, count=count, what=what, edit=edit))
        for name, what, edit in (
            ("label", "a label changed on each", labelled),
            ("forget", "9,000 lines of forget", forgetting),
            ("moves", "a chain of 3,000 moves", moving),
        )
        for size, count in SIZES.items()
    },
    **{f"look-{size}": (count, partial(looked_at, count=count)) for size, count in SIZES.items()},
    **{f"one-more-{size}": (count, partial(one_more, count=count)) for size, count in SIZES.items()},
    **{
        f"first-{name}": (count, partial(first, count=count))
        for name, count in (("100k", 100_000), ("300k", 300_000), ("1m", MILLION))
    },
    **{
        f"adopt-{name}": (count, partial(adopting, count=count))
        for name, count in (("100", 100), ("300", 300), ("1k", 1_000))
    },
    **{
        f"not-for-sale-{name}": (count, partial(not_for_sale, count=count))
        for name, count in (("1k", 1_000), ("3k", 3_000), ("10k", 10_000))
    },
    **{
        f"missing-{name}": (count, partial(missing, count=count))
        for name, count in (("200", 200), ("600", 600), ("2k", 2_000))
    },
    **{
        f"searched-{name}": (count, partial(searched, count=count, cap=1_000))
        for name, count in (("1k", 1_000), ("3k", 3_000), ("10k", 10_000))
    },
    "named-20k": (20_000, partial(named, count=20_000, cap=1_000)),
    "capped-20k": (20_000, partial(capped, count=20_000, cap=1_000)),
}
"""Every case by name, from the quick to the slow, with how many numbers it is about."""
