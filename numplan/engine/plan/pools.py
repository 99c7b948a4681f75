"""Plan pools: fill what they lack, let go what they have too many, move what sits on another trunk. Pure."""

from collections import Counter
from collections.abc import Mapping
from functools import reduce
from itertools import islice

from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.offers import Offers, Picks
from numplan.engine.plan.plan_part import PlanPart, join
from numplan.engine.plan.pool_choice import spare_count
from numplan.engine.plan.pool_draft import PoolDraft, Surroundings, draft_of
from numplan.engine.plan.pool_steps import STEPS
from numplan.engine.plan.ranked_stock import RankedStocks
from numplan.model.account import Offer
from numplan.model.address import Resource
from numplan.model.number import E164
from numplan.model.plan import Allowances


def plan_pools(
    comparison: Comparison,
    offers: Offers,
    allowances: Allowances,
    taken: set[E164],
    preferred: Mapping[Resource, Picks],
) -> PlanPart:
    """Changes for every pool, in order of name. No two pools and none of the explicit numbers that have `taken` theirs
    ever take the same one. Alternates come from what all of them leave. What a pool has `preferred`, it takes first,
    and no other pool does.
    """
    taken = set(taken)
    stocks = RankedStocks(comparison, taken)
    wishes = Counter(number for picks in preferred.values() for number in picks.all())
    drafts: list[tuple[PoolDraft, set[E164]]] = []
    for status in comparison.pools:
        own = preferred.get(status.pool.resource, Picks())
        promised = wishes.keys() - {number for number in own.all() if wishes[number] == 1}
        around = Surroundings(
            comparison=comparison,
            offers=offers,
            allowances=allowances,
            taken=taken,
            promised=promised,
            stocks=stocks,
        )
        draft = reduce(lambda draft, step: step(draft, around), STEPS, draft_of(status, own, around))
        taken |= draft.picked
        drafts.append((draft, promised))
    parts = []
    for draft, promised in drafts:
        left = stocks.left(draft.pool, offers.stock.get(draft.pool.resource), draft.spare, promised)
        alternates = tuple(islice(left, spare_count(draft.missing_count)))
        taken.update(one.number for one in alternates)
        parts.append(_part(draft, alternates))
    return join(parts)


def _part(draft: PoolDraft, alternates: tuple[Offer, ...]) -> PlanPart:
    return PlanPart(
        changes=draft.changes,
        held=draft.held,
        diagnostics=draft.diagnostics,
        alternates={draft.pool.resource: alternates} if alternates else {},
        together=draft.together,
    )
