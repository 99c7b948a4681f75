"""Watched numbers: what becomes of one that turns up in the account, and whether its slot still waits. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

from numplan.model.account import OwnedNumber, Unreadable
from numplan.model.moment import Moment, age
from numplan.model.state import Cause, Instance, Tombstone

TURNED_UP: Final[Mapping[Cause, str]] = {
    "unknown": "it turned up in the account after its purchase was closed as never happened",
    "refused": "it turned up in the account although the vendor had refused it",
    "missing": "it is back in the account after it was missing",
    "released": "it is in the account still, though its release had seemed to be carried out",
    "unasked": "it turned up in the account; an answer had named it though nobody asked for it",
}


def surplus_of(tombstone: Tombstone, row: OwnedNumber | Unreadable) -> Instance:
    """What state knows of a watched number that the account holds: in no resource's count as yet. One that was to be
    released is what it was before, so that a plan releases it again.
    """
    if tombstone.cause == "released":
        return msgspec.structs.replace(tombstone.instance, missing_since=None)
    if tombstone.cause == "missing":  # what state knew of it is true again
        return msgspec.structs.replace(tombstone.instance, surplus=True, missing_since=None)
    return found(tombstone.instance, row, tombstone.closed_at, surplus=True)


def found(
    intended: Instance, row: OwnedNumber | Unreadable, bought_at: Moment, *, surplus: bool = False
) -> Instance:
    """What was intended, found in the account. Its charges stay those that were planned, so that what is charged
    beyond them is told.
    """
    attributes = intended.attributes
    charges_planned = None not in (attributes.setup_charge, attributes.monthly_charge)
    if isinstance(row, OwnedNumber):
        attributes = msgspec.structs.replace(attributes, country=row.country, type=row.type)
        if not charges_planned:
            attributes = msgspec.structs.replace(
                attributes, setup_charge=row.setup_charge, monthly_charge=row.monthly_charge
            )
    return msgspec.structs.replace(
        intended,
        attributes=attributes,
        origin="found",
        bought_at=bought_at,
        surplus=surplus,
        charges_planned=charges_planned,
    )


def keeps_slot(tombstone: Tombstone, now: Moment, hold: timedelta, *, never_again: bool = False) -> bool:
    """Whether no other number may fill the slot of one that a complete listing lacks. Two looks so far apart that both
    found nothing are enough where its call, for this number alone, was answered with a status that says no; and where
    the number is never tried again: it is retired, or lies in none of the places that its pool names by now.
    """
    gives_up = tombstone.rejected or never_again
    return tombstone.holds_slot and not (gives_up and age(now, tombstone.closed_at) >= hold)
