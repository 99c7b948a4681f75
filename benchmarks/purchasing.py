"""What buying costs: connections, and many purchases at once."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import Took, alternate
from benchmarks.row import Row

LATENCY_MS: Final = 50
HANDSHAKE_MS: Final = 100


def handshakes(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """So many purchases of a server where each connection costs handshakes, and of one where it costs none."""
    near, far = (
        partial(_apply, folder / f"{cost}", count, cost, min(rounds, 3)) for cost in (0, HANDSHAKE_MS)
    )
    free, costly = alternate(min(rounds, 3), near(), far())
    yield Row(f"apply, {LATENCY_MS} ms a call", count, free)
    what = f"apply, {LATENCY_MS} ms a call and {HANDSHAKE_MS} ms a connection"
    yield Row(what, count, costly, "without", free.wall)


def _apply(folder: Path, count: int, handshake: int, rounds: int) -> Callable[[], Took]:
    at = iter(range(rounds))

    def once() -> Took:
        options = ("--latency-ms", str(LATENCY_MS), "--set", f"handshake_ms={handshake}")
        with Fleet(folder / str(next(at)), stock=2 * count, options=options) as fleet:
            write_manifest(fleet.folder, fleet.for_sale(count))
            return fleet.numplan("apply", "--auto-approve")

    return once


def at_once(folder: Path, rounds: int, count: int, parallelism: int) -> Iterator[Row]:
    """So many purchases, and so many calls at once: the whole command, and from its first purchase on."""
    del rounds
    with Fleet(folder, stock=2 * count, options=("--latency-ms", str(LATENCY_MS))) as fleet:
        write_manifest(folder, fleet.for_sale(count))
        took = fleet.numplan("--parallelism", str(parallelism), "apply", "--auto-approve")
        posts, seconds = fleet.posting()
        waiting = posts / parallelism * LATENCY_MS / 1000
        against = f"calls / {parallelism} x latency"
        what = f"apply, {parallelism} calls at once, {LATENCY_MS} ms a call"
        yield Row(what, count, took, against, waiting, sum(fleet.calls().values()), fleet.serial())
        alone = took._replace(wall=seconds + LATENCY_MS / 1000)
        yield Row(f"the same from its first purchase on: {what}", count, alone, against, waiting, posts)
