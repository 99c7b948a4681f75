"""A text that stands for a phone number, taken apart: its digits, or what it looks like instead.

What spreadsheets, web pages and address books put around a number is taken off. What may be two numbers, half a
number or none is refused, with the value that was probably meant.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from numplan.model.number import NumberError

LONGEST: Final = 60
"""Characters that are looked at."""
_DASHES: Final = dict.fromkeys(map(ord, "\u2212\u2043\u02d7\u30fc\uff70"), "-")
"""Those that Unicode does not count among its dashes."""
_QUOTES: Final = ('""', "''", "\u201c\u201d", "\u201e\u201c", "\u2018\u2019", "\u00ab\u00bb", "``")
_FORMULA: Final = re.compile(r'=\s*"([^"]*)"|=\s*\'([^\']*)\'')
_SCHEME: Final = re.compile(r"(?:tel|callto|sip|sms):(?://)?", re.IGNORECASE)

_SCIENTIFIC: Final = re.compile(r"\+?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMALS: Final = re.compile(r"(\+?\d{5,})([.,])(\d{1,2}|0+)")
_THOUSANDS: Final = re.compile(r"\+?\d{1,3}(?:,\d{3}){2,}(?:\.\d*)?")
_EXTENSION: Final = re.compile(
    r"[\s,;.(]?(?:;?ext(?:n|ension)?|x|#|dw|poste|interno|ramal|durchwahl)[\s.:=]{0,3}(\d{1,7})\)?$",
    re.IGNORECASE,
)
_FRACTION: Final = re.compile(r"\d{1,3} ?/ ?\d{1,3}")
_SUM: Final = re.compile(r"^=|\d ?[*^%]|^[\d ]+\+[\d ]+$")
_BETWEEN: Final = re.compile(
    r"[,;|&\n\r]+|\s+(?:/|or|and|oder|und|y|e|et|ou)\s+|(?<=\d)\s*/\s*(?=\+)|(?<=\d{9})/(?=\d{9})|(?<=\d)\s+(?=\+)",
    re.IGNORECASE,
)
_ENOUGH: Final = 5
"""So many digits make a number of what stands beside another."""

_ORDINARY: Final = frozenset("+0123456789 -/.()")
_ONE_NUMBER: Final = re.compile(r"[+(]*[0-9][0-9 .()-]*", re.ASCII)
"""What can be nothing else, but perhaps has decimals: nearly all texts."""
_SEPARATED: Final = re.compile(r"\+? ?\d+(?:(?: ?[-/.] ?| )\d+)*")
_INSIDE_ZERO: Final = re.compile(r"(\+ ?\d{1,3}|\(\+ ?\d{1,3}\))[ -]?\(0\)[ -]?")
_BRACKETED: Final = re.compile(r" ?\((\+? ?\d+(?: \d+)*)\) ?-? ?")


class Tidy(NamedTuple):
    """The digits of a number, whether a `+` stands before them, and where a 0 in brackets stood: after so many
    digits, or None.
    """

    digits: str
    international: bool
    zero_after: int | None = None

    @property
    def begins_locally(self) -> bool:
        """Whether it begins with a 0, as what is dialled inside a country does."""
        return not self.international and self.digits.startswith("0")


def tidied(text: str) -> Tidy:
    """Take a text apart. Raises NumberError, with a reason that holds none of the text but digits and the one
    character that is to blame.
    """
    if len(text) > LONGEST:
        raise NumberError(f"it is too long for a phone number: {len(text):,} characters")
    bare = _plain(text)
    if not _ONE_NUMBER.fullmatch(bare):
        bare = _unwrapped(bare)
        _refuse_what_it_is_instead(bare)
    elif "." in bare:
        _refuse_decimals(bare)
    zero_after = None
    if inside := _INSIDE_ZERO.match(bare):
        code = _digits(inside[1])
        zero_after = len(code)
        bare = f"+{code} {bare[inside.end() :]}"
    spaced = _BRACKETED.sub(r" \1 ", bare).strip()
    if not _SEPARATED.fullmatch(spaced):
        raise NumberError(_misplaced(bare))
    return Tidy(_digits(spaced), spaced.startswith("+"), zero_after)


def character(one: str) -> str:
    """A character with its name, as a person can find it: `"\u00e9" (LATIN SMALL LETTER E WITH ACUTE)`."""
    name = unicodedata.name(one, f"U+{ord(one):04X}")
    return f'"{one}" ({name})' if one.isprintable() and not one.isspace() else name


def _plain(text: str) -> str:
    """The text with one kind of digit, space and dash, and without what cannot be seen."""
    if text.isascii():
        return text.replace("\t", " ").strip()
    for one in text:
        if unicodedata.category(one) == "No":  # ten to the third would become 103
            raise NumberError(f"{character(one)} is no digit: write the number in plain digits", one)
    letters = []
    for one in unicodedata.normalize("NFKC", text).translate(_DASHES):
        kind = unicodedata.category(one)
        if kind == "Nd":
            letters.append(str(unicodedata.decimal(one)))
        elif kind in {"Zs", "Zl", "Zp"} or one == "\t":
            letters.append(" ")
        elif kind == "Pd":
            letters.append("-")
        elif kind != "Cf":
            letters.append(one)
    return "".join(letters).strip()


def _unwrapped(text: str) -> str:
    """The text without what spreadsheets, links and quotations put around it."""
    while True:
        inner = text.strip()
        if formula := _FORMULA.fullmatch(inner):
            inner = formula[1] or formula[2] or ""
        elif scheme := _SCHEME.match(inner):
            inner = inner[scheme.end() :]
        elif any(len(inner) > 1 and inner[0] + inner[-1] == pair for pair in _QUOTES):
            inner = inner[1:-1]
        elif inner[:1] in {"'", "\u2019", "`"}:
            inner = inner[1:]
        if inner == text:
            return inner
        text = inner


def _refuse_what_it_is_instead(text: str) -> None:
    """Raise NumberError where a text is something in the place of one phone number."""
    if not text:
        raise NumberError("a phone number is missing here")
    _refuse_decimals(text)
    for problem in _looks_otherwise(text):
        raise NumberError(problem)
    if strange := next((one for one in text if one not in _ORDINARY), None):
        what = "is a letter" if strange.isalpha() else "does not belong in a phone number"
        raise NumberError(
            f"{character(strange)} {what}: a phone number is a + and digits, such as +12050012202", strange
        )


def _refuse_decimals(text: str) -> None:
    if decimals := _DECIMALS.fullmatch(text):
        meant = f"; is {decimals[1]} meant?" if not decimals[3].strip("0") else ""
        raise NumberError(f"it has decimals, as spreadsheets and pandas write them{meant}")


def _looks_otherwise(text: str) -> Iterator[str]:
    if _SCIENTIFIC.fullmatch(text):
        yield "a spreadsheet rounded it: the digits are lost; format the column as text, and write the number anew"
    if _THOUSANDS.fullmatch(text):
        yield "it is written in thousands, as an amount; format the column as text"
    if _FRACTION.fullmatch(text):
        yield "it is a fraction"
    if _SUM.search(text):
        yield "it is a formula or a sum; write the number itself, as text"
    extension = _EXTENSION.search(text)
    if extension and (number := _around(text[: extension.start()])):
        yield (f"it has an extension, {extension[1]}, which a virtual number has not; is {number} meant?")
    parts = sum(len(_digits(part)) >= _ENOUGH for part in _BETWEEN.split(text))
    if parts > 1 or text.lstrip("(+").count("+"):
        yield "it is more than one number, or two run together: write one in each place"


def _misplaced(text: str) -> str:
    """What is wrong with how the groups of digits are set apart."""
    if not _digits(text):
        return "there is no digit in it: a phone number is a + and digits, such as +12050012202"
    if text.count("(") != text.count(")") or not re.fullmatch(r"[^()]*(\([^()]*\)[^()]*)*", text):
        return "a bracket is not closed, or not opened"
    if doubled := re.search(r"[-/. ]{2,}|\+{2,}", text):
        return f"a separator is doubled, {doubled[0]!r}: write one, or none"
    if text[0] in "-/.":
        return f"it begins with {character(text[0])}: take that away"
    if text[-1] in "-/.":
        return f"it ends with {character(text[-1])}: take that away, or write the digits that are missing"
    return "its groups of digits are set apart in an unusual way: write a + and digits, such as +12050012202"


def _around(text: str) -> str:
    return re.sub(r"[^+0-9]", "", text)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
