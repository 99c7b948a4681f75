"""States and plans as documents: read as they were written, or refused."""

from contextlib import suppress
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.address import Resource
from numplan.model.changes import Counts, Keep, Kept, acting, count
from numplan.model.documents import batches
from numplan.model.documents.checksum import SealError, members_of, seal, unseal
from numplan.model.errors import StalePlanError, StateError
from numplan.model.plan import PLAN_VERSION, Plan
from numplan.model.state import STATE_VERSION, successor
from numplan.model.stored import state_document
from numplan.model.stored.plan_document import as_saved, decode_plan, encode_plan, kept_of
from numplan.model.stored.state_document import decode_state, encode_state
from tests.builders import buried, buying, entry, managed, manifest, plan, pool, state, us
from tests.fakes import FakeVendor
from tests.model.made_up import changes, plans
from tests.state.samples import states


def a_plan() -> Plan:
    """One with something of everything."""
    vendor = FakeVendor()
    for place in range(10, 14):
        vendor.put_on_sale(us(place))
    vendor.own(us(1))
    vendor.own(us(2), flow=True)
    wanted = manifest(pool("p", 2), entry("a", us(1)))
    rows = state(managed("number.gone", us(2)), managed("pool.p", us(3)), buying(managed("pool.p", us(4))))
    return plan(wanted, vendor, rows)


def reseal(document: bytes, **members: object) -> bytes:
    """The document with other members, under a checksum that fits."""
    return seal({**msgspec.json.decode(unseal(document)), **members})


PLAN = encode_plan(a_plan())
STATE = encode_state(state(managed("pool.p", us(1)), buying(managed("pool.p", us(2)))))


@given(plans)
def test_a_plan_is_read_as_it_was_written(made):
    document = encode_plan(made)
    again = decode_plan(document, "plan")
    assert again == as_saved(made)
    assert encode_plan(again) == document


@given(plans)
def test_a_saved_plan_has_what_changes_and_how_many_numbers_do_not(made):
    again = decode_plan(encode_plan(made), "plan")
    assert again.changes == acting(made.changes)
    assert again.counts == made.counts
    assert again.acts == made.acts


def test_its_digest_is_of_what_each_of_them_is_in_their_order():
    def kept(*charges: str) -> Kept | None:
        rows = (managed("set.s", us(at), monthly_charge=Decimal(one)) for at, one in enumerate(charges))
        keeps = tuple(Keep(resource=one.resource, after=one.attributes) for one in rows)
        return kept_of(msgspec.structs.replace(a_plan(), changes=keeps, kept=None))

    one = kept("0.10", "0.20")
    assert one is not None
    assert one.count == 2
    assert one == kept("0.10", "0.20")
    assert kept() is None
    others = [kept("0.20", "0.10"), kept("0.10", "0.21"), kept("0.10")]
    assert all(other is not None and other.digest != one.digest for other in others)


def test_a_saved_plan_grows_by_its_changes_and_not_by_what_stays():
    many = tuple(
        Keep(resource=Resource("set.s"), after=managed("set.s", us(at)).attributes) for at in range(5000)
    )
    small, large = (
        len(encode_plan(msgspec.structs.replace(a_plan(), changes=(*a_plan().changes, *keeps), kept=None)))
        for keeps in (many[:1], many)
    )
    assert large - small < 10


def test_a_plan_that_lists_what_stays_is_read_as_it_is():
    """As numplan wrote them once."""
    keep = Keep(resource=Resource("set.s"), after=managed("set.s", us(1)).attributes)
    made = msgspec.structs.replace(a_plan(), changes=(keep,), kept=None)
    members = {name: value for name, value in members_of(made).items() if name != "kept"}
    assert decode_plan(seal(members), "plan") == made


@given(states)
def test_a_state_is_read_as_it_was_written(held):
    document = encode_state(held)
    again = decode_state(document, "state")
    assert again == held
    assert encode_state(again) == document


@given(states)
def test_a_state_of_many_numbers_is_read_as_one_of_few(held):
    """What many say alike is kept once, and nobody else can tell."""
    document = encode_state(held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "AT_ONCE", 2)
        patch.setattr(state_document, "MANY", 0)
        again = decode_state(document, "state")
    assert again == held
    assert encode_state(again) == document


def test_a_state_with_a_checksum_among_its_members_is_none():
    members = msgspec.json.decode(unseal(STATE))
    with pytest.raises(StateError, match="unknown field `checksum`"):
        decode_state(seal({"version": members.pop("version"), "checksum": "sha256:0", **members}), "here")


def test_what_many_numbers_say_alike_is_kept_once(monkeypatch):
    monkeypatch.setattr(state_document, "MANY", 0)
    rows = [managed("pool.p", us(place), labels={"team": "sales"}, state="Alabama") for place in range(5)]
    first, *others = decode_state(encode_state(state(*rows)), "state").numbers
    for one in others:
        for name in ("country", "type", "state", "labels"):
            assert getattr(one.attributes, name) is getattr(first.attributes, name)
        assert one.resource is first.resource
        assert one.number != first.number


