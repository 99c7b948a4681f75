# ruff: noqa: INP001 - a script
"""Judge a plan by numbers.rego, without conftest or OPA: `pip install regopy && python rego.py plan.json`.

Prints each warning and failure; exits with 1 where there is a failure.
"""

import json
import sys
from pathlib import Path

from regopy import Interpreter

POLICY = Path(__file__).with_name("numbers.rego")


def main(plan: str) -> int:
    """Judge one plan file; returns the exit code."""
    rego = Interpreter()
    rego.add_module(POLICY.name, POLICY.read_text(encoding="utf-8"))
    rego.set_input(json.loads(Path(plan).read_text(encoding="utf-8")))
    found = {rule: _messages(rego, rule) for rule in ("warn", "deny")}
    for rule, messages in found.items():
        for message in messages:
            sys.stdout.write(f"{rule}: {message}\n")
    sys.stdout.write(f"warnings: {len(found['warn'])}, failures: {len(found['deny'])}\n")
    return 1 if found["deny"] else 0


def _messages(rego: Interpreter, rule: str) -> list[str]:
    (expression,) = rego.query(f"data.main.{rule}").results[0].expressions
    return sorted(expression)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
