"""What every `Provider` promises, whoever stands behind it. Run it on a fake and on the client alike.

A subclass gives a `vendor` fixture: the provider, and a way to arrange what its account and stock hold.
"""

from decimal import Decimal
from typing import Protocol

from numplan.engine.ports import Provider
from numplan.model.account import Criteria, Offer, OwnedNumber, Unreadable
from numplan.model.number import E164
from numplan.model.outcome import NotSent, Refused, Succeeded, Unknown
from tests.fakes import nothing_barred

SOLD = (E164("+12125550101"), E164("+12125550102"), E164("+12125550103"))
MOBILE = E164("+12125550199")
BRITISH = E164("+442071234567")
OWNED = (E164("+12125550201"), E164("+12125550202"))
HELD = E164("+12125550203")
NOWHERE = E164("+12125559999")


class Vendor(Protocol):
    """A provider and what lies behind it, arranged by `arrange`."""

    @property
    def provider(self) -> Provider: ...

    def put_on_sale(self, number: E164, *, country: str, state: str, kind: str, category: str) -> None: ...

    def own(self, number: E164, *, country: str, kind: str, flow: bool) -> None: ...

    def cannot_read(self, number: str, *, named: bool) -> object: ...

    def lose_next_reply(self, endpoint: str) -> None: ...


def arrange(vendor: Vendor) -> None:
    """Three numbers on sale in New York, a mobile one, a British one; three owned, of which a flow holds one."""
    for number in SOLD:
        vendor.put_on_sale(
            number, country="United States", state="New York", kind="Geographic", category="Voice"
        )
    vendor.put_on_sale(MOBILE, country="United States", state="New York", kind="Mobile", category="Voice+SMS")
    vendor.put_on_sale(BRITISH, country="United Kingdom", state="", kind="Non-Geographic", category="Voice")
    for number in OWNED:
        vendor.own(number, country="United States", kind="Geographic", flow=False)
    vendor.own(HELD, country="United States", kind="Geographic", flow=True)


