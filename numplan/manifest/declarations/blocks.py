"""From a document that the schema admits to the values that it declares, defaults applied."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from numplan.manifest.declarations.budgets import BUDGETS, with_budgets
from numplan.manifest.reading.positions import LocatedMap
from numplan.model.charge import Usage, charge_of
from numplan.model.location.api_settings import ApiSettings
from numplan.model.manifest import Terms
from numplan.model.policy import WITHOUT, Policy
from numplan.model.today import days_of

if TYPE_CHECKING:  # rows of numbers files, which most manifests do not name
    from numplan.manifest.numbers.row_terms import RowTerms

_APART: Final = {"begins", "ends", "flow", "may_lack"}
"""What entries say in other words, and never `defaults`."""
_SHARED: Final = frozenset(Terms.__struct_fields__) - _APART
_CHARGES: Final = frozenset(
    (
        "max_setup_cost",
        "max_monthly_increase",
        "max_setup_charge",
        "max_monthly_charge",
        "max_voice_rate",
        "max_sms_rate",
    )
)


def entries(block: LocatedMap) -> Iterable[tuple[str, LocatedMap]]:
    """The entries of a block by name."""
    return cast("dict[str, LocatedMap]", block).items()


def terms_of(entry: Mapping[str, object], defaults: Terms) -> Terms:
    """The terms of one entry: its own where it has them, else the defaults'; labels are merged."""
    alone = _own(entry)
    if _SHARED.isdisjoint(entry):
        return msgspec.structs.replace(defaults, **alone) if alone else defaults
    own: dict[str, Any] = {key: value for key, value in entry.items() if key in _SHARED}
    if "labels" in own:
        own["labels"] = {**defaults.labels, **(own["labels"] or {})}
    if "release_after" in own:
        own["release_after"] = days_of(str(own["release_after"])) or None
    if "usage" in own:
        own["usage"] = Usage(**own["usage"]) if any(own["usage"].values()) else None
    return msgspec.structs.replace(defaults, **alone, **own)


def _own(entry: Mapping[str, object]) -> dict[str, Any]:
    """What stands in no `defaults`."""
    own: dict[str, Any] = {}
    if entry.get("on_unavailable") == "skip":
        own["may_lack"] = True
    if "from" in entry:
        own["begins"] = day_of(entry["from"])
    if "until" in entry:
        own["ends"] = day_of(entry["until"])
    if "flow" in entry:
        own["flow"] = str(entry["flow"]).strip()
    return own


def own_terms(terms: Terms, row: "RowTerms") -> Terms:
    """The terms of a number of a set whose row in a file says something by itself: its labels win, and what either
    protects is protected.
    """
    labels = {**terms.labels, **dict(row.labels)}
    return msgspec.structs.replace(terms, labels=labels, protect=terms.protect or row.protect)


def day_of(text: object) -> date | None:
    """The day that a text such as 2026-12-31 names; None where there is no such day."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def api_settings(document: LocatedMap, url: str) -> ApiSettings:
    """The `api:` block, with a URL that was checked."""
    held: dict[str, Any] = dict(document.block("api"))
    return ApiSettings(**{**held, "url": url, "declares_url": "url" in held})


def policy(held: Mapping[str, object], unset: Policy) -> Policy:
    """The policy that a `policy:` block sets; what it does not set is as in `unset`."""
    limits: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in with_charges(held).items()
        if key != BUDGETS
    }
    if trunks := limits.get("allowed_trunks"):
        limits["allowed_trunks"] = tuple(one if one == WITHOUT else int(one) for one in trunks)
    return with_budgets(msgspec.structs.replace(unset, **limits), held)


def with_charges(entry: Mapping[str, object]) -> dict[str, Any]:
    """The keys of an entry, with its charges as exact amounts."""
    return {key: charge_of(str(value)) if key in _CHARGES else value for key, value in entry.items()}
