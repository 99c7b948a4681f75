"""Which numbers `adopt` is asked for: what its flags say, and what an inventory lists."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from numplan.cli.operations.adopt_check import some
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import read_file
from numplan.engine.edit.adoption import AdoptFilter
from numplan.files.read import FileError
from numplan.manifest.files.repository import followed
from numplan.manifest.numbers.inventory import parse_inventory
from numplan.model.errors import NumplanError, UsageError
from numplan.model.number import NumberError
from numplan.model.text.glob import is_pattern
from numplan.numbering.reading import read_number


def filter_of(
    given: AdoptFilter, inventory: str | None, columns: Mapping[str, str], screen: Screen
) -> AdoptFilter:
    """The filter with its numbers read, and with those of an inventory. Raises NumplanError and UsageError."""
    patterns = tuple(map(_pattern, given.numbers))
    if inventory is None:
        return msgspec.structs.replace(given, numbers=patterns)
    try:
        followed(Path(inventory), alone=False)
    except FileError as problem:
        raise NumplanError(f"the inventory {inventory} {problem}") from None
    listed, findings = parse_inventory(read_file(inventory, "the inventory"), inventory, columns)
    screen.findings(findings)
    written = [f"{one.original!r} as {one.name or 'nothing'}" for one in listed.values() if one.original]
    if written:
        screen.error(f"note: names in other letters are written as they sound: {some(written)}")
    return msgspec.structs.replace(given, numbers=patterns, listed=listed)


def _pattern(text: str) -> str:
    if is_pattern(text):
        return text
    try:
        return read_number(text).number
    except NumberError as problem:
        raise UsageError(f"--number {text}: {problem}") from None
