"""`numplan cost`."""

from typing import Any, Final

import click

from numplan.cli.operations.inventory import Inventory, inventory, tell_doubts
from numplan.cli.operations.listing import csv_option, manifest_here
from numplan.cli.operations.stored_state import read_state
from numplan.cli.settings import Settings, common
from numplan.cli.terminal.screen import Screen
from numplan.engine.queries.cost_report import BY, LABEL, CostReport, cost_report, remembered
from numplan.model.account import Listing
from numplan.model.address import Resource
from numplan.model.charge import Usage
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest
from numplan.views.common.table import csv_text
from numplan.views.machine.cost import cost_json, cost_rows
from numplan.views.text.cost import cost_text

EXAMPLES: Final = """\b
Examples:
  numplan cost                          all of it, by whose the numbers are
  numplan cost --by label:owner         by team
  numplan cost --by resource --usage    with what their use comes to
  numplan cost --by country --csv > bill.csv
"""


class By(click.ParamType[str]):
    """What groups are made by: a word, or a label."""

    name = "by"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The word as it is. Fails as click does for another one."""
        text = str(value).strip()
        is_label = text.startswith(LABEL) and text != LABEL
        if text not in BY and not is_label:
            others = f"{text!r} is none of {', '.join(BY)}, nor label:NAME"
            self.fail(f"{others}; did you mean label:{text}?" if text.isidentifier() else others, param, ctx)
        return text


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--by", type=By(), metavar="WORD", help=f"Group by label:NAME, {', '.join(BY)}.")
@click.option("--offline", is_flag=True, help="Ask nobody: what state alone remembers. Needs no token.")
@click.option("--usage", "with_usage", is_flag=True, help="Add what the `usage` of the manifest comes to.")
@csv_option
def cost(*, by: str | None, offline: bool, with_usage: bool, as_csv: bool) -> None:
    """Show what the account costs in a month, and whom.

    Numbers that this state manages are grouped; those that leave, those of other states and those that nobody manages
    stand beside them, so that all rows add up to the monthly charges of the account. A charge that the account does not
    say is counted apart, as `?`. Usage is no part of the monthly charges.
    """
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
