"""A small company: an emulated account, a manifest, a state, and the law that no run may break."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypedDict

from numplan.cli.workspace.state_location import open_location
from numplan.emulator.server import Emulator, EmulatorSettings
from numplan.model.location.state_location import parse_location
from numplan.model.state import State, decode_state
from numplan.state.backend import Backend
from tests.services.cutting import Line
from tests.services.places import Service

TRUNK, OTHER_TRUNK = 169, 170
SETTLE_SECONDS = 0.2
PATIENCE = 60.0
"""Seconds after which a command is called hanging."""
AT_ONCE = 6.0
"""Seconds that the second signal has for ending a command: one, and what a busy machine adds."""

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
EXPLICIT = tuple(f"+1205555{n:04}" for n in range(100, 112))
STOCK = tuple(f"+1646555{n:04}" for n in range(100, 300))
FLOWING = "+12055550999"


@dataclass(frozen=True)
class Ran:
    """How a command ended; or, with a process id, where it is stopped."""

    code: int
    output: str
    passed: tuple[str, ...]
    stopped: int | None = None


class Command(TypedDict):
    """What the zygote is to run."""

    folder: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    record: bool
    skew: float


class Zygote:
    """The forking process, and the commands in it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def run(self, *commands: Command, stalls_after: float | None = None) -> list[Ran]:
        """Run commands at once, to their ends. After `stalls_after` seconds each is interrupted twice, as by a user,
        and again where that did not end it.
        """
        pids = self._ask({"run": commands})
        signals = [(PATIENCE, signal.SIGKILL)]
        if stalls_after is not None:
            signals += [
                (stalls_after, signal.SIGINT),
                (stalls_after + 0.1, signal.SIGINT),
                # Two that come before a busy machine has let the process run are one to it: a user presses again.
                (stalls_after + 1.5, signal.SIGINT),
                (stalls_after + 3.0, signal.SIGINT),
                (stalls_after + 0.1 + AT_ONCE, signal.SIGKILL),
            ]
        with _later([(seconds, pid, number) for pid in pids for seconds, number in signals]):
            return [_ran(pid, end) for pid, end in zip(pids, self._answer(), strict=True)]

    def resume(self, ran: Ran) -> Ran:
        """Let a command go on that is stopped, to its end."""
        assert ran.stopped
        with _later([(PATIENCE, ran.stopped, signal.SIGKILL)]):
            return _ran(ran.stopped, self._ask({"resume": ran.stopped}))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _ran(pid: int, end: Mapping[str, Any]) -> Ran:
    if "stopped" in end:
        return Ran(0, "", (), stopped=pid)
    return Ran(end["code"], end["output"], tuple(end["passed"]))


@contextmanager
def _later(signals: Iterable[tuple[float, int, int]]) -> Iterator[None]:
    """Send signals to processes after so many seconds, unless the block has ended by then."""
    timers = [threading.Timer(seconds, _signal, (pid, number)) for seconds, pid, number in signals]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables in this process, and afterwards what they were before."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class Calendar:
    """The vendor's clock: the machine's, and so many days more."""

    def __init__(self) -> None:
        self.days = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


