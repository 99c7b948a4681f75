"""Tools that were made for Terraform's plans, each in a virtual environment of its own: `make consumers`. Where one is
missing these tests are skipped, but never in CI.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.docs.test_docs import DOCS, REFRESH, ROOT

Tool = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a program of the environment in a folder, with a home of its own."""


class Planned(NamedTuple):
    """A plan that numplan wrote, with every kind of change in it."""

    folder: Path
    document: Mapping[str, Any]

    def actions(self, *verbs: str) -> set[str]:
        """The addresses of the changes with exactly these actions."""
        return {
            one["address"]
            for one in self.document["resource_changes"]
            if one["change"]["actions"] == list(verbs)
        }

    def rewritten(self, change: Callable[[dict[str, Any]], None], folder: Path) -> Path:
        """A file with the same plan, but for one change of each number that is there afterwards."""
        document = json.loads(json.dumps(self.document))
        for one in document["planned_values"]["root_module"]["resources"]:
            change(one["values"])
        for one in document["resource_changes"]:
            if one["change"]["after"]:
                change(one["change"]["after"])
        path = folder / "plan.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """The plan of docs/policy.md."""
    folder = tmp_path_factory.mktemp("planned")
    REFRESH.run_session((DOCS / "policy.md").read_text(encoding="utf-8"), str(folder))
    return Planned(folder, json.loads((folder / "plan.json").read_text(encoding="utf-8")))


def environment(name: str) -> Path:
    """The programs of one environment. Skips where it is missing; in CI it must be there."""
    programs = ROOT / ".venv-consumers" / name / "bin"
    if not (programs.parent / ".ready").exists():
        missing = f"{programs.parent} is missing; `make consumers` makes it"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return programs


def tool_of(programs: Path, home: Path) -> Tool:
    """What runs one of these programs; no colours, and nothing of ours in its environment."""

    def run(name: str, *words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        found = subprocess.run(
            [str(programs / name), *map(str, words)],
            cwd=cwd,
            env={"PATH": f"{programs}{os.pathsep}/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        found.stdout = re.sub(r"\x1b\[[0-9;]*m", "", found.stdout)
        return found

    return run


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """terraform-compliance, readtheplan, preapply, and a Python with regopy."""
    return tool_of(environment("terraform"), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def checkov(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """checkov, which pins what the others want newer."""
    return tool_of(environment("checkov"), tmp_path_factory.mktemp("home"))
