"""Text that a terminal or a CI runner shows and does not obey."""

import re
from functools import lru_cache

# C0 and C1 controls but newline, and the characters that reorder or hide what stands around them:
# bidirectional marks, embeddings, overrides and isolates, zero-width ones, line and paragraph separators.
_ACTIVE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
# What the runners of CI services take for a command: GitHub's `::error::` where a line begins, blanks before it or
# not, and the forms of GitHub's first runner, Azure's and TeamCity's (`##[error]`, `##vso[...]`) anywhere in a line.
_AT_BEGINNING = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_ANYWHERE = re.compile(r"#(?=#\w*\[)")


def plain(text: str) -> str:
    """The text without control characters; newlines stay."""
    return text if text.isprintable() else _ACTIVE.sub("", text)  # nothing printable is among them


@lru_cache(maxsize=1024)  # ten thousand numbers have a few dozen different facts
def one_line(text: str) -> str:
    """The text without control characters, on one line."""
    return " ".join(plain(text).split())


def inert(text: str) -> str:
    """Finished lines in which a CI runner finds no command: a blank parts the two characters that begin one."""
    if "::" in text:
        text = _AT_BEGINNING.sub(r"\1: ", text)
    return _ANYWHERE.sub("# ", text) if "#" in text else text


def escaped(document: str) -> str:
    """JSON in which what a terminal or a CI runner would obey is written as escapes; it says the same."""
    return _ANYWHERE.sub(r"\\u0023", _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", document))
