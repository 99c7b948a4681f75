"""A lock as Terraform writes it down: the JSON that its S3 and HTTP backends keep and send.

What Terraform's form has no member for stands in `Info`, after the id of the lock that it is about.
"""

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from numplan.state.backend import LockInfo

_WORDS_MOST: Final = 300
_INFO: Final = re.compile(r"numplan lock (?P<id>\S+), pid (?P<pid>[0-9]{1,10})(, job (?P<job>https?://\S+))?")


class _Document(msgspec.Struct, rename="pascal"):
    """Terraform's LockInfo; what a server leaves out is empty."""

    id: str | None = msgspec.field(name="ID", default=None)
    operation: str | None = None
    info: str | None = None
    who: str | None = None
    version: str | None = None
    created: str | None = None
    path: str | None = None


# Made here, by one thread, for locks are looked at from several: see numplan/api/wire_types.py.
_DOCUMENTS: Final = msgspec.json.Decoder(_Document)


def encode_lock(info: LockInfo) -> bytes:
    """The document for a lock; the same lock gives the same bytes."""
    job = f", job {info.ci_job_url}" if info.ci_job_url else ""
    return msgspec.json.encode(
        _Document(
            id=info.id,
            operation=info.operation,
            info=f"numplan lock {info.id}, pid {info.pid}{job}",
            who=info.who,
            version=info.numplan,
            created=info.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            path=info.path,
        )
    )


def decode_lock(document: bytes, place: str, now: datetime) -> LockInfo | None:
    """Who holds a lock, by its document; None where that is not one. Terraform's own locks are read too."""
    try:
        found = _DOCUMENTS.decode(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if not found.id:
        return None
    told = _INFO.fullmatch(found.info or "")
    # GitLab tells the id, the user and the time of the lock that is held, but everything else of the one that
    # was just asked for: then what stands in Info is about another lock.
    echoed = told is not None and told["id"] != found.id
    mine = told if told is not None and not echoed else None
    return LockInfo(
        id=found.id[:_WORDS_MOST],
        operation="a run" if echoed else _short(found.operation) or "a run",
        who=_short(found.who) or "unknown",
        pid=int(mine["pid"]) if mine else 0,
        created=_time(found.created, now),
        numplan=_short(found.version) if mine else "",
        path=place if echoed else _short(found.path) or place,
        ci_job_url=(mine["job"] or "")[:2000] if mine else "",
    )


def _short(text: str | None) -> str:
    return (text or "")[:_WORDS_MOST]


def _time(text: str | None, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(_short(text))
    except ValueError:
        return now
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
