"""The stock and the account that an emulator starts with, made from a seed."""

import random
from collections.abc import Iterator
from itertools import islice

import msgspec

from numplan.emulator.protocol.records import Flow, ForSale, Offer, Owned
from numplan.emulator.vendor.geography import (
    GEOGRAPHIC,
    MOBILE,
    NON_GEOGRAPHIC,
    TOLL_FREE,
    UIFN,
    Place,
    places,
)

VENDORS_SAMPLES = (
    ForSale(number="16091609123"),
    ForSale(number="12050012202", state="Alabama"),
    ForSale(number="12050032925", state="Alabama"),
    ForSale(number="16096294649", city="Trenton"),
    ForSale(number="16096294671", city="Trenton"),
)
"""The numbers on the vendor's own page, always the first of a seeded stock."""

OWNED_SAMPLES = (
    Owned(number="12050032925", state="Alabama", trunk=169, assignment=Flow()),
    Owned(number="16096294649", city="Trenton", trunk=169),
    Owned(
        number="16096294671", city="Trenton", trunk=169, assignment=Flow(flow_id="171", flow_name="Reception")
    ),
)
"""The purchased numbers on that page, always the first that a seeded account owns."""

LONGEST_RUN = 12
"""Consecutive numbers come in runs of up to this many."""

OFFERS_A_PLACE = 3
"""Numbers of one city come at this many prices."""

_CHARGES = {
    GEOGRAPHIC: (
        ("0.10", "0.25", "0.50", "1.00"),
        ("0.10", "0.50", "0.80", "1.25", "2.00"),
        ("0.0050", "0.0120"),
    ),
    MOBILE: (("0.50", "1.00", "2.50"), ("1.00", "2.75", "4.50"), ("0.0150", "0.0350")),
    NON_GEOGRAPHIC: (("0.25", "1.00"), ("0.90", "1.50", "3.00"), ("0.0100", "0.0450")),
    TOLL_FREE: (("1.00", "5.00"), ("2.00", "6.50", "12.00"), ("0.0250", "0.0890", "0.1400")),
    UIFN: (("25.00", "60.00"), ("45.00", "99.95"), ("0.1200", "0.7000")),
}


def seeded_stock(seed: int, count: int) -> Iterator[tuple[Offer, Iterator[str]]]:
    """Each offer with the digits of its numbers; `count` numbers in all, none twice.

    The vendor's samples come first, as far as `count` allows. Read each offer's numbers before the
    next offer: they are drawn one after the other.
    """
    samples = VENDORS_SAMPLES[:count]
    for sample in samples:
        yield offer_of(sample), iter([sample.number])
    yield from _generated(seed, "stock", count - len(samples), frozenset(each.number for each in samples))


def seeded_account(seed: int, count: int) -> Iterator[Owned]:
    """The numbers an account has purchased before the start: `count` of them, none twice.

    Of every ten, two are assigned to a flow, one has no `assignment` key, the rest have a null one.
    """
    samples = OWNED_SAMPLES[:count]
    yield from samples
    position = len(samples)
    taken = frozenset(each.number for each in VENDORS_SAMPLES)
    for offer, numbers in _generated(seed, "account", count - len(samples), taken):
        for number in numbers:
            yield _purchased_before(offer, number, position)
            position += 1


def offer_of(shown: Offer) -> Offer:
    """The part of a number for sale, or of an owned one, that it shares with its place."""
    return Offer(**{name: getattr(shown, name) for name in Offer.__struct_fields__})


def _purchased_before(offer: Offer, number: str, position: int) -> Owned:
    tenth = position % 10
    assigned = Flow(flow_id=str(100 + position % 7), flow_name=f"Flow {position % 7}")
    return Owned(
        **msgspec.structs.asdict(offer),
        number=number,
        trunk=169 + position % 3,
        assignment=assigned if tenth in (3, 7) else "absent" if tenth == 5 else "null",  # noqa: PLR2004
    )


def _generated(
    seed: int, purpose: str, count: int, taken: frozenset[str]
) -> Iterator[tuple[Offer, Iterator[str]]]:
    every = places()
    for index, (place, share) in enumerate(zip(every, _shares(every, count), strict=True)):
        if share:
            chance = random.Random(f"{seed}/{purpose}/{index}")  # noqa: S311 - repeatable is the point
            numbers = _numbers(chance, place, purpose, share, taken)
            for part in range(OFFERS_A_PLACE):
                size = share * (part + 1) // OFFERS_A_PLACE - share * part // OFFERS_A_PLACE
                yield _offer(chance, place), islice(numbers, size)


def _shares(every: tuple[Place, ...], count: int) -> list[int]:
    """Split `count` over the places by weight, exactly: each gets what the running total has reached."""
    whole = sum(place.weight for place in every)
    shares, reached, before = [], 0, 0
    for place in every:
        reached += place.weight
        upto = count * reached // whole
        shares.append(upto - before)
        before = upto
    return shares


def _offer(chance: random.Random, place: Place) -> Offer:
    setups, recurrings, rates = _CHARGES[place.number_type]
    with_messages = place.number_type in (GEOGRAPHIC, MOBILE) and chance.random() < 0.6  # noqa: PLR2004
    return Offer(
        country=place.country,
        country_code=place.country_code,
        state=place.state,
        city=place.city,
        number_type=place.number_type,
        category="Voice+SMS" if with_messages else "Voice",
        initial_block=(block := chance.choice(("1", "6", "60"))),
        regular_block=block,
        setup_charge=chance.choice(setups),
        recurring_charge=chance.choice(recurrings),
        rate=chance.choice(rates),
        sms_rate=chance.choice(("0.0013", "0.0075")) if with_messages else "0.0000",
    )


def _numbers(
    chance: random.Random, place: Place, purpose: str, count: int, taken: frozenset[str]
) -> Iterator[str]:
    """`count` numbers of a place in rising runs, spread over the half of its block that `purpose` has.

    What an account owns lies in the upper half and what is for sale in the lower, so they never meet.
    First digits 0 and 1 are left out: national plans keep them for other uses.
    """
    tenth = 10 ** (place.digits - 1)
    low, high = (2 * tenth, 6 * tenth) if purpose == "stock" else (6 * tenth, 10 * tenth)
    spread = max(1, (high - low) // (count + LONGEST_RUN + len(taken)))
    prefix, made, slot = place.country_code + place.code, 0, low
    while made < count and slot < high:
        run = chance.randint(1, LONGEST_RUN)
        first = slot + chance.randrange(max(1, (spread - 1) * run))
        for digits in range(first, min(first + run, high)):
            number = f"{prefix}{digits}"
            if made < count and number not in taken:
                made += 1
                yield number
        slot += spread * run