class ProviderContract:
    """The promises. Each test has an arranged vendor of its own."""

    def test_it_names_its_account_and_url(self, vendor: Vendor) -> None:
        assert vendor.provider.account
        assert vendor.provider.url.endswith("/")

    def test_regions_have_types_in_canonical_spelling(self, vendor: Vendor) -> None:
        regions = {region.name: region.types for region in vendor.provider.regions().rows}
        assert set(regions["United States"]) >= {"Geographic", "Mobile"}
        assert "Non-Geographic" in regions["United Kingdom"]

    def test_the_listing_is_complete_and_tells_flows(self, vendor: Vendor) -> None:
        listing = vendor.provider.purchased(expected=3)
        assert listing.complete
        assert listing.gap == ""
        assert set(listing.numbers) == {*OWNED, HELD}
        assert all(number == owned.number for number, owned in listing.numbers.items())
        assert [number for number, owned in listing.numbers.items() if owned.flow is not None] == [HELD]

    def test_the_listing_can_be_asked_for_a_part(self, vendor: Vendor) -> None:
        us = vendor.provider.purchased_in(Criteria("United States", type="Geographic"))
        assert set(us.numbers) == {*OWNED, HELD}
        assert vendor.provider.purchased_in(Criteria("United Kingdom")).numbers == {}

    def test_a_look_up_tells_owned_from_not_owned(self, vendor: Vendor) -> None:
        owned = vendor.provider.look_up(OWNED[0])
        assert owned is not None
        assert owned.number == OWNED[0]
        assert vendor.provider.look_up(SOLD[0]) is None
        assert vendor.provider.look_up(NOWHERE) is None

    def test_find_tells_an_offer_or_none(self, vendor: Vendor) -> None:
        offer = vendor.provider.find(SOLD[0])
        assert isinstance(offer, Offer)
        assert (offer.number, offer.state, offer.type) == (SOLD[0], "New York", "Geographic")
        assert isinstance(offer.monthly_charge, Decimal)
        assert vendor.provider.find(NOWHERE) is None

    def test_search_keeps_to_its_criteria(self, vendor: Vendor) -> None:
        criteria = Criteria("United States", state="New York", type="Geographic")
        found = vendor.provider.search(criteria, wanted=None)
        assert {offer.number for offer in found.offers} == set(SOLD)
        assert found.exhausted
        mobile = vendor.provider.search(Criteria("United States", type="Mobile"), wanted=1)
        assert [offer.number for offer in mobile.offers] == [MOBILE]
        british = vendor.provider.search(Criteria("United Kingdom", type="Non-Geographic"), wanted=5)
        assert [offer.number for offer in british.offers] == [BRITISH]

    def test_a_row_that_cannot_be_read_stands_beside_the_others(self, vendor: Vendor) -> None:
        for number in (OWNED[0], SOLD[0]):
            vendor.cannot_read(number, named=True)
        listing = vendor.provider.purchased(expected=3)
        assert (listing.complete, set(listing.numbers)) == (True, {OWNED[1], HELD})
        assert [one.number for one in listing.unreadable] == [OWNED[0]]
        found = vendor.provider.search(Criteria("United States", type="Geographic"), wanted=None)
        assert {offer.number for offer in found.offers} == set(SOLD[1:])
        assert [one.number for one in found.unreadable] == [SOLD[0]]
        for one in (vendor.provider.look_up(OWNED[0]), vendor.provider.find(SOLD[0])):
            assert isinstance(one, Unreadable)
            assert one.problem == "its country is null"
        assert isinstance(vendor.provider.look_up(OWNED[1]), OwnedNumber)

    def test_so_does_one_that_does_not_say_its_number(self, vendor: Vendor) -> None:
        for number in (OWNED[0], SOLD[0]):
            vendor.cannot_read(number, named=False)
        listing = vendor.provider.purchased(expected=3)
        assert (listing.complete, set(listing.numbers)) == (True, {OWNED[1], HELD})
        assert [one.number for one in listing.unreadable] == [None]
        for one in (vendor.provider.look_up(OWNED[0]), vendor.provider.find(SOLD[0])):
            assert isinstance(one, Unreadable)
            assert one.number is None
        assert vendor.provider.look_up(SOLD[1]) is None

    def test_search_gives_as_many_as_wanted(self, vendor: Vendor) -> None:
        found = vendor.provider.search(Criteria("United States"), wanted=2)
        assert len(found.offers) >= 2

    def test_a_purchase_is_owned_and_no_longer_for_sale(self, vendor: Vendor) -> None:
        outcomes = vendor.provider.purchase([SOLD[0], NOWHERE], 169, nothing_barred)
        assert set(outcomes) == {SOLD[0], NOWHERE}
        assert isinstance(outcomes[SOLD[0]], Succeeded)
        assert isinstance(outcomes[NOWHERE], Refused)
        assert vendor.provider.look_up(SOLD[0]) is not None
        assert vendor.provider.find(SOLD[0]) is None
        assert SOLD[0] in vendor.provider.purchased(expected=4).numbers

    def test_a_release_is_owned_no_more_and_a_flow_bars_it(self, vendor: Vendor) -> None:
        outcomes = vendor.provider.release([OWNED[0], HELD], nothing_barred)
        assert isinstance(outcomes[OWNED[0]], Succeeded)
        assert isinstance(outcomes[HELD], Refused)
        assert vendor.provider.look_up(OWNED[0]) is None
        assert vendor.provider.look_up(HELD) is not None

    def test_a_lost_reply_is_unknown_never_an_exception(self, vendor: Vendor) -> None:
        vendor.lose_next_reply("purchase-numbers")
        assert isinstance(vendor.provider.purchase([SOLD[1]], 169, nothing_barred)[SOLD[1]], Unknown)
        vendor.lose_next_reply("release-numbers")
        assert isinstance(vendor.provider.release([OWNED[1]], nothing_barred)[OWNED[1]], Unknown)

    def test_nothing_asked_nothing_answered(self, vendor: Vendor) -> None:
        assert dict(vendor.provider.purchase([], 169, nothing_barred)) == {}
        assert dict(vendor.provider.release([], nothing_barred)) == {}

    def test_outcomes_are_one_of_four(self, vendor: Vendor) -> None:
        outcomes = vendor.provider.purchase([*SOLD, NOWHERE], None, nothing_barred)
        assert set(outcomes) == {*SOLD, NOWHERE}
        assert all(isinstance(one, Succeeded | Refused | NotSent | Unknown) for one in outcomes.values())
