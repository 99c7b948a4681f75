"""`numplan adopt`: an account that is there already comes under numplan, without a call that changes it."""

import json

import pytest
import yaml

from numplan.emulator.protocol.records import Flow
from numplan.state.local.backend import LocalBackend
from tests.cli.desk import STATE, run_of
from tests.loading import load_manifest

US, CANADA = run_of(12125550101, 4), run_of(14165550101, 2)
MESSY = [
    "a: {b}\n- c",
    "=cmd|' /C calc'!A0",
    "x # y",
    "\x1b[31mred\u202e",
    "${var.x} & *y",
    "'\"",
    "---",
    "é\u2028☎",
]


def owned(number: str, country="United States", flow: str | None = None, kind="Geographic"):
    assigned = Flow(flow_id="7", flow_name=flow) if flow is not None else "null"
    return {"number": number, "country": country, "number_type": kind, "assignment": assigned}


@pytest.fixture
def company(desk):
    """An account that holds six numbers in two countries, two of them in flows."""
    desk.emulator.add_owned(
        [
            owned(US[0], flow="Main IVR"),
            owned(US[1], flow="Sales EMEA"),
            *(owned(number) for number in US[2:]),
            *(owned(number, "Canada") for number in CANADA),
        ]
    )
    return desk


def declared(desk, name="numplan.yaml"):
    return {one.number: one.resource for one in load_manifest(desk.folder / name).explicit()}


def untouched(desk):
    return desk.left_alone() and not list(desk.folder.iterdir())


def test_all_of_an_account_is_declared_and_managed_and_then_there_is_nothing_to_do(company):
    ran = company("adopt", "--all", "--auto-approve")
    assert ran.code == 0, ran
    assert ran.last.startswith("Apply: 0 purchased, 0 released, 6 adopted,")
    assert declared(company) == {
        **dict.fromkeys(US, "set.united_states_geographic"),
        **dict.fromkeys(CANADA, "set.canada_geographic"),
    }
    assert company.managed == company.owned == {*US, *CANADA}
    assert company("plan", "--detailed-exitcode").code == 0
    assert company("fmt", "--check").code == 0
    again = company("adopt", "--all", "--auto-approve")
    assert (again.code, again.last[:11]) == (0, "No changes.")
    assert company.posts == ()


def test_entries_alone_would_be_adopted_by_the_next_apply(company):
    """The plan from the manifest that was written shows adoptions and nothing else."""
    ran = company("adopt", "--all", "--manifest-only", "--auto-approve")
    assert (ran.code, ran.last) == (0, "`numplan apply` takes 6 numbers into state.")
    assert [path.name for path in company.folder.iterdir()] == ["numplan.yaml"], "neither state nor lock"
    planned = company("plan")
    assert planned.last.startswith("Plan: 0 to purchase, 0 to release, 6 to adopt, 0 to update, 0 blocked.")
    assert company("apply", "--auto-approve").code == 0
    assert company("plan", "--detailed-exitcode").code == 0
    assert company("adopt", "--all", "--manifest-only").last == "No changes."
    assert company.posts == ()


def test_entries_alone_are_written_while_another_run_holds_the_state_and_for_its_account_alone(company):
    company("adopt", "--number", US[0], "--auto-approve")
    with LocalBackend(company.folder / STATE).lock("apply"):
        assert company("adopt", "--all", "--manifest-only", "--auto-approve").code == 0
    assert set(declared(company)) == company.owned
    assert company.managed == {US[0]}
    ran = company("adopt", "--all", "--manifest-only", "--auto-approve", NUMPLAN_ACCOUNT_ID="191")
    assert ran.code == 1
    planned = [json.loads(line) for line in company("plan", "--json").out.splitlines()]
    assert [one["changes"]["import"] for one in planned if one["type"] == "change_summary"] == [5]


def test_machines_read_what_would_be_adopted(company):
    ran = company("adopt", "--all", "--manifest-only", "--json", "--auto-approve")
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["changes"]["import"] for one in told if one["type"] == "change_summary"] == [6]
    assert not [one for one in told if one["type"] == "apply_start"]


def test_without_a_yes_nothing_is_written(company):
    ran = company("adopt", "--all")
    assert ran.code == 9
    assert "set.canada_geographic  2 numbers  Canada, Geographic" in ran.out
    assert [path.name for path in company.folder.iterdir()] == [f"{STATE}.lock"]


