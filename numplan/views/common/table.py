"""Rows as a table for people, and as JSON or CSV for machines."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from numplan.model.account import Offer, OwnedNumber, Region, Unreadable
from numplan.model.charge import RATES, to_document
from numplan.numbering.area_codes import area_code_of
from numplan.views.common.rates import rates_of
from numplan.views.common.sanitize import escaped, inert, one_line

TableRow = Mapping[str, object]

AREA_CODE = "area_code"
LABEL = "label."
"""What stands before the name of a label where that is a column."""
_CAME_LATER = (AREA_CODE, *RATES)

_OPTIONAL = frozenset(
    """
    initial_block regular_block resource address state city category sip_trunk_id flow bought_at leaving_at
    unreadable place
    """.split()  # noqa: SIM905 - so many words
)
"""Columns in which nothing is no question: a cell without a value is empty there."""

LONGEST_CELL = 56
"""Characters of a table's cell; JSON and CSV carry all."""

_OF_NUMBERS = frozenset({"number", "replaces"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def offer_row(offer: Offer) -> TableRow:
    """A number for sale."""
    return {
        "number": offer.number,
        "country": offer.country,
        "state": offer.state,
        "city": offer.city,
        "type": offer.type,
        "category": offer.category,
        "setup_charge": offer.setup_charge,
        "monthly_charge": offer.monthly_charge,
        AREA_CODE: area_code_of(offer.number),
        **dict.fromkeys(RATES),
        **rates_of(offer.rates),
    }


def owned_row(owned: OwnedNumber) -> TableRow:
    """A number that the account owns."""
    return {
        "number": owned.number,
        "country": owned.country,
        "type": owned.type,
        "setup_charge": owned.setup_charge,
        "monthly_charge": owned.monthly_charge,
        "assigned_to": owned.assignment.type if owned.assignment else "",
        "flow_id": owned.assignment.flow_id if owned.assignment else "",
        "flow_name": owned.assignment.flow_name if owned.assignment else "",
        AREA_CODE: area_code_of(owned.number),
        **dict.fromkeys(RATES),
        **rates_of(owned.rates),
    }


def unreadable_row(row: Unreadable) -> TableRow:
    """A number that the account owns in a row that cannot be read: nothing but its number is known, or not even that;
    then `place` says where in the answer it stands.
    """
    known = {
        "number": row.number,
        "country": None,
        "type": None,
        "setup_charge": None,
        "monthly_charge": None,
    }
    unknown = {"assigned_to": None, "flow_id": None, "flow_name": None}
    code = None if row.number is None else area_code_of(row.number)
    return {
        **known,
        **unknown,
        "unreadable": row.problem,
        "place": row.place,
        AREA_CODE: code,
        **dict.fromkeys(RATES),
    }


def region_row(region: Region) -> TableRow:
    """A country on offer."""
    return {"country": region.name, "types": None if region.types is None else list(region.types)}


def table_text(rows: Sequence[TableRow]) -> str:
    """Aligned columns under their names, or a word where there are no rows. What is not known is a `?`. Long cells are
    cut short.
    """
    if not rows:
        return "nothing found"
    columns = _columns(rows)
    cells = [columns, *([_table_cell(name, row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def json_text(rows: Sequence[TableRow]) -> str:
    """A JSON array of objects; charges are text, exact; what is not known is null."""
    encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=to_document)
    return escaped(msgspec.json.format(encoder.encode(rows)).decode())


def csv_text(rows: Sequence[TableRow]) -> str:
    """CSV with a header; what is not known is a `?`. Text that a spreadsheet would take for a formula gets an
    apostrophe before it, but for phone numbers, which are what the file is for; commands of CI runners are broken up.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    columns = _columns(rows)
    if rows:
        writer.writerow(csv_cell("", name) for name in columns)
    for row in rows:
        writer.writerow([csv_cell(name, row.get(name, "")) for name in columns])
    return sheet.getvalue().rstrip("\n")


def width_of(name: str, values: Iterable[object]) -> int:
    """How wide a column of a table is."""
    return max(len(name), *(len(_table_cell(name, one)) for one in values))


def _columns(rows: Sequence[TableRow]) -> list[str]:
    """The names of all that any row says, in their order. Area code and rates came later and stand behind the others,
    so that whoever counts columns finds these where they were.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return sorted(names, key=lambda name: name in _CAME_LATER)


def csv_cell(name: str, value: object) -> str:
    """A value of this column as CSV may hold it."""
    text = value if isinstance(value, str) else _plain_text(name, value)
    # Most are so, and nothing in them is obeyed by anybody.
    is_harmless = text.isascii() and text.isprintable() and not (" " in text or "::" in text or "##" in text)
    if not is_harmless:
        text = inert(one_line(text))
    return f"'{text}" if name not in _OF_NUMBERS and text.startswith(_FORMULA) else text


def cell_text(name: str, value: object) -> str:
    """A value as the text that it is in this column."""
    return one_line(_plain_text(name, value))


def _plain_text(name: str, value: object) -> str:
    optional = name in _OPTIONAL or name.startswith(LABEL)
    return "" if value is None and optional else _text(value)


def _table_cell(name: str, value: object) -> str:
    return _short(cell_text(name, value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return "?" if value is None else str(value)
