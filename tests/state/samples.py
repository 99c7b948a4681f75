"""States to store: made by hand, and made up by hypothesis."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from hypothesis import strategies as st

from numplan.model.address import Resource
from numplan.model.money.budget import Budget
from numplan.model.number import E164
from numplan.model.policy import Policy
from numplan.model.state import Attributes, Bound, Instance, Intent, State, Tombstone
from numplan.model.stored.state_document import encode_state

NOON = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


def make_state(serial: int = 1, *, lineage: str = "lineage-a", numbers: int = 2, write_id: str = "") -> State:
    """A state with so many numbers."""
    return State(
        serial=serial,
        lineage=lineage,
        account="acc-1",
        api_url="https://api.example.test/v1",
        numplan="0.1.0",
        write_id=write_id or uuid.uuid4().hex,
        numbers=tuple(make_instance(place) for place in range(numbers)),
    )


def make_instance(place: int) -> Instance:
    """The nth of many numbers."""
    return Instance(
        resource=Resource("pool.sales"),
        attributes=Attributes(
            number=E164(f"+1205{place:07d}"),
            country="United States",
            type="Geographic",
            sip_trunk_id=7,
            labels={"team": "sales"},
            setup_charge=Decimal("0.10"),
            monthly_charge=Decimal("0.95"),
        ),
        bought_at=NOON,
    )


def next_after(state: State, **changes: object) -> State:
    """What may follow on a state."""
    return msgspec.structs.replace(state, serial=state.serial + 1, write_id=uuid.uuid4().hex, **changes)


def store(path, *states: State) -> State:
    """Put states there, one after the other, as runs would. Returns the last."""
    from numplan.state.local.backend import LocalBackend

    with LocalBackend(path).lock("apply") as session:
        for state in states:
            session.write(state)
    return states[-1]


def plant(path, state: State) -> None:
    """Put a document there as a stranger would: without lock and mark."""
    path.write_bytes(encode_state(state))


# Lone surrogates cannot be written as UTF-8, and no edge lets one in.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ids = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
times = st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1))  # noqa: DTZ001
charges = st.none() | st.decimals("0", "9999.9999", places=4)
# Not from regular expressions: those draw letter by letter, which takes longer.
numbers = st.integers(10**4, 10**15 - 1).map(lambda digits: E164(f"+{digits}"))
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
resources = st.builds(
    lambda kind, first, rest: Resource(f"{kind}.{first}{rest}"),
    st.sampled_from(["number", "set", "pool"]),
    st.sampled_from(letters),
    st.text(f"-0123456789{letters}", max_size=8),
)
attributes = st.builds(
    Attributes,
    number=numbers,
    country=texts,
    type=texts,
    state=st.none() | texts,
    category=st.none() | texts,
    sip_trunk_id=st.none() | st.integers(0, 2**62),
    labels=st.dictionaries(texts, texts, max_size=3),
    protect=st.booleans(),
    setup_charge=charges,
    monthly_charge=charges,
)
instances = st.builds(
    Instance,
    resource=resources,
    attributes=attributes,
    origin=st.sampled_from(["purchased", "adopted", "found"]),
    bought_at=st.none() | times,
    trunk_verified=st.booleans(),
    surplus=st.booleans(),
)
intents = st.builds(
    Intent,
    kind=st.sampled_from(["purchase", "release"]),
    instance=instances,
    run=texts,
    written_at=times,
    unsold_at=st.none() | times,
)
tombstones = st.builds(
    Tombstone, instance=instances, closed_at=times, holds_slot=st.booleans(), unsold_at=st.none() | times
)
budgets = st.builds(
    Budget,
    monthly=charges.filter(lambda one: one is not None),
    label=texts,
    value=st.none() | texts,
    besides=st.lists(texts, max_size=2).map(tuple),
)
policies = st.builds(
    Policy,
    max_purchases=st.none() | st.integers(0, 99),
    max_releases=st.none() | st.integers(0, 99),
    max_release_share=st.sampled_from(["0%", "12.5%", "50%", "100%"]),
    max_adoptions=st.none() | st.integers(0, 99),
    max_setup_cost=charges,
    max_monthly_increase=charges,
    budgets=st.just(msgspec.UNSET) | st.lists(budgets, min_size=1, max_size=2).map(tuple),
    allowed_countries=st.none() | st.lists(texts, max_size=2).map(tuple),
    allowed_types=st.none() | st.lists(texts, max_size=2).map(tuple),
    allowed_trunks=st.none() | st.lists(st.just("none") | st.integers(1, 2**53), max_size=2).map(tuple),
    required_labels=st.lists(texts, max_size=2).map(tuple),
    unmanaged=st.sampled_from(["ignore", "warn"]),
)
bounds = st.builds(
    Bound, policy=policies, url=texts, settle_seconds=st.floats(0, 600), hold_minutes=st.floats(0, 1440)
)
states = st.builds(
    State,
    serial=st.integers(1, 2**53),
    lineage=ids,
    account=texts,
    api_url=texts,
    numplan=texts,
    write_id=ids,
    numbers=st.lists(instances, max_size=4, unique_by=lambda one: one.number).map(tuple),
    intents=st.lists(intents, max_size=3).map(tuple),
    tombstones=st.lists(tombstones, max_size=3).map(tuple),
    bound=st.none() | bounds,
    protected=st.lists(numbers, max_size=2, unique=True).map(tuple),
)
