"""A fleet that is renamed, split, merged, forgotten and taken in again, at random and in part, keeps its numbers."""

from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.model.address import Resource
from numplan.model.manifest import Forgotten, Manifest, Move
from numplan.model.number import E164
from numplan.model.plan import Plan, Purchase, Release, Replace, Selection, count
from numplan.model.state import State
from tests.builders import PLACE, entry, managed, manifest, plan, pool, state, us
from tests.engine.perfect import carry_out
from tests.fakes import NOON, FakeVendor


class Fleet:
    """What is declared, step by step; each new name is one that was never used."""

    def __init__(self, sizes: list[int]) -> None:
        self.counts = {f"n{place}": size for place, size in enumerate(sizes)}
        self.names = len(sizes)
        self.moves: list[tuple[str, str]] = []
        self.forgotten: list[E164] = []
        self.listed: list[E164] = []

    def name(self, count: int) -> str:
        self.names += 1
        self.counts[f"n{self.names - 1}"] = count
        return f"n{self.names - 1}"

    def manifest(self) -> Manifest:
        pools = [pool(name, size) for name, size in self.counts.items()]
        entries = [entry(f"e{number[1:]}", number) for number in self.listed]
        return msgspec.structs.replace(
            manifest(*pools, *entries),
            moved=tuple(
                Move(resource=Resource(f"pool.{former}"), to=Resource(f"pool.{to}"), source=PLACE)
                for former, to in self.moves
            ),
            forget=tuple(Forgotten(number=number, source=PLACE) for number in self.forgotten),
        )

    def change(self, step: "Step", held: State) -> None:
        """One edit of the manifest that leaves as many numbers wanted as there are."""
        names = sorted(self.counts)
        one, other = names[step.first % len(names)], names[step.second % len(names)]
        match step.kind:
            case "rename":
                self.moves.append((one, self.name(self.counts.pop(one))))
            case "split off":
                part = step.second % (self.counts[one] + 1)
                self.counts[one] -= part
                self.moves.append((one, self.name(part)))
            case "split up":
                size = self.counts.pop(one)
                part = step.second % (size + 1)
                self.moves += [(one, self.name(part)), (one, self.name(size - part))]
            case "merge" if one != other:
                together = self.name(self.counts.pop(one) + self.counts.pop(other))
                self.moves += [(one, together), (other, together)]
            case "forget":
                members = [row.number for row in held.numbers if row.resource == f"pool.{one}"]
                members = [number for number in members if number not in {*self.forgotten, *self.listed}]
                if members and self.counts[one]:
                    self.forgotten.append(members[step.second % len(members)])
                    self.counts[one] -= 1
            case "take in" if self.forgotten:
                self.listed.append(self.forgotten.pop(step.second % len(self.forgotten)))


class Step(NamedTuple):
    """One edit, and whether only a part of what follows from it is applied at first."""

    kind: str
    first: int
    second: int
    in_part: bool


steps = st.builds(
    Step,
    st.sampled_from(["rename", "split off", "split up", "merge", "merge", "forget", "take in"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
)
fleets = st.lists(st.integers(0, 4), min_size=1, max_size=4)


def world(sizes: list[int]) -> tuple[FakeVendor, State]:
    """An account that holds exactly the fleet, and a stock that would sell more."""
    vendor, rows = FakeVendor(), []
    for place, size in enumerate(sizes):
        rows += [managed(f"pool.n{place}", vendor.own(us(100 * place + one))) for one in range(size)]
    for place in range(5):
        vendor.put_on_sale(us(9000 + place))
    return vendor, state(*rows)


def calls(made: Plan) -> list[object]:
    return [one for one in made.changes if isinstance(one, Purchase | Release | Replace)]


@settings(max_examples=60)
@given(fleets, st.lists(steps, max_size=6))
def test_no_number_is_bought_or_released_on_the_way(sizes, edits):
    fleet, (vendor, held) = Fleet(sizes), world(sizes)
    owned = set(vendor.owned)
    for step in edits:
        fleet.change(step, held)
        if step.in_part:
            names = sorted(fleet.counts)
            target = Selection(targets=(f"pool.{names[step.second % len(names)]}",))
            some = plan(fleet.manifest(), vendor, held, selection=target)
            assert calls(some) == []
            held = carry_out(some, held, vendor, NOON)
        made = plan(fleet.manifest(), vendor, held)
        assert (calls(made), made.refusals, made.errors) == ([], (), ())
        held = carry_out(made, held, vendor, NOON)
        assert not count(plan(fleet.manifest(), vendor, held).changes).any
    assert set(vendor.owned) == owned


@settings(max_examples=60)
@given(fleets, st.lists(steps, max_size=6))
def test_nor_if_all_of_it_is_applied_in_one_step(sizes, edits):
    fleet, (vendor, held) = Fleet(sizes), world(sizes)
    for step in edits:
        fleet.change(step, held)
    made = plan(fleet.manifest(), vendor, held)
    assert (calls(made), made.errors) == ([], ())
