"""Plans made by hand, to be shown."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from numplan.model.changes import Change, Purchase
from numplan.model.number import E164
from numplan.model.plan import Plan
from numplan.model.state import Attributes


def at(tail: int, **more: object) -> Attributes:
    plain = Attributes(
        number=E164(f"+1609555{tail:04}"),
        country="United States",
        type="Geographic",
        state="New Jersey",
        category="Voice",
        sip_trunk_id=169,
        setup_charge=Decimal("0.10"),
        monthly_charge=Decimal("0.20"),
    )
    return msgspec.structs.replace(plain, **more)


def plan_of(*changes: Change, **more: object) -> Plan:
    plain = Plan(
        numplan="1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        manifest="numplan.yaml",
        manifest_digest="sha256:0",
        account="190",
        api_url="https://vendor.test/o/",
        lineage="",
        serial=0,
        changes=changes,
    )
    return msgspec.structs.replace(plain, **more)


def pool(count: int, **more: object) -> tuple[Purchase, ...]:
    return tuple(Purchase(resource="pool.sales", after=at(tail, **more)) for tail in range(count))
