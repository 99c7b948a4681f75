"""The same work in other tools: terraform, where it is on the path, and octoDNS, in an environment of its own."""

import os
import shutil
import sys
from pathlib import Path

from benchmarks.measure import Took, run

OCTODNS = Path(__file__).parents[1] / ".venv-bench" / "bin" / "octodns-sync"
"""Made by `make bench`: octoDNS pins versions that numplan does not."""

QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}

_CONFIG = """\
providers:
  wanted: {class: octodns.provider.yaml.YamlProvider, directory: ./wanted, enforce_order: false}
  held: {class: octodns.provider.yaml.YamlProvider, directory: ./held, enforce_order: false}
zones:
  example.com.: {sources: [wanted], targets: [held]}
"""


class Terraform:
    """So many `terraform_data` resources, applied: its next plan is empty."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        blocks = (
            f'resource "terraform_data" "n{at}" {{\n  input = "+1205{at:07}"\n}}\n' for at in range(count)
        )
        (folder / "main.tf").write_text("".join(blocks))
        self._run("init")
        self._run("apply", "-auto-approve")

    def plan(self) -> Took:
        """A plan that finds nothing to do."""
        return self._run("plan", "-detailed-exitcode")

    def _run(self, command: str, *options: str) -> Took:
        return run(["terraform", command, "-no-color", "-input=false", *options], self.folder, QUIET)


class OctoDns:
    """So many records in one zone, from one YAML provider to another that holds them: the plan is empty."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        for name in ("wanted", "held"):
            (folder / name).mkdir(parents=True)
            records = (
                f"n{at:07}: {{type: A, value: 10.{at >> 16}.{at >> 8 & 255}.{at & 255}}}\n"
                for at in range(count)
            )
            (folder / name / "example.com.yaml").write_text("---\n" + "".join(records))
        (folder / "config.yaml").write_text(_CONFIG)

    def plan(self) -> Took:
        """A plan that finds nothing to do."""
        return run([str(OCTODNS), "--config-file=config.yaml"], self.folder, {})


def has_terraform() -> bool:
    """Whether terraform is on the path."""
    return shutil.which("terraform") is not None


def has_octodns() -> bool:
    """Whether `make bench` could install octoDNS."""
    return os.access(OCTODNS, os.X_OK)


if __name__ == "__main__":
    sys.exit("a module of `make bench`")
