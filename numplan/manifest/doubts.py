"""Numbers that libphonenumber doubts. Only doubts: the vendor sells numbers that it has not heard of."""

from collections.abc import Iterator
from typing import Final

from numplan.model.diagnostics import Diagnostic, warning
from numplan.model.manifest import Declared, Manifest
from numplan.model.number import E164

_HINT: Final = "check its digits; if the vendor sells this number, it is right"


def doubts(manifest: Manifest) -> tuple[Diagnostic, ...]:
    """A warning for each explicit number that no numbering plan known to libphonenumber allows.

    Takes some 35 µs a number, so it is for `validate` alone.
    """
    return tuple(
        warning(f"{declared.number} {reason}", source=declared.source, path=_path(declared), hint=_HINT)
        for declared in manifest.explicit()
        for reason in _reasons(declared.number)
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
