"""numplan beside an emulator on another host: in containers, and as a service of a job. No image can be built here, so
the commands of these files are run as they stand, with a name and port of this machine in the place of the emulator's.
"""

import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.ci.conftest import ROOT
from tests.ci.test_files import BIN, load, run
from tests.cli.desk import Desk, until

COMPOSE = ROOT / "examples" / "compose" / "compose.yaml"
JOB = ROOT / "examples" / "gitlab" / "services.gitlab-ci.yml"
MANIFEST = "version: 1\nnumbers: {}\npools: {ny: {country: United States, count: 1, sip_trunk_id: 169}}\n"


@pytest.mark.parametrize(("path", "schema"), [(COMPOSE, "vendor.compose-spec"), (JOB, "vendor.gitlab-ci")])
def test_the_file_is_sound_by_its_published_schema(path: Path, schema: str) -> None:
    checked = run(BIN / "check-jsonschema", "--builtin-schema", schema, path)
    assert checked.returncode == 0, checked.stdout


def test_a_container_plans_against_the_emulator(desk: Desk) -> None:
    services = load(COMPOSE)["services"]
    assert services["numplan"]["depends_on"] == {"emulator": {"condition": "service_healthy"}}
    told = beside(
        desk,
        services["emulator"]["command"],
        services["numplan"]["environment"],
        [services["numplan"]["command"]],
    )
    assert "wrote numplan.yaml" in told
    assert "Plan: " in told


def test_a_job_applies_at_its_service(desk: Desk) -> None:
    job = load(JOB)["numplan:try"]
    (service,) = job["services"]
    assert service["alias"] == "emulator"
    (desk.folder / "numplan.yaml").write_text(MANIFEST)
    told = beside(desk, service["command"], job["variables"], [["sh", "-ec", line] for line in job["script"]])
    assert "Apply: 1 purchased" in told
    assert "No changes" in told


def beside(desk: Desk, emulator: list[str], variables: Mapping[str, str], commands: list[list[str]]) -> str:
    """What these commands print, beside that emulator. They succeed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert emulator[emulator.index("--host") + 1] == "0.0.0.0"
    words = [str(port) if word == "8190" else word for word in emulator]
    path = f"{BIN}:/usr/bin:/bin"
    here: dict[str, Any] = {"cwd": desk.folder, "env": {"PATH": path, "HOME": str(desk.folder)}}
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **here)
    try:
        until(lambda: answers(port), "the emulator")
        given = {name: text.replace("emulator:8190", f"0.0.0.0:{port}") for name, text in variables.items()}
        assert given["NUMPLAN_PLAIN_HTTP"] == f"0.0.0.0:{port}"
        given = {name: text.replace("$CI_PROJECT_DIR", str(desk.folder)) for name, text in given.items()}
        here["env"] = {**here["env"], **given, "CI": os.environ.get("CI", "")}
        ran = [run(*command, **here) for command in commands]
        told = "".join(one.stdout + one.stderr for one in ran)
        assert [one.returncode for one in ran] == [0] * len(ran), told
        return told
    finally:
        running.terminate()
        running.wait(30)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
