"""The pages, the examples and the demo say what numplan does."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from numplan.cli.main import COMMANDS
from numplan.cli.operations import apply, plan
from numplan.cli.operations.manifest import fmt
from numplan.emulator.server import Emulator, EmulatorSettings
from numplan.manifest.variables.variables import Given
from numplan.model.errors import NumplanError
from tests.loading import load_manifest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/numplan.yaml"))
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
SHARED_KEYS = {
    "country",
    "type",
    "category",
    "sip_trunk_id",
    "labels",
    "protect",
    "release_after",
    "usage",
    "on_trunk_change",
}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def script(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFRESH = script(DOCS / "refresh.py")


# -- what the pages quote from the tool; `python docs/refresh.py` writes it anew


def test_the_readme_has_a_row_for_each_command():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", text(ROOT / "README.md"), re.MULTILINE)
    assert dict(rows) == dict(COMMANDS)


def test_the_readme_names_the_make_targets():
    targets = set(re.findall(r"^([a-z-]+):.*##", text(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", text(ROOT / "README.md")))
    assert {"test", "check"} <= named <= targets


def test_the_contributing_page_names_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):.*##", text(ROOT / "Makefile"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z ]+?)(?:`|  )", text(ROOT / "CONTRIBUTING.md"), re.MULTILINE)
    assert {word for words in named for word in words.split()} <= targets


def test_each_command_has_its_help_in_the_page():
    assert re.findall(r"<!-- help: ([a-z ]+) -->", text(DOCS / "cli.md")) == REFRESH.names()


@pytest.mark.parametrize("page", REFRESH.PAGES, ids=name_of)
def test_what_a_page_quotes_is_what_numplan_says(
    page: Path, loaded_numplan: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(REFRESH, "BIN", loaded_numplan)
    assert text(page) == REFRESH.PAGES[page](text(page))


def test_the_picture_shows_what_numplan_says():
    checked = subprocess.run(
        [sys.executable, DOCS / "images" / "make.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_picture_asks_nothing_of_the_network():
    picture = text(DOCS / "images" / "plan.svg").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http" not in picture


# -- environment and exit codes


def test_each_variable_that_the_code_reads_is_in_the_page():
    read = {name for path in (ROOT / "numplan").rglob("*.py") for name in variables(text(path))}
    documented = set(re.findall(r"`(NUMPLAN_[A-Z_]+)`", text(DOCS / "cli.md")))
    assert read - {"NUMPLAN_FAILPOINT"} == documented
    assert "NUMPLAN_FAILPOINT" in text(DOCS / "internals" / "failpoints.md")


def variables(code: str) -> Iterator[str]:
    yield from re.findall(r'"(NUMPLAN_[A-Z_]+)"', code)


def test_each_exit_code_is_in_the_page():
    rows = re.findall(r"^\| ([0-9, ]+) \| .* \|$", text(DOCS / "cli.md"), re.MULTILINE)
    documented = {int(code) for row in rows for code in row.split(",")}
    raised = {kind.exit_code for kind in errors(NumplanError)}
    returned = {0, apply.FAILED, apply.PARTLY, apply.UNKNOWN, plan.CHANGES, fmt.DIFFERS}
    signals = {128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
    assert documented == raised | returned | signals


def errors(kind: type[NumplanError]) -> Iterator[type[NumplanError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


# -- the manifest


@cache
def schema() -> Mapping[str, Any]:
    return json.loads(text(ROOT / "schemas" / "manifest.schema.json"))


def sections() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The tables of keys, by heading: each key with the other cells of its row."""
    parts = re.split(r"^## ", text(DOCS / "manifest.md"), flags=re.MULTILINE)[1:]
    return {
        part.partition("\n")[0].strip("`"): {
            key: (meaning.strip(), default.strip())
            for key, meaning, default in re.findall(r"^\| `([a-z_]+)` \|(.*)\|(.*)\|$", part, re.MULTILINE)
        }
        for part in parts
    }


def properties(where: str) -> Mapping[str, Any]:
    here = schema() if where == "Top level" else schema()["properties"].get(where, {})
    if where in {"numbers", "sets", "pools"}:
        here = schema()["$defs"][{"numbers": "number", "sets": "set", "pools": "pool"}[where] + "_entry"]
    if where == "variables":
        here = schema()["$defs"]["variable"]
    if where in {"moved", "retire"}:
        here = here["items"]
    found: Mapping[str, Any] = here["properties"]
    return found


@pytest.mark.parametrize(
    "where",
    [
        "Top level",
        "api",
        "policy",
        "backend",
        "defaults",
        "numbers",
        "sets",
        "pools",
        "variables",
        "moved",
        "retire",
    ],
)
def test_each_key_of_the_schema_is_in_the_page_and_the_other_way_round(where: str):
    documented = set(sections().get(where, {}))
    if where in {"defaults", "numbers", "sets", "pools"}:
        documented |= set(sections()["Keys that all entries share"])
    if where in {"numbers", "sets", "pools"}:
        documented |= set(sections()["Days of an entry"]) | set(sections()["Flows"])
    assert documented == set(properties(where))


def test_the_keys_that_all_entries_share_are_those_of_defaults():
    assert set(sections()["Keys that all entries share"]) == SHARED_KEYS == set(properties("defaults"))


@pytest.mark.parametrize("where", ["api", "policy", "backend", "pools"])
def test_the_defaults_in_the_page_are_those_of_the_schema(where: str):
    for key, (_, default) in sections()[where].items():
        if "default" in properties(where)[key]:
            said = properties(where)[key]["default"]
            assert default == f"`{json.dumps(said).strip(chr(34))}`", key


