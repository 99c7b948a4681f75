"""All that is known of one number or resource, as a JSON document for machines."""

from typing import Any

import msgspec

from numplan.engine.queries.explanation import NumberExplanation, ResourceExplanation
from numplan.model.changes import address_of_change, number_of
from numplan.model.charge import to_document
from numplan.model.diagnostics import Source
from numplan.model.manifest import SetEntry
from numplan.model.moment import Moment, our_time
from numplan.model.state import Instance
from numplan.views.common.attributes import values
from numplan.views.common.sanitize import escaped
from numplan.views.common.table import owned_row
from numplan.views.common.terms import terms_of
from numplan.views.text.planned_action import action_of, action_text, change_text


def explained_json(one: NumberExplanation | ResourceExplanation) -> str:
    """The document, on one line; charges as exact text."""
    document = _number(one) if isinstance(one, NumberExplanation) else _resource(one)
    encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=to_document)
    return escaped(encoder.encode(document).decode())


def _number(one: NumberExplanation) -> dict[str, Any]:
    return {
        "number": one.number,
        "address": one.address,
        "resource": one.resource,
        "declared": None
        if one.entry is None
        else {"terms": terms_of(one.entry, one.number), **_place(one.source), **_range(one), **_days(one)},
        "retired": None
        if one.retired is None
        else {"reason": one.retired.reason, **_place(one.retired.source)},
        "state": None if one.instance is None else _instance(one.instance),
        "released": None
        if one.released_at is None or one.again_from is None
        else {"at": _time(one.released_at), "again_from": _time(one.again_from)},
        "unsettled": None if one.intent is None else one.intent.kind,
        "doubt": one.intent.doubt if one.intent else "",
        "watched": one.tombstone is not None,
        **_theirs(one),
        "account": None if one.owned is None else owned_row(one.owned),
        "unreadable": None if one.unread is None else one.unread.problem,
        "listed": one.listed,
        "drift": None if one.drift is None else one.drift.kind,
        "plan": {
            "action": action_of(one.action),
            "text": action_text(one.action),
            "reason": one.action.change.why if one.action.change else "",
            "guards": list(one.action.guards),
            "errors": [str(found) for found in one.action.errors],
        },
        "protection": list(one.protections),
    }


def _resource(one: ResourceExplanation) -> dict[str, Any]:
    return {
        "resource": one.resource,
        "declared": None
        if one.entry is None
        else {"terms": terms_of(one.entry), **_place(one.entry.source), **_days(one)},
        "state": [_instance(member) for member in one.members],
        "account": {"missing": [member.number for member in one.missing], "assigned": one.assigned},
        "plan": {
            "changes": [
                {
                    "address": address_of_change(change),
                    "number": number_of(change),
                    "action": change.__struct_config__.tag,
                    "text": change_text(change),
                    "reason": change.why,
                }
                for change in one.changes
            ],
            "held": [{"number": held.number, "reason": held.reason} for held in one.held],
            "guards": list(one.guards),
            "findings": [str(found) for found in one.findings],
        },
        "protection": list(one.protections),
    }


def _theirs(one: NumberExplanation) -> dict[str, Any]:
    """What another state knows of a number, where one does."""
    if (theirs := one.theirs) is None:
        return {}
    told = {"state": theirs.state, "address": theirs.address, "standing": theirs.standing}
    return {"other_state": told}


def _range(one: NumberExplanation) -> dict[str, Any]:
    """The range that declares a number, where one does."""
    span = one.entry.range_of(one.number) if isinstance(one.entry, SetEntry) else None
    return {} if span is None else {"range": {"first": span.first, "last": span.last}}


def _days(one: NumberExplanation | ResourceExplanation) -> dict[str, str]:
    """What the days of an entry mean today, where it has any."""
    return {"days": one.days} if one.days else {}


def _place(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"file": None, "line": None, "column": None}
    return {"file": source.file, "line": source.line, "column": source.column}


def _time(one: Moment) -> str:
    return f"{our_time(one):%Y-%m-%dT%H:%M:%SZ}"


def _instance(one: Instance) -> dict[str, Any]:
    return {
        "address": one.address,
        "origin": one.origin,
        "bought_at": None if one.bought_at is None else _time(one.bought_at),
        "trunk_verified": one.trunk_verified,
        "surplus": one.surplus,
        "values": values(one.attributes),
    }
