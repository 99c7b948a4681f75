"""What an entry of the manifest says, key by key."""

from collections.abc import Mapping
from typing import Final

from numplan.model.manifest import Entry, NumberEntry, PoolEntry, SetEntry, terms_for
from numplan.model.number import E164

_POOL_KEYS: Final = (
    "state",
    "digits",
    "max_per_exchange",
    "max_setup_charge",
    "max_monthly_charge",
    "max_voice_rate",
    "max_sms_rate",
    "select",
    "on_shortage",
)
_TERMS: Final = ("country", "type", "category", "sip_trunk_id", "on_trunk_change")


def terms_of(entry: Entry, number: E164 | None = None) -> Mapping[str, str]:
    """What an entry says, key by key, as text; what it does not say is left out. Of one number of a set, what its file
    says of it too.
    """
    terms = terms_for(entry, number)
    said: dict[str, object] = {}
    match entry:
        case NumberEntry():
            said["number"] = entry.number
        case SetEntry():
            said["numbers"] = len(entry.numbers)
        case PoolEntry():
            said["count"] = entry.count
            said |= {key: getattr(entry, key) for key in _POOL_KEYS}
            if entry.spread is not None:
                said["spread"] = f"{entry.spread.by}: {', '.join(entry.spread.names)}"
            said["area_codes"] = ", ".join(entry.area_codes) or None
            said["adopt"] = "true" if entry.adopt else None
    said |= {key: getattr(terms, key) for key in _TERMS}
    said["labels"] = ", ".join(f"{key}={value}" for key, value in sorted(terms.labels.items())) or None
    said["protect"] = "true" if terms.protect else None
    said |= {"from": terms.begins, "until": terms.ends}
    days = terms.release_after
    said["release_after"] = None if days is None else f"{days}d"
    said |= {"usage": terms.usage, "flow": terms.flow}
    return {key: str(value) for key, value in said.items() if value is not None}