@dataclass
class World:
    """One account under one manifest. State is in the folder, or at `home`, reached over `line`."""

    zygote: Zygote
    folder: Path
    emulator: Emulator
    home: Service | None = None
    line: Line | None = None
    explicit: dict[str, int] = field(default_factory=dict)
    pool: int = 0
    pool_trunk: int = TRUNK
    asked: set[str] = field(default_factory=set)
    """Numbers that the manifest has ever stopped declaring: only these, and pool members, may be released."""
    skew: float = 0
    """How many seconds this machine's clock is ahead of the vendor's."""
    furthest: float = 0
    """The most that it has been ahead."""
    hidden: set[str] = field(default_factory=set)
    """Numbers that the vendor has ever kept out of its answers for a whole run."""
    strays: set[str] = field(default_factory=set)
    """Bought unasked, and told only to a run that was killed, or by an answer that was lost: none can know of them."""
    retired: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    """What each manifest retired, with how many calls there had been before it."""
    rebuy_after: str = "0d"
    """For how long its pool does not buy again what was released."""
    calendar: Calendar = field(default_factory=Calendar)
    waits: bool = False
    """Whether what nothing declares any more is kept for a day."""
    leaving: dict[str, date] = field(default_factory=dict)
    """What state said before the last run of the days on which numbers leave, and of their trunks."""
    trunks: dict[str, int | None] = field(default_factory=dict)
    _seen: int = 0
    _looked: int = 0

    @classmethod
    def open(cls, zygote: Zygote, folder: Path, home: Service | None = None, *, waits: bool = False) -> Self:
        """An account that owns nothing, and a stock that is large enough."""
        calendar = Calendar()
        emulator = Emulator(EmulatorSettings(stock=0, released_to_stock=True), calendar=calendar.now)
        emulator.start()
        emulator.add_stock([*EXPLICIT, *STOCK])
        line = Line(home.port) if home else None
        return cls(zygote, folder, emulator, home, line, calendar=calendar, waits=waits)

    def close(self) -> None:
        """Stop the emulator, and cut the line."""
        self.emulator.stop()
        if self.line:
            self.line.close()

    # -- the manifest ----------------------------------------------------------------------------------

    def declare(
        self,
        explicit: Mapping[str, int],
        pool: int,
        pool_trunk: int = TRUNK,
        *,
        retired: Sequence[str] = (),
        rebuy_after: str = "0d",
    ) -> None:
        """Write a manifest: explicit numbers with their trunks, a pool of so many, and numbers that it never takes."""
        self.asked |= {n for n, trunk in self.explicit.items() if explicit.get(n) != trunk}
        self.explicit, self.pool, self.pool_trunk = dict(explicit), pool, pool_trunk
        self.retired.append((len(self.emulator.ledger()), frozenset(retired)))
        manifest: dict[str, Any] = {
            "version": 1,
            "api": {
                "batch_size": 3,
                "parallelism": 2,
                "settle_seconds": SETTLE_SECONDS,
                "hold_minutes": 0.005,
            },
            "defaults": {
                "country": "United States",
                "on_trunk_change": "replace",
                **({"release_after": "1d"} if self.waits else {}),
            },
            "policy": {"max_releases": 100, "rebuy_after": rebuy_after},
            "retire": [{"number": number, "reason": "spam label"} for number in retired],
            "numbers": {
                f"n{number[1:]}": {"number": number, "sip_trunk_id": trunk}
                for number, trunk in explicit.items()
            },
            "pools": {"sales": {"count": pool, "digits": "646555", "sip_trunk_id": pool_trunk}},
        }
        (self.folder / "numplan.json").write_text(json.dumps(manifest))

    # -- runs ------------------------------------------------------------------------------------------

    def run(self, *arguments: str, failpoint: str = "", record: bool = False) -> Ran:
        """Run a numplan command here."""
        stalls_after = 0.6 if failpoint.endswith(":stall") else None
        command = self._command(arguments, failpoint, record=record)
        return self.zygote.run(command, stalls_after=stalls_after)[0]

    def apply(self, failpoint: str = "", *, record: bool = False, flags: Sequence[str] = CERTAIN) -> Ran:
        """`numplan apply`, with the flags that a team gives that knows what it does."""
        return self.run("apply", *flags, failpoint=failpoint, record=record)

    def apply_at_once(self, count: int, *flags: str) -> list[Ran]:
        """So many applies that start together."""
        return self.zygote.run(*[self._command(("apply", *CERTAIN, *flags)) for _ in range(count)])

    def apply_again(self) -> Ran:
        """Apply as a user does after a run that came to grief, whose lock may be left where locks stay."""
        ran = self.apply()
        if ran.code == LOCKED and self.home and self.home.keeps_locks:
            self.unlock(ran)
            ran = self.apply()
        return ran

    def free(self) -> None:
        """Break a lock that a dead run left, as an operator does who has looked after it."""
        if self.home is None or not self.home.keeps_locks:
            return
        with self._backend() as backend:
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
        second = self.apply()
        lost = second.code == LOCKED
        if lost:
            self.unlock(second)
            second = self.apply()
        stored = self.state()
        ran = self.zygote.resume(stopped)
        if lost:
            assert self.state() == stored, f"written by a run that had lost its lock\n{ran.output}"
            assert second.code in OVERTAKING, f"exit {second.code}\n{second.output}"
        return ran, lost

    def _command(self, arguments: Sequence[str], failpoint: str = "", *, record: bool = False) -> Command:
        environment = {
            "NUMPLAN_API_URL": self.emulator.url,
            "NUMPLAN_TOKEN": self.emulator.token,
            "NUMPLAN_ACCOUNT_ID": self.emulator.account,
            "NUMPLAN_FAILPOINT": failpoint,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        if self.home and self.line:
            environment |= {**self.home.environment, "NUMPLAN_STATE": self._url(self.line.port)}
        return {
            "folder": str(self.folder),
            "arguments": arguments,
            "environment": environment,
            "record": record,
            "skew": self.skew + self.calendar.days * DAY,
        }

    def jump(self, skew: float) -> None:
        """From now on this machine's clock is so many seconds ahead of the vendor's, or behind."""
        self.skew = skew
        self.furthest = max(self.furthest, skew)

    @contextmanager
    def _backend(self) -> Iterator[Backend]:
        """The place, not over the line."""
        url, variables = (self._url(), self.home.environment) if self.home else (self._file, {})
        with environment(variables):
            yield open_location(place := parse_location(url), {}, named=(place,))

    @property
    def _file(self) -> str:
        return str(self.folder / "numplan.state.json")

    def _url(self, port: int | None = None) -> str:
        assert self.home
        # GitLab's names are letters, digits, hyphens and points.
        return self.home.url(hashlib.sha256(str(self.folder).encode()).hexdigest()[:32], port)

    # -- the law ---------------------------------------------------------------------------------------

    @property
    def owned(self) -> set[str]:
        """What the account really holds."""
        return {"+" + holding.number.removeprefix("+") for holding in self.emulator.owned()}

    def state(self) -> State | None:
        """The state as it is stored, which must always be whole."""
        if self.home:
            with self._backend() as backend:
                return backend.read()
        path = Path(self._file)
        return decode_state(path.read_bytes(), str(path)) if path.exists() else None

    def check_nothing_lost(self) -> None:
        """Every number that the account has gained by our calls, asked for or not, is known to state."""
        lost = self.owned - self._known() - {FLOWING} - self.strays
        assert not lost, f"owned, but in neither state, intents nor tombstones: {sorted(lost)}"

    def note_strays(self, *, crashed: bool) -> None:
        """Of what the last run bought unasked, only its answer told; perhaps that was lost, or the run was."""
        posts = self.emulator.ledger()
        for place, post in enumerate(posts):
            if post.faults != ("unasked",) or (crashed and place >= self._seen):
                self.strays |= {"+" + digits for digits in {*post.bought} - {*post.numbers}} - self._known()
        self._seen = len(posts)

    def _known(self) -> set[str]:
        state = self.state()
        if state is None:
            return set()
        return {one.number for one in (*state.numbers, *state.intents, *state.tombstones)}

    def check_nothing_unasked(self) -> None:
        """No number was released that the manifest still wants. Pool members may go if the pool shrank."""
        for post in self.emulator.ledger():
            for digits in post.released:
                number = "+" + digits
                assert number in STOCK or number in self.asked, f"{number} was released unasked"

    def check_nothing_retired(self) -> None:
        """No call ever asked for a number that the manifest of its time retired."""
        for place, post in enumerate(self.emulator.ledger()):
            retired = next((ones for since, ones in reversed(self.retired) if since <= place), frozenset())
            asked = (
                {"+" + digits for digits in post.numbers} if post.endpoint == "purchase-numbers" else set()
            )
            assert not asked & retired, f"{sorted(asked & retired)} bought, though retired"

    def check_nothing_early(self) -> None:
        """Where numbers wait, none was released in the last run before its day had come by both clocks, but for
        explicit ones that move to another trunk.
        """
        posts = self.emulator.ledger()
        ours = self.calendar.now() + timedelta(seconds=self.skew)
        today = min(ours.date(), self.calendar.now().date())
        for post in posts[self._looked :] if self.waits else ():
            for number in ("+" + digits for digits in post.released):
                wanted = self.explicit.get(number)
                moves = wanted is not None and self.trunks.get(number, wanted) != wanted
                day = self.leaving.get(number)
                assert moves or (day is not None and day <= today), f"{number} went on {today}, not {day}"
                assert moves or number not in self.explicit, f"{number} went though it is declared"
        self._looked = len(posts)
        state = self.state()
        known = [one.instance.attributes for one in (*state.tombstones, *state.intents)] if state else []
        known += [one.attributes for one in state.numbers] if state else []
        self.leaving = {str(one.number): one.leaving_at for one in known if one.leaving_at is not None}
        self.trunks = {str(one.number): one.sip_trunk_id for one in known}

    def surplus(self) -> set[str]:
        """Purchases that were closed as never happened and turned up after all: kept, reported, uncounted."""
        state = self.state()
        return {one.number for one in state.numbers if one.surplus} if state else set()

    def gifts(self) -> set[str]:
        """Numbers that a call bought which did not ask for them, on its own trunk. No answer shows on which trunk a
        number is, so where our own call for one was refused, none can know that it is not on that call's.
        """
        asked: dict[str, bool] = {}
        for post in self.emulator.ledger():
            asked.update((f"+{digits}", digits in post.numbers) for digits in post.bought)
        return {number for number, was_asked in asked.items() if not was_asked}

    def check_nothing_doubled(self) -> None:
        """No slot has two numbers, but for surplus: by a late commit, by a number that was away, or by a gift."""
        explain = set(self.hidden)
        for post in self.emulator.ledger():
            explain |= {"+" + digits for digits in {*post.bought} - {*post.numbers}}
            # The hold of these lives is less than a second, and the vendor's clock tells whole ones: where it is
            # the one that counts, a lag may outlast the hold.
            if "late_commit" in post.faults or ("lag" in post.faults and self.furthest):
                explain |= {"+" + digits for digits in post.numbers}
        unexplained = self.surplus() - explain
        assert not unexplained, f"surplus without a reason: {sorted(unexplained)}"

    def check_converged(self) -> None:
        """The account holds exactly the manifest, on the declared trunks; nothing was bought twice."""
        state = self.state()
        managed = {one.number for one in state.numbers if not one.surplus} if state else set()
        leaving = {one.number for one in state.numbers if one.attributes.leaving_at} if state else set()
        # One look: a late commit may come at any moment.
        trunks = {"+" + one.number.removeprefix("+"): one.trunk for one in self.emulator.owned()}
        held = {*trunks} - {FLOWING} - self.surplus() - (self.strays - managed)
        owned = held - leaving
        explicit = {number for number in owned if number not in STOCK}
        assert explicit == set(self.explicit), (explicit ^ set(self.explicit), "explicit numbers")
        members = owned - explicit
        assert not members & self.retired[-1][1], "a retired member is still there"
        assert len(members) == self.pool, f"the pool holds {len(members)}, not {self.pool}"
        wrong = {n for n in members if trunks[n] != self.pool_trunk}
        wrong |= {n for n in explicit if trunks[n] != self.explicit[n]}
        wrong -= self.gifts()
        assert not wrong, f"on another trunk than declared: {sorted(wrong)}"
        if state is None:
            assert not owned, "numbers are owned, and there is no state"
            return
        assert managed == held, f"state and account differ in {sorted(managed ^ held)}"
        assert not state.intents, f"intents are left: {[one.number for one in state.intents]}"

    def check_unlocked(self) -> None:
        """Nobody holds the lock."""
        with self._backend() as backend:
            holder = backend.holder()
        assert holder is None, f"the lock is left to {holder}"

    def purchases(self) -> Counter[str]:
        """How often each number was really bought."""
        return Counter("+" + digits for post in self.emulator.ledger() for digits in post.bought)

    def check_no_waste(self, bought_before: int, needed: int) -> None:
        """As many purchases as were needed, and not one more: nothing was bought to be thrown away."""
        bought = sum(self.purchases().values()) - bought_before
        assert bought == needed, f"{bought} purchases where {needed} were needed"