def test_an_existing_manifest_keeps_every_line_and_comment(company):
    before = f"""\
        # ours
        numbers:
          hotline:   {{number: "{US[0]}"}}   # never touch this
        # pools follow
        pools: {{}}   # none yet
        """
    path = company.manifest(before)
    lines = path.read_text().splitlines()
    ran = company("adopt", "--country", "Canada", "--number", "+1*", "--as", "numbers", "--auto-approve")
    assert ran.code == 0, ran
    rest = iter(path.read_text().splitlines())
    assert all(line in rest for line in lines)
    assert declared(company) == {
        US[0]: "number.hotline",
        **{number: f"number.number_{number[1:]}" for number in CANADA},
    }
    assert company.managed == {*CANADA}


def test_filters_choose_and_must_be_given(company):
    assert company("adopt").code == 64
    assert company("adopt", "--all", "--country", "Canada").code == 64
    assert company("adopt", "--country", "Canada", "--group-by", "colour").code == 64
    assert company("adopt", "--number", "0800", "--auto-approve").code == 64
    assert untouched(company)
    assert company("adopt", "--flow", "sales*", "--protect", "--auto-approve").code == 0
    (entry,) = company.state.numbers
    assert (entry.number, entry.attributes.protect) == (US[1], True)


def test_declared_numbers_are_taken_into_a_state_that_was_lost(company):
    assert company("adopt", "--all", "--auto-approve").code == 0
    written = (company.folder / "numplan.yaml").read_bytes()
    (company.folder / STATE).unlink()
    assert company("adopt", "--all", "--auto-approve").code == 1
    ran = company("adopt", "--all", "--accept-lost-state", "--auto-approve")
    assert ran.code == 0, ran
    assert "6 that the manifest declares already" in ran.out
    assert company.managed == company.owned
    assert (company.folder / "numplan.yaml").read_bytes() == written


def test_large_sets_have_their_numbers_in_files(company):
    ran = company("adopt", "--all", "--as", "files", "--auto-approve")
    assert ran.code == 0, ran
    rows = (company.folder / "united_states_geographic.csv").read_text().splitlines()
    assert rows == ["number,flow", f"{US[0]},Main IVR", f"{US[1]},Sales EMEA", f"{US[2]},", f"{US[3]},"]
    assert company.managed == {*US, *CANADA}
    assert company("plan", "--detailed-exitcode").code == 0


def test_an_inventory_names_labels_and_may_be_wrong_about_some(company):
    (company.folder / "inventory.csv").write_text(
        "DID;Line;Team\n"
        f"{US[0][1:]};module.voice.this.support_us;Support\n"
        f"{CANADA[0]};dialer;Outbound\n{CANADA[1]};dialer;Outbound\n"
        "+442071838750;london;None\n"
    )
    ran = company(
        *("adopt", "--from", "inventory.csv", "--auto-approve", "--label", "source=import"),
        *("--column", "number=DID", "--column", "name=Line", "--column", "label.team=Team"),
    )
    assert ran.code == 0, ran
    assert "1 of the inventory's 4 numbers are not the account's, and are left out: +442071838750" in ran.err
    assert declared(company) == {US[0]: "number.support_us", **dict.fromkeys(CANADA, "set.dialer")}
    labels = {one.number: dict(one.attributes.labels) for one in company.state.numbers}
    assert labels[US[0]] == {"team": "Support", "source": "import"}


def test_what_numbers_prints_is_an_inventory(company):
    assert company("adopt", "--country", "Canada", "--auto-approve").code == 0
    listed = company("numbers", "--unmanaged", "--csv")
    assert listed.out.count("\n") == 1 + len(US)
    (company.folder / "rest.csv").write_text(listed.out)
    assert company("adopt", "--from", "rest.csv", "--auto-approve").code == 0
    assert company.managed == company.owned
    assert company("numbers", "--unmanaged").out == "nothing found\n"


@pytest.mark.parametrize("form", ["numbers", "sets", "files"])
def test_names_from_outside_break_nothing(desk, form):
    numbers = run_of(12125550101, len(MESSY))
    desk.emulator.add_owned([owned(number, flow=flow) for number, flow in zip(numbers, MESSY, strict=True)])
    ran = desk("adopt", "--all", "--as", form, "--group-by", "flow", "--auto-approve")
    assert ran.code == 0, ran
    assert {*declared(desk)} == {*numbers} == desk.managed
    text = (desk.folder / "numplan.yaml").read_text()
    assert yaml.safe_load(text).keys() <= {"version", "account", "numbers", "sets"}
    written = [text, *(path.read_text() for path in desk.folder.glob("*.csv"))]
    assert not [one for one in written for letter in "\x1b\u202e\u2028" if letter in one]
    assert not [row for one in written[1:] for row in one.splitlines() if ",=" in row]
    assert desk("plan", "--detailed-exitcode").code == 0


