"""What lies in the place of a state and is none: told by its beginning, for whoever pointed numplan at it."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

_HEAD: Final = 2000
_TITLE_MOST: Final = 80
_PAGE: Final = re.compile(rb"\s*(<!doctype html|<html|<head)", re.IGNORECASE)
_XML: Final = re.compile(rb"\s*<(\?xml|[A-Za-z])")
_TITLE: Final = re.compile(r"<title[^>]*>([^<]*)<", re.IGNORECASE)
_MARK: Final = b"\xef\xbb\xbf"
_OWN_PLACE: Final = (
    "give numplan's state a place of its own: --state, NUMPLAN_STATE or the manifest's backend"
)
_ADDRESS: Final = (
    "check the address: a sign-in page, a proxy or another server answers where the state should be"
)


class Foreign(NamedTuple):
    """What a document is, with the word `is` before it, and what to do about it."""

    what: str
    hint: str


def foreign(document: bytes) -> Foreign | None:
    """What a document is that cannot be used as state; None where it may well be a state, or what is left of one."""
    head = document[:_HEAD].removeprefix(_MARK)
    if not document.strip():
        return Foreign("is empty", "where there was no state before, take it away")
    if _PAGE.match(head):
        return Foreign(f"is a web page{title_of(document)}", _ADDRESS)
    if _XML.match(head):
        return Foreign("is an XML document", _ADDRESS)
    members = _members(document)
    if members is None:
        return None
    if "terraform_version" in members or {"lineage", "resources", "outputs"} <= members.keys():
        version = members.get("terraform_version")
        by = f" {version[:_TITLE_MOST]}" if isinstance(version, str) else ""
        return Foreign(
            f"is a state of Terraform{by}, not of numplan; it was left as it is",
            f"{_OWN_PLACE}; what the account owns already, `numplan adopt` takes in",
        )
    if {"manifest_digest", "changes"} <= members.keys():
        return Foreign(
            "is a saved plan of numplan, not its state", "`numplan apply` and `numplan show` take it"
        )
    if not {"lineage", "serial"} & members.keys():
        return Foreign("is JSON of something else, not a state of numplan", _OWN_PLACE)
    return None


def title_of(page: bytes) -> str:
    """The title of a web page in quotes, after a comma; an empty text where it has none."""
    found = _TITLE.search(page[:_HEAD].decode(errors="replace"))
    title = " ".join(found[1].split())[:_TITLE_MOST] if found else ""
    return f", {title!r}" if title else ""


def _members(document: bytes) -> Mapping[str, object] | None:
    try:
        found = msgspec.json.decode(document)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None
