"""Manifests in which much is wrong, one kind of mistake each: neither what is told nor the time may run away."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

NUMBERS: Final = "numbers.txt"
MEGABYTE: Final = 1_000_000


def _each(line: str) -> Callable[[int], str]:
    """A manifest's text of as many lines, in which `#` stands for the count of each."""
    return lambda count: "".join(line.replace("#", str(at)) for at in range(count))


KINDS: Final[Mapping[str, Callable[[int], str]]] = {
    "unknown variables": lambda count: (
        "variables:\n"
        + _each("  name_#: {default: x}\n")(count)
        + "numbers:\n"
        + _each("  n#: {number: '${var.mane_#}'}\n")(count)
    ),
    "unknown keys": _each("number#: x\n"),
    "unknown keys in entries": lambda count: (
        "numbers:\n" + _each("  n#: {number: +12055550100, protct: true}\n")(count)
    ),
    "entries without a number": lambda count: "numbers:\n" + _each("  n#: {country: Canada}\n")(count),
    "keys given twice": lambda count: "numbers:\n" + _each("  n: {number: +12055550100}\n")(count),
    "numbers declared twice": lambda count: (
        "sets:\n  a:\n    numbers:\n" + _each("      - +12055550100\n")(count)
    ),
    "texts that are no numbers": lambda count: "sets:\n  a:\n    numbers:\n" + _each("      - x#\n")(count),
    "sets that overlap": lambda count: (
        "sets:\n" + _each("  s#: {numbers: [+12055550100, +12055550101]}\n")(count)
    ),
    "labels that are lists": lambda count: (
        "numbers:\n  a:\n    number: +12055550100\n    labels:\n" + _each("      l#: [x]\n")(count)
    ),
    "types that are unknown": lambda count: (
        "numbers:\n" + _each("  n#: {number: +12055550100, type: Mobil}\n")(count)
    ),
    "pools without a country": lambda count: "pools:\n" + _each("  p#: {count: 1}\n")(count),
    "moves to nowhere": lambda count: (
        "pools: {p: {count: 1, country: Canada}}\nmoved:\n"
        + _each("  - {from: pool.a#, to: pool.b#}\n")(count)
    ),
    "moves in a circle": lambda count: (
        "moved:\n" + _each("  - {from: pool.a#, to: pool.b#}\n  - {from: pool.b#, to: pool.a#}\n")(count)
    ),
    "numbers forgotten and declared": lambda count: (
        "numbers: {a: {number: +12055550100}}\nforget:\n" + _each("  - +12055550100\n")(count)
    ),
    "outputs of nothing": lambda count: (
        "pools: {p: {count: 1, country: Canada}}\noutputs:\n" + _each("  o#: '${pool.q#.numbers}'\n")(count)
    ),
    "tags": lambda count: "sets:\n  a:\n    numbers:\n" + _each("      - !x y\n")(count),
    "keys that are lists": _each("? [a#]\n: x\n"),
    "one numbers file in many sets": lambda count: (
        "sets:\n" + _each(f"  s#: {{numbers_file: {NUMBERS}}}\n")(count)
    ),
    "lines that are no numbers": lambda _: f"sets: {{a: {{numbers_file: {NUMBERS}}}}}\n",
}
"""The text of a manifest below its first line, by what is wrong with it so many times."""


def write_wrong(folder: Path, kind: str, count: int) -> None:
    """Write a manifest in which so many things of one kind are wrong, and the numbers file that it may name."""
    (folder / "numplan.yaml").write_text("version: 1\n" + KINDS[kind](count))
    lines = "x\n" * count if kind == "lines that are no numbers" else ""
    if kind == "one numbers file in many sets":
        lines = "".join(f"+1205{at:07}\n" for at in range(MEGABYTE // 13))
    (folder / NUMBERS).write_text(lines)
