"""Small edits beside a large fleet, and other ways to look at it, each beside a plan that finds nothing to do."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import Took, alternate
from benchmarks.row import Row

NO_OP = "no-op plan"
PLAN_TEXT = (sys.executable, str(Path(__file__).with_name("plan_text.py")))
_EDITED = "edited.yaml"


def edited(folder: Path, rounds: int, count: int, what: str, edit: Callable[[str], str]) -> Iterator[Row]:
    """A plan after one edit of the manifest."""
    with Fleet(folder, owned=count) as fleet:
        manage(fleet)
        (folder / _EDITED).write_text(edit((folder / "numplan.yaml").read_text()))
        ours, base = alternate(rounds, partial(fleet.numplan, "plan", "-f", _EDITED), fleet.plan)
        yield Row(f"plan, {what}", count, ours, NO_OP, base.wall)


def labelled(text: str) -> str:
    """One label on every number."""
    return text.replace("  all:\n", "  all:\n    labels: {team: sales}\n", 1)


def forgetting(text: str, lines: int = 9000) -> str:
    """So many lines under `forget`, of numbers that were forgotten long ago."""
    return "\n".join([text, "forget:", *(f'  - "+1212555{at:04}"' for at in range(lines))]) + "\n"


def moving(text: str, lines: int = 3000) -> str:
    """A chain of so many moves, at whose end the numbers are."""
    names = [f"set.s{at}" for at in range(lines)] + ["set.all"]
    steps = pairwise(names)
    return "\n".join([text, "moved:", *(f"  - {{from: {a}, to: {b}}}" for a, b in steps)]) + "\n"


def looked_at(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """One number among many, the manifest alone, and a plan that is written as JSON."""
    with Fleet(folder, owned=count) as fleet:
        one = manage(fleet)[count // 2]
        ways: dict[str, Callable[[], Took]] = {
            "plan, --target of one number": partial(fleet.numplan, "plan", "--target", one),
            "explain, of one number": partial(fleet.numplan, "explain", one),
            "plan, --json-out": partial(fleet.numplan, "plan", "--json-out", "plan.json"),
            "validate": partial(fleet.numplan, "validate"),
        }
        base, *others = alternate(rounds, fleet.plan, *ways.values())
        for what, took in zip(ways, others, strict=True):
            yield Row(what, count, took, NO_OP, base.wall)


def one_more(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """One number bought beside many: the plan that is saved, and its apply, each round another number."""
    with Fleet(folder, owned=count, stock=rounds * 20) as fleet:
        owned = manage(fleet)
        more = iter(fleet.for_sale(rounds))

        def save() -> Took:
            owned.append(next(more))
            write_manifest(folder, owned)
            return fleet.numplan("plan", "--out", "one.plan")

        def apply() -> Took:
            return fleet.numplan("apply", "one.plan")

        serial = fleet.serial()
        base, saved, applied = alternate(rounds, fleet.plan, save, apply)
        saves = (fleet.serial() - serial) // rounds
        yield Row("plan of one purchase, saved", count, saved, NO_OP, base.wall)
        yield Row("apply of that plan", count, applied, NO_OP, base.wall, saves=saves)


def first(folder: Path, rounds: int, count: int) -> Iterator[Row]:
    """A first plan of numbers that are all owned, and what its text takes of that."""
    with Fleet(folder, owned=count) as fleet:
        write_manifest(folder, fleet.owned(), "file")
        whole = alternate(min(rounds, 3), partial(fleet.numplan, "plan", "--buy-beside-unmanaged"))[0]
        yield Row("first plan, all owned", count, whole)
        took = fleet.run(*PLAN_TEXT, "plan", "--buy-beside-unmanaged")
        seconds = float((folder / ".output").read_text().splitlines()[-1])
        text = took._replace(wall=seconds, cpu=seconds)
        yield Row("its text", count, text, "the plan's time of processor", took.cpu)


def manage(fleet: Fleet) -> list[str]:
    """All that the account holds, declared, adopted and in state."""
    owned = fleet.owned()
    write_manifest(fleet.folder, owned)
    fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
    return owned
