# ruff: noqa: INP001, S603 - a script; the commands it runs are numplan's own, from our own pages
"""Write anew what the pages quote from the tool: `python docs/refresh.py`, or `--check` to only compare.

- README.md: the table of commands, between `<!-- commands -->` and `<!-- /commands -->`.
- docs/cli.md: the help of each command, after `<!-- help: NAME -->`.
- docs/getting-started.md, docs/adopting.md, docs/review.md, docs/policy.md, docs/finance.md and docs/recipes.md: what
  each `$ command` in their `console` blocks prints, run from top to end in one folder, against an emulator of its own.
  A block after `<!-- file: NAME -->` is written to that file first. One after `<!-- tool: NAME -->` shows what a
  tool of others prints, which tests/consumers compares; `python -m tests.consumers` writes it anew.
- docs/ci-github-details.md and docs/ci-gitlab-details.md: what `python examples/run_pipeline.py NAME` prints, after
  `<!-- story: NAME -->`.
- docs/internals/rooms.md: what each package says of itself, and docs/internals/architecture.md: the line of the engine.
- docs/images/plan.svg: by docs/images/make.py.
"""

import ast
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Final

import click

from numplan import engine
from numplan.cli.main import COMMANDS, numplan, run
from numplan.emulator.server import Emulator, EmulatorSettings

DOCS: Final = Path(__file__).parent
PACKAGE: Final = DOCS.parent / "numplan"
WIDTH: Final = 110
"""Characters of a line of the tree of packages."""
BIN = Path(sys.executable).parent
"""Where the numplan is that the pages quote."""
PORT: Final = "8190"
"""The port that the pages show; an emulator of our own has another one."""

