"""The Dockerfile: sound by hadolint, nothing in it that GitLab trips over, and steps that work.

No image is built here: that takes a Docker engine, which CI on GitHub has. Its steps are run instead, word for word,
with its folders below a folder of the test's.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = Path(sys.executable).parent / "hadolint"
PLACES = ("/opt/numplan", "/src", "/var/lib/numplan", "/workspace")
"""Folders of the image that its steps name."""


def instructions() -> list[tuple[str, str]]:
    """Each instruction with what follows it, on one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [line for line in re.sub(r"\\\n\s*", "", text).splitlines() if line]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def said(word: str) -> list[str]:
    return [rest for one, rest in instructions() if one == word]


def hadolint(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HADOLINT, "--no-color", "-"], input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_is_sound_by_hadolint() -> None:
    checked = hadolint(DOCKERFILE.read_text(encoding="utf-8"))
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("USER 1001:1001", "USER root", "DL3002"),
        ("python:3.13-slim-trixie", "python", "DL3006"),
        ('CMD ["numplan", "--help"]', "CMD numplan --help", "DL3025"),
    ],
)
def test_a_mistake_is_found_by_hadolint(old: str, new: str, rule: str) -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert old in text
    assert rule in hadolint(text.replace(old, new)).stdout


def test_both_stages_stand_on_one_python_that_numplan_is_tested_with() -> None:
    first, second = said("FROM")
    assert first == f"{second} AS build"
    (version,) = re.findall(r"^python:(3\.\d+)-slim-\w+$", second)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"Programming Language :: Python :: {version}"' in project


def test_gitlab_can_start_a_shell_in_it_and_nothing_runs_as_root() -> None:
    """GitLab gives the image `sh -c …` as its command, which an entrypoint would take for arguments of numplan."""
    assert said("ENTRYPOINT") == []
    assert said("CMD") == ['["numplan", "--help"]']
    assert said("USER") == ["1001:1001"]
    words = [word for word, _ in instructions()]
    assert "RUN" not in words[words.index("USER") :]


def test_what_is_copied_in_is_there_and_nothing_else_gets_in() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source for rest in said("COPY") if not rest.startswith("--from") for source in shlex.split(rest)[:-1]
    }
    assert copied == allowed
    assert all((ROOT / one).exists() for one in copied)


@pytest.mark.slow
def test_its_steps_make_a_numplan_that_works_outside_the_checkout(tmp_path: Path) -> None:
    """Each COPY, WORKDIR and RUN in turn: the wheel is built, put with its needs into a fresh environment, and
    tried in an empty folder. What only root may do is noted.
    """
    noted = tmp_path / "noted"
    stand_ins = tmp_path / "bin"
    stand_ins.mkdir()
    for name in ("groupadd", "useradd", "install"):
        (stand_ins / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{noted}\n')
        (stand_ins / name).chmod(0o755)
    (stand_ins / "python").symlink_to(sys.executable)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP"))
    }
    environment |= {"PATH": f"{stand_ins}:{environment['PATH']}", "PIP_NO_COMPILE": "1"}
    folder = tmp_path

    def here(text: str) -> str:
        for place in PLACES:
            text = re.sub(rf"(?<![\w/]){place}\b", str(tmp_path / place[1:]), text)
        return text

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    for word, rest in instructions():
        if word == "WORKDIR":
            folder = Path(here(rest))
            folder.mkdir(parents=True)
        elif word == "COPY" and not rest.startswith("--from"):
            *sources, target = shlex.split(rest)
            for source in (ROOT / one for one in sources):
                if source.is_dir():
                    shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, folder / target)
        elif word == "RUN":
            run("sh", "-ec", here(rest))
    notes = noted.read_text()
    assert "useradd --uid 1001" in notes
    assert f"-o numplan -g numplan {tmp_path}/var/lib/numplan" in notes
    made = tmp_path / "opt/numplan/bin"
    assert not (made / "pip").exists()
    found = run(str(made / "python"), "-c", "import numplan, obstore, psycopg; print(numplan.__file__)")
    assert found.startswith(f"{tmp_path}/opt/numplan/")
    numplan = str(made / "numplan")
    run(numplan, "init")
    assert "is valid" in run(numplan, "validate")
    for name in ("manifest", "state", "plan"):
        assert '"$schema"' in run(numplan, "schema", name)
    assert "Usage:" in run(numplan, "--help")
