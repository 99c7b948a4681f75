"""What the account costs in a month, added up."""

from numplan.cli.operations.inventory import Inventory, inventory, tell_doubts
from numplan.cli.operations.listing import manifest_here
from numplan.cli.operations.stored_state import read_state
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.engine.queries.cost_report import CostReport, cost_report, remembered
from numplan.model.account import Listing
from numplan.model.address import Resource
from numplan.model.charge import Usage
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest
from numplan.views.common.table import csv_text
from numplan.views.machine.cost import cost_json, cost_rows
from numplan.views.text.cost import cost_text


def run_cost(*, by: str | None, offline: bool, with_usage: bool, as_csv: bool) -> None:
    """Carry out `numplan cost`."""
    settings = Settings.current()
    if settings.json and as_csv:
        raise UsageError("--json and --csv exclude each other")
    screen = Screen(color=False)
    found = _remembered(settings) if offline else inventory(settings)
    if not offline:
        tell_doubts(found)
    report = _report(found, by, with_usage=with_usage)
    currency = found.manifest.currency if found.manifest else None
    if settings.json:
        screen.document(cost_json(report, by, currency, complete=found.is_whole))
    elif as_csv:
        screen.document(csv_text(cost_rows(report)))
    else:
        screen.line(cost_text(report, by, currency))
        screen.require_written()


def _remembered(settings: Settings) -> Inventory:
    """What state alone tells. Raises StateError, and NumplanError where there is none."""
    state = read_state(settings)
    return Inventory(remembered(state), Listing({}, complete=True), state, manifest_here(settings))


def _report(found: Inventory, by: str | None, *, with_usage: bool) -> CostReport:
    if not with_usage:
        return cost_report(found.numbers, by)
    if found.manifest is None:
        raise UsageError("--usage needs a manifest", hint="its entries say what their numbers are used for")
    return cost_report(found.numbers, by, _usage_of(found.manifest))


def _usage_of(manifest: Manifest) -> dict[Resource, Usage | None]:
    return {one.resource: one.terms.usage for one in manifest.entries()}
