"""What is known about one name: asked, and told."""

from numplan.cli.operations.plan import look
from numplan.cli.terminal.run import Run
from numplan.engine.queries.explanation import explanation_of, read_name
from numplan.views.machine.explanation import explained_json
from numplan.views.text.explanation import explained_text


def run_explain(name: str, *, expand: bool) -> None:
    """Carry out `numplan explain`."""
    run = Run.current()
    run.settings.require_foldable(expand=expand)
    asked = read_name(name)
    with run.clock.watching():
        seen = look(run, asked.number or asked.text)
        found = explanation_of(asked, seen.manifest, seen.state, seen.result)
    if run.settings.json:
        run.screen.document(explained_json(found))
    else:
        run.screen.line(explained_text(found, width=run.screen.width, expand=expand))
        run.screen.require_written()
