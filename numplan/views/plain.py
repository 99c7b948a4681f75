"""Text that a terminal shows and does not obey."""

import re

# C0 and C1 controls but newline, and the characters that reorder or hide what stands around them:
# bidirectional marks, embeddings, overrides and isolates, zero-width ones, line and paragraph separators.
_ACTIVE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


def plain(text: str) -> str:
    """The text without control characters; newlines stay."""
    return _ACTIVE.sub("", text)


def one_line(text: str) -> str:
    """The text without control characters, on one line."""
    return " ".join(plain(text).split())


def escaped(document: str) -> str:
    """JSON in which what a terminal would obey is written as escapes; it says the same."""
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
