"""What a server that keeps state says when it refuses: the words of an answer's body."""

from typing import Final

import msgspec

from numplan.model.documents.foreign import foreign, title_of

_MOST: Final = 200
_KEYS: Final = ("message", "error", "detail", "title", "error_description")


def said(body: bytes) -> str:
    """A colon and what the body says: the message of a JSON object, the title of a web page, or plain text. Nothing,
    where it says nothing.
    """
    words = _message(body) if body.strip() else ""
    return f": {words}" if words else ""


def _message(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        other = foreign(body)
        if other is None:
            return " ".join(body[: 4 * _MOST].decode(errors="replace").split())[:_MOST]
        return f"a web page{title_of(body)}" if "web page" in other.what else ""
    if isinstance(found, str):
        return found[:_MOST]
    if not isinstance(found, dict):
        return ""
    for key in _KEYS:
        value = found.get(key)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_MOST]
    return ""
