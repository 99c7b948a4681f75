# ruff: noqa: INP001, T201 - a script; what it prints are a step's outputs
"""Print the outputs of a plan: `outputs.py EXITCODE plan.json`. Numbers and words of our own, nothing else."""

import json
import sys
from pathlib import Path

CHANGES = 2
NAMES = {
    "purchases": "purchase",
    "releases": "release",
    "adoptions": "adopt",
    "updates": "update",
    "blocked": "blocked",
    "forgotten": "forget",
}


def main(code: int, path: Path) -> None:
    """Print `name=value`, one a line. A plan that was not made has an exit code and no figures."""
    print(f"exitcode={code}")
    if not path.exists():
        print("changes=false")
        return
    facts = json.loads(path.read_text(encoding="utf-8"))["numplan"]
    figures = {name: int(facts["counts"][key]) for name, key in NAMES.items()}
    unsettled = int(facts.get("unsettled", 0))  # earlier versions lack it
    print(f"changes={str(code == CHANGES or unsettled > 0 or any(figures.values())).lower()}")
    for name, figure in figures.items():
        print(f"{name}={figure}")
    print(f"unsettled={unsettled}")
    print(f"refused={len(facts['guards'])}")


main(int(sys.argv[1]), Path(sys.argv[2]))
