"""Two or three teams with a state each on one account, that run whenever they like, also while another does, through
faults and kills: no number is ever released by one while another has it, none that was bought is in no state, and none
is in two but where both say so and wait for a person.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

import msgspec
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from numplan.model.manifest import Forgotten, Manifest
from numplan.model.number import E164
from numplan.model.others import Others
from numplan.model.plan import Plan
from numplan.model.state import State
from tests.builders import PLACE, entry, manifest, pool, us
from tests.engine.world import World
from tests.fakes import NOON, Call
from tests.faulty import Fate

NAMES = ("emea", "lab", "sales")
STOCK = tuple(us(place) for place in range(30))
EXPLICIT = STOCK[:4]
ROUNDS = 12

FATES = st.lists(
    st.sampled_from(
        (
            Fate(),
            Fate("lost"),
            Fate("lost", done=False),
            Fate("lost", lag=600),
            Fate("refused", done=False),
            Fate("raised"),
            Fate("status 409"),
            Fate("status 409", done=False),
            Fate(delay=40.0),
            Fate(delay=3 * 3600.0),
        )
    ),
    min_size=1,
    max_size=5,
)
TEAM = st.integers(0, 5)
"""Which of the teams, round and round."""
TURN = st.sampled_from(("before its apply", "between its listing and the other states"))


class Team(World):
    """One of them: a state of its own, at the same vendor, and a manifest."""

    def __init__(self, name: str, first: World | None) -> None:
        super().__init__()
        self.name = self.lineage = name
        if first is not None:
            self.touch, self.clock, self.vendor = first.touch, first.clock, first.vendor
        self.count, self.adopts = 0, False
        self.explicit: set[E164] = set()
        self.forgotten: set[E164] = set()

    @property
    def manifest(self) -> Manifest:
        """What it declares just now."""
        made = manifest(
            *(entry(f"n{number[-2:]}", number) for number in sorted(self.explicit)),
            pool("any", self.count, adopt=self.adopts, on_shortage="partial"),
        )
        forget = tuple(Forgotten(number=number, source=PLACE) for number in sorted(self.forgotten))
        api = msgspec.structs.replace(made.api, batch_size=2)
        return msgspec.structs.replace(made, api=api, forget=forget)

    def has(self) -> set[E164]:
        """What its state manages."""
        return {one.number for one in self.state.numbers} if self.state else set()

    def means(self) -> set[E164]:
        """What its state has calls under way for."""
        return {one.number for one in self.state.intents} if self.state else set()


class Machine(RuleBasedStateMachine):
    """The teams, and the vendor between them."""

    states = 2

    def __init__(self) -> None:
        super().__init__()
        first = Team(NAMES[0], None)
        self.teams = [first, *(Team(name, first) for name in NAMES[1 : self.states])]
        self.vendor, self.clock = first.vendor, first.clock
        self.vendor.on_post = self.look_at_post
        self.vendor.time = lambda: NOON + timedelta(seconds=self.clock.monotonic())
        self.running = first
        self.told: set[E164] = set()
        for team in self.teams:
            team.others = self.reader(team)

    def team(self, place: int) -> Team:
        return self.teams[place % self.states]

    def others(self, team: Team) -> list[Team]:
        return [one for one in self.teams if one is not team]

    def reader(self, team: Team):
        def read() -> Others:
            states = {one.name: one.state for one in self.others(team)}
            return Others({name: state for name, state in states.items() if isinstance(state, State)})

        return read

    @initialize(counts=st.tuples(*[st.integers(0, 3)] * len(NAMES)))
    def begin(self, counts: Sequence[int]) -> None:
        for number in STOCK:
            self.vendor.put_on_sale(number)
        for team, count in zip(self.teams, counts, strict=False):
            team.count = count

    # -- what they do ----------------------------------------------------------------------------------

    @rule(
        place=TEAM, count=st.integers(0, 4), adopts=st.booleans(), explicit=st.sets(st.sampled_from(EXPLICIT))
    )
    def edit(self, place: int, count: int, adopts: bool, explicit: set[E164]) -> None:
        team = self.team(place)
        team.count, team.adopts = count, adopts
        team.explicit = explicit.difference(*(one.explicit for one in self.others(team)))
        team.forgotten -= team.explicit

    @rule(place=TEAM, fates=FATES)
    def run_with_faults(self, place: int, fates: list[Fate]) -> None:
        self.vendor.fates.extend(fates)
        self.go(self.team(place))

    @rule(place=TEAM, fates=FATES, nth=st.integers(0, 30), after=st.booleans())
    def run_and_be_killed(self, place: int, fates: list[Fate], nth: int, after: bool) -> None:
        self.vendor.fates.extend(fates)
        self.team(place).touch.kill(nth, after=after)
        self.go(self.team(place))

    @rule(place=TEAM, turn=TURN, fates=FATES)
    def run_while_another_does(self, place: int, turn: str, fates: list[Fate]) -> None:
        """Another's whole run falls into this one's."""
        team, other = self.team(place), self.team(place + 1)
        others = team.others
        between: list[str] = [turn]

        def meanwhile() -> None:
            if between:
                between.clear()
                released, documents = self.vendor.may_release, self.vendor.documents
                self.vendor.fates.extend(fates)
                self.go(other)
                self.vendor.may_release, self.vendor.documents, self.running = released, documents, team

        def read_late() -> Others:
            meanwhile()
            return others()

        if turn == "before its apply":
            team.before_apply = lambda _: meanwhile()  # type: ignore[method-assign]
        else:
            team.others = read_late
        self.go(team)
        team.others = others
        del_hook(team)

    @rule(number=st.sampled_from(STOCK[:8]))
    def a_colleague_buys(self, number: E164) -> None:
        """In the vendor's portal: nobody's yet."""
        if number in self.vendor.stock:
            self.vendor.own(number)

    @rule(span=st.sampled_from((10.0, 120.0, 16 * 60.0, 4 * 3600.0)))
    def time_passes(self, span: float) -> None:
        self.teams[0].later(seconds=span)

    def go(self, team: Team) -> Plan | None:
        self.running, self.vendor.documents = team, team.documents
        ran = team.run(team.manifest)
        note(f"  {team.name}: {ran.error!r} {[*ran.left, *ran.events]}")
        if ran.plan:
            for found in (*ran.plan.diagnostics, *ran.plan.refusals):
                note(f"    {found}")
        self.vendor.fates.clear()
        team.touch.kill(None)
        return ran.plan

    # -- what must hold --------------------------------------------------------------------------------

    def look_at_post(self, call: Call, numbers: Sequence[E164]) -> None:
        """Nothing that another manages is released; where two buy one number, the vendor refuses the second."""
        theirs = set[E164]().union(*(one.has() for one in self.others(self.running)))
        if call == "release" and (taken := theirs & {*numbers}):
            self.vendor.breaches.append(f"{self.running.name} releases {sorted(taken)}")

    @invariant()
    def nothing_breaks_the_protocol(self) -> None:
        assert self.vendor.breaches == []

    @invariant()
    def nothing_is_bought_and_forgotten(self) -> None:
        forgotten = set().union(*(team.forgotten for team in self.teams))
        known = set().union(*(team.known() for team in self.teams))
        assert self.vendor.ours <= known | forgotten

    @rule()
    def converge(self) -> None:
        """Without faults all come to rest, and no number is in two."""
        self.teams[0].later(hours=4)
        for _ in range(ROUNDS):
            for team in self.teams:
                self.give_up_the_impossible(team)
                self.go(team)
            self.settle_what_is_in_two()
            self.teams[0].later(minutes=16)
        for first, second in combinations(self.teams, 2):
            assert not first.has() & second.has()
        for team in self.teams:
            plan = team.draft(team.manifest)
            assert not plan.errors, plan.errors
            assert not (team.state and team.state.intents)
            members = [one for one in (team.state.numbers if team.state else ()) if not one.surplus]
            assert sum(one.resource == "pool.any" for one in members) == team.count

    def settle_what_is_in_two(self) -> None:
        """Both say so, and a person decides: the second one forgets it, whether managed or of an unknown outcome."""
        for first, second in combinations(self.teams, 2):
            if both := first.has() & second.has():
                for team in (first, second):
                    assert any(
                        "in another one, too" in found.summary for found in team.draft(team.manifest).errors
                    )
            contested = first.means() & second.means() & self.vendor.owned.keys()
            second.explicit -= both | contested
            second.forgotten |= both | contested

    def give_up_the_impossible(self, team: Team) -> None:
        known = set[E164]().union(*(one.known() for one in self.others(team)))
        for number in list(team.explicit):
            gone = number not in self.vendor.owned and number not in self.vendor.stock
            if gone or (number in known and number not in team.has()):
                team.explicit.discard(number)


def del_hook(team: Team) -> None:
    """Take a hook away that a rule has set."""
    team.__dict__.pop("before_apply", None)


class MachineOfThree(Machine):
    """Three teams."""

    states = 3


TestTwoStates = Machine.TestCase
TestThreeStates = MachineOfThree.TestCase
if (
    settings().max_examples <= settings.get_profile("default").max_examples
):  # else it is the torture that asks for more
    TestTwoStates.settings = TestThreeStates.settings = settings(max_examples=30, stateful_step_count=25)
