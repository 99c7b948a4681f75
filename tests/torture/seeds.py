"""Real documents to make mutants of: manifests of the examples, and what numplan and the emulator wrote.

They are the same in every process and every run, so that a mutant follows from its seed: what is random in
them, and what tells the time or the port, is replaced by something fixed.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from numplan.emulator.server import Emulator, EmulatorSettings, Flow
from numplan.state.local.backend import LocalBackend
from tests.torture.mutants import mend

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
URL = "http://127.0.0.1:8190/o/"
ACCOUNT, TOKEN = "190", "canary-token-0123456789"

FIRST = """\
version: 1
api: {settle_seconds: 0.2, hold_minutes: 60}
defaults: {country: United States, sip_trunk_id: 169, labels: {owner: voice}}
numbers:
  support: {number: "+12055550100", protect: true, labels: {purpose: 'support & "more"'}}
  leaving: {number: "+12055550101"}
  held: {number: "+12055550102"}
  moving: {number: "+12055550103", on_trunk_change: replace}
  vanishing: {number: "+12055550104"}
  given_up: {number: "+12055550105"}
sets:
  dialer: {numbers: ["+12055550110", "+12055550111", "+12055550112"]}
pools:
  sales: {count: 4, digits: "646555"}
"""
SECOND = """\
version: 1
currency: USD
api: {settle_seconds: 0.2, hold_minutes: 60}
defaults: {country: United States, sip_trunk_id: 169, labels: {owner: sales}, on_trunk_change: replace}
numbers:
  support: {number: "+12055550100", protect: true}
  moving: {number: "+12055550103", sip_trunk_id: 170}
  vanishing: {number: "+12055550104"}
  adopted: {number: "+12055550120"}
  new: {number: "+12055550121"}
sets:
  dialer: {numbers: ["+12055550110", "+12055550111", "+12055550112", "+12055550101"]}
pools:
  sales: {count: 6, digits: "646555", max_monthly_charge: "9.00"}
