"""What docs/policy.md quotes from the tools of others."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.consumers.conftest import Planned, Tool
from tests.docs.test_docs import DOCS, ROOT

PAGE: Final = DOCS / "policy.md"
_BLOCK: Final = re.compile(r"<!-- tool: (\S+) -->\n```console\n\$ (.*)\n")


def commands() -> Mapping[str, str]:
    """The command line of each tool that the page shows."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def output(command: str, tool: Tool, planned: Planned) -> str:
    """What a command line of the page prints, but for banners and what no two runs have in common."""
    examples = Path(planned.folder, "examples")
    if not examples.exists():
        examples.symlink_to(ROOT / "examples")
    lines = tool(*shlex.split(command), cwd=planned.folder).stdout.splitlines()
    begins = next((at for at, line in enumerate(lines) if re.match("Feature|Passed checks", line)), 0)
    told = [
        re.sub(r" +# /.*", "", line).rstrip()
        for line in lines[begins:]
        if not re.match(r"Run [0-9a-f-]+", line)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip("\n") + "\n"
