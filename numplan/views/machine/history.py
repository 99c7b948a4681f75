"""The history for machines: the records as they are stored, and as rows."""

from collections.abc import Sequence
from datetime import UTC
from functools import lru_cache
from typing import Final

from numplan.model.history.chain import Listed
from numplan.model.history.record import hash_of
from numplan.views.common.sanitize import escaped
from numplan.views.common.table import csv_cell

_ORIGIN: Final = ("plan", "run", "commit", "ci_job", "actor")
_COLUMNS: Final = (
    *("record", "time", "number", "address", "outcome", "reason", "settled", "replaces", "setup_charge"),
    *("monthly_charge", *_ORIGIN, "serial", "hash"),
)
_TO_SECONDS: Final = len("2026-01-31T12:00:00")


def history_json(records: Sequence[Listed]) -> str:
    """A JSON array, a record a line, each with its hash. What is not known, or not so, is left out."""
    if not records:
        return "[]"
    return "[\n" + ",\n".join(map(_object, records)) + "\n]"


def history_csv(records: Sequence[Listed]) -> str:
    """CSV with a header; what is not known, or not so, is empty."""
    # Not by the csv module, which looks at each character of what is mostly known to be harmless.
    return "\n".join([",".join(_COLUMNS), *map(_line, records)])


def _object(one: Listed) -> str:
    text = one.line.decode(errors="replace")
    return text if text.isprintable() and "##" not in text else escaped(text)


def _line(listed: Listed) -> str:
    one = listed.record
    cells = (
        str(one.record),
        f"{one.time.astimezone(UTC).isoformat(timespec='seconds')[:_TO_SECONDS]}Z",
        _cell("number", one.number or ""),
        _cell("address", one.address),
        one.outcome,
        _cell("reason", one.reason) if one.reason else "",
        "true" if one.settled else "",
        _cell("replaces", one.replaces) if one.replaces else "",
        "" if one.setup_charge is None else _cell("setup_charge", one.setup_charge),
        "" if one.monthly_charge is None else _cell("monthly_charge", one.monthly_charge),
        _origin(one.plan, one.run, one.commit, one.ci_job, one.actor),
        str(one.serial),
        _cell("hash", hash_of(listed.line)),
    )
    return ",".join(cells)


@lru_cache(maxsize=1024)  # a run may have thousands of records
def _origin(*texts: str) -> str:
    return ",".join(map(_cell, _ORIGIN, texts))


def _cell(name: str, value: object) -> str:
    """A cell, which is one line, in quotes where it needs them."""
    text = csv_cell(name, value)
    return '"' + text.replace('"', '""') + '"' if '"' in text or "," in text else text
