"""The history for machines: the records as they are stored, and as rows."""

import csv
import io
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
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in records:
        writer.writerow(_cells(one))
    return sheet.getvalue().rstrip("\n")


def _object(one: Listed) -> str:
    text = one.line.decode(errors="replace")
    return text if text.isprintable() and "##" not in text else escaped(text)


def _cells(listed: Listed) -> tuple[object, ...]:
    one = listed.record
    return (
        one.record,
        f"{one.time.astimezone(UTC).isoformat(timespec='seconds')[:_TO_SECONDS]}Z",
        csv_cell("number", one.number or ""),
        csv_cell("address", one.address),
        one.outcome,
        csv_cell("reason", one.reason) if one.reason else "",
        "true" if one.settled else "",
        csv_cell("replaces", one.replaces) if one.replaces else "",
        "" if one.setup_charge is None else csv_cell("setup_charge", one.setup_charge),
        "" if one.monthly_charge is None else csv_cell("monthly_charge", one.monthly_charge),
        *_origin(one.plan, one.run, one.commit, one.ci_job, one.actor),
        one.serial,
        csv_cell("hash", hash_of(listed.line)),
    )


@lru_cache(maxsize=1024)  # a run may have thousands of records
def _origin(*texts: str) -> tuple[str, ...]:
    return tuple(map(csv_cell, _ORIGIN, texts))
