"""Write anew what docs/policy.md quotes from the tools of others: `python -m tests.consumers`."""

import json
import tempfile
from pathlib import Path

from tests.consumers.conftest import Planned, environment, tool_of
from tests.consumers.quoted import PAGE, commands, output
from tests.docs.test_docs import REFRESH

with tempfile.TemporaryDirectory() as folder:
    page = REFRESH.run_session(PAGE.read_text(encoding="utf-8"), folder)
    plan = Planned(Path(folder), json.loads(Path(folder, "plan.json").read_text(encoding="utf-8")))
    for name, command in commands().items():
        programs = environment("checkov" if name == "checkov" else "terraform")
        page = REFRESH.with_tool(page, name, output(command, tool_of(programs, Path(folder)), plan))
    PAGE.write_text(page, encoding="utf-8")
