"""Numbers on sale, as rows or as a manifest."""

import click
import msgspec

from numplan.cli.operations.listing import account, manifest_here, show_rows, warn_of
from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.engine.account import no_hits
from numplan.engine.ports import Provider
from numplan.manifest.edit.insert import manifest_of
from numplan.model.account import Criteria, Found
from numplan.model.errors import NumplanError
from numplan.model.text.countries import as_offered, state_name
from numplan.model.text.spelling import nearest
from numplan.views.common.table import offer_row


def run_search(
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
    """Carry out `numplan search`."""
    settings = Settings.current()
    if as_manifest and (as_csv or settings.json):
        raise click.UsageError("--as-manifest, --csv and --json exclude each other")
    criteria = Criteria(
        country=country,
        state=state_name(region_state, country),
        type=number_type or "",
        category=category or "",
        digits=digits,
    )
    with account(settings, manifest_here(settings)) as client:
        found = client.search(criteria, wanted=size)
        if no_hits.found_nothing(found):
            found = _in_the_vendors_words(client, criteria, size, found)
    if found.why:
        Screen(color=False).error(f"nothing found: {found.why}")
    warn_of("search", found.unreadable)
    if as_manifest:
        offered = found.offers[0].country if found.offers else country
        text = manifest_of(found.offers[:size], offered).rstrip("\n")
        Screen(color=False).stored(text, "the manifest")
        return
    show_rows([offer_row(offer) for offer in found.offers[:size]], settings, as_csv=as_csv)


def _in_the_vendors_words(client: Provider, criteria: Criteria, size: int, found: Found) -> Found:
    """What is found under the vendor's own names; with the reason where that is nothing.

    Raises NumplanError for a country that is not offered.
    """
    regions = client.regions()
    names = [one.name for one in regions.rows]
    offered = as_offered(criteria.country, names)
    if offered is None and not regions.unreadable:
        near = nearest(criteria.country, names)
        raise NumplanError(
            f"no numbers are offered in {criteria.country!r}",
            hint=f"did you mean {near!r}?" if near else "`numplan regions` lists what is offered",
        )
    if offered is not None and offered != criteria.country:
        criteria = msgspec.structs.replace(criteria, country=offered)
        found = client.search(criteria, wanted=size)
    return no_hits.asked_otherwise(client, criteria, size, found) if no_hits.found_nothing(found) else found
