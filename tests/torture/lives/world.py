"""A small company: an emulated account, a manifest, a state. Several of them may share the account."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

from numplan.cli.workspace.state_location import open_location
from numplan.emulator.call_log import Post
from numplan.emulator.server import Emulator, EmulatorSettings
from numplan.model.location.state_location import parse_location
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from numplan.state.backend import Backend
from tests.services.cutting import Line
from tests.services.places import Service
from tests.torture.lives.processes import Command, Ran, Zygote, environment
from tests.torture.lives.wishes import (
    EXPLICIT,
    OTHER_TRUNK,
    STATES,
    STOCK,
    TRUNK,
    Explicit,
    Pool,
    Wish,
    area_code,
)

LOCKED = 8
OVERTAKING = {0, 4, 5, 6}
"""How a run may end that takes another's place, whatever the vendor makes of it."""
FLAGS = (
    "--auto-approve",
    "--accept-lost-state",
    "--accept-older-state",
    "--buy-beside-unmanaged",
    "--allow-empty",
)
CERTAIN = (*FLAGS, "--accept-missing")
"""Of a team that knows what is missing, and needs no second look."""

DAY = 86400.0


class Calendar:
    """The vendor's clock: the machine's, and so many days more."""

    def __init__(self) -> None:
        self.days = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


@dataclass
class Before:
    """What there was before the last run."""

    state: State | None = None
    owned: frozenset[str] = frozenset()


