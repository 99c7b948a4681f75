"""A small company: an emulated account, a manifest, a state, and the law that no run may break."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from numplan.emulator.server import Emulator, EmulatorSettings
from numplan.model.state import State, decode_state

TRUNK, OTHER_TRUNK = 169, 170
SETTLE_SECONDS = 0.2
PATIENCE = 60.0
"""Seconds after which a command is called hanging."""
AT_ONCE = 6.0
"""Seconds that the second signal has for ending a command: one, and what a busy machine adds."""

EXPLICIT = tuple(f"+1205555{n:04}" for n in range(100, 112))
STOCK = tuple(f"+1646555{n:04}" for n in range(100, 160))
FLOWING = "+12055550999"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    output: str
    passed: tuple[str, ...]


class Zygote:
    """The forking process, and one command at a time in it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def run(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        record: bool = False,
        stalls_after: float | None = None,
    ) -> Ran:
        """Run a command to its end. With `stalls_after` seconds it is interrupted twice, as a user would."""
        assert self._process.stdin
        assert self._process.stdout
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "record": record,
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        pid = json.loads(self._process.stdout.readline())["pid"]
        timers = [threading.Timer(PATIENCE, _signal, (pid, signal.SIGKILL))]
        if stalls_after is not None:
            timers += [
                threading.Timer(stalls_after, _signal, (pid, signal.SIGINT)),
                threading.Timer(stalls_after + 0.1, _signal, (pid, signal.SIGINT)),
                threading.Timer(stalls_after + 0.1 + AT_ONCE, _signal, (pid, signal.SIGKILL)),
            ]
        for timer in timers:
            timer.start()
        answer = json.loads(self._process.stdout.readline())
        for timer in timers:
            timer.cancel()
        return Ran(answer["code"], answer["output"], tuple(answer["passed"]))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@dataclass
class World:
    """One account under one manifest. `wanted` is what the manifest declares just now."""

    zygote: Zygote
    folder: Path
    emulator: Emulator
    explicit: dict[str, int] = field(default_factory=dict)
    pool: int = 0
    pool_trunk: int = TRUNK
    asked: set[str] = field(default_factory=set)
    """Numbers that the manifest has ever stopped declaring: only these, and pool members, may be released."""

    @classmethod
    def open(cls, zygote: Zygote, folder: Path) -> Self:
        """An account that owns nothing, and a stock that is large enough."""
        emulator = Emulator(EmulatorSettings(stock=0, released_to_stock=True))
        emulator.start()
        emulator.add_stock([*EXPLICIT, *STOCK])
        return cls(zygote, folder, emulator)

    def close(self) -> None:
        """Stop the emulator."""
        self.emulator.stop()

    # -- the manifest ----------------------------------------------------------------------------------

    def declare(self, explicit: Mapping[str, int], pool: int, pool_trunk: int = TRUNK) -> None:
        """Write a manifest: explicit numbers with their trunks, and a pool of so many."""
        self.asked |= {n for n, trunk in self.explicit.items() if explicit.get(n) != trunk}
        self.explicit, self.pool, self.pool_trunk = dict(explicit), pool, pool_trunk
        manifest: dict[str, Any] = {
            "version": 1,
            "api": {
                "batch_size": 3,
                "parallelism": 2,
                "settle_seconds": SETTLE_SECONDS,
                "hold_minutes": 0.005,
            },
            "defaults": {"country": "United States", "on_trunk_change": "replace"},
            "policy": {"max_releases": 100},
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
        environment = {
            "NUMPLAN_API_URL": self.emulator.url,
            "NUMPLAN_TOKEN": self.emulator.token,
            "NUMPLAN_ACCOUNT_ID": self.emulator.account,
            "NUMPLAN_FAILPOINT": failpoint,
        }
        stalls_after = 0.6 if failpoint.endswith(":stall") else None
        return self.zygote.run(self.folder, arguments, environment, record=record, stalls_after=stalls_after)

    def apply(self, failpoint: str = "", *, record: bool = False) -> Ran:
        """`numplan apply`, with the flags that a team gives that knows what it does."""
        flags = ["--auto-approve", "--new-state", "--allow-empty", "--accept-missing"]
        return self.run("apply", *flags, failpoint=failpoint, record=record)

    # -- the law ---------------------------------------------------------------------------------------

    @property
    def owned(self) -> set[str]:
        """What the account really holds."""
        return {"+" + holding.number.removeprefix("+") for holding in self.emulator.owned()}

    def state(self) -> State | None:
        """The state on disk, which must always be whole."""
        path = self.folder / "numplan.state.json"
        return decode_state(path.read_bytes(), str(path)) if path.exists() else None

    def check_nothing_lost(self) -> None:
        """Every number that a run of numplan bought and the account holds is known to state."""
        state = self.state()
        known = set()
        if state is not None:
            known = {one.number for one in (*state.numbers, *state.intents, *state.tombstones)}
        lost = self.owned - known - {FLOWING}
        assert not lost, f"owned, but in neither state, intents nor tombstones: {sorted(lost)}"

    def check_nothing_unasked(self) -> None:
        """No number was released that the manifest still wants. Pool members may go if the pool shrank."""
        for post in self.emulator.ledger():
            for digits in post.released:
                number = "+" + digits
                assert number in STOCK or number in self.asked, f"{number} was released unasked"

    def surplus(self) -> set[str]:
        """Purchases that were closed as never happened and turned up after all: kept, reported, uncounted."""
        state = self.state()
        return {one.number for one in state.numbers if one.surplus} if state else set()

    def check_nothing_doubled(self) -> None:
        """No slot has two numbers, but for surplus, which only a late commit can make."""
        late = {
            "+" + digits
            for post in self.emulator.ledger()
            if "late_commit" in post.faults
            for digits in post.numbers
        }
        assert self.surplus() <= late, f"surplus without a late commit: {sorted(self.surplus() - late)}"

    def check_converged(self) -> None:
        """The account holds exactly the manifest, on the declared trunks; nothing was bought twice."""
        owned = self.owned - {FLOWING} - self.surplus()
        explicit = {number for number in owned if number not in STOCK}
        assert explicit == set(self.explicit), (explicit ^ set(self.explicit), "explicit numbers")
        members = owned - explicit
        assert len(members) == self.pool, f"the pool holds {len(members)}, not {self.pool}"
        trunks = {"+" + one.number.removeprefix("+"): one.trunk for one in self.emulator.owned()}
        wrong = {n for n in members if trunks[n] != self.pool_trunk}
        wrong |= {n for n in explicit if trunks[n] != self.explicit[n]}
        assert not wrong, f"on another trunk than declared: {sorted(wrong)}"
        state = self.state()
        if state is None:
            assert not owned, "numbers are owned, and there is no state"
            return
        managed = {one.number for one in state.numbers if not one.surplus}
        assert managed == owned, f"state and account differ in {sorted(managed ^ owned)}"
        assert not state.intents, f"intents are left: {[one.number for one in state.intents]}"

    def purchases(self) -> Counter[str]:
        """How often each number was really bought."""
        return Counter("+" + digits for post in self.emulator.ledger() for digits in post.bought)

    def check_no_waste(self, bought_before: int, needed: int) -> None:
        """As many purchases as were needed, and not one more: nothing was bought to be thrown away."""
        bought = sum(self.purchases().values()) - bought_before
        assert bought == needed, f"{bought} purchases where {needed} were needed"
