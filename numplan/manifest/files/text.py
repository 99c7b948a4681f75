"""The text of the files that a manifest is made of."""

from typing import Final

from numplan.model.diagnostics import Source, error
from numplan.model.errors import ManifestError

_BOM: Final = b"\xef\xbb\xbf"


def decoded(raw: bytes, file: str) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Raises ManifestError with the place of the first byte that is not UTF-8.
    """
    body = raw.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as failure:
        raise ManifestError(
            [
                error(
                    f"is not UTF-8 text: byte 0x{body[failure.start]:02x} has no meaning here",
                    source=place_of_byte(body, failure.start, file),
                    hint="save the file with the encoding UTF-8",
                )
            ]
        ) from None


def place_of_byte(body: bytes, offset: int, file: str) -> Source:
    """The line and column of a byte; columns count characters."""
    line_start = body.rfind(b"\n", 0, offset) + 1
    column = len(body[line_start:offset].decode("utf-8", errors="replace")) + 1
    return Source(file, body.count(b"\n", 0, offset) + 1, column)
