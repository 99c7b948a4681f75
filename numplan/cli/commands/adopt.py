"""`numplan adopt`."""

from typing import Any, Final

import click

from numplan.cli.options.consents import state_consents
from numplan.cli.settings import common
from numplan.model.text.groups import ENTRIES_BY
from numplan.model.text.spelling import NUMBER_TYPES

EXAMPLES: Final = """\b
Examples:
  numplan adopt --all                       every number that nothing manages
  numplan adopt --flow 'Sales*' --protect   what the sales flows use
  numplan adopt --from inventory.csv --column number=DID --column name=Site
  numplan adopt --all --manifest-only       for review; `apply` does the rest
"""


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001
    pairs = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{value!r} is not of the form NAME=VALUE")
        pairs[name] = text
    return pairs


def _groups(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:  # noqa: ARG001
    words = tuple(word.strip() for word in value.split(",") if word.strip())
    for word in words:
        if word not in ENTRIES_BY:
            raise click.BadParameter(f"{word!r} is none of {', '.join(ENTRIES_BY)}")
    return words


@click.command(epilog=EXAMPLES)
@common("chdir", "manifest", "state", "json", "no_color", "no_input", "parallelism", "lock_timeout")
@click.option("--all", "everything", is_flag=True, help="Every unmanaged number.")
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="NAME",
    help="Only numbers of this country. May be given more than once.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    type=click.Choice(NUMBER_TYPES, case_sensitive=False),
    help="Only numbers of this type. May be given more than once.",
)
@click.option(
    "--number",
    "numbers",
    multiple=True,
    metavar="GLOB",
    help="Only these numbers, for example '+1212*'. May be given more than once.",
)
@click.option(
    "--flow",
    "flows",
    multiple=True,
    metavar="GLOB",
    help="Only numbers assigned to this flow. May be given more than once.",
)
@click.option(
    "--from",
    "inventory",
    metavar="FILE",
    help="Only numbers in this CSV file, which can also name and label them.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=_pairs,
    metavar="FIELD=HEADER",
    help="With --from: which column holds number, name or label.X. May be given more than once.",
)
@click.option(
    "--group-by",
    "groups",
    default="country,type",
    show_default=True,
    callback=_groups,
    metavar="WORDS",
    help="What an entry's numbers have in common: country, type, flow.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["numbers", "sets", "files"]),
    help="An entry for each number, sets, or sets with a file of numbers (default: sets, large ones with a file).",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="Label every entry that is written. May be given more than once.",
)
@click.option("--protect", is_flag=True, help="Protect every entry that is written.")
@click.option("--manifest-only", is_flag=True, help="Write the entries only; `numplan apply` updates state.")
@state_consents
@click.option("--auto-approve", is_flag=True, help="Do not ask for approval.")
def adopt(**given: Any) -> int:  # noqa: ANN401
    """Bring numbers that the account already owns into the manifest and state.

    Writes entries for numbers that nothing manages, into the manifest or a new one, and then takes them into
    state. What the manifest holds stays as it is; nothing is purchased and nothing is released.
    """
    from numplan.cli.operations.run_adopt import run_adopt

    return run_adopt(**given)
