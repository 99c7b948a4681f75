"""What a document goes through that numplan reads, and what may come of it: a value, or an error of the tree.

Each loader returns what it came to: `accepted`, or the kind of refusal, such as `ManifestError: is not YAML`.
Anything else escapes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from numplan.api.client import Client
from numplan.api.decode import read_results
from numplan.api.retry import RetryPolicy
from numplan.http.result import Answer
from numplan.manifest.load import read_manifest
from numplan.manifest.validation.violations import validator
from numplan.model.account import Criteria
from numplan.model.errors import ManifestError, NumplanError
from numplan.model.number import E164
from numplan.model.outcome import Unasked
from numplan.model.state import State
from numplan.model.stored.plan_document import decode_plan, encode_plan
from numplan.model.stored.state_document import decode_state, encode_state
from numplan.state.local.backend import LocalBackend
from tests.fakes import nothing_barred
from tests.torture.seeds import ACCOUNT, EXAMPLES, TOKEN, URL

ACCEPTED = "accepted"
WORDS_MOST = 10_000
"""Characters that an error may have: some quote a key of the document, none the document."""

Loader = Callable[[bytes], str]

_PARTS = re.compile(
    r"""`[^`]*`|'(?:[^'\\]|\\.)*'|"[^"]*"|\S*/\S*|\+?\d[\d,.]*|0x\w+|U\+\w+|[0-9a-f]{32}|\$\S*|\[.*\]"""
)
DOOR = re.compile(
    r"is not YAML|cannot be read as YAML|cannot stand in YAML|is not UTF-8|is empty|a second one starts|"
    r"its end is missing|its checksum|is not sound JSON|no readable version|nested too deeply|nested more than|"
    r"is a web page|is an XML document|is a state of Terraform|is a saved plan|is JSON of something else"
)
"""Refusals of documents whose meaning was never looked at."""


class Breach(Exception):  # noqa: N818 - not an error of numplan's, but what the fuzzer found
    """A value came out that does not keep what the loader promises."""


def loaders(folder: Path) -> Mapping[str, Loader]:
    """The loaders by target; those that read files have them in `folder`."""
    validator()  # loaded late, and by a worker whose memory is limited already
    return {
        "manifest": _manifest(folder / "manifest"),
        "numbers-file": _numbers_file(folder / "numbers"),
        "state": _sealed(decode_state, encode_state),
        "plan": _sealed(decode_plan, encode_plan),
        "lock": _lock(folder / "lock"),
        "regions": _answers(_regions),
        "search": _answers(_search),
        "find-number": _answers(_find),
        "purchased-list": _answers(_purchased),
        "purchase-numbers": _answers(_purchase),
        "release-numbers": _answers(_release),
    }


def kind_of(problem: NumplanError) -> str:
    """The kind of a refusal: its type and its words, without what differs between two of the kind."""
    if isinstance(problem, ManifestError):
        texts = [found.summary for found in problem.diagnostics if found.severity == "error"]
        # A finding about syntax tells more than the others: it ended the reading.
        words = next((text for text in texts if DOOR.search(text)), texts[0] if texts else "no finding")
    else:
        words = str(problem)
    return f"{type(problem).__name__}: {_PARTS.sub('…', words)[:90]}"


def _refusing(load: Callable[[bytes], object]) -> Loader:
    def judge(document: bytes) -> str:
        try:
            load(document)
        except NumplanError as problem:
            _check_words(problem)
            return kind_of(problem)
        return ACCEPTED

    return judge


def _check_words(problem: NumplanError) -> None:
    """An error has words, of a bounded length and of characters that can be written down."""
    said = [problem.message, problem.hint]
    if isinstance(problem, ManifestError):
        if not any(found.severity == "error" for found in problem.diagnostics):
            raise Breach("a ManifestError without an error among its findings")
        for found in problem.diagnostics:
            said.append(str(found))
            if found.summary == "cannot be read as YAML: ":
                raise Breach("the memory did not suffice")
            if found.source and (found.source.line < 1 or found.source.column < 1):
                raise Breach(f"a place that is none: {found.source}")
    for text in said:
        text.encode()
        if len(text) > WORDS_MOST:
            raise Breach(f"an error of {len(text)} characters: {text[:100]!r}")


# -- files -------------------------------------------------------------------------------------------------


def _manifest(folder: Path) -> Loader:
    (folder / "numbers").mkdir(parents=True)
    for name in ("campaign.csv", "numbers/surveys.txt"):
        (folder / name).write_bytes((EXAMPLES / "call-centre" / name).read_bytes())
    path = folder / "numplan.yaml"

    def load(document: bytes) -> None:
        path.write_bytes(document)
        manifest, findings = read_manifest(path)
        if any(found.severity == "error" for found in findings):
            raise Breach("an error among the findings of an accepted manifest")
        numbers = [declared.number for declared in manifest.explicit()]
        if len(set(numbers)) != len(numbers):
            raise Breach("a number that is declared twice")

    return _refusing(load)


def _numbers_file(folder: Path) -> Loader:
    folder.mkdir()
    path = folder / "numplan.yaml"
    path.write_text("version: 1\nsets: {dialer: {numbers_file: numbers.txt}}\n")

    def load(document: bytes) -> None:
        (folder / "numbers.txt").write_bytes(document)
        read_manifest(path)

    return _refusing(load)


def _lock(folder: Path) -> Loader:
    """A torn or foreign lock file says nothing: who asks for the holder or takes the lock is not hindered,
    unless its mark tells of a state that is gone.
    """
    folder.mkdir()
    backend = LocalBackend(folder / "numplan.state.json")
    lock = folder / "numplan.state.json.lock"

    def load(document: bytes) -> None:
        lock.write_bytes(document)
        if backend.holder() is not None:
            raise Breach("a holder of a lock that nobody holds")
        with backend.lock("fuzz") as session:
            session.read()

    return _refusing(load)


# -- sealed documents --------------------------------------------------------------------------------------


def _sealed(decode: Callable[[bytes, str], Any], encode: Callable[[Any], bytes]) -> Loader:
    def load(document: bytes) -> None:
        value = decode(document, "here")
        again = encode(value)
        if encode(decode(again, "again")) != again:
            raise Breach("a value that is not read as it was written")
        if isinstance(value, State):
            _check_fit_to_reckon_with(value)

    return _refusing(load)


def _check_fit_to_reckon_with(value: object) -> None:
    """Times without a zone, and charges that are no numbers, would break what reckons with them later."""
    pending: list[object] = [value]
    while pending:
        match pending.pop():
            case datetime() as time if time.tzinfo is None:
                raise Breach(f"a time without its zone: {time}")
            case Decimal() as charge if not charge.is_finite():
                raise Breach(f"a charge that is no number: {charge}")
            case msgspec.Struct() as inner:
                pending += [getattr(inner, name) for name in inner.__struct_fields__]
            case tuple() as several:
                pending += several


# -- answers -----------------------------------------------------------------------------------------------

ASKED = tuple(
    map(
        E164, ("+12055550104", "+12055550105", "+16091609123", "+15550000000", "+16465550006", "+12055550102")
    )
)
STATUSES = (200,) * 28 + (400, 404, 429, 503)


class _StillClock:
    """Time that only waits move."""

    def __init__(self) -> None:
        self._time = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._time, UTC)

    def monotonic(self) -> float:
        return self._time

    def wait(self, seconds: float) -> None:
        self._time += seconds

    def interrupted(self) -> bool:
        return False


def _answers(ask: Callable[[Client, bytes], object]) -> Loader:
    """Any call is answered with the document. Its status follows from its length: mostly 200."""

    def load(document: bytes) -> None:
        retry_policy = RetryPolicy()
        with Client(
            URL, ACCOUNT, TOKEN, _StillClock(), retry_policy=retry_policy, jitter=lambda: 1.0
        ) as client:
            status = STATUSES[len(document) % len(STATUSES)]
            client._transport.call_once = lambda *_, **__: Answer(status, document)
            ask(client, document)

    return _refusing(load)


def _regions(client: Client, _: bytes) -> None:
    client.regions()


def _search(client: Client, _: bytes) -> None:
    client.search(Criteria("United States", digits="2055"), wanted=2)
    client.search(Criteria("United States", "New Jersey", "Geographic", "Voice"), wanted=None)


def _find(client: Client, _: bytes) -> None:
    client.find(ASKED[0])


def _purchased(client: Client, _: bytes) -> None:
    listing = client.purchased(expected=10)
    if listing.complete == bool(listing.gap):
        raise Breach("a listing that is complete with a gap, or open without one")
    client.purchased_in(Criteria("United States", type="Geographic"))
    client.look_up(ASKED[5])


def _purchase(client: Client, document: bytes) -> None:
    _check_outcomes(client.purchase(ASKED, 169, nothing_barred))
    read_results("purchase-numbers", document)


def _release(client: Client, document: bytes) -> None:
    _check_outcomes(client.release(ASKED, nothing_barred))
    read_results("release-numbers", document)


def _check_outcomes(outcomes: Mapping[E164, object]) -> None:
    """A purchase or a release never raises, and tells of each number asked for; others it names are Unasked."""
    others = {number for number, outcome in outcomes.items() if isinstance(outcome, Unasked)}
    if set(outcomes) - others != set(ASKED) or others & set(ASKED):
        raise Breach(f"asked for {len(ASKED)} numbers, told of {sorted(outcomes)}")
    broken = [str(one) for one in outcomes.values() if "broke off" in str(one)]
    if broken:
        raise Breach(f"an exception was swallowed: {broken[0]}")
