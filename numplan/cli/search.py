"""`numplan search`."""

import click

from numplan.cli.catalogue import account, csv_option, show_rows, warn_of
from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.manifest.extend import manifest_of
from numplan.model.account import Criteria
from numplan.model.vocabulary import CATEGORIES, NUMBER_TYPES
from numplan.views.table import offer_row


@click.command()
@common("chdir", "manifest", "json", "no_color")
@click.option(
    "--country", required=True, metavar="NAME", help="Such as 'United States'; see `numplan regions`."
)
@click.option("--state", "region_state", default="", metavar="NAME", help="Such as 'New York'.")
@click.option(
    "--type", "number_type", type=click.Choice(NUMBER_TYPES, case_sensitive=False), help="A type of number."
)
@click.option(
    "--category", type=click.Choice(CATEGORIES, case_sensitive=False), help="What the number can do."
)
@click.option("--digits", default="", metavar="DIGITS", help="Digits that the number contains.")
@click.option("--size", default=20, show_default=True, type=click.IntRange(1), metavar="N", help="How many.")
@click.option("--as-manifest", is_flag=True, help="Print a manifest that declares them, to begin with.")
@csv_option
def search(
    country: str,
    region_state: str,
    number_type: str | None,
    category: str | None,
    digits: str,
    size: int,
    *,
    as_manifest: bool,
    as_csv: bool,
) -> None:
    """List numbers that are for sale."""
    settings = Settings.current()
    if as_manifest and (as_csv or settings.json):
        raise click.UsageError("--as-manifest, --csv and --json exclude each other")
    criteria = Criteria(
        country=country, state=region_state, type=number_type or "", category=category or "", digits=digits
    )
    with account(settings) as client:
        found = client.search(criteria, wanted=size)
    warn_of("search", found.unreadable)
    if as_manifest:
        Screen(color=False).stored(manifest_of(found.offers[:size], country).rstrip("\n"), "the manifest")
        return
    show_rows([offer_row(offer) for offer in found.offers[:size]], settings, as_csv=as_csv)
