"""Any history of edits, faults, kills and outside changes: nothing is lost, doubled or released unasked, and
once the faults end the account becomes what the manifest says.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from numplan.model.changes import count
from numplan.model.manifest import Manifest
from numplan.model.moment import age, moment
from numplan.model.number import E164
from numplan.model.outcome import Outcome
from numplan.model.plan import Selection
from numplan.model.policy import Policy
from numplan.model.state import Instance, Released, State
from tests.builders import entry, group, manifest, pool, us
from tests.engine.world import ALL, World
from tests.fakes import NOON, Call
from tests.faulty import Fate

POOLS = ("north", "south")
EXPLICIT = tuple(E164(f"+4420712345{place:02d}") for place in range(4))
STOCK = tuple(us(place) for place in range(60))
ROUNDS = 12
HOLD = 15 * 60

STATUSES = (400, 401, 402, 403, 404, 409, 413, 418, 422, 423, 429)
DELAYS = (3.0, 40.0, 600.0, 3 * 3600.0)
FATE = st.sampled_from(
    (
        Fate(),
        Fate(lag=5),
        Fate(lag=600),
        Fate("refused", done=False),
        Fate("lost"),
        Fate("lost", lag=600),
        Fate("lost", done=False),
        Fate("not sent"),
        Fate("raised"),
        Fate("credentials"),
        Fate("resent"),
        Fate("resent", done=False),
        *(Fate(f"status {status}", done=done) for status in STATUSES for done in (False, True)),
        Fate("status 400", lag=5),
        *(Fate(delay=delay, reserved=reserved) for delay in DELAYS for reserved in (False, True)),
        Fate(delay=40, lag=600),
    )
)
FATES = st.lists(FATE, min_size=2, max_size=6)
POOL = st.tuples(st.integers(0, 3), st.sampled_from((1, 1, 2)), st.sampled_from("xy"))
DAYS = st.tuples(*[st.one_of(st.none(), st.integers(-3, 9))] * 2)
"""Of a pool: in how many days it begins and ends."""
Wish = tuple[int, int, str]
"""Of a pool: its count, its trunk and its label."""
WISHES = st.tuples(*[st.one_of(st.none(), POOL)] * len(POOLS))
READS = st.sampled_from(("", "", "", "", "fails", "short", "odd", "blank"))
PATTERN = st.sampled_from(("pool.north", "pool.south", "number.*", "set.s1*", "*0", "*1", "*3", "+1*"))
"""What a run may select, or leave out."""
WRITES = st.sampled_from(("ok", "ok", "ok", "fails", "durable"))


def fills(one: Instance) -> bool:
    """Whether a managed number counts for its entry: it is no surplus, and does not leave."""
    return not one.surplus and one.attributes.leaving_at is None


class Machine(RuleBasedStateMachine):
    """A team that edits and applies while everything goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.vendor = self.world.vendor
        self.vendor.on_post = self.look_at_post
        self.pools: dict[str, dict[str, object]] = {}
        self.explicit: dict[E164, tuple[str, int]] = {}
        self.span: int | None = None
        self.forgotten: set[E164] = set()
        self.retired: set[E164] = set()
        self.rebuy_after = "0d"
        self.sent: dict[E164, tuple[str, float, int]] = {}
        self.behind = timedelta()
        self.was_ahead = timedelta()
        self.vendor.time = lambda: NOON + timedelta(seconds=self.world.clock.monotonic())

    @initialize(
        sizes=st.tuples(*[st.integers(0, 3)] * len(POOLS)), explicit=st.sets(st.sampled_from(EXPLICIT))
    )
    def begin(self, sizes: tuple[int, ...], explicit: set[E164]) -> None:
        for number in STOCK:
            self.vendor.put_on_sale(number)
        for number in EXPLICIT:
            self.vendor.put_on_sale(number, country="United Kingdom")
        for name, size in zip(POOLS, sizes, strict=True):
            self.edit_pool(name, (size, 1, "x"))
        for number in explicit:
            self.declare(number, ("number", 1))

    @property
    def manifest(self) -> Manifest:
        shared = {"on_trunk_change": "replace", "release_after": self.span}
        made = manifest(
            *(
                entry(f"n{number[-2:]}", number, sip_trunk_id=trunk, **shared)
                for number, (where, trunk) in self.explicit.items()
                if where == "number"
            ),
            *(
                group(f"s{trunk}", numbers, sip_trunk_id=trunk, **shared)
                for trunk in (1, 2)
                if (numbers := [one for one, wish in self.explicit.items() if wish == ("set", trunk)])
            ),
            *(pool(name, on_shortage="partial", **shared, **keys) for name, keys in self.pools.items()),
            policy=Policy(rebuy_after=self.rebuy_after),
            retire=sorted(self.retired - self.explicit.keys()),
        )
        return msgspec.structs.replace(made, api=msgspec.structs.replace(made.api, batch_size=2))

    # -- the team --------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(POOLS), wish=st.one_of(st.none(), POOL))
    def edit_pool(self, name: str, wish: Wish | None) -> None:
        self.pools.pop(name, None)
        if wish is not None:
            size, trunk, label = wish
            self.pools[name] = {"count": size, "sip_trunk_id": trunk, "labels": {"owner": label}}

    @rule(name=st.sampled_from(POOLS), days=DAYS)
    def give_days(self, name: str, days: tuple[int | None, int | None]) -> None:
        if name in self.pools:
            if None not in days:
                days = min(days), max(days)
            begins, ends = (None if one is None else self.today + timedelta(days=one) for one in days)
            self.pools[name] |= {"begins": begins, "ends": ends}

    @property
    def today(self) -> date:
        """The day that both clocks have reached."""
        return min(self.world.clock.now(), self.vendor.time()).date()

    @rule(
        number=st.sampled_from(EXPLICIT + STOCK[:6]),
        wish=st.one_of(st.none(), st.tuples(st.sampled_from(("number", "set")), st.sampled_from((1, 1, 2)))),
    )
    def declare(self, number: E164, wish: tuple[str, int] | None) -> None:
        self.explicit.pop(number, None)
        if wish is not None:
            self.explicit[number] = wish

    @rule(numbers=st.sets(st.sampled_from(STOCK[:8]), max_size=3), rebuy_after=st.sampled_from(("0d", "1w")))
    def retire(self, numbers: set[E164], rebuy_after: str) -> None:
        """Numbers are flagged, and others no longer are."""
        self.retired = set(numbers)
        self.rebuy_after = rebuy_after

    @rule(days=st.sampled_from((None, 1, 2)))
    def let_what_goes_wait(self, days: int | None) -> None:
        """From the next apply on, numbers that nothing declares any more are kept for so many days."""
        self.span = days

    # -- the runs --------------------------------------------------------------------------------------

    @rule(wishes=WISHES, fates=FATES)
    def edit_and_run_with_faults(self, wishes: Sequence[Wish | None], fates: list[Fate]) -> None:
        for name, wish in zip(POOLS, wishes, strict=True):
            if wish is not None:
                self.edit_pool(name, wish)
        self.run_with_faults(fates)

    @rule(fates=FATES)
    def run_with_faults(self, fates: list[Fate]) -> None:
        self.vendor.fates.extend(fates)
        self.go()

    @rule(fates=FATES, nth=st.integers(0, 30), after=st.booleans())
    def run_and_be_killed(self, fates: list[Fate], nth: int, after: bool) -> None:
        self.vendor.fates.extend(fates)
        self.world.touch.kill(nth, after=after)
        self.go()

    @rule(fates=FATES, nth=st.integers(0, 30))
    def run_and_be_interrupted(self, fates: list[Fate], nth: int) -> None:
        self.vendor.fates.extend(fates)
        self.world.touch.kill(None)
        self.world.clock.interrupt_at = nth
        self.go()

    @rule(fates=FATES, reads=st.lists(READS, max_size=8), writes=st.lists(WRITES, max_size=5))
    def run_in_broken_surroundings(self, fates: list[Fate], reads: list[str], writes: list[str]) -> None:
        self.vendor.fates.extend(fates)
        self.vendor.read_faults.extend(reads)
        self.go(writes)

    @rule()
    def run(self) -> None:
        self.go()

    @rule(number=st.sampled_from(STOCK[:8] + EXPLICIT), wait=st.sampled_from((0.0, 120.0, 16 * 60.0)))
    def run_while_one_number_is_not_shown(self, number: E164, wait: float) -> None:
        """Neither the listing nor a look-up has it, for a while."""
        self.vendor.outage = frozenset({number})
        self.go()
        self.world.later(seconds=wait)
        self.go()
        self.vendor.outage = frozenset()

    @rule()
    def run_and_be_given_more_than_was_asked_for(self) -> None:
        """No kill: of what an answer names and nobody wrote down, only the answer tells."""
        gifts: list[E164] = []

        def answers(outcomes: Mapping[E164, Outcome]) -> Mapping[E164, Outcome]:
            if gifts or not self.vendor.posts or self.vendor.posts[-1][0] != "purchase":
                return outcomes
            gift = self.vendor.gift([*outcomes])
            gifts.extend(gift)
            return {**outcomes, **gift}

        self.vendor.answers = answers
        self.go()
        self.vendor.answers = lambda outcomes: outcomes

    @rule(pattern=PATTERN, inverse=st.booleans(), fates=FATES)
    def run_a_part_with_faults(self, pattern: str, inverse: bool, fates: list[Fate]) -> None:
        self.vendor.fates.extend(fates)
        self.go(selection=Selection(excludes=(pattern,)) if inverse else Selection(targets=(pattern,)))

    def go(self, writes: Sequence[str] = (), selection: Selection = ALL) -> None:
        sent = len(self.vendor.posts)
        ran = self.world.run(self.manifest, writes=writes, selection=selection)
        note(f"  {self.vendor.posts[sent:]}")
        for event in (*ran.left, *ran.events):
            note(f"  {event}")
        if ran.error:
            note(f"  {ran.error!r}")
        for found in ran.plan.diagnostics if ran.plan else ():
            note(f"  {found}")
        self.vendor.fates.clear()
        self.vendor.read_faults.clear()
        self.world.touch.kill(None)
        self.world.clock.resume()

    # -- the world -------------------------------------------------------------------------------------

    @rule(span=st.sampled_from((10.0, 120.0, 16 * 60.0, 4 * 3600.0, 8 * 86400.0)))
    def time_passes(self, span: float) -> None:
        self.world.later(seconds=span)

    @rule(minutes=st.sampled_from((1, 30, 60, 24 * 60, -60, -24 * 60)))
    def clock_jumps(self, minutes: int) -> None:
        """This machine's clock goes back, or ahead; the vendor's does not."""
        self.world.jump(-timedelta(minutes=minutes))
        self.behind += timedelta(minutes=minutes)
        self.was_ahead = max(self.was_ahead, -self.behind)

    @rule(number=st.sampled_from(STOCK[:8] + EXPLICIT), what=st.sampled_from(("gone", "bought", "released")))
    def others_act(self, number: E164, what: str) -> None:
        """Another customer buys a number, or a colleague buys or releases one in the vendor's portal."""
        if what == "gone":
            self.vendor.stock.pop(number, None)
        elif what == "bought" and number in self.vendor.stock:
            self.vendor.own(number)
        elif what == "released" and self.vendor.owned.pop(number, None):
            country = "United Kingdom" if number in EXPLICIT else "United States"
            self.vendor.put_on_sale(number, country=country)
            self.vendor.ours.discard(number)

    # -- what must hold --------------------------------------------------------------------------------

    def look_at_post(self, call: Call, numbers: Sequence[E164]) -> None:
        """No pool ever has more numbers in play than it wants."""
        state = self.world.state
        assert state is not None
        leaving = {one.number for one in state.intents if one.kind == "release"}
        leaving |= {one.number for one in state.tombstones if one.cause == "released"}
        leaving |= {one.number for one in state.numbers if one.attributes.leaving_at is not None}
        for number in leaving:
            self.sent.pop(number, None)  # its slot is given up, whatever an earlier call may yet come to
        self.look_at_days(call, numbers)
        if call == "release":
            self.look_at_release(numbers, state)
            return
        retired = self.retired - self.explicit.keys()
        self.look_at_purchase(numbers, state)
        slots = {one.number: one.instance.resource for one in state.tombstones if one.holds_slot}
        slots |= {one.number: one.resource for one in state.numbers if fills(one)}
        slots |= {one.number: one.instance.resource for one in state.intents if one.kind == "purchase"}
        now = self.world.clock.monotonic()
        may_be = {late.number for late in self.vendor.lates if late.call == "purchase"}
        for number, (resource, at, _) in self.sent.items():
            # Whatever state says: nothing frees the slot of a purchase within the hold window.
            if now - at < HOLD and number in may_be | self.vendor.ours:
                slots.setdefault(number, resource)
        trunks = {one.number: one.attributes.sip_trunk_id for one in state.numbers}
        wishes = {f"pool.{name}": wish for name, wish in self.pools.items()}
        # While a pool moves, it has room for its members on the other trunk beside what is bought for them.
        moving = Counter(
            one.resource
            for one in state.numbers
            if fills(one)
            and one.resource in wishes
            and (one.number in retired or one.attributes.sip_trunk_id != wishes[one.resource]["sip_trunk_id"])
        )
        room = {resource: wish["count"] + moving[resource] for resource, wish in wishes.items()}
        self.sent |= {
            number: (slots[number], now, room.get(slots[number], 0)) for number in numbers if number in slots
        }
        # A member on another trunk waits, for as long as its replacement is in doubt.
        for resource in {slots[number] for number in numbers if number in slots}:
            wish = wishes.get(resource)
            if wish is None:
                continue
            in_play = {
                number
                for number in (*self.vendor.owned, *may_be, *numbers)
                if slots.get(number) == resource
                and number not in leaving
                and number not in self.explicit
                and number not in retired
                and trunks.get(number, wish["sip_trunk_id"]) == wish["sip_trunk_id"]
            }
            # A purchase in doubt may be of a slot that has been given up since: it will be surplus.
            doubted = in_play - trunks.keys()
            if len(in_play) > max(
                [wish["count"], *(self.sent[one][2] for one in doubted if one in self.sent)]
            ):
                self.vendor.breaches.append(f"{resource} has {sorted(in_play)} in play")

    def look_at_purchase(self, numbers: Sequence[E164], state: State) -> None:
        """No pool buys what is retired, or what was released lately."""
        closed = {one.number for one in state.tombstones}
        retired = self.retired - self.explicit.keys()
        assert not retired & {*numbers}, "what is retired is never bought"
        lately = {one.number for one in state.released if self.is_lately(one)} - self.explicit.keys() - closed
        assert not lately & {*numbers}, "no pool buys what was released lately"

    def is_lately(self, one: Released) -> bool:
        """Whether no pool may buy again what was released, by either clock."""
        now = moment(self.world.clock.now(), self.vendor.vendors_time())
        return age(now, one.at) < self.manifest.bounds.no_rebuy

    def look_at_days(self, call: Call, numbers: Sequence[E164]) -> None:
        """Nothing is bought or released for a pool before it begins, and nothing that a date alone releases where the
        clocks are apart.
        """
        state = self.world.state
        homes = {one.number: one.instance.resource for one in state.intents} if state else {}
        apart = abs(self.world.clock.now() - self.vendor.time()) > timedelta(days=1)
        left = (
            {one.number for one in state.numbers if one.attributes.leaving_at is not None} if state else set()
        )
        for number in numbers:
            keys = self.pools.get(homes.get(number, "").removeprefix("pool."))
            if keys is None or number in self.explicit:
                continue
            begins, ends = keys.get("begins"), keys.get("ends")
            goes_on = call == "release" and number in left  # it began to leave before, and goes on its day
            if begins is not None and self.today < begins and not goes_on:
                self.vendor.breaches.append(f"{number}: {call} before {begins}, on {self.today}")
            if ends is not None and ends < self.today and (call == "purchase" or apart):
                self.vendor.breaches.append(f"{number}: {call} after {ends}, on {self.today}")

    def look_at_release(self, numbers: Sequence[E164], state: State) -> None:
        """Nothing goes before its day by both clocks; what waits at all goes at once only where it is declared and
        moves to another trunk.
        """
        days = [self.vendor.time().date(), self.world.clock.now().date()]
        for number in numbers:
            known = state.by_number.get(number)
            if known is None or known.surplus:
                continue
            day, after = known.attributes.leaving_at, known.attributes.release_after
            declared = number in self.explicit
            moves = declared and known.attributes.sip_trunk_id != self.explicit[number][1]
            if day is None and after is not None and not moves:
                self.vendor.breaches.append(f"{number} did not wait")
            if day is not None and not moves and (declared or day > min(days)):
                self.vendor.breaches.append(f"{number} was released before {day}, or though it is declared")

    @invariant()
    def nothing_breaks_the_protocol(self) -> None:
        assert self.vendor.breaches == []

    @invariant()
    def nothing_is_bought_and_forgotten(self) -> None:
        assert self.vendor.ours <= self.world.known()

    @rule()
    def converge(self) -> None:
        """Without faults, every manifest is reached, and the next plan is empty."""
        # By a clock that was ahead at the time, what happened then is younger once it is set right.
        self.world.later(hours=4 + self.was_ahead / timedelta(hours=1))
        self.world.jump(self.behind)
        self.behind = self.was_ahead = timedelta()
        self.rebuy_after = "0d"  # the stock is not without end
        for (
            keys
        ) in self.pools.values():  # what ended stays so; no day that is near changes anything meanwhile
            ended = keys.get("ends")
            keys |= {"begins": None, "ends": ended if ended is not None and ended < self.today else None}
        for _ in range(ROUNDS):
            self.give_up_the_impossible()
            self.go()
            self.world.later(minutes=16)
            if self.is_at_rest():
                break
        plan = self.world.draft(self.manifest)
        assert not count(plan.changes).any, plan.changes
        assert not plan.held, plan.held
        assert not plan.refusals
        state = self.world.state
        assert not plan.doubt
        members = [one for one in (state.numbers if state else ()) if fills(one)]
        assert all(one.number in self.vendor.owned for one in members)
        for name, wish in self.pools.items():
            own = [one for one in members if one.resource == f"pool.{name}"]
            assert len(own) == (0 if wish.get("ends") else wish["count"])
            assert not self.retired & {one.number for one in own}
            assert all(one.attributes.sip_trunk_id == wish["sip_trunk_id"] for one in own)
        explicit = {one.number: one for one in members if not one.resource.startswith("pool.")}
        assert explicit.keys() == self.explicit.keys()
        surplus = {one.number for one in (state.numbers if state else ()) if one.surplus}
        assert surplus == set(plan.surplus)
        assert not (state and state.intents)

    def is_at_rest(self) -> bool:
        plan = self.world.draft(self.manifest)
        return not (count(plan.changes).any or plan.held or plan.errors)

    def give_up_the_impossible(self) -> None:
        """Somebody else has them: the team takes them out of its manifest."""
        for number in list(self.explicit):
            if number not in self.vendor.owned and number not in self.vendor.stock:
                del self.explicit[number]

    def teardown(self) -> None:
        if self.world.documents or self.pools or self.explicit:
            self.vendor.breaches.clear()
            self.converge()


TestMachine = Machine.TestCase
