"""What a plan buys, slot by slot, and the calls that this takes."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from numplan.model.address import Resource
from numplan.model.changes import Purchase, Replace, acting
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.outcome import Call, Outcome, Rejected
from numplan.model.plan import Plan
from numplan.model.state import Attributes, Instance


class PurchaseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One number to buy for a slot, on the terms that were reviewed. `replaces` is the pool member that goes once it
    is bought. `anew`: its offer is asked for just before the call, however fresh the plan is. What takes its place must
    begin with `prefix`, and be in its state where it has `same_state`.
    """

    resource: Resource
    attributes: Attributes
    substitutable: bool = False
    sent_before: bool = False
    anew: bool = False
    replaces: E164 | None = None
    prefix: str = ""
    same_state: bool = False

    @property
    def number(self) -> E164:
        """The phone number."""
        return self.attributes.number

    def instance(self, *, bought_at: Moment | None = None) -> Instance:
        """What a purchase makes of the number; its charges are those of the plan once it is bought."""
        return Instance(
            resource=self.resource,
            attributes=self.attributes,
            bought_at=bought_at,
            charges_planned=bought_at is not None,
            replaces=self.replaces,
        )


def orders_of(plan: Plan) -> Iterator[PurchaseOrder]:
    """The purchases of a plan, except those that buy back a number once it is released."""
    for change in acting(plan.changes):
        match change:
            case Purchase():
                yield PurchaseOrder(
                    resource=change.resource,
                    attributes=change.after,
                    substitutable=change.substitutable,
                    sent_before=change.sent_before,
                    prefix=change.prefix,
                    same_state=change.same_state,
                    replaces=change.replaces,
                )
            case Replace() if change.buys_first:
                yield PurchaseOrder(
                    resource=change.resource,
                    attributes=change.after,
                    sent_before=change.sent_before,
                    replaces=change.before.number,
                )
            case _:
                pass


def buy_backs_of(plan: Plan) -> Iterator[PurchaseOrder]:
    """The purchases that buy back a number once it is released. Nothing offers it before, so it is asked for anew."""
    for change in acting(plan.changes):
        if isinstance(change, Replace) and not change.buys_first:
            yield PurchaseOrder(resource=change.resource, attributes=change.after, anew=True)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one POST."""

    call: Call
    numbers: tuple[E164, ...]
    sip_trunk_id: int | None = None

    def halves(self) -> tuple["Batch", ...]:
        """The batch as two; one of a single number stays as it is."""
        middle = len(self.numbers) // 2
        parts = (self.numbers[:middle], self.numbers[middle:])
        return tuple(msgspec.structs.replace(self, numbers=part) for part in parts if part)


def batches_of(call: Call, numbers: Sequence[tuple[E164, int | None]], size: int) -> list[Batch]:
    """Numbers with their trunks as batches of one trunk each, in the order given."""
    by_trunk: dict[int | None, list[E164]] = {}
    for number, trunk in numbers:
        by_trunk.setdefault(trunk, []).append(number)
    return [
        Batch(call=call, numbers=tuple(group[start : start + size]), sip_trunk_id=trunk)
        for trunk, group in by_trunk.items()
        for start in range(0, len(group), size)
    ]


def rejected_whole(batch: Batch, outcomes: Mapping[E164, Outcome]) -> list[tuple[Batch, Rejected]]:
    """The part of a batch whose call was rejected and may be made again; the gate may have kept back the rest."""
    said = {number: one for number, one in outcomes.items() if isinstance(one, Rejected) and one.again}
    if not said:
        return []
    numbers = tuple(number for number in batch.numbers if number in said)
    return [(msgspec.structs.replace(batch, numbers=numbers), said[numbers[0]])]