policy: {max_setup_cost: "100.00", max_monthly_increase: "100.00", max_releases: 1, unmanaged: warn}
"""

Corpus = Mapping[str, tuple[bytes, ...]]
"""Documents by target."""


def gather() -> Corpus:
    """All seeds. Takes some seconds, for numplan is run as a user would run it."""
    corpus = {"manifest": _manifests(), "numbers-file": _numbers_files()}
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(EmulatorSettings(stock=300, token=TOKEN)) as vendor,
    ):
        corpus |= _documents(Path(folder), vendor)
        corpus |= _answers(vendor)
    return corpus


def _manifests() -> tuple[bytes, ...]:
    shipped = sorted(EXAMPLES.glob("*/numplan.yaml"))
    as_json = json.dumps(
        {
            "version": 1,
            "numbers": {"a": {"number": "+12055550100"}},
            "pools": {"b": {"count": 2, "country": "X"}},
        }
    )
    return (*(path.read_bytes() for path in shipped), FIRST.encode(), SECOND.encode(), as_json.encode())


def _numbers_files() -> tuple[bytes, ...]:
    return tuple(
        path.read_bytes()
        for path in (EXAMPLES / "call-centre/campaign.csv", EXAMPLES / "call-centre/numbers/surveys.txt")
    )


def _documents(folder: Path, vendor: Emulator) -> dict[str, tuple[bytes, ...]]:
    """States and plans as numplan wrote them, with every kind of row there is."""

    def numplan(*arguments: str) -> None:
        environment = {
            **os.environ,
            "NUMPLAN_API_URL": vendor.url,
            "NUMPLAN_ACCOUNT_ID": vendor.account,
            "NUMPLAN_TOKEN": vendor.token,
        }
        command = [sys.executable, "-m", "numplan", *arguments]
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in ran.stderr, ran.stderr

    manifest, state = folder / "numplan.yaml", folder / "numplan.state.json"
    explicit = [f"+120555501{n:02}" for n in (*range(6), 10, 11, 12, 20, 21)]
    vendor.add_stock([*explicit, *(f"+1646555{n:04}" for n in range(30))])
    manifest.write_text(FIRST)
    vendor.faults(
        [
            # one purchase is lost and stays for sale, for a tombstone; one answer is lost, for "found"
            _fault("in_neither", numbers=["12055550105"], really=False),
            _fault("in_neither", numbers=["12055550112"], really=True),
        ]
    )
    numplan("plan", "--out", "first.plan")
    numplan("apply", "--auto-approve")
    whole = state.read_bytes()
    vendor.assign("+12055550102", Flow(flow_id="7", flow_name="Night"))
    vendor.remove_owned(["+12055550104"])
    vendor.add_stock(["+12055550104"])
    vendor.add_owned(["+12055550120"])
    manifest.write_text(SECOND)
    numplan("plan", "--out", "second.plan")
    numplan("plan", "--destroy", "--out", "destroy.plan")
    # now a purchase that is lost and sold to another: an intent that stays
    vendor.faults([_fault("in_neither", numbers=["12055550121"], really=False)])
    vendor.faults(
        [{"fault": "taken", "endpoint": "purchase-numbers", "params": {"numbers": ["12055550121"]}}]
    )
    numplan("apply", "--auto-approve", "--max-releases", "9", "--accept-missing")
    plans = [(folder / f"{name}.plan").read_bytes() for name in ("first", "second", "destroy")]
    with LocalBackend(state).lock("apply"):
        taken = (folder / "numplan.state.json.lock").read_bytes()
    free = (folder / "numplan.state.json.lock").read_bytes()
    states = (whole, state.read_bytes())
    return {
        "state": tuple(map(fixed, states)),
        "plan": tuple(map(fixed, plans)),
        "lock": (_free_of_place(taken), _lines_fixed(free)),
    }


def _fault(name: str, **params: object) -> dict[str, object]:
    return {"fault": name, "endpoint": "purchase-numbers", "params": params}


def fixed(document: bytes) -> bytes:
    """A sealed document without what differs from run to run."""
    return mend(_lines_fixed(document))


def _lines_fixed(document: bytes) -> bytes:
    names: dict[bytes, bytes] = {}

    def name(found: re.Match[bytes]) -> bytes:
        return names.setdefault(found[0], b"%032x" % len(names))

    document = re.sub(rb"http://127\.0\.0\.1:\d+/o/", URL.encode(), document)
    document = re.sub(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", b"2026-01-02T03:04:05.678901Z", document)
    document = re.sub(rb"20\d\d-\d\d-\d\d \d\d:\d\d UTC", b"2026-01-02 03:04 UTC", document)
    document = re.sub(rb'"actor":"[^"]*"', b'"actor":"kim@host"', document)
    document = re.sub(rb'(?<="hash":")[0-9a-f]{64}|(?<="previous":")[0-9a-f]{64}', b"0" * 64, document)
    document = re.sub(rb'(?<="plan":")[0-9a-f]{64}', b"0" * 64, document)
    return re.sub(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", name, document)


def _free_of_place(line: bytes) -> bytes:
    """A lock's line without process, user and folder."""
    line = re.sub(rb'"pid":\d+', b'"pid":4711', line)
    line = re.sub(rb'"who":"[^"]*"', b'"who":"kim@host"', line)
    return _lines_fixed(re.sub(rb'"path":"[^"]*"', b'"path":"numplan.state.json"', line))


def _answers(vendor: Emulator) -> dict[str, tuple[bytes, ...]]:
    """Answers of all six endpoints, those of refusals among them."""

    def ask(endpoint: str, query: str = "", body: object = None) -> bytes:
        request = urllib.request.Request(
            f"{vendor.url}virtual-numbers/v1.0/{endpoint}{query}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "accountId": ACCOUNT,
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read()
        except urllib.error.HTTPError as refused:
            return refused.read()

    found = json.loads(ask("search", "?country=United%20States&size=6"))["data"]
    numbers = [row["number"].lstrip("+") for row in found]
    return {
        "regions": (ask("regions"),),
        "search": (ask("search", "?country=United%20States&size=8"), ask("search", "?country=Nowhere")),
        "find-number": (
            ask("find-number", f"?number={numbers[0]}"),
            ask("find-number", "?number=15550000000"),
        ),
        "purchased-list": (
            ask("purchased-list", "?size=1000"),
            ask("purchased-list", "?accessNumber=12055550102"),
            ask("purchased-list", "?size=-1"),
        ),
        "purchase-numbers": (
            ask("purchase-numbers", body={"numbers": [*numbers[:3], "15550000000"], "sipTrunkId": 169}),
            ask("purchase-numbers", body={"numbers": numbers[3:5]}),
            ask("purchase-numbers", body={"numbers": 3}),
        ),
        "release-numbers": (
            ask("release-numbers", body={"numbers": [[*numbers[:2], "12055550102"]]}),
            ask("release-numbers", body={"numbers": ["15550000000"]}),
        ),
    }
