"""The document of a saved plan: sealed, and read only where every byte is as it was written."""

import hashlib
from collections.abc import Sequence

import msgspec

from numplan.model.changes import acting
from numplan.model.charge import from_document
from numplan.model.documents.checksum import (
    SealError,
    edition_of,
    members_of,
    require_one_edition,
    seal,
    unseal,
)
from numplan.model.documents.signature import is_by, split
from numplan.model.errors import StalePlanError
from numplan.model.plan import PLAN_VERSION, Plan


def encode_plan(plan: Plan, key: str = "") -> bytes:
    """The document `plan --out` writes: sealed JSON, one change a line; with an HMAC where there is a `key`."""
    return seal(members_of(plan), key)


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