@dataclass
class World:
    """One account under one manifest. State is in the folder, or at `home`, reached over `line`."""

    zygote: Zygote
    folder: Path
    emulator: Emulator
    home: Service | None = None
    line: Line | None = None
    calendar: Calendar = field(default_factory=Calendar)
    wish: Wish = field(default_factory=Wish)
    asked: set[str] = field(default_factory=set)
    """Numbers that the manifest has ever stopped declaring: only these, and pool members, may be released."""
    skew: float = 0
    """How many seconds this machine's clock is ahead of the vendor's."""
    furthest: float = 0
    """The most that it has been ahead."""
    hidden: set[str] = field(default_factory=set)
    """Numbers that the vendor has ever kept out of its answers for a whole run."""
    strays: set[str] = field(default_factory=set)
    """Bought unasked, and told only to a run that was killed, or by an answer that was lost; or bought by a colleague
    in the vendor's portal: none need know of them.
    """
    rebuy_after: str = "0d"
    """For how long its pool does not buy again what was released."""
    waits: bool = False
    """Whether what nothing declares any more is kept for a day."""
    trunks: tuple[int, int] = (TRUNK, OTHER_TRUNK)
    """The two that its entries use; where several companies share the account, nobody else's."""
    share: tuple[str, ...] = EXPLICIT
    """The explicit numbers that it may declare; those of others on the account, they alone."""
    neighbours: dict[str, "World"] = field(default_factory=dict)
    """The others on the account, by the names that its manifest gives their states."""
    before: Before = field(default_factory=Before)
    since: int = 0
    """How many calls of the ledger there were before the last run."""
    _seen: int = 0

    @classmethod
    def open(cls, zygote: Zygote, folder: Path, home: Service | None = None, *, waits: bool = False) -> Self:
        """An account that owns nothing, and a stock that is large enough."""
        calendar = Calendar()
        emulator = Emulator(EmulatorSettings(stock=0, released_to_stock=True), calendar=calendar.now)
        emulator.start()
        emulator.add_stock(EXPLICIT)
        emulator.add_stock({"number": number, "state": STATES[area_code(number)]} for number in STOCK)
        line = Line(home.port) if home else None
        return cls(zygote, folder, emulator, home, line, calendar=calendar, waits=waits)

    def close(self) -> None:
        """Stop the emulator, and cut the line."""
        self.emulator.stop()
        if self.line:
            self.line.close()

    # -- the manifest ----------------------------------------------------------------------------------

    def declare(self, explicit: Mapping[str, int], pool: int, pool_trunk: int = TRUNK) -> None:
        """Write a manifest: explicit numbers with their trunks, and a pool of so many, for all days."""
        entries = {number: Explicit(trunk=trunk) for number, trunk in explicit.items()}
        self.wants(Wish(explicit=entries, pool=Pool(count=pool, trunk=pool_trunk)))

    def wants(self, wish: Wish) -> None:
        """Write this manifest."""
        self.asked |= {n for n, one in self.wish.explicit.items() if wish.explicit.get(n) != one}
        self.wish = wish
        manifest = wish.manifest(rebuy_after=self.rebuy_after, waits=self.waits)
        (self.folder / "numplan.json").write_text(json.dumps(manifest))

    # -- runs ------------------------------------------------------------------------------------------

    def run(self, *arguments: str, failpoint: str = "", record: bool = False) -> Ran:
        """Run a numplan command here."""
        stalls_after = 0.6 if failpoint.endswith(":stall") else None
        command = self.command(arguments, failpoint, record=record)
        return self.zygote.run(command, stalls_after=stalls_after)[0]

    def apply(self, failpoint: str = "", *, record: bool = False, flags: Sequence[str] = CERTAIN) -> Ran:
        """`numplan apply`, with the flags that a team gives that knows what it does."""
        self.look_before()
        return self.run("apply", *flags, failpoint=failpoint, record=record)

    def apply_at_once(self, count: int, *flags: str) -> list[Ran]:
        """So many applies that start together."""
        self.look_before()
        return self.zygote.run(*[self.command(("apply", *CERTAIN, *flags)) for _ in range(count)])

    def apply_again(self, *more: str) -> Ran:
        """Apply as a user does after a run that came to grief, whose lock may be left where locks stay."""
        ran = self.apply(flags=(*CERTAIN, *more))
        if ran.code == LOCKED and self.home and self.home.keeps_locks:
            self.unlock(ran)
            ran = self.apply(flags=(*CERTAIN, *more))
        return ran

    def free(self) -> None:
        """Break a lock that a dead run left, as an operator does who has looked after it."""
        if self.home is None or not self.home.keeps_locks:
            return
        with self.backend() as backend:
            holder = backend.holder()
        if holder is not None:
            unlocked = self.run("state", "unlock", holder.id, "--auto-approve")
            assert unlocked.code == 0, unlocked.output

    def unlock(self, refused: Ran) -> None:
        """Break the lock that refused a run."""
        named = re.search("lock id ([0-9a-f]{32})", refused.output)
        assert refused.code == LOCKED, refused.output
        assert named is not None, refused.output
        unlocked = self.run("state", "unlock", named[1], "--auto-approve")
        assert unlocked.code == 0, unlocked.output

    def overtake(self, stopped: Ran) -> tuple[Ran, bool]:
        """Break the lock of a run that is stopped, apply in its place, and let it go on.

        Returns how it ended, and whether it had lost a lock; then it has written nothing more.
        """
        second = self.run("apply", *CERTAIN)
        lost = second.code == LOCKED
        if lost:
            self.unlock(second)
            second = self.run("apply", *CERTAIN)
        stored = self.state()
        ran = self.zygote.resume(stopped)
        if lost:
            assert self.state() == stored, f"written by a run that had lost its lock\n{ran.output}"
            assert second.code in OVERTAKING, f"exit {second.code}\n{second.output}"
        return ran, lost

    def command(self, arguments: Sequence[str], failpoint: str = "", *, record: bool = False) -> Command:
        """A command of numplan, to be run here."""
        environment = {
            "NUMPLAN_API_URL": self.emulator.url,
            "NUMPLAN_TOKEN": self.emulator.token,
            "NUMPLAN_ACCOUNT_ID": self.emulator.account,
            "NUMPLAN_FAILPOINT": failpoint,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        if self.home and self.line:
            environment |= {**self.home.environment, "NUMPLAN_STATE": self.place}
        return {
            "folder": str(self.folder),
            "arguments": arguments,
            "environment": environment,
            "record": record,
            "skew": self.skew + self.calendar.days * DAY,
        }

    def look_before(self) -> None:
        """Remember what there is, for the laws that compare."""
        self.before = Before(self.state(), frozenset(self.owned))
        self.since = len(self.emulator.ledger())

    def jump(self, skew: float) -> None:
        """From now on this machine's clock is so many seconds ahead of the vendor's, or behind."""
        self.skew = skew
        self.furthest = max(self.furthest, skew)

    # -- what there is ---------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day that both clocks have reached."""
        ours = self.calendar.now() + timedelta(seconds=self.skew)
        return min(ours.date(), self.calendar.now().date())

    @property
    def is_dated(self) -> bool:
        """Whether anything of the manifest or of state hangs on a day."""
        return self.waits or any(one.keys for one in (*self.wish.explicit.values(), self.wish.pool))

    @property
    def owned(self) -> set[str]:
        """What the account really holds."""
        return {"+" + holding.number.removeprefix("+") for holding in self.emulator.owned()}

    @property
    def place(self) -> str:
        """Where the state is, as a manifest or a flag names it: over the line, where there is one."""
        return self._url(self.line.port) if self.line else self._file

    @contextmanager
    def backend(self) -> Iterator[Backend]:
        """The place, not over the line."""
        url, variables = (self._url(), self.home.environment) if self.home else (self._file, {})
        with environment(variables):
            yield open_location(place := parse_location(url), {}, named=(place,))

    def state(self) -> State | None:
        """The state as it is stored, which must always be whole."""
        if self.home:
            with self.backend() as backend:
                return backend.read()
        path = Path(self._file)
        return decode_state(path.read_bytes(), str(path)) if path.exists() else None

    def known(self) -> set[str]:
        """All that state knows of: managed, meant by a call, or watched."""
        return known_to(self.state())

    def theirs(self) -> set[str]:
        """All that the states of the neighbours know of."""
        return set[str]().union(*(one.known() for one in self.neighbours.values()))

    def surplus(self) -> set[str]:
        """Purchases that were closed as never happened and turned up after all: kept, reported, uncounted."""
        state = self.state()
        return {one.number for one in state.numbers if one.surplus} if state else set()

    def posts(self) -> list[Post]:
        """The calls that changed the account, or were to, in the last run. Where several companies ran, those of this
        one: it alone buys for its trunks, and who managed a number before is who releases it.
        """
        posts = self.emulator.ledger()[self.since :]
        return [post for post in posts if self._made(post)] if self.neighbours else [*posts]

    def _made(self, post: Post) -> bool:
        if post.endpoint == "purchase-numbers":
            return post.trunk in self.trunks
        asked = asked_in(post)
        if asked & managed_by(self.before.state):
            return True
        if any(asked & managed_by(one.before.state) for one in self.neighbours.values()):
            return False
        bought = (asked_in(one) for one in self.emulator.ledger()[self.since :] if one.trunk in self.trunks)
        return bool(asked & known_to(self.before.state).union(*bought))

    def note_strays(self, *, crashed: bool) -> None:
        """Of what the last run bought unasked, only its answer told; perhaps that was lost, or the run was."""
        posts = self.emulator.ledger()
        for place, post in enumerate(posts):
            if post.faults != ("unasked",) or (crashed and place >= self._seen):
                gifts = {"+" + digits for digits in {*post.bought} - {*post.numbers}}
                self.strays |= gifts - self.known() - self.theirs()
        self._seen = len(posts)

    @property
    def _file(self) -> str:
        return str(self.folder / "numplan.state.json")

    def _url(self, port: int | None = None) -> str:
        assert self.home
        # GitLab's names are letters, digits, hyphens and points.
        return self.home.url(hashlib.sha256(str(self.folder).encode()).hexdigest()[:32], port)


def known_to(state: State | None) -> set[str]:
    """All numbers that a state knows of."""
    if state is None:
        return set()
    return {one.number for one in (*state.numbers, *state.intents, *state.tombstones)}


def managed_by(state: State | None) -> set[str]:
    """What a state manages."""
    return {one.number for one in state.numbers} if state else set()


def asked_in(post: Post) -> set[str]:
    """The numbers that a call asks for."""
    return {"+" + digits for digits in post.numbers}
