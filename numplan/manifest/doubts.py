"""Numbers that libphonenumber doubts. Only doubts: the vendor sells numbers that it has not heard of."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from numplan.model.diagnostics import Diagnostic, note, warning
from numplan.model.manifest import Declared, Manifest
from numplan.model.number import E164

MOST: Final = 20_000
"""Numbers that are looked at: a second."""
_HINT: Final = "check its digits; if the vendor sells this number, it is right"


def doubts(manifest: Manifest) -> tuple[Diagnostic, ...]:
    """A warning for each explicit number that no numbering plan known to libphonenumber allows, of the first MOST; a
    note where there are more.

    Takes some 35 µs a number, so it is for `validate` alone.
    """
    found = tuple(
        warning(f"{declared.number} {reason}", source=declared.source, path=_path(declared), hint=_HINT)
        for declared in islice(manifest.explicit(), MOST)
        for reason in _reasons(declared.number)
    )
    if next(islice(manifest.explicit(), MOST, None), None) is None:
        return found
    return (
        *found,
        note(f"only the first {MOST:,} numbers were compared with the numbering plans of the world"),
    )


def _reasons(number: E164) -> Iterator[str]:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        yield "starts with no country code that is in use"
        return
    if phonenumbers.is_valid_number(parsed):
        return
    match phonenumbers.is_possible_number_with_reason(parsed):
        case phonenumbers.ValidationResult.TOO_SHORT:
            yield f"is too short for a number in +{parsed.country_code}"
        case phonenumbers.ValidationResult.TOO_LONG:
            yield f"is too long for a number in +{parsed.country_code}"
        case phonenumbers.ValidationResult.INVALID_LENGTH:
            yield f"has a length that no number in +{parsed.country_code} has"
        case _:
            yield f"lies in no range of +{parsed.country_code} that is known to be in use"


def _path(declared: Declared) -> str:
    kind, _, name = declared.resource.partition(".")
    return f"{kind}s.{name}"
