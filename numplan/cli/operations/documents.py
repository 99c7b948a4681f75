"""The forms of a plan that files and other tools take: Terraform's JSON, markdown, HTML, GitLab's figures."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from numplan.cli.operations.plan_file import require_apart, write_whole
from numplan.cli.options.documents import FORMATS
from numplan.cli.settings import Settings
from numplan.cli.terminal.run import Run
from numplan.model.errors import UsageError
from numplan.model.location.state_location import StateLocation
from numplan.model.plan import Plan
from numplan.model.secrets import hidden


def documents_of(flags: dict[str, Any], plan: str | None = None) -> dict[str, str]:
    """The files that the flags name, by format; takes the flags out. Raises UsageError where two of them, or one and
    `plan`, which is where the plan itself goes, are one file.
    """
    found = {name: flags.pop(f"{name}_out") for name in FORMATS}
    files = {name: path for name, path in found.items() if path is not None}
    _require_apart(
        {**({"--out": plan} if plan else {}), **{f"--{form}-out": path for form, path in files.items()}}
    )
    return files


def _require_apart(files: dict[str, str]) -> None:
    """Raise UsageError where two flags name one file, by whatever spelling, link or second name of it."""
    taken: dict[object, str] = {}
    for flag, path in files.items():
        marks: list[object] = [os.path.realpath(path)]
        with suppress(OSError, ValueError):
            status = Path(path).stat()
            marks.append((status.st_dev, status.st_ino))
        for mark in marks:
            other = taken.setdefault(mark, flag)
            if other != flag:
                raise UsageError(
                    f"{flag} and {other} name the same file; nothing was written",
                    hint="give each a file of its own",
                )


def render(plan: Plan, form: str, settings: Settings) -> Iterator[str]:
    """A plan in one of the FORMATS, in pieces, without a secret. Ends with a line break."""
    return map(hidden, _rendered(plan, form, settings))


def _rendered(plan: Plan, form: str, settings: Settings) -> Iterator[str]:
    match form:
        case "json":
            from numplan.views.machine.terraform_plan import plan_json

            yield from plan_json(plan)
            yield "\n"
        case "markdown":
            from numplan.views.markdown import plan_markdown

            yield plan_markdown(plan, manifest_name(plan, settings))
        case "html":
            from numplan.views.html.page import plan_html

            yield plan_html(plan)
        case "gitlab":
            from numplan.views.machine.gitlab import gitlab_report

            yield f"{gitlab_report(plan)}\n"
        case _:
            raise UsageError(f"there is no format {form}")


def write_documents(plan: Plan, files: dict[str, str], state: StateLocation, run: Run) -> None:
    """Write the plan in every form that was asked for, each whole or not at all, and none where `state` is kept. Raises
    NumplanError.
    """
    for form, path in files.items():
        require_apart(Path(path), plan.manifest, state, f"--{form}-out")
    for form, path in files.items():
        document = (piece.encode() for piece in render(plan, form, run.settings))
        write_whole(document, Path(path), FORMATS[form], f"--{form}-out")
    _summarize(plan, run)


def manifest_name(plan: Plan, settings: Settings) -> str:
    """The manifest as a repository knows it: from its root in a CI job, else as it was given."""
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        root = settings.variable(variable)
        if root:
            path = Path(os.path.realpath(plan.manifest))
            if path.is_relative_to(os.path.realpath(root)):
                return path.relative_to(os.path.realpath(root)).as_posix()
    return plan.manifest


def _summarize(plan: Plan, run: Run) -> None:
    """Add the markdown to a GitHub job's summary. A summary that cannot be written is no reason to fail."""
    summary = run.settings.variable("GITHUB_STEP_SUMMARY")
    if not summary:
        return
    try:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.writelines((*render(plan, "markdown", run.settings), "\n"))
    except OSError as problem:
        run.screen.error(f"warning: the job's summary {summary} cannot be written: {problem.strerror}")
