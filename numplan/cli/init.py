"""`numplan init`."""

from importlib import resources
from pathlib import Path

import click

from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.model.errors import NumplanError

IGNORED = ("numplan.state.json*", ".numplan.state.json*", "*.plan")
MANIFESTS = ("numplan.yaml", "numplan.yml", "numplan.json")


@click.command()
@common("chdir")
def init() -> None:
    """Write a commented manifest and .gitignore lines here. Never overwrites."""
    Settings.current()
    screen = Screen(color=False)
    for name in MANIFESTS:
        if Path(name).exists() or Path(name).is_symlink():
            raise NumplanError(
                f"{name} is here already; nothing was written", hint="`numplan validate` checks it"
            )
    _create(Path(MANIFESTS[0]), _template())
    screen.line(f"wrote {MANIFESTS[0]}")
    if _ignore(Path(".gitignore")):
        screen.line("added state and plan files to .gitignore")
    screen.line()
    screen.line("Next: put your numbers into it, then")
    screen.line("  numplan validate")
    screen.line("  numplan plan      # needs NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID")


def _template() -> str:
    return (resources.files("numplan.cli") / "init.yaml").read_text(encoding="utf-8")


def _create(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise NumplanError(f"{path} cannot be written: {problem.strerror}") from None


def _ignore(path: Path) -> bool:
    """Add what git should not keep; returns whether anything was missing."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        missing = [line for line in IGNORED if line not in before.splitlines()]
        if missing:
            gap = "" if before.endswith("\n") or not before else "\n"
            with path.open("a", encoding="utf-8") as file:
                file.write(gap + "\n".join(missing) + "\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise NumplanError(f"{path} cannot be extended: {problem}") from None
    return bool(missing)