def no_longer_sold(company):
    """The account holds a number of a country that the vendor does not offer any more."""
    company.emulator.add_owned([owned("+99955501", "Atlantis")])
    company.fault("wrong_type", "regions", field="regionName", row=0, value="Peru", count=0)


def test_a_country_that_is_no_longer_sold_is_adopted_all_the_same(company):
    no_longer_sold(company)
    assert company("adopt", "--all", "--auto-approve").code == 0
    assert company.managed == company.owned
    assert company("plan", "--detailed-exitcode").code == 0


def test_defaults_that_do_not_fit_are_an_error_and_nothing_is_left(company):
    no_longer_sold(company)
    path = company.manifest("sets: {}\n")
    before = path.read_bytes()
    ran = company("adopt", "--all", "--as", "files", "--auto-approve")
    assert ran.code == 1
    assert "+99955501 cannot be declared under this manifest's defaults" in ran.err
    assert path.read_bytes() == before
    assert sorted(one.name for one in company.folder.iterdir()) == [f"{STATE}.lock", "numplan.yaml"]


def test_labels_that_the_policy_wants_are_asked_for(company):
    company.manifest("policy: {required_labels: [owner]}\n")
    ran = company("adopt", "--all", "--auto-approve")
    assert ran.code == 1
    assert "--label owner=VALUE" in ran.err
    assert company("adopt", "--all", "--label", "owner=voice", "--auto-approve").code == 0
    assert company("plan", "--detailed-exitcode").code == 0


def test_all_of_a_listing_that_is_not_proven_complete_is_refused(make_desk):
    desk = make_desk()
    desk.emulator.add_owned([owned(number) for number in US])
    desk.fault("short_listing", "purchased-list", count=0, keep=1)
    ran = desk("adopt", "--all", "--auto-approve")
    assert ran.code == 1
    assert "could not be proven complete" in ran.err
    assert desk.left_alone()
    assert not (desk.folder / "numplan.yaml").exists()
    named = desk("adopt", *(f"--number={number}" for number in US), "--auto-approve")
    assert named.code == 0, named
    assert desk.managed == {*US}


def test_a_locked_state_is_left_alone(company):
    with LocalBackend(company.folder / STATE).lock("apply"):
        assert company("adopt", "--all", "--auto-approve").code == 8
    assert not (company.folder / "numplan.yaml").exists()


def test_a_folder_gets_a_file_of_its_own(company):
    company.manifest("", name="base.yaml")
    before = (company.folder / "base.yaml").read_bytes()
    ran = company("-f", ".", "adopt", "--all", "--auto-approve")
    assert ran.code == 0, ran
    assert (company.folder / "base.yaml").read_bytes() == before
    assert (company.folder / "adopted.yaml").exists()
    assert company.managed == company.owned


def test_machines_read_what_was_adopted(company):
    assert company("adopt", "--all", "--json").code == 64
    told = [
        json.loads(line) for line in company("adopt", "--all", "--json", "--auto-approve").out.splitlines()
    ]
    assert [one["changes"]["import"] for one in told if one["type"] == "change_summary"] == [6, 6]


def bring_in(desk, count: int) -> None:
    """Adopt, plan, apply, plan on an account of so many numbers, with their flows, in three countries."""
    countries = [("United States", "1212"), ("Canada", "1416"), ("France", "331")]
    desk.emulator.add_owned(
        [
            owned(
                f"+{countries[at % 3][1]}{5_000_000 + at}",
                countries[at % 3][0],
                MESSY[at % 8] if at % 5 else None,
            )
            for at in range(count)
        ]
    )
    assert desk("adopt", "--all", "--manifest-only", "--auto-approve").code == 0
    planned = desk("plan")
    assert planned.last.startswith(
        f"Plan: 0 to purchase, 0 to release, {count} to adopt, 0 to update, 0 blocked."
    )
    assert desk("apply", "--auto-approve").code == 0
    assert desk("plan", "--detailed-exitcode").code == 0
    assert desk.managed == desk.owned
    assert len(desk.owned) == count
    assert desk.posts == ()


def test_hundreds_of_numbers_in_flows_of_three_countries(desk):
    bring_in(desk, 500)


@pytest.mark.slow
def test_5000_numbers_in_flows_of_three_countries(desk):
    bring_in(desk, 5000)


def test_what_the_manifest_forgets_is_not_adopted(company):
    company.manifest(f'forget: ["{US[0]}"]\n')
    assert company("adopt", "--all", "--auto-approve").code == 0
    assert company.managed == company.owned - {US[0]}
