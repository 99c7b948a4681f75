"""Plan pools: fill what they lack, let go what they have too many, move what sits on another trunk. Pure."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.comparison import Comparison, PoolStatus
from numplan.engine.compare.differences import differences
from numplan.engine.plan.explicit import adopted_as, bought_as, current, must_move, on_terms, settled
from numplan.engine.plan.plan_part import Part, join
from numplan.engine.plan.pool_choice import Picks, choose, shrink_order, spare_count, within_caps
from numplan.engine.plan.pool_messages import mismatches, no_adoption, shortage, waiting
from numplan.engine.plan.quotes import Offers
from numplan.engine.plan.removals import release_or_block
from numplan.model.account import Offer
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Change, Keep, Purchase, Release, Replace, Update
from numplan.model.diagnostics import Diagnostic
from numplan.model.number import E164
from numplan.model.plan import Allowances, Deferred
from numplan.model.state import Attributes, Instance


def plan_pools(
    comparison: Comparison,
    snapshot: AccountSnapshot,
    offers: Offers,
    allowances: Allowances,
    taken: set[E164],
    preferred: Mapping[Resource, Picks],
) -> Part:
    """Changes for every pool, in order of name. `taken` grows with each pick, so that no two pools and no
    explicit number ever take the same one. Alternates come from what all of them leave. What a pool has `preferred`, it
    takes first, and no other pool does.
    """
    planners = [
        _PoolPlanner(status, comparison, snapshot, offers, allowances, taken, preferred)
        for status in comparison.pools
    ]
    for planner in planners:
        planner.plan()
    return join([planner.part() for planner in planners])


class _PoolPlanner:
    """The plan of one pool, step by step; `missing_count` is how many slots are still open, `to_retry` which numbers
    come first, `late_arrivals` which are bought already.
    """

    def __init__(
        self,
        status: PoolStatus,
        comparison: Comparison,
        snapshot: AccountSnapshot,
        offers: Offers,
        allowances: Allowances,
        taken: set[E164],
        preferred: Mapping[Resource, Picks],
    ) -> None:
        self.status = status
        self.pool = status.pool
        self.comparison = comparison
        self.snapshot = snapshot
        self.offers = offers
        self.allowances = allowances
        self.taken = taken
        self.preferred = preferred.get(status.pool.resource, Picks())
        self.others = {
            number
            for resource, picks in preferred.items()
            for number in picks.all()
            if resource != status.pool.resource
        }
        self.missing_count = status.shortage
        self.to_retry = list(status.to_retry)
        self.late_arrivals = [one for one in status.late_arrivals if not self._let_go(one)]
        self.spare: tuple[Offer, ...] = ()
        self.changes: list[Change] = []
        self.held: list[Deferred] = []
        self.diagnostics: list[Diagnostic] = []
        self.together: list[tuple[E164, E164]] = []

    def plan(self) -> None:
        """Decide on every slot. One that waits for a certain number takes no other."""
        leaving = self._shrink()
        moving = self._keep_or_move([one for one in self.status.members if one.number not in leaving])
        self._take_back()
        self._adopt()
        self._try_again()
        if self.pool.terms.on_trunk_change == "refuse":
            self._show_refused(moving)
            moving = []
        moving = self._move_again(self._make_way(self._await_others(moving)))
        self._buy(self._choose(moving), moving)
        self.diagnostics += mismatches(self.status, self.snapshot)

    def part(self) -> Part:
        """The plan of this pool, with alternates that no pool has taken."""
        left = [one for one in self.spare if one.number not in self.taken and one.number not in self.others]
        alternates = tuple(left[: spare_count(self.missing_count)])
        self.taken.update(one.number for one in alternates)
        return Part(
            changes=tuple(self.changes),
            held=tuple(self.held),
            diagnostics=tuple(self.diagnostics),
            alternates={self.pool.resource: alternates} if alternates else {},
            together=tuple(self.together),
        )

    def _shrink(self) -> set[E164]:
        """Let go of the excess. Protected members are never chosen while another is left; where none is, the
        guard of protected numbers has the word.
        """
        members, owned = self.status.members, self.snapshot.owned
        elsewhere = {one.number for one in members if must_move(one, self.pool.terms)}
        assigned = {one.number for one in members if owned[one.number].assignment is not None}
        order = shrink_order(members, elsewhere, assigned)
        free = [one for one in order if not one.attributes.protect or self._let_go(one)]
        kept = [one for one in order if one.attributes.protect and not self._let_go(one)]
        going = [*free, *kept][: self.status.excess]
        for one in going:
            self.changes.append(release_or_block(one, self.snapshot, self._why_goes(one, assigned)))
        return {one.number for one in going}

    def _why_goes(self, one: Instance, assigned: set[E164]) -> str:
        if must_move(one, self.pool.terms):
            why = f"on trunk {one.attributes.sip_trunk_id}, not {self.pool.terms.sip_trunk_id}"
        elif one.number in assigned:
            why = "no member without an assignment is left"
        else:
            why = "newest without an assignment"
        return f"the pool has {self.status.excess} too many; {why}"

    def _let_go(self, one: Instance) -> bool:
        return self.allowances.allows_release(one.address, one.number)

    def _keep_or_move(self, members: Iterable[Instance]) -> list[Instance]:
        """Members that stay, with changed settings where there are any; returns those to be replaced."""
        moving: list[Instance] = []
        for one in members:
            row = self.snapshot.owned[one.number]
            if not must_move(one, self.pool.terms):
                self._stay(one)
            elif row.flow is not None:
                self.changes.append(
                    release_or_block(one, self.snapshot, "its trunk changed, which would take a release")
                )
            else:
                moving.append(one)
        return moving

    def _stay(self, one: Instance) -> None:
        """A member stays where it is, with changed settings where there are any."""
        before = current(one, self.snapshot.owned[one.number])
        after = settled(one, before, self.pool.terms)
        previous = self.comparison.moved.get(one.number)
        if before == after and previous is None:
            self.changes.append(Keep(resource=one.resource, after=after))
        else:
            self.changes.append(
                Update(
                    resource=one.resource,
                    before=before,
                    after=after,
                    previous_resource=previous,
                    differences=differences(before, after),
                    reason="moved" if previous else "settings changed",
                )
            )

    def _take_back(self) -> None:
        """Purchases that turned up after all fill slots first; they are bought and paid for."""
        back, self.late_arrivals = (
            self.late_arrivals[: self.missing_count],
            self.late_arrivals[self.missing_count :],
        )
        self.missing_count -= len(back)
        self.changes += [self._taken_back(one) for one in back]

    def _taken_back(self, one: Instance) -> Adopt:
        return Adopt(
            resource=self.pool.resource,
            after=settled(one, current(one, self.snapshot.owned[one.number]), self.pool.terms),
            source=self.pool.source,
            trunk_verified=one.trunk_verified,
            reason="bought earlier after all, and the pool has a slot for it",
        )

    def _adopt(self) -> None:
        # The listing shows no category, so a pool that declares one cannot tell what matches.
        if not self.pool.adopt or not self.missing_count or self.pool.terms.category is not None:
            return
        if not self.snapshot.complete:
            self.diagnostics.append(no_adoption(self.pool, self.snapshot.gap))
            return
        for row in self.offers.alike.get(self.pool.resource, ()):
            if self.missing_count and row.number not in self.taken:
                self.taken.add(row.number)
                self.missing_count -= 1
                self.changes.append(
                    Adopt(
                        resource=self.pool.resource,
                        after=msgspec.structs.replace(
                            adopted_as(row, self.pool.terms), state=self.pool.state
                        ),
                        source=self.pool.source,
                        reason="owned by the account, not yet managed, and it matches the pool",
                    )
                )

    def _try_again(self) -> None:
        """Numbers whose purchase was closed as never happened: their slots take no other number."""
        while self.missing_count and self.to_retry:
            self.missing_count -= 1
            offer = self._owed_offer()
            if offer is not None:
                self.changes.append(self._purchase(offer, sent_before=True))

    def _await_others(self, moving: list[Instance]) -> list[Instance]:
        """Those that nothing takes the place of yet. What is beyond the count already does for the rest: held
        numbers, which are bought or may be, and members that are too many but cannot go.
        """
        going = sum(isinstance(one, Release) for one in self.changes)
        under_way = len(self.status.members) - going + self.status.held - self.pool.count
        for one in moving[: max(0, under_way)]:
            self._stay(one)
        return moving[max(0, under_way) :]

    def _make_way(self, moving: list[Instance]) -> list[Instance]:
        """Members that leave for purchases which turned up after all on the declared trunk: what was to take
        their place is bought already. Returns the members left.
        """
        back = [one for one in self.late_arrivals if not must_move(one, self.pool.terms)]
        for one, instead in zip(moving, back, strict=False):
            self.together.append((one.number, instead.number))
            self.changes.append(self._taken_back(instead))
            self.changes.append(
                release_or_block(
                    one, self.snapshot, f"{instead.number}, on the declared trunk, takes its place"
                )
            )
        return moving[len(back) :]

    def _move_again(self, moving: list[Instance]) -> list[Instance]:
        """Replace with numbers whose purchase was closed as never happened; returns the members left."""
        left = list(moving)
        while left and self.to_retry:
            one = left.pop(0)
            offer = self._owed_offer()
            if offer is None:
                self._stay(one)
            else:
                self.changes.append(self._replace(one, offer, sent_before=True))
        return left

    def _owed_offer(self) -> Offer | None:
        """The offer of the next number that is owed; where it cannot be bought now, its slot waits for it."""
        tombstone = self.to_retry.pop(0)
        offer = self.offers.found.get(tombstone.number)
        if not isinstance(offer, Offer) or not within_caps(self.pool, offer):
            self.held.append(waiting(tombstone, offer))
            return None
        self.taken.add(offer.number)
        return offer

    def _choose(self, moving: list[Instance]) -> tuple[Offer, ...]:
        wanted = self.missing_count + len(moving)
        stock = self.offers.stock.get(self.pool.resource)
        if not wanted or stock is None:
            return ()
        barred = {*self.taken, *self.comparison.declared, *self.comparison.managed, *self.comparison.to_retry}
        barred.update(one.number for one in self.comparison.held)
        barred |= self.others | self.snapshot.owned.keys() | self.snapshot.unread.keys()
        choice = choose(self.pool, stock.offers, wanted, barred, self._preferred(moving))
        self.taken.update(one.number for one in choice.picks)
        self.spare = choice.alternates if self.missing_count else ()
        if len(choice.picks) < wanted:
            self.diagnostics.append(shortage(self.pool, wanted, len(choice.picks), stock.why))
        return choice.picks

    def _preferred(self, moving: list[Instance]) -> list[E164 | None]:
        """The number that each slot prefers, in the order in which they are filled."""
        fresh = [*self.preferred.purchases[: self.missing_count]]
        padding = [None] * (self.missing_count - len(fresh))
        return [*fresh, *padding, *(self.preferred.replaces.get(one.number) for one in moving)]

    def _buy(self, picks: tuple[Offer, ...], moving: list[Instance]) -> None:
        fresh = picks[: self.missing_count]
        self.changes.extend(self._purchase(offer) for offer in fresh)
        for one, offer in zip_longest(moving, picks[len(fresh) :]):
            if offer is None:  # the shortage is reported; the member stays where it is
                self._stay(one)
            else:
                self.changes.append(self._replace(one, offer))

    def _show_refused(self, moving: list[Instance]) -> None:
        """Members that would have to move, for the guard of trunk changes to refuse."""
        for one in moving:
            before = current(one, self.snapshot.owned[one.number])
            self.changes.append(self._replacement(before, on_terms(before, self.pool.terms)))

    def _replace(self, one: Instance, offer: Offer, *, sent_before: bool = False) -> Replace:
        before = current(one, self.snapshot.owned[one.number])
        return self._replacement(before, bought_as(offer, self.pool.terms), sent_before=sent_before)

    def _replacement(self, before: Attributes, after: Attributes, *, sent_before: bool = False) -> Replace:
        return Replace(
            resource=self.pool.resource,
            before=before,
            after=after,
            source=self.pool.source,
            differences=differences(before, after),
            sent_before=sent_before,
            reason="the trunk of a number cannot be changed: another is bought, then this one released",
        )

    def _purchase(self, offer: Offer, *, sent_before: bool = False) -> Purchase:
        return Purchase(
            resource=self.pool.resource,
            after=bought_as(offer, self.pool.terms),
            source=self.pool.source,
            substitutable=self.pool.on_unavailable == "substitute" and not sent_before,
            sent_before=sent_before,
            reason=f"the pool is short; {self.pool.select}",
        )
