# ruff: noqa: INP001, S603 - a script; it runs Sphinx
"""Build the site from the pages as they are: `make docs`, into `build/site`. A warning is an error.

The pages are written for whoever reads them in the repository. For the site they are laid out in a folder of its own:
`docs/` with CHANGELOG, CONTRIBUTING and SECURITY beside them, links between them bent accordingly. The order of the
navigation is that of the tables in `docs/index.md` and in the pages `README.md` below it, which alone say it.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
DOCS: Final = HERE.parent
ROOT: Final = DOCS.parent
BESIDE: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages of the repository's root that are pages of the site too."""

INDEXES: Final = (
    DOCS / "index.md",
    DOCS / "internals" / "README.md",
    DOCS / "internals" / "decisions" / "README.md",
)
"""Pages whose tables say what the navigation shows below them."""

_FENCE: Final = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")


def main() -> int:
    """Lay the pages out and run Sphinx; its exit code."""
    build = ROOT / "build"
    laid, site = build / "pages", build / "site"
    for folder in (laid, site):
        shutil.rmtree(folder, ignore_errors=True)
    lay_out(laid)
    environment = os.environ | {"NUMPLAN_VERSION": version()}
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q", "-j", "auto"]
    done = subprocess.run(
        [*command, "-b", "html", "-d", build / "doctrees", "-c", HERE, laid, site],
        env=environment,
        check=False,
    )
    if done.returncode == 0:
        sys.stdout.write(f"The site is in {site.relative_to(ROOT)}/index.html\n")
    return done.returncode


def version() -> str:
    """The version that the pages are about."""
    found = re.search(r'^__version__ = "(.*)"$', text(ROOT / "numplan" / "__init__.py"), re.MULTILINE)
    if found is None:
        raise SystemExit("numplan/__init__.py names no version")
    return found[1]


def text(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")


def lay_out(laid: Path) -> None:
    """Write each page where the site has it, and its pictures beside it."""
    places = pages()
    for page, name in places.items():
        at = laid / name
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(bent(text(page), page, at, laid, places) + navigation(page), encoding="utf-8")
    shutil.copytree(DOCS / "images", laid / "images", ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def pages() -> Mapping[Path, str]:
    """Each page of the repository that is one of the site, with its name there."""
    inside = {page: page.relative_to(DOCS).as_posix() for page in sorted(DOCS.rglob("*.md"))}
    return inside | {ROOT / name: name.lower() for name in BESIDE}


def bent(page: str, source: Path, at: Path, laid: Path, places: Mapping[Path, str]) -> str:
    """The page with links that hold where it is laid out. What is a folder in the repository is no link on the site."""

    def link(found: re.Match[str]) -> str:
        words, (path, mark, anchor) = found[1], found[2].partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return found[0]
        meant = (source.parent / path).resolve()
        if meant.is_dir():
            return words
        target = laid / places[meant] if meant in places else meant
        return f"[{words}]({Path(os.path.relpath(target, at.parent)).as_posix()}{mark}{anchor})"

    return "".join(part if fenced else _LINK.sub(link, part) for part, fenced in parts(page))


def parts(page: str) -> Iterator[tuple[str, bool]]:
    """The page in pieces, each with whether it is a fenced block."""
    end = 0
    for fence in _FENCE.finditer(page):
        yield page[end : fence.start()], False
        yield fence[0], True
        end = fence.end()
    yield page[end:], False


def navigation(page: Path) -> str:
    """What the navigation shows below this page: what its tables link, in their words, below their headings."""
    if page not in INDEXES:
        return ""
    names = {one.resolve(): DOCS / name for one, name in pages().items()}
    trees = []
    for section in re.split(r"^## ", text(page), flags=re.MULTILINE):
        heading, _, rest = section.partition("\n")
        cells = "\n".join(re.findall(r"^\|([^|]*)\|", rest, re.MULTILINE))
        linked = [(words, (page.parent / path).resolve()) for words, path in _LINK.findall(cells)]
        entries = [
            f"{words} <{Path(os.path.relpath(names[one], page.parent)).with_suffix('').as_posix()}>"
            for words, one in linked
            if one in names
        ]
        if entries:
            caption = [] if heading.startswith("# ") else [f":caption: {heading}"]
            trees.append("\n".join(["", "```{toctree}", ":hidden:", *caption, "", *entries, "```", ""]))
    return "".join(trees)


if __name__ == "__main__":
    sys.exit(main())
