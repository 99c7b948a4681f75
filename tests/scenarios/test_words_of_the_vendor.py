"""Words that only the vendor knows, as people write them: countries, states, types; and what is said where none
fits.
"""

import json

import pytest

from tests.cli.desk import HEAD, Desk

JERSEY = [f"+120155501{place:02}" for place in range(4)]
BARE = HEAD.replace("defaults: {country: United States, sip_trunk_id: 169}", "")


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """Numbers in two states and another country."""
    desk.stock(*[{"number": number, "state": "New Jersey", "city": "Newark"} for number in JERSEY])
    desk.stock(*[{"number": f"+121255501{place:02}", "state": "New York"} for place in range(2)])
    desk.stock({"number": "+442071838750", "country": "United Kingdom", "state": ""})
    return desk


@pytest.mark.parametrize(
    ("country", "state"),
    [
        ("United States", "new jersey"),
        ("US", "NJ"),
        ("usa", "nj"),
        ("united  states", "New-Jersey"),
        ("United States of America", "NEW JERSEY"),
    ],
)
def test_a_pool_is_filled_whatever_people_call_its_place(shop: Desk, country: str, state: str) -> None:
    shop.manifest(
        f"pools: {{p: {{count: 2, country: {country}, state: {state}, type: geographic}}}}\n"
        f"policy: {{allowed_countries: [US], allowed_types: [GEOGRAPHIC]}}\n",
        head=BARE,
    )
    ran = shop("apply", "--auto-approve")
    assert ran.code == 0, ran.err
    assert shop.owned == set(JERSEY[:2])
    again = shop("plan", "--detailed-exitcode")
    assert again.code == 0, again.out


def test_an_entry_may_name_its_country_by_its_code(shop: Desk) -> None:
    shop.manifest("numbers: {a: {number: 020 7183 8750, country: UK, type: geographic}}\n", head=BARE)
    assert shop("apply", "--auto-approve").code == 0
    assert shop.owned == {"+442071838750"}


def test_a_state_that_the_vendor_writes_otherwise_is_found_under_its_word(desk: Desk) -> None:
    desk.stock({"number": JERSEY[0], "state": "NJ"})
    desk.manifest("pools: {p: {count: 1, state: New Jersey}}\n")
    assert desk("apply", "--auto-approve").code == 0
    assert desk.owned == {JERSEY[0]}
    assert desk("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("criteria", "why"),
    [
        (
            "state: New Jersy",
            "there are none with state New Jersy: did you mean New Jersey? offered are New Jersey, New York",
        ),
        ('digits: "999"', "without digits 999 there are 6 for sale"),
        (
            'state: NJ, digits: "212"',
            "there are none with state New Jersey: offered are New York; without digits 212 there are 4",
        ),
    ],
)
def test_a_pool_without_a_hit_names_the_criterion_that_is_to_blame(
    shop: Desk, criteria: str, why: str
) -> None:
    shop.manifest(f"pools: {{p: {{count: 1, {criteria}}}}}\n")
    ran = shop("plan")
    assert ran.code == 1
    assert why in ran.out + ran.err
    flags = [
        part
        for pair in criteria.replace('"', "").split(", ")
        for part in ("--" + pair.split(": ")[0], pair.split(": ")[1])
    ]
    searched = shop("search", "--country", "United States", *flags)
    assert searched.code == 0
    assert f"nothing found: {why}" in searched.err


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--type", "mobile"), "there are none with type Mobile: offered are Geographic"),
        (("--type", "mobile", "--digits", "999"), "no single one of type, digits is to blame"),
    ],
)
def test_so_does_a_search(shop: Desk, flags: tuple[str, ...], why: str) -> None:
    assert f"nothing found: {why}" in shop("search", "--country", "United States", *flags).err


def test_many_pools_without_a_hit_are_asked_about_up_to_a_few(shop: Desk) -> None:
    pools = "".join(f'  p{at}: {{count: 1, digits: "99{at:02}"}}\n' for at in range(20))
    shop.manifest(f"pools:\n{pools}")
    before = shop.emulator.calls().get("search", 0)
    assert shop("plan").code == 1
    assert shop.emulator.calls()["search"] - before <= 20 + 5 * 2


def test_search_knows_a_country_by_other_words_and_refuses_one_that_is_not_offered(shop: Desk) -> None:
    found = shop("search", "--country", "usa", "--state", "NJ", "--json")
    assert {row["number"] for row in json.loads(found.out)} == set(JERSEY)
    refused = shop("search", "--country", "Untied States")
    assert refused.code == 1
    assert "no numbers are offered in 'Untied States'" in refused.err
    assert "did you mean 'United States'?" in refused.err
    assert shop("search", "--country", "Atlantis").code == 1
