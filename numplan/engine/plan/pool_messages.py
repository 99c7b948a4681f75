"""What a plan says of a pool: too little stock, members unlike its criteria, slots that wait. Pure."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.comparison import Comparison
from numplan.engine.compare.localities import Locality, is_local, localities_of, locality_of
from numplan.engine.compare.pools.status import PoolStatus
from numplan.engine.plan.choosing.owned_alike import matches
from numplan.engine.plan.choosing.runs import runs_of
from numplan.engine.plan.pool_choice import Choice, any_cap, within_caps
from numplan.model.account import Found, Offer, Unreadable
from numplan.model.charge import in_cents
from numplan.model.diagnostics import Diagnostic, error, note, warning
from numplan.model.manifest import PoolEntry, Retired
from numplan.model.plan import Deferred
from numplan.model.state import Instance, Tombstone
from numplan.model.text.countries import same_state
from numplan.model.text.printable import numbers
from numplan.model.text.spelling import serves

_TOLD: Final = 12


def shortage(pool: PoolEntry, wanted: int, have: int, why: str = "", crowded: int = 0) -> Diagnostic:
    """The vendor offers too little: an error, or a warning where a part will do. `why` says what leaves nothing; so
    many more are `crowded`, kept out by the limit of one exchange.
    """
    caps = any_cap(pool)
    few = f"but the vendor offers only {have}"
    if pool.select == "block":
        few = (
            f"in one run, but the longest for sale has {have}" if have else "in one run, but none is for sale"
        )
    if crowded:
        kept_out = f", and {crowded:,} more that max_per_exchange: {pool.max_per_exchange} keeps out"
        why = why or "raise max_per_exchange, loosen the other criteria, or lower the count"
    else:
        kept_out = ""
    say = warning if pool.on_shortage == "partial" else error
    return say(
        f"{pool.resource} wants {wanted} more{',' if pool.select != 'block' else ''} {few}"
        f"{' within its price caps' if caps else ''}{kept_out}",
        source=pool.source,
        path=f"pools.{pool.name}.count",
        hint=why
        or "loosen its criteria, "
        + (
            "or lower its count"
            if pool.on_shortage == "partial"
            else "lower its count, or set on_shortage: partial"
        ),
    )


def too_little(
    pool: PoolEntry, wanted: int, choice: Choice, because: Callable[[], str]
) -> Iterator[Diagnostic]:
    """What is on offer is less than a pool wants: of a pool that is spread, in which places. `because` looks through
    all that is for sale, so it is asked only where something is lacking.
    """
    if len(choice.picks) >= wanted and not choice.lacking:
        return
    why = because()
    if len(choice.picks) < wanted and not choice.lacking:
        yield shortage(pool, wanted, len(choice.picks), why, choice.crowded)
    say = warning if pool.on_shortage == "partial" else error
    for place, share, have in choice.lacking:
        which = place.name if place.state else f"area code {place.name}"
        limit = f" within max_per_exchange: {pool.max_per_exchange}" if choice.crowded else ""
        yield say(
            f"{pool.resource} wants {share:,} more in {which}, but the vendor offers only {have:,}{limit}",
            source=pool.source,
            path=f"pools.{pool.name}.spread",
            hint=why or "on_shortage: elsewhere lets the other places fill up, partial leaves the pool short",
        )


def kept_from(pool: PoolEntry, stock: Found, comparison: Comparison) -> str:
    """Why a pool finds too little: what the vendor said, and what is for sale that it may not take."""
    fitting = [
        one.number for one in stock.offers if within_caps(pool, one) and is_local(pool, one.number, one.state)
    ]
    lately = sum(number in comparison.released and number not in comparison.retired for number in fitting)
    retired = sum(number in comparison.retired for number in fitting)
    days = comparison.no_rebuy.days
    told = [
        f"{count:,} more {'is' if count == 1 else 'are'} for sale that {which}"
        for count, which in (
            (lately, f"this state released less than {days} days ago: policy.rebuy_after"),
            (retired, "`retire` names"),
        )
        if count
    ]
    return "; ".join((*told, *([stock.why] if stock.why else [])))


def origins(
    pool: PoolEntry, choice: Choice, exhausted: Container[Locality], why: str
) -> Iterator[Diagnostic]:
    """From where a pool that names places buys, and what the next one that it prefers would cost: `212: 12 (all
    there are), 646: 8; next 917, from 0.30 a month`. `why` says what is not for sale, and what is instead.
    """
    localities = localities_of(pool)
    counts = Counter(locality_of(one.number, one.state, localities) for one in choice.picks)
    used = [place for place in localities if counts[place]]
    if not used:
        return
    left: dict[Locality | None, list[Offer]] = {}
    for one in choice.left:
        left.setdefault(locality_of(one.number, one.state, localities), []).append(one)
    upto = len(localities) if pool.spread else localities.index(used[-1]) + 1
    told = []
    for place in localities[:upto]:
        if place in left:
            why_less = "no run long enough" if pool.select == "block" else "all that max_per_exchange allows"
            aside = "" if pool.spread or place == used[-1] else f" ({why_less})"
        else:
            aside = " (all there are)" if place in exhausted else ""
        told.append(f"{place.name}: {counts[place]:,}{aside}")
    following = next((place for place in localities[upto:] if place in left), None)
    if following:
        one = min(left[following], key=lambda each: (each.monthly_charge, each.setup_charge))
        price = f"{in_cents(one.monthly_charge)} a month and {in_cents(one.setup_charge)} once"
        told[-1] += f"; next {following.name}, from {price}"
    yield note(
        f"{pool.resource} buys {', '.join(told)}",
        source=pool.source,
        path=f"pools.{pool.name}.{'spread' if pool.spread else 'area_codes'}",
        hint=why,
    )


def runs_taken(pool: PoolEntry, picks: Sequence[Offer]) -> Iterator[Diagnostic]:
    """How long the runs are of which a pool buys that takes what is consecutive as far as it is for sale."""
    if pool.select != "consecutive" or len(picks) <= 1:
        return
    lengths = sorted(map(len, runs_of(picks)), reverse=True)
    more = f" and {len(lengths) - _TOLD:,} shorter or equal ones" if len(lengths) > _TOLD else ""
    told = ", ".join(f"{length:,}" for length in lengths[:_TOLD])
    what = f"one run of {lengths[0]:,}" if len(lengths) == 1 else f"runs of {told}{more}"
    yield note(
        f"{pool.resource} buys {what}",
        source=pool.source,
        path=f"pools.{pool.name}.select",
        hint="" if len(lengths) == 1 else "select: block buys one unbroken run, or nothing",
    )


def use_of(pool: PoolEntry, picks: Sequence[Offer]) -> Iterator[Diagnostic]:
    """What the expected use of what a pool buys comes to, beside its monthly charge."""
    if pool.terms.usage is None or not picks:
        return
    used = [pool.terms.usage.cost(one.rates) for one in picks]
    about = [f"{one:.2f}" for one in sorted(one for one in used if one is not None)]
    monthly = [in_cents(one) for one in sorted(one.monthly_charge for one in picks)]
    unknown = used.count(None)
    lacking = f"; {unknown:,} of them {'says' if unknown == 1 else 'say'} no rate" if unknown else ""
    yield note(
        f"{pool.resource} buys {numbers(len(picks))} at {_span(monthly)} a month and about "
        f"{_span(about) if about else '?'} for {pool.terms.usage} each{lacking}",
        source=pool.source,
        path=f"pools.{pool.name}.usage",
    )


def _span(ascending: Sequence[str]) -> str:
    """`0.10`, or `0.10 to 0.30`."""
    first, last = ascending[0], ascending[-1]
    return first if first == last else f"{first} to {last}"


def no_adoption(pool: PoolEntry, gap: str) -> Diagnostic:
    """A listing that is not complete is no ground to adopt on."""
    return error(
        f"{pool.resource} cannot adopt from an incomplete listing: {gap}",
        source=pool.source,
        path=f"pools.{pool.name}.adopt",
        hint="set adopt: false, or try again when the listing is complete",
    )


def mismatches(status: PoolStatus, snapshot: AccountSnapshot) -> Iterator[Diagnostic]:
    """How many members do not match: changed criteria hold for new members only."""
    pool, members = status.pool, status.members
    unlike = sum(
        1 for one in members if not matches(pool, snapshot.owned[one.number]) or _other_kind(pool, one)
    )
    if unlike:
        yield note(
            f"{pool.resource}: {unlike} of {len(members)} members do not match its criteria any more; "
            "criteria hold for new members only",
            source=pool.source,
        )


def waiting(
    pool: PoolEntry,
    tombstone: Tombstone,
    offer: Offer | Unreadable | None,
    *,
    crowded: bool,
    retired: Retired | None = None,
) -> Deferred:
    """A slot that waits for the number of an earlier purchase, and why that cannot be bought now."""
    match offer:
        case _ if retired is not None:
            why = f"it is {retired.words}: it is not tried again, and its slot is free before long"
        case None:
            why = "it is neither in the account nor for sale"
        case Unreadable():
            why = f"what it costs cannot be read: {offer.problem}"
        case Offer() if not is_local(pool, tombstone.number, offer.state):
            states = pool.spread is not None and pool.spread.by == "state"
            why = "it is in none of the pool's states" if states else "it has none of the pool's area codes"
        case Offer() if crowded:
            why = f"its exchange has as many as max_per_exchange: {pool.max_per_exchange} allows"
        case Offer():
            why = "it now costs more than the pool's cap"
    return Deferred(
        resource=tombstone.instance.resource,
        number=tombstone.number,
        reason=f"an earlier purchase had an unknown outcome, and {why}",
    )


def _other_kind(pool: PoolEntry, one: Instance) -> bool:
    """Whether a member is known to be of another state or category; the account's rows show neither."""
    state, category = one.attributes.state, one.attributes.category
    return (
        not is_local(pool, one.number, state)
        or (pool.state is not None and state is not None and not same_state(pool.state, state, pool.country))
    ) or (
        pool.terms.category is not None and category is not None and not serves(category, pool.terms.category)
    )
