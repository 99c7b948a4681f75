"""`numplan cost`."""

from typing import Any, Final

import click

from numplan.cli.options.rows import csv_option
from numplan.cli.settings import common
from numplan.model.text.groups import COSTS_BY, LABEL

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
        if text not in COSTS_BY and not is_label:
            others = f"{text!r} is none of {', '.join(COSTS_BY)}, nor label:NAME"
            self.fail(f"{others}; did you mean label:{text}?" if text.isidentifier() else others, param, ctx)
        return text


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "parallelism")
@click.option("--by", type=By(), metavar="WORD", help=f"Group by label:NAME, {', '.join(COSTS_BY)}.")
@click.option("--offline", is_flag=True, help="Ask nobody: what state alone remembers. Needs no token.")
@click.option("--usage", "with_usage", is_flag=True, help="Add what the `usage` of the manifest comes to.")
@csv_option
def cost(**given: Any) -> None:  # noqa: ANN401
    """Show what the account costs in a month, and whom.

    Numbers that this state manages are grouped; those that leave, those of other states and those that nobody manages
    stand beside them, so that all rows add up to the monthly charges of the account. A charge that the account does not
    say is counted apart, as `?`. Usage is no part of the monthly charges.
    """
    from numplan.cli.operations.account.cost import run_cost

    run_cost(**given)
