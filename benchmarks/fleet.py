"""An emulated account of a size, and a folder with a manifest for it."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.measure import NUMPLAN, Took, run

Counts = Mapping[str, int]
"""How often each endpoint was called."""


class Fleet:
    """A running emulator and the folder of a team. Everything in it follows from its sizes."""

    def __init__(self, folder: Path, *, owned: int = 0, stock: int = 0, options: Sequence[str] = ()) -> None:
        """`owned` and `stock` as the emulator takes them, and more of its `options`."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        sizes = ("--owned", str(owned), "--stock", str(stock))
        self._process = subprocess.Popen(
            [*NUMPLAN, "emulator", "--port", "0", "--control", *sizes, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.environment = {"NUMPLAN_NO_INPUT": "1"}
        while "NUMPLAN_ACCOUNT_ID" not in self.environment:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("the emulator did not start")
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                self.environment[name] = value.strip("'\"")
        self.url = self.environment["NUMPLAN_API_URL"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(60)

    def numplan(self, *arguments: str, codes: Sequence[int] = (0,)) -> Took:
        """Run one command in the folder."""
        return run([*NUMPLAN, *arguments], self.folder, self.environment, codes=codes)

    def run(self, *command: str) -> Took:
        """Run another program in the folder, under the same environment."""
        return run(command, self.folder, self.environment)

    def plan(self) -> Took:
        """A plan that finds nothing to do."""
        return self.numplan("plan", "--detailed-exitcode")

    def serial(self) -> int:
        """How often state was written so far."""
        try:
            with (self.folder / "numplan.state.json").open("rb") as file:
                found = re.search(rb'"serial":([0-9]+)', file.read(1000))
        except FileNotFoundError:
            return 0
        return int(found[1]) if found else 0

    def calls(self) -> Counts:
        """How often each endpoint was called so far."""
        with urllib.request.urlopen(self.url.removesuffix("o/") + "_control/ledger") as answer:
            counts: Counts = json.load(answer)["calls"]
        return counts

    def calls_of(self, command: Callable[[], Took]) -> int:
        """How many calls a command makes."""
        before = sum(self.calls().values())
        command()
        return sum(self.calls().values()) - before

    def lose(self, numbers: Sequence[str]) -> None:
        """Take numbers out of the account behind numplan's back."""
        self._control("owned", {"remove": [*numbers]})

    def configure(self, **changes: object) -> None:
        """Change settings of the emulator."""
        self._control("settings", changes)

    def _control(self, endpoint: str, body: Mapping[str, object]) -> None:
        url = f"{self.url.removesuffix('o/')}_control/{endpoint}"
        request = urllib.request.Request(url, data=json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request):
            pass

    def posting(self) -> tuple[int, float]:
        """How many purchases and releases there were, and the seconds from the first that came to the last."""
        with urllib.request.urlopen(self.url.removesuffix("o/") + "_control/ledger") as answer:
            came = [post["at"] for post in json.load(answer)["posts"]]
        return len(came), max(came) - min(came)

    def owned(self) -> list[str]:
        """What the account holds, in ascending order, whatever a listing shows."""
        with urllib.request.urlopen(self.url.removesuffix("o/") + "_control/account") as answer:
            return sorted(row["number"] for row in json.load(answer)["owned"])

    def for_sale(self, count: int) -> list[str]:
        """So many numbers that are for sale in one country, in ascending order."""
        rows = self._rows("search", f"country=United%20States&size={count}")
        return sorted(row["number"] for row in rows)

    def _rows(self, endpoint: str, query: str) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.url}virtual-numbers/v1.0/{endpoint}?{query}",
            headers={
                "Authorization": f"Bearer {self.environment['NUMPLAN_TOKEN']}",
                "accountId": self.environment["NUMPLAN_ACCOUNT_ID"],
            },
        )
        with urllib.request.urlopen(request) as answer:
            rows: list[dict[str, Any]] = json.load(answer)["data"]
        return rows


def write_manifest(folder: Path, numbers: Sequence[str], form: str = "list", more: str = "") -> Path:
    """A manifest of exactly these numbers: as one set's `list`, as a `file` of it, or as a `map` of entries."""
    path = folder / "numplan.yaml"
    lines = ["version: 1", more]
    match form:
        case "list":
            lines += ["sets:", "  all:", "    numbers:", *(f'      - "{one}"' for one in numbers)]
        case "file":
            lines += ["sets:", "  all:", "    numbers_file: all.txt"]
            (folder / "all.txt").write_text("\n".join(numbers) + "\n")
        case "map":
            lines += ["numbers:"]
            for at, one in enumerate(numbers):
                lines += [f"  n{at:07}:", f'    number: "{one}"']
        case _:
            raise ValueError(form)
    path.write_text("\n".join(lines) + "\n")
    return path


def write_living(folder: Path, numbers: Sequence[str]) -> Path:
    """A manifest of exactly these numbers that uses every key of a number's life: spans, days and retired numbers."""
    retired = [f'  - {{number: "+1212555{at:04}", reason: spam label}}' for at in range(1000)]
    path = write_manifest(
        folder, numbers, more="\n".join(["defaults: {release_after: 30d}", "retire:", *retired])
    )
    text = path.read_text().replace("  all:\n", "  all:\n    from: 2020-01-01\n    until: 2900-12-31\n", 1)
    path.write_text(text)
    return path


def write_pools(folder: Path, sizes: Sequence[int], *, alike: bool) -> Path:
    """A manifest of pools of these sizes in one country: of the same criteria, or each with digits of its own."""
    path = folder / "numplan.yaml"
    lines = ["version: 1", "defaults: {country: United States}", "pools:"]
    for at, size in enumerate(sizes):
        digits = "" if alike else f', digits: "{at:03}", on_shortage: partial'
        lines.append(f"  p{at:04}: {{count: {size}{digits}}}")
    path.write_text("\n".join(lines) + "\n")
    return path


if __name__ == "__main__":
    sys.exit("a module of `make bench`")