_HELP: Final = re.compile(r"(<!-- help: ([a-z ]+) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
_STORY: Final = re.compile(r"(<!-- story: ([a-z]+) -->\n```text\n).*?(```\n)", re.DOTALL)
_TABLE: Final = re.compile(r"(<!-- commands -->\n).*?(<!-- /commands -->\n)", re.DOTALL)
_TREE: Final = re.compile(r"(```text\n).*?(```\n)", re.DOTALL)
_LINE: Final = re.compile(r"(```python\n).*?(```\n)", re.DOTALL)
_FENCE: Final = re.compile(
    r"(?:<!-- (?:file: (?P<file>\S+)|tool: (?P<tool>\S+)) -->\n)?"
    r"```(?P<language>[a-z]*)(?P<kind>[^\n]*)\n(?P<text>.*?)```\n",
    re.DOTALL,
)


def main(arguments: list[str]) -> int:
    """Write the pages anew, or check them; returns the exit code."""
    check = "--check" in arguments
    code = 0
    for page, refresh in PAGES.items():
        kept = page.read_text(encoding="utf-8")
        fresh = refresh(kept)
        if fresh == kept:
            continue
        if check:
            sys.stderr.write(
                f"{page.name} quotes something that numplan no longer says: run docs/refresh.py\n"
            )
            code = 1
        else:
            page.write_text(fresh, encoding="utf-8")
    picture = [sys.executable, str(DOCS / "images" / "make.py"), *(["--check"] if check else [])]
    return subprocess.run(picture, check=False).returncode or code


def with_commands(page: str) -> str:
    """The page with the table of commands as it is."""
    rows = "".join(f"| `{name}` | {summary} |\n" for name, summary in COMMANDS.items())
    return _TABLE.sub(lambda found: f"{found[1]}| command | does |\n|---|---|\n{rows}{found[2]}", page)


def with_help(page: str) -> str:
    """The page with each command's help as it is."""
    return _HELP.sub(lambda found: found[1] + help_of(found[2]) + found[4], page)


def help_of(name: str) -> str:
    """What `numplan NAME --help` prints on a terminal of 80 columns; `numplan` itself has the name `numplan`."""
    words = [] if name == "numplan" else name.split()
    printed = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(printed):
            run([*words, "--help"])
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return printed.getvalue()


def names() -> list[str]:
    """Every command that has help: `numplan` itself, its commands, and theirs."""
    context = click.Context(numplan)
    found = ["numplan"]
    for name in COMMANDS:
        found.append(name)
        command = numplan.get_command(context, name)
        if isinstance(command, click.Group):
            found += [f"{name} {below}" for below in command.list_commands(context)]
    return found


def with_rooms(page: str) -> str:
    """The page with a line for each package, in the words of its own docstring, and the modules in it."""
    tree = "\n".join(_room(PACKAGE, 0))
    return _TREE.sub(lambda found: f"{found[1]}{tree}\n{found[2]}", page)


def with_line(page: str) -> str:
    """The page with the line of the engine as `numplan.engine` has it."""
    _, _, code = (engine.__doc__ or "").partition("::\n\n")
    line = dedent(code.partition("\n\n")[0])
    return _LINE.sub(lambda found: f"{found[1]}{line}\n{found[2]}", page)


def _room(folder: Path, depth: int) -> Iterator[str]:
    indent = "    " * depth
    yield f"{indent}{folder.name}/  {sentence(folder / '__init__.py')}"
    modules = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    line = f"{indent}    "
    for name in modules:
        if len(line) + len(name) > WIDTH:
            yield line.rstrip()
            line = f"{indent}    "
        line += f"{name}  "
    if modules:
        yield line.rstrip()
    for below in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield from _room(below, depth + 1)


def sentence(module: Path) -> str:
    """The first sentence of a module's docstring, on one line."""
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(said.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].rstrip(".") + "."


def with_session(page: str, owned: int = 3) -> str:
    """The page with what its commands print now, where the account owns so many numbers at first."""
    with tempfile.TemporaryDirectory() as folder:
        return run_session(page, folder, owned)


def run_session(page: str, folder: str, owned: int = 3) -> str:
    """The page with what its commands print now; `folder` keeps the files that they leave."""
    with Emulator(EmulatorSettings(owned=owned)) as account:
        port = account.url.removesuffix("/o/").rpartition(":")[2]
        own = {name: value for name, value in os.environ.items() if not name.startswith("NUMPLAN_")}
        environment = own | {
            "NUMPLAN_API_URL": account.url,
            "NUMPLAN_TOKEN": account.token,
            "NUMPLAN_ACCOUNT_ID": account.account,
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        }

        def block(found: re.Match[str]) -> str:
            if found["file"]:
                Path(folder, found["file"]).write_text(found["text"], encoding="utf-8")
            if found["language"] != "console" or found["tool"]:
                return found[0]
            commands = [line[2:] for line in found["text"].splitlines() if line.startswith("$ ")]
            told = "".join(f"$ {one}\n{_output(one, folder, environment)}" for one in commands)
            told = told.replace(f":{port}/", f":{PORT}/")
            return f"```console\n{told}```\n"

        return _FENCE.sub(block, page)


def with_tool(page: str, name: str, output: str) -> str:
    """The page with what a tool of others prints."""

    def block(found: re.Match[str]) -> str:
        if found["tool"] != name:
            return found[0]
        command, _, _ = found["text"].partition("\n")
        return f"<!-- tool: {name} -->\n```console\n{command}\n{output}```\n"

    return _FENCE.sub(block, page)


def with_story(page: str) -> str:
    """The page with what becomes of its pipeline on this machine."""

    def story(found: re.Match[str]) -> str:
        script = str(DOCS.parent / "examples" / "run_pipeline.py")
        told = subprocess.run([sys.executable, script, found[2]], capture_output=True, text=True, check=True)
        return f"{found[1]}{told.stdout.strip()}\n{found[3]}"

    return _STORY.sub(story, page)


def _output(command: str, folder: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


PAGES: Final[Mapping[Path, Callable[[str], str]]] = {
    DOCS.parent / "README.md": with_commands,
    DOCS / "cli.md": with_help,
    DOCS / "getting-started.md": with_session,
    DOCS / "adopting.md": partial(with_session, owned=240),
    DOCS / "policy.md": with_session,
    DOCS / "finance.md": with_session,
    DOCS / "recipes.md": partial(with_session, owned=0),
    DOCS / "review.md": with_session,
    DOCS / "internals" / "architecture.md": with_line,
    DOCS / "internals" / "rooms.md": with_rooms,
    DOCS / "ci-github-details.md": with_story,
    DOCS / "ci-gitlab-details.md": with_story,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
