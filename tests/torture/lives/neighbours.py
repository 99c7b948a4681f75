"""Several companies on one account, each with a manifest and a state of its own that names the states of the others.

Their pools want the same stock. They run one after the other and at once, through faults and kills in each.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.services.places import Service
from tests.torture.chronicle import check_history
from tests.torture.lives import laws, sharing
from tests.torture.lives.life import RERUNS, BrokenLawError, Life, put_back
from tests.torture.lives.processes import Zygote
from tests.torture.lives.wishes import EXPLICIT, STOCK, Pool, Wish
from tests.torture.lives.world import CERTAIN, World

NAMES: Final = ("emea", "lab", "sales")
STEPS: Final = 8
"""Changes of manifests in one life of several."""
MOST: Final = 3
"""Numbers that a pool of one of several has."""


class Neighbourhood:
    """A life of several."""

    def __init__(self, life: Life, states: int, zygote: Zygote, folder: Path, home: Service | None) -> None:
        self.life = life
        self.worlds: list[World] = []
        for place, name in enumerate(NAMES[:states]):
            (own := folder / name).mkdir()
            world = World.open(zygote, own, home, waits=life.waits) if not self.worlds else self._beside(own)
            world.share = EXPLICIT[place::states]
            world.trunks = (169 + 10 * place, 170 + 10 * place)
            world.rebuy_after = life.rebuy_after
            self.worlds.append(world)

    def _beside(self, folder: Path) -> World:
        first = self.worlds[0]
        return World(
            first.zygote,
            folder,
            first.emulator,
            first.home,
            first.line,
            calendar=first.calendar,
            waits=first.waits,
            strays=first.strays,
            hidden=first.hidden,
        )

    def close(self) -> None:
        """Stop what they share."""
        self.worlds[0].close()

    def found(self) -> None:
        """Each state begins while those there are already are named: none can be read before it is there."""
        for place, world in enumerate(self.worlds):
            world.neighbours = {one.folder.name: one for one in self.worlds[:place]}
            others = {name: one.place for name, one in world.neighbours.items()}
            world.wants(Wish(pool=Pool(count=1, trunk=world.trunks[0]), others=others))
            ran = world.apply()
            assert ran.code == 0, ran.output
        for world in self.worlds:
            world.neighbours = {one.folder.name: one for one in self.worlds if one is not world}

    def step(self) -> None:
        """Somebody edits, days pass, runs come to grief, and all come to rest."""
        life, chance = self.life, self.life.chance
        for world in chance.sample(self.worlds, chance.randint(1, len(self.worlds))):
            life.edit(world, MOST)
        life.pass_days(self.worlds[0])
        self._colleague()
        for _ in range(chance.randint(1, 3)):
            if chance.random() < 0.5:
                self._alone(chance.choice(self.worlds))
            else:
                self._at_once(chance.sample(self.worlds, 2))
        self._rest()

    def _colleague(self) -> None:
        """Perhaps somebody buys a number in the vendor's portal, which a pool that adopts may take in."""
        emulator, chance = self.worlds[0].emulator, self.life.places
        if chance.random() < 0.3 and emulator.is_for_sale(number := chance.choice(STOCK[:20])):
            emulator.remove_stock([number])
            emulator.add_owned([number])
            self.worlds[0].strays.add(number)
            self.life.figures["bought by a colleague"] += 1

    def _look(self) -> None:
        for world in self.worlds:
            world.look_before()

    def _alone(self, world: World) -> None:
        self._look()
        self.life.disturb(world)
        sharing.after_a_run_alone(world)

    def _at_once(self, worlds: Sequence[World]) -> None:
        """Runs of several states that start together: faults for whoever meets them, perhaps a kill in each."""
        life = self.life
        scripted = life.trouble(worlds[0])
        for world in worlds:
            world.free()
        self._look()
        failpoints = [self._failpoint() for _ in worlds]
        runs = worlds[0].zygote.run(
            *[
                world.command(("apply", *CERTAIN), failpoint)
                for world, failpoint in zip(worlds, failpoints, strict=True)
            ]
        )
        for world, failpoint, ran in zip(worlds, failpoints, runs, strict=True):
            life.tell(world, f"at once, {failpoint or 'no crash'}, {scripted}", ran)
        crashed = life.settle(worlds[0], scripted, *runs)
        life.figures["runs at once"] += len(runs)
        for world in worlds:
            world.note_strays(crashed=crashed)
        for world in worlds:
            laws.after_any_run(world)
            sharing.nothing_is_pulled_away(world)

    def _failpoint(self) -> str:
        if self.life.chance.random() < 0.5:
            return ""
        return self.life.failpoint().replace(
            ":stall", ":kill"
        )  # a stall is ended by signals, which all would get

    def _rest(self) -> None:
        """Runs without faults, of each in turn, until all are what their manifests say."""
        problem: AssertionError | None = None
        for attempt in range(RERUNS):
            for world in self.worlds:
                self._undisturbed(world)
            sharing.none_is_in_two(self.worlds)
            self._decide()
            try:
                for world in self.worlds:
                    laws.converged(world)
            except AssertionError as still:
                problem = still
                for world in self.worlds:
                    self.life.wait_for_late_ones(world, attempt)
                continue
            for world in self.worlds:
                laws.nothing_doubled(world)
                laws.unlocked(world)
                check_history(world, alone=False)
                sharing.nothing_of_theirs_is_unmanaged(world)
            self.life.figures["converged at once" if attempt == 0 else "converged later"] += 1
            return
        raise AssertionError(f"not converged after {RERUNS} rounds without faults: {problem}")

    def _decide(self) -> None:
        """A number that the account holds and two states have calls under way for stays unknown in both, which no run
        can settle: a person looks up for whom it was bought, and the others forget it.
        """
        for number, trunk in sharing.contested(self.worlds).items():
            self.life.figures["contested"] += 1
            for world in self.worlds:
                if trunk not in world.trunks:
                    wish = world.wish
                    explicit = {one: entry for one, entry in wish.explicit.items() if one != number}
                    forgotten = (*wish.forgotten, number)
                    world.wants(replace(wish, explicit=explicit, forgotten=forgotten))

    def _undisturbed(self, world: World) -> None:
        put_back(world)
        self._look()
        ran = world.apply_again()
        self.life.tell(world, "rerun", ran)
        self.life.figures["reruns"] += 1
        laws.after_any_run(world)
        sharing.after_a_run_alone(world)


def live_together(
    seed: int,
    states: int,
    failpoints: tuple[str, ...],
    zygote: Zygote,
    folder: Path,
    home: Service | None = None,
) -> Counter[str]:
    """A life of several. Returns what was injected and how it went; raises BrokenLawError."""
    life = Life(seed, failpoints)
    all_of_them = Neighbourhood(life, states, zygote, folder, home)
    try:
        all_of_them.found()
        for _ in range(STEPS):
            all_of_them.step()
    except AssertionError as problem:
        raise BrokenLawError(f"seed {seed}: {problem}\n" + "\n".join(life.told)) from None
    finally:
        all_of_them.close()
    return life.figures