@given(st.sampled_from([PLAN, STATE]), st.data())
def test_a_document_that_was_cut_lengthened_or_changed_anywhere_is_refused(document, data):
    place = data.draw(st.integers(0, len(document) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    inserted = data.draw(st.binary(min_size=1, max_size=3))
    flipped = document[:place] + bytes([document[place] ^ bit]) + document[place + 1 :]
    spoilt = [document[:place], document[place + 1 :], flipped, document + inserted, inserted + document]
    for bad in spoilt:
        with pytest.raises(StalePlanError):
            decode_plan(bad, "plan")
        with pytest.raises(StateError):
            decode_state(bad, "state")


def test_every_prefix_of_a_plan_is_refused():
    for length in range(len(PLAN)):
        with pytest.raises(StalePlanError):
            decode_plan(PLAN[:length], "plan")


def test_every_byte_of_a_plan_counts():
    for place in range(len(PLAN)):
        changed = bytearray(PLAN)
        changed[place] ^= 0x20
        with pytest.raises(StalePlanError):
            decode_plan(bytes(changed), "plan")


def test_a_state_is_no_plan_and_a_plan_no_state():
    with pytest.raises(StalePlanError, match="the file cannot be used as a plan"):
        decode_plan(STATE, "the file")
    with pytest.raises(StateError, match="the file cannot be used as state"):
        decode_state(PLAN, "the file")


@pytest.mark.parametrize("version", [0, 1, 99])
def test_a_plan_of_another_version_is_refused_with_what_to_do(version):
    with pytest.raises(StalePlanError, match=f"version {version}") as refused:
        decode_plan(reseal(PLAN, version=version), "plan")
    assert "again" in refused.value.hint
    assert version not in {PLAN_VERSION, STATE_VERSION}


@pytest.mark.parametrize(
    "member",
    [
        {"more": 1},
        {"version": "1"},
        {"serial": -0.5},
        {"changes": [{"type": "give away", "resource": "pool.p"}]},
        {"changes": [{"type": "release", "resource": "pool.p"}]},
        {"cost": {"once": "much"}},
        {"created_at": "yesterday"},
    ],
)
def test_a_sealed_plan_of_another_shape_is_refused(member):
    with pytest.raises(StalePlanError):
        decode_plan(reseal(PLAN, **member), "plan")


@pytest.mark.parametrize(
    "row",
    [
        managed("pool.p", "12345"),
        managed("pool.p", "+1234"),
        managed("pool.p", "+1 205 001 2202"),
        managed("trunk.p", us(1)),
        managed("pool.", us(1)),
        managed("", us(1)),
    ],
)
def test_a_sealed_state_with_a_malformed_row_is_refused(row):
    for held in (state(row), state(buying(row)), state(buried(row))):
        with pytest.raises(StateError):
            decode_state(encode_state(held), "state")


def test_a_state_that_holds_a_number_twice_is_refused():
    with pytest.raises(StateError, match="twice"):
        decode_state(encode_state(state(managed("pool.p", us(1)), managed("number.a", us(1)))), "state")


def test_equal_values_give_equal_bytes_whatever_the_order_of_a_mapping():
    one = state(managed("pool.p", us(1), labels={"a": "1", "b": "2"}))
    other = state(managed("pool.p", us(1), labels={"b": "2", "a": "1"}))
    assert encode_state(one) == encode_state(other)


def test_charges_keep_every_digit():
    row = managed("pool.p", us(1), setup_charge="0.10", monthly_charge="123456789012345678901234567890.12")
    (again,) = decode_state(encode_state(state(row)), "state").numbers
    assert str(again.attributes.setup_charge) == "0.10"
    assert again.attributes.monthly_charge == Decimal("123456789012345678901234567890.12")


def test_each_change_has_a_line_of_its_own():
    """So that two versions of a plan compare line by line."""
    made = a_plan()
    lines = PLAN.decode().splitlines()
    assert sum(line.startswith('{"type":') for line in lines) == len(made.changes)


@given(st.text(max_size=30), st.integers() | st.text() | st.lists(st.text(), max_size=3))
def test_a_seal_is_opened_to_what_was_sealed(name, value):
    try:
        document = seal({name: value})
    except UnicodeEncodeError:  # a lone surrogate is in no document
        return
    assert msgspec.json.decode(unseal(document)) == {name: value}


@given(st.binary(max_size=60))
def test_noise_is_refused(noise):
    with pytest.raises(SealError):
        unseal(noise)
    with suppress(StalePlanError):
        decode_plan(noise, "plan")


@given(st.lists(changes, max_size=8))
def test_a_replace_counts_as_one_purchase_and_one_release(made):
    figures = count(made)
    replaces = sum(type(one).__name__ == "Replace" for one in made)
    assert figures.purchase == replaces + sum(type(one).__name__ == "Purchase" for one in made)
    assert figures.release == replaces + sum(type(one).__name__ == "Release" for one in made)
    counted = sum(getattr(figures, name) for name in Counts.__struct_fields__)
    assert counted == len(made) + replaces


def test_a_state_of_version_1_is_read_and_written_as_todays():
    """Its members are the same but for what it does not know."""
    old = decode_state(reseal(STATE, version=1), "state")
    assert msgspec.structs.replace(old, version=STATE_VERSION) == decode_state(STATE, "state")
    after = successor(old)
    assert (after.version, after.serial) == (STATE_VERSION, old.serial + 1)
    assert decode_state(encode_state(after), "state") == after


def test_a_plan_that_was_saved_before_calls_to_settle_were_counted_is_read():
    members = msgspec.json.decode(unseal(PLAN))
    assert members.pop("unsettled") == 1
    assert decode_plan(seal(members), "plan") == msgspec.structs.replace(a_plan(), unsettled=0)
