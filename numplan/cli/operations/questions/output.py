"""The manifest's outputs, by what state holds."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from numplan.cli.operations.asked import selection_of
from numplan.cli.operations.listing import warn_of
from numplan.cli.settings import Settings
from numplan.cli.terminal.run import Run
from numplan.cli.workspace.open import open_account, open_backend, open_manifest
from numplan.engine.compare.in_force import in_force
from numplan.engine.plan.outputs import NOTHING_OWNED, outputs_now
from numplan.model.account import OwnedNumber
from numplan.model.errors import NumplanError, UsageError
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.outputs import OutputValue
from numplan.model.text.spelling import nearest
from numplan.model.today import Today
from numplan.views.common import outputs


def run_output(name: str | None, *, raw: bool, external: bool, **flags: Any) -> None:  # noqa: ANN401
    """Carry out `numplan output`."""
    run = Run.current()
    settings, screen = run.settings, run.screen
    _require_one_form(name, settings, raw=raw, external=external)
    if external:
        _read_query()
    selection = selection_of(flags)
    manifest, _ = open_manifest(settings)
    manifest = in_force(manifest, Today(run.today))
    told = outputs_now(manifest, open_backend(settings, manifest).read(), selection, _owned(run, manifest))
    values = told.values
    if external:
        for known, value in values.items():
            _require_value(known, value)
        screen.document(outputs.flat(values))
    elif name is None:
        screen.document(outputs.outputs_json(values) if settings.json else outputs.outputs_text(values))
    elif name in told.unselected:
        raise UsageError(f"the output {name} is not selected", hint=f"given are {', '.join(selection.flags)}")
    elif name not in values:
        meant = nearest(name, list(values))
        raise NumplanError(
            f"the manifest declares no output {name}",
            hint=f"did you mean {meant}?" if meant else "declare it under `outputs`",
        )
    elif raw:
        _require_value(name, values[name])
        screen.document(outputs.raw(values[name]))
    else:
        screen.document(outputs.value_json(values[name]))
    if left_out := outputs.unselected_text(told.unselected, told.unselected_numbers):
        screen.error(left_out)


def _owned(run: Run, manifest: Manifest) -> Mapping[E164, OwnedNumber]:
    """What the account holds, where an output tells which flow uses a number. Else nobody is asked."""
    if not any(one.tells_flows for one in manifest.outputs):
        return NOTHING_OWNED
    with run.clock.watching(), open_account(run.settings, run.clock, manifest) as account:
        listing = account.purchased(expected=0)
    if not listing.complete:
        run.screen.error(
            f"warning: the listing could not be proven complete, and no flow is told of what it lacks: {listing.gap}"
        )
    warn_of("purchased-list", listing.unreadable)
    return listing.numbers


def _require_one_form(name: str | None, settings: Settings, *, raw: bool, external: bool) -> None:
    if raw + external + settings.json > 1:
        raise UsageError("--json, --raw and --external exclude each other")
    if raw and name is None:
        raise UsageError("--raw prints one output", hint="name it")
    if external and name is not None:
        raise UsageError("--external prints all outputs", hint="leave the name out")


def _require_value(name: str, value: OutputValue) -> None:
    if value is None:
        raise NumplanError(
            f"the output {name} has no value yet: its number is not managed", hint="`numplan apply` first"
        )


def _read_query() -> None:
    """Take the query that Terraform sends: a JSON object, which must be empty. Where there is a terminal, or
    nothing, no query is sent.
    """
    if sys.stdin.isatty():
        return
    text = sys.stdin.read()
    try:
        query = msgspec.json.decode(text, type=dict[str, str]) if text.strip() else {}
    except msgspec.MsgspecError as problem:
        raise UsageError(f"the query on standard input is not a JSON object of strings: {problem}") from None
    if query:
        raise UsageError(
            f"the query asks for {', '.join(query)}, and --external takes none", hint="leave `query` out"
        )