@pytest.mark.parametrize("where", ["api", "policy", "backend", "pools"])
def test_each_word_that_a_key_takes_is_in_the_page(where: str):
    for key, details in properties(where).items():
        for word in details.get("enum", []):
            assert f"`{word}`" in " ".join(sections()[where][key]), (key, word)


def manifests() -> Iterator[Any]:
    for page in PAGES:
        for number, block in enumerate(
            re.findall(r"^```yaml numplan\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL), 1
        ):
            yield pytest.param(page, block, id=f"{name_of(page)}:{number}")


@pytest.mark.parametrize(("page", "block"), [*manifests()])
def test_a_manifest_in_a_page_loads(page: Path, block: str, tmp_path: Path):
    for name, held in re.findall(
        r"^<!-- file: (\S+\.csv) -->\n```csv\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL
    ):
        (tmp_path / name).write_text(held, encoding="utf-8")
    path = tmp_path / "numplan.yaml"
    path.write_text(block, encoding="utf-8")
    given = Given(environment={"NUMPLAN_VAR_account": "190"})
    assert not load_manifest(path, given).declares_nothing


# -- links and words


def links(page: str) -> Iterator[str]:
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"\]\(([^()\s]+)\)", prose)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_relative_link_leads_somewhere(page: Path):
    for link in links(text(page)):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert target.resolve().is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(text(target)), link


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_page_of_the_documentation_is_reached_from_its_index():
    reached: set[Path] = set()
    ahead = {DOCS / "index.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        near = {(page.parent / link.partition("#")[0]).resolve() for link in links(text(page))}
        ahead |= {one for one in near if one.suffix == ".md" and one.exists()} - reached
    assert set(DOCS.rglob("*.md")) <= reached


def test_each_decision_is_in_its_index():
    linked = set(links(text(DOCS / "internals" / "decisions" / "README.md")))
    assert {page.name for page in (DOCS / "internals" / "decisions").glob("0*.md")} <= linked


def test_no_tracked_file_names_a_place_on_somebodys_machine():
    try:
        tracked = subprocess.run(
            ["git", "ls-files", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout.split(b"\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    places = re.compile(rb"(?<![\w.\-/$}])/(?:work|home|root|Users)/[\w.]")
    found = [
        f"{name.decode()}:{number}"
        for name in tracked
        if name and (ROOT / os.fsdecode(name)).is_file()
        for number, line in enumerate((ROOT / os.fsdecode(name)).read_bytes().splitlines(), 1)
        if places.search(line)
    ]
    assert found == []


# -- the examples


@pytest.fixture
def account() -> Iterator[Emulator]:
    with Emulator(EmulatorSettings(owned=3)) as running:
        yield running


def ran(numplan: Path, folder: Path, account: Emulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("NUMPLAN_")}
    environment = own | {
        "NUMPLAN_API_URL": account.url,
        "NUMPLAN_TOKEN": account.token,
        "NUMPLAN_ACCOUNT_ID": account.account,
    }
    return subprocess.run(
        [numplan, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_valid_and_becomes_numbers(
    example: Path, account: Emulator, loaded_numplan: Path, tmp_path: Path
):
    """Valid; its plan has no errors; after apply there is nothing to do."""
    folder = tmp_path / "example"
    shutil.copytree(example, folder)
    manifest = load_manifest(folder / "numplan.yaml")
    held = {one.number for one in account.owned()}
    account.add_stock(
        [
            {
                "number": one.number[1:],
                "country": one.terms.country,
                "number_type": one.terms.type or "Geographic",
                "category": one.terms.category or "Voice",
            }
            for one in manifest.explicit()
            if one.number not in held
        ]
    )
    for arguments in (
        ("validate",),
        ("plan",),
        ("apply", "--auto-approve"),
        ("plan", "--detailed-exitcode"),
    ):
        done = ran(loaded_numplan / "numplan", folder, account, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    assert {one.number for one in manifest.explicit()} <= {one.number for one in account.owned()}


def test_there_are_examples():
    assert len(EXAMPLES) >= 3


# -- the demo


def test_the_demo_runs_where_it_ran_before_and_one_can_go_on_by_hand(tmp_path: Path):
    folder = tmp_path / "demo"
    folder.mkdir()
    for left in ("emulator.db", "numplan.yaml", "numplan.state.json"):
        (folder / left).write_text("left by an earlier demo, and of no use")
    environment = os.environ | {"NUMPLAN_TOKEN": "the-users-own", "NUMPLAN_STATE": str(tmp_path / "precious")}
    shown = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", folder],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout
    commands = re.findall(r"^\$ numplan (\w+)", shown.stdout, re.MULTILINE)
    assert commands == [
        "emulator",
        "init",
        "validate",
        "plan",
        "apply",
        "plan",
        "plan",
        "apply",
        "apply",
        "state",
    ]
    assert "the-users-own" not in shown.stdout
    assert not (tmp_path / "precious").exists()

    pasted = shown.stdout.rpartition("paste this:\n")[2].partition("\nThen")[0]
    went_on = subprocess.run(
        ["bash", "-c", f"trap 'kill %1; wait' EXIT\n{pasted}"],
        cwd=tmp_path,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert went_on.returncode == 0, went_on.stderr
    assert went_on.stdout.startswith("No changes.")


def test_the_demo_takes_no_folder_that_is_not_its_own(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    assert "is in the way" in refused.stdout
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_demo_fails_where_a_command_does(tmp_path: Path):
    """An emulator that cannot start, for one: the message says which command, and the exit code tells."""
    broken = tmp_path / "numplan"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise SystemExit(70)")
    alone = tmp_path / "python"
    alone.symlink_to(sys.executable)
    failed = subprocess.run(
        [alone, ROOT / "examples" / "demo.py", tmp_path / "demo"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert failed.returncode == 1
    assert "The demo failed: the emulator did not start" in failed.stdout
