"""The document of a saved plan: sealed, and read only where every byte is as it was written."""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from numplan.model.changes import Keep, Kept, acting
from numplan.model.charge import from_document
from numplan.model.documents.checksum import (
    SealError,
    edition_of,
    members_of,
    require_one_edition,
    rows_of,
    seal,
    unseal,
)
from numplan.model.documents.signature import is_by, split
from numplan.model.errors import StalePlanError
from numplan.model.plan import PLAN_VERSION, Plan

_AT_ONCE: Final = 1000
"""So many rows are encoded at once, to be digested."""


def encode_plan(plan: Plan, key: str = "") -> bytes:
    """The document `plan --out` writes: sealed JSON, one change a line; with an HMAC where there is a `key`."""
    return seal(members_of(as_saved(plan)), key)


def as_saved(plan: Plan) -> Plan:
    """The plan as a file has it: of the changes that do nothing, their number and their digest."""
    kept = kept_of(plan)
    if kept is plan.kept:
        return plan
    return msgspec.structs.replace(plan, changes=acting(plan.changes), kept=kept)


def kept_of(plan: Plan) -> Kept | None:
    """What a plan leaves as it is; None where that is nothing. One that was saved says it itself."""
    keeps = [change for change in plan.changes if type(change) is Keep]
    if not keeps:
        return plan.kept
    digest = hashlib.sha256()
    for at in range(0, len(keeps), _AT_ONCE):
        digest.update(b"\n".join((*rows_of(keeps[at : at + _AT_ONCE]), b"")))
    return Kept(len(keeps), digest.hexdigest())


def digest_of(plan: Plan) -> str:
    """The SHA-256 of what a plan changes, by which the history knows one that was never saved; empty for one that
    changes nothing.
    """
    changes = acting(plan.changes)
    return hashlib.sha256(seal({"changes": changes})).hexdigest() if changes else ""


def decode_plan(document: bytes, place: str, keys: Sequence[str] | None = None) -> Plan:
    """Read a saved plan. Raises StalePlanError, naming `place`, unless every byte is as it was written; and, for
    whoever is about to apply it and gives the `keys` that there are, unless one of them sealed it, or none did and
    none is.
    """
    try:
        members, by = split(unseal(document).removesuffix(b"}"))
        if keys is not None:
            _require_sealed(members, by, keys, place)
        body = members + b"}"
        edition = edition_of(body)
        if edition != PLAN_VERSION:
            raise StalePlanError(
                f"{place} is a plan of version {edition}; this numplan reads version {PLAN_VERSION}",
                hint="make the plan again with this numplan",
            )
        plan = msgspec.json.decode(body, type=Plan, dec_hook=from_document)
        require_one_edition(edition, plan.version)
    except (SealError, msgspec.MsgspecError, RecursionError) as problem:
        raise StalePlanError(
            f"{place} cannot be used as a plan: {problem}", hint="make the plan again"
        ) from None
    return plan


def _require_sealed(members: bytes, by: str, keys: Sequence[str], place: str) -> None:
    if by and not keys:
        raise StalePlanError(
            f"{place} is signed with a key, and none is set here",
            hint="set NUMPLAN_PLAN_KEY to the key that sealed it",
        )
    if keys and not by:
        raise StalePlanError(
            f"{place} is not sealed, and NUMPLAN_PLAN_KEY is set: nobody can say who wrote it",
            hint="make the plan again where NUMPLAN_PLAN_KEY is set",
        )
    if keys and not is_by(members, by, keys):
        raise StalePlanError(
            f"{place} is sealed with none of the keys of NUMPLAN_PLAN_KEY, or was edited since",
            hint="make the plan again where the same NUMPLAN_PLAN_KEY is set",
        )
