"""What a plan asks the vendor where something is odd: the calls are what counts."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.edits import manage
from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import alternate
from benchmarks.row import Row

_STATES = ("California", "New York", "Texas")


def adopting(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """As many pools that adopt what is owned, in three states."""
    with Fleet(folder, owned=3 * count) as fleet:
        pools = [f"  p{at:05}: {{count: 1, adopt: true, state: {_STATES[at % 3]}}}" for at in range(count)]
        lines = ["version: 1", "defaults: {country: United States}", "pools:", *pools]
        (folder / "numplan.yaml").write_text("\n".join(lines) + "\n")
        plan = partial(fleet.numplan, "plan", "--buy-beside-unmanaged", codes=(0, 1))
        calls = fleet.calls_of(plan)
        yield Row("plan, pools that adopt in three states", count, alternate(rounds, plan)[0], calls=calls)


def not_for_sale(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """As many numbers that are declared and not to be had."""
    with Fleet(folder, owned=0, stock=count) as fleet:
        write_manifest(
            folder, [f"+1{area}{555_0000 + at:07}" for area in (205, 212) for at in range(count // 2)]
        )
        plan = partial(fleet.numplan, "plan", codes=(1,))
        calls = fleet.calls_of(plan)
        yield Row("plan, none of them for sale", count, alternate(rounds, plan)[0], calls=calls)


def missing(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """A twentieth of the managed numbers are gone from the account."""
    with Fleet(folder, owned=count) as fleet:
        fleet.lose(manage(fleet)[::20])
        plan = partial(fleet.numplan, "plan", "--accept-missing", codes=(0, 1))
        calls = fleet.calls_of(plan)
        yield Row("plan, a twentieth missing", count, alternate(rounds, plan)[0], calls=calls)


def searched(folder: Path, rounds: int, count: int, cap: int) -> Iterator[Row]:
    """As many numbers to buy where one answer of a search holds so many rows at most."""
    with Fleet(folder, stock=20 * count) as fleet:
        write_manifest(folder, fleet.for_sale(count))
        fleet.configure(size_cap=cap)
        plan = partial(fleet.numplan, "plan")
        calls = fleet.calls_of(plan)
        what = f"first plan, searches of {cap:,} rows"
        yield Row(what, count, alternate(min(rounds, 3), plan)[0], calls=calls)


def named(folder: Path, rounds: int, count: int, cap: int) -> Iterator[Row]:
    """One number looked at among many, where one answer of the listing holds so many rows at most."""
    options = ("--size-cap", str(cap), "--set", "access_number_match=beginning")
    with Fleet(folder, owned=count, options=options) as fleet:
        one = manage(fleet)[count // 2]
        for what, *arguments in (("plan, --target", "plan", "--target"), ("explain", "explain")):
            look = partial(fleet.numplan, *arguments, one)
            calls = fleet.calls_of(look)
            took = alternate(rounds, look)[0]
            yield Row(f"{what} of one number, listings of {cap:,} rows", count, took, calls=calls)
