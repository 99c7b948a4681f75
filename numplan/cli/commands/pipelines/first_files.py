"""What `numplan init` writes: a first manifest, what git leaves out, and a pipeline."""

from importlib import resources
from pathlib import Path
from typing import Final

import click

from numplan.cli.commands.pipelines.written import pipeline
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.files.read import FileError
from numplan.manifest.files.names import FILE_NAMES
from numplan.manifest.files.repository import followed
from numplan.manifest.files.write import create_file
from numplan.manifest.schema.shipped import schema_text
from numplan.model.errors import NumplanError

IGNORED: Final = ("numplan.state.json*", ".numplan.state.json*", "*.history.jsonl", "*.plan")
SCHEMA: Final = Path(".numplan/manifest.schema.json")
"""What the first line of the manifest points editors to."""
PIPELINES: Final = {"github": Path(".github/workflows/numplan.yml"), "gitlab": Path(".gitlab-ci.yml")}


def run_init(ci: str | None, state: str | None) -> None:
    """Carry out `numplan init`."""
    settings = Settings.current()
    if ci is None and state is not None:
        raise click.UsageError("--state goes with --ci: it is where the pipeline keeps state")
    if ci == "github" and not state:
        raise click.UsageError(
            "--ci github needs --state URL, where state outlives the jobs: s3://, gs://, az://, postgresql:// or "
            "https://; or the full path of a file on a runner of your own"
        )
    screen = Screen(color=False)
    written, remark = pipeline(ci, state or "", settings.environment) if ci else ("", "")
    wanted: dict[Path, str] = {}
    manifest = next((name for name in FILE_NAMES if _is_taken(Path(name))), None)
    if manifest and ci is None:
        raise NumplanError(
            f"{manifest} already exists; nothing was written", hint="`numplan validate` checks it"
        )
    if not manifest:
        wanted[Path(FILE_NAMES[0])] = _template("init.yaml")
    if ci is not None:
        _require_free(ci)
        wanted[PIPELINES[ci]] = written
    for path, text in wanted.items():
        _create(path, text)
        screen.line(f"wrote {path}")
    if not manifest and not _is_taken(SCHEMA):
        _create(SCHEMA, schema_text("manifest"))
    if _ignore(Path(".gitignore")):
        screen.line("added state and plan files to .gitignore")
    screen.line()
    if not manifest:
        screen.line("Next: put your numbers into it, then")
        screen.line("  numplan validate")
        screen.line("  numplan plan      # needs NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID")
    if ci is not None:
        screen.line(f"{PIPELINES[ci]} says at its top what to put into it, and what to set up for it.")
        if remark:
            screen.line(remark)
        _mind_the_root(PIPELINES[ci], screen)


def _is_taken(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _require_free(ci: str) -> None:
    """Raise NumplanError where there is a pipeline already, with another way to have ours."""
    path = PIPELINES[ci]
    if _is_taken(path):
        hint = "run this in an empty folder, and take from there what is missing here"
        if ci == "gitlab":
            hint += ", or keep it under another name and `include: {local: NAME}`"
        raise NumplanError(f"{path} already exists; nothing was written", hint=hint)


def _mind_the_root(path: Path, screen: Screen) -> None:
    """Pipelines are read at a repository's root alone."""
    here = Path.cwd()
    root = next((one for one in here.parents if (one / ".git").exists()), None)
    if root and not (here / ".git").exists():
        below = here.relative_to(root)
        screen.line(f"It has to stand at the root of the repository: move it there, as {path}, and")
        screen.line(f"have it run in the folder {below}.")


def _template(name: str) -> str:
    return (resources.files("numplan.cli.commands") / name).read_text(encoding="utf-8")


def _create(path: Path, text: str) -> None:
    _require_no_way_out(path.parent)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise NumplanError(f"{path} cannot be written: {problem.strerror}") from None
    create_file(path, text.encode())


def _require_no_way_out(path: Path) -> None:
    """Raise NumplanError where a link of the repository would have us write elsewhere."""
    try:
        followed(path)
    except FileError as problem:
        raise NumplanError(f"{path} {problem}", hint="put a plain file or folder in its place") from None


def _ignore(path: Path) -> bool:
    """Add what git should not keep; returns whether anything was missing."""
    _require_no_way_out(path)
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
