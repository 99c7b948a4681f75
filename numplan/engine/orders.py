"""What a plan buys, slot by slot, and what may take the place of a number that the vendor refuses."""

from collections.abc import Container, Iterator
from decimal import Decimal

import msgspec

from numplan.engine.explicit import bought_as
from numplan.model.account import Offer
from numplan.model.address import Resource
from numplan.model.manifest import Terms
from numplan.model.number import E164
from numplan.model.plan import ZERO, Plan, Purchase, Replace
from numplan.model.state import Attributes, Instance


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One number to buy for a slot. `replaces` is the pool member to release once it is bought."""

    resource: Resource
    attributes: Attributes
    substitutable: bool = False
    sent_before: bool = False
    replaces: E164 | None = None

    @property
    def number(self) -> E164:
        """The phone number."""
        return self.attributes.number

    def instance(self) -> Instance:
        """What a purchase makes of the number."""
        return Instance(resource=self.resource, attributes=self.attributes)


def orders_of(plan: Plan) -> Iterator[Order]:
    """The purchases of a plan, except those that buy back a number once it is released."""
    for change in plan.changes:
        match change:
            case Purchase():
                yield Order(
                    resource=change.resource,
                    attributes=change.after,
                    substitutable=change.substitutable,
                    sent_before=change.sent_before,
                )
            case Replace() if change.buys_first:
                yield Order(
                    resource=change.resource,
                    attributes=change.after,
                    sent_before=change.sent_before,
                    replaces=change.before.number,
                )
            case _:
                pass


class Substitutes:
    """The alternates of a plan, each offered once, as long as the plan's limits of cost allow."""

    def __init__(self, plan: Plan) -> None:
        self._left = {resource: list(offers) for resource, offers in plan.alternates.items()}
        self._once = _room(plan.max_setup_cost, plan.cost.once)
        self._monthly = _room(plan.max_monthly_increase, plan.cost.monthly)

    def take(self, refused: Order, barred: Container[E164]) -> Order | None:
        """The next alternate for a refused number's slot, or None where there is none."""
        if not refused.substitutable:
            return None
        left = self._left.get(refused.resource, [])
        while left:
            offer = left.pop(0)
            if offer.number not in barred and self._affords(offer, refused.attributes):
                return _order(offer, refused)
        return None

    def _affords(self, offer: Offer, instead_of: Attributes) -> bool:
        once = offer.setup_charge - (instead_of.setup_charge or ZERO)
        monthly = offer.monthly_charge - (instead_of.monthly_charge or ZERO)
        if (self._once is not None and once > self._once) or (
            self._monthly is not None and monthly > self._monthly
        ):
            return False
        self._once = None if self._once is None else self._once - once
        self._monthly = None if self._monthly is None else self._monthly - monthly
        return True


def _room(limit: Decimal | None, planned: Decimal) -> Decimal | None:
    return None if limit is None else limit - planned


def _order(offer: Offer, refused: Order) -> Order:
    terms = Terms(
        sip_trunk_id=refused.attributes.sip_trunk_id,
        labels=refused.attributes.labels,
        protect=refused.attributes.protect,
    )
    return msgspec.structs.replace(refused, attributes=bought_as(offer, terms))
