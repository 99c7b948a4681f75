"""Rows of answers as another vendor might write them: its own form of numbers, its own spellings."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from numplan.emulator.settings import EmulatorSettings
from numplan.model.text.countries import region_of

_NUMBERS: Final = ("number", "accessNumber")
_CHARGES: Final = ("setupCharge", "recurringCharge", "rate", "smsRate", "nrc", "mrc", "voiceRate")
_PLAIN: Final = EmulatorSettings()
_MANNERS: Final = ("number_form", "type_spelling", "country_spelling", "charge_form")


def mannered(endpoint: str, rows: list[str], settings: EmulatorSettings) -> list[str]:
    """The rows of one answer, JSON texts, as the settings have them written."""
    if endpoint == "regions" or all(getattr(settings, name) == getattr(_PLAIN, name) for name in _MANNERS):
        return rows
    return [_written(json.loads(row), place, settings) for place, row in enumerate(rows)]


def _written(row: dict[str, Any], place: int, settings: EmulatorSettings) -> str:
    bare = settings.number_form == "digits" or (settings.number_form == "mixed" and place % 2)
    for name in _present(_NUMBERS, row):
        row[name] = row[name].removeprefix("+") if bare else row[name]
    row["numberType"] = _type(row["numberType"], settings)
    row["country"] = _country(row["country"], settings)
    text = json.dumps(row, separators=(",", ":"), ensure_ascii=False)
    if settings.charge_form == "number":
        for name in _present(_CHARGES, row):
            text = text.replace(f'"{name}":"{row[name]}"', f'"{name}":{row[name]}')
    return text


def _present(names: Sequence[str], row: Mapping[str, Any]) -> list[str]:
    return [name for name in names if name in row]


def _type(written: str, settings: EmulatorSettings) -> str:
    match settings.type_spelling:
        case "search":
            return written
        case "regions":
            return "Nongeographic" if written == "Non-Geographic" else written
        case "capitals":
            return written.upper().replace("-", "_")


def _country(written: str, settings: EmulatorSettings) -> str:
    match settings.country_spelling:
        case "name":
            return written
        case "capitals":
            return written.upper()
        case "code":
            return region_of(written) or written
