"""Who wrote a document: an HMAC-SHA256 (RFC 2104) over all its members, by a key that both sides share.

A checksum tells what was damaged; whoever edits a document on purpose computes it anew. The HMAC stands just before
the checksum, as a member of its own.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

_TAIL: Final = re.compile(rb',\n"hmac":"sha256:([0-9a-f]{64})"\Z')


def signed(members: bytes, key: str) -> bytes:
    """Members of a document, as they are written, with the HMAC over them as the last one."""
    return members + b',\n"hmac":"sha256:' + _digest(members, key).encode() + b'"'


def split(members: bytes) -> tuple[bytes, str]:
    """The members without their HMAC, and that; an empty text where there is none."""
    found = _TAIL.search(members)
    return (members, "") if found is None else (members[: found.start()], found[1].decode())


def is_by(members: bytes, written: str, keys: Sequence[str]) -> bool:
    """Whether one of the keys made the HMAC of these members."""
    return any(hmac.compare_digest(_digest(members, key), written) for key in keys)


def _digest(members: bytes, key: str) -> str:
    return hmac.new(key.encode(), members, hashlib.sha256).hexdigest()
