"""What the package index shows of a release: links, where NUMPLAN_HOME_URL says where the repository is.

Hatchling calls it. The repository's address is nobody's to guess, so no file has it: the release names it, and without
it the README is as it stands and no address is told.
"""

import os
import re
from pathlib import Path
from typing import Any, Final

from hatchling.metadata.plugin.interface import MetadataHookInterface

VARIABLE: Final = "NUMPLAN_HOME_URL"
_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((?![a-z]+:|#)([^()\s]+)\)")
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)


class Release(MetadataHookInterface):
    """The README with links that lead somewhere from the index, and the addresses of the project."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what `dynamic` in pyproject.toml leaves to this hook."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        home = os.environ.get(VARIABLE, "").rstrip("/")
        tag = f"v{metadata['version']}"
        text = readme if not home else with_addresses(readme, home, tag)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if home:
            metadata["urls"] = addresses(home, tag)


def addresses(home: str, tag: str) -> dict[str, str]:
    """What the index lists beside the README."""
    return {
        "Source": home,
        "Documentation": f"{home}/blob/{tag}/docs/index.md",
        "Changelog": f"{home}/blob/{tag}/CHANGELOG.md",
        "Trouble": f"{home}/blob/{tag}/docs/trouble.md",
        "Issues": f"{home}/issues",
    }


def with_addresses(readme: str, home: str, tag: str) -> str:
    """The README with the repository's address before each link that is relative; what is in a fence is no link."""

    def absolute(found: re.Match[str]) -> str:
        picture, words, path = found.groups()
        return f"{picture}[{words}]({home}/{'raw' if picture else 'blob'}/{tag}/{path})"

    return "".join(
        part if part.startswith("```") else _LINK.sub(absolute, part) for part in _FENCE.split(readme)
    )
