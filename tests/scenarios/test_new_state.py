"""A state that was lost or is older, or none beside unmanaged numbers: each is refused until somebody says so
knowingly, by a flag of its own. `--new-state` says all three, and names the one that was needed.
"""

from pathlib import Path

import msgspec
import pytest

from numplan.model.documents.checksum import seal, unseal
from numplan.model.plan import Allowances
from numplan.model.stored.plan_document import decode_plan, encode_plan
from tests.cli.desk import STATE, Desk, Ran

A, B = "+16095550101", "+16095550102"
LOST, OLDER, BESIDE = "--accept-lost-state", "--accept-older-state", "--buy-beside-unmanaged"
FLAGS = (LOST, OLDER, BESIDE)


@pytest.fixture
def applied(desk: Desk) -> Desk:
    """One number in account and state, written twice."""
    desk.stock(A, B)
    desk.manifest(f'numbers:\n  a: {{number: "{A}"}}\n')
    assert desk("apply", "--auto-approve").code == 0
    return desk


def lose(desk: Desk) -> None:
    (desk.folder / STATE).unlink()


def put_back_an_older_one(desk: Desk) -> None:
    older = (desk.folder / STATE).read_bytes()
    desk.manifest(f'numbers:\n  a: {{number: "{A}"}}\n  b: {{number: "{B}"}}\n')
    assert desk("apply", "--auto-approve").code == 0
    (desk.folder / STATE).write_bytes(older)


def leave_unmanaged(desk: Desk) -> None:
    """No state and no trace of one, and a pool that wants what the account owns."""
    for path in desk.folder.glob(f"{STATE}*"):
        path.unlink()
    desk.manifest("pools: {sales: {count: 1, state: New Jersey}}")


CASES = [
    pytest.param(lose, LOST, 1, id="lost"),
    pytest.param(put_back_an_older_one, OLDER, 1, id="older"),
    pytest.param(leave_unmanaged, BESIDE, 6, id="beside"),
]


def warnings_of(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if line.startswith("warning: --new-state")]


@pytest.mark.parametrize(("happened", "flag", "code"), CASES)
def test_each_is_refused_and_its_own_flag_alone_is_named_and_accepts_it(
    applied: Desk, happened, flag: str, code: int
) -> None:
    happened(applied)
    for command in (["plan"], ["apply", "--auto-approve"]):
        refused = applied(*command)
        assert refused.code == code, refused
        assert flag in refused.out + refused.err
        assert "--new-state" not in refused.out + refused.err
        others = [one for one in FLAGS if one != flag]
        assert applied(*command, *others).code == code
    accepted = applied("apply", "--auto-approve", flag)
    assert accepted.code == 0, accepted
    assert not warnings_of(accepted)
    assert applied.managed <= applied.owned


@pytest.mark.parametrize(("happened", "flag", "code"), CASES)
def test_new_state_accepts_all_and_names_the_one_that_was_needed(
    applied: Desk, happened, flag: str, code: int
) -> None:
    happened(applied)
    said = f"warning: --new-state allows more than is needed here: give {flag} instead"
    assert applied("plan").code == code
    planned = applied("plan", "--new-state", "--out", "p.plan")
    assert planned.code == 0
    assert warnings_of(planned) == [said]
    done = applied("apply", "--auto-approve", "--new-state")
    assert done.code == 0
    assert warnings_of(done) == [said]


@pytest.mark.parametrize(("happened", "flag", "code"), CASES)
def test_what_was_accepted_is_part_of_a_saved_plan(applied: Desk, happened, flag: str, code: int) -> None:
    happened(applied)
    assert applied("plan").code == code
    assert applied("plan", flag, "--out", "p.plan").code == 0
    done = applied("apply", "p.plan")
    assert done.code == 0, done
    assert applied("plan", "--detailed-exitcode").code == 0


def test_two_that_were_needed_are_both_named(applied: Desk) -> None:
    lose(applied)
    applied.manifest("pools: {sales: {count: 1, state: New Jersey}}")
    assert applied("plan", LOST).code == 6
    assert applied("plan", LOST, BESIDE).code == 0
    assert warnings_of(applied("plan", "--new-state")) == [
        f"warning: --new-state allows more than is needed here: give {LOST} and {BESIDE} instead"
    ]


def test_new_state_that_nothing_needs_is_told(applied: Desk) -> None:
    said = ["warning: --new-state is not needed here: leave it out"]
    assert warnings_of(applied("plan", "--new-state")) == said
    assert warnings_of(applied("apply", "--auto-approve", "--new-state")) == said


def test_adopt_takes_a_lost_state_by_its_flag_and_names_it(applied: Desk) -> None:
    lose(applied)
    assert applied("adopt", "--all", "--auto-approve", OLDER).code == 1
    ran = applied("adopt", "--all", "--auto-approve", "--new-state")
    assert ran.code == 0
    assert warnings_of(ran) == [f"warning: --new-state allows more than is needed here: give {LOST} instead"]
    assert applied.managed == {A}


def test_destroy_accepts_a_state_and_buys_nothing_beside_it(applied: Desk) -> None:
    put_back_an_older_one(applied)
    assert applied("destroy", "--auto-approve").code == 1
    assert applied("destroy", "--auto-approve", BESIDE).code == 64
    assert applied("destroy", "--auto-approve", OLDER).code == 0


def test_a_plan_that_was_saved_before_these_flags_is_carried_out(applied: Desk) -> None:
    """Its allowances have `new_state` and nothing of the three that it stands for."""
    lose(applied)
    assert applied("plan", "--new-state", "--out", "p.plan").code == 0
    path: Path = applied.folder / "p.plan"
    members = msgspec.json.decode(unseal(path.read_bytes()))
    for later in ("lost_state", "older_state", "beside_unmanaged"):
        del members["allowances"][later]
    path.write_bytes(seal(members))
    assert decode_plan(path.read_bytes(), "p.plan").allowances == Allowances(new_state=True)
    assert applied("apply", "p.plan").code == 0
    assert applied.managed == {A}


def test_a_plan_is_written_with_each_of_them(applied: Desk) -> None:
    assert applied("plan", *FLAGS, "--out", "p.plan").code == 0
    plan = decode_plan((applied.folder / "p.plan").read_bytes(), "p.plan")
    assert plan.allowances == Allowances(lost_state=True, older_state=True, beside_unmanaged=True)
    assert decode_plan(encode_plan(plan), "again") == plan
    shown = applied("show", "p.plan", "--format", "html").out
    for flag in FLAGS:
        assert flag in shown


def test_a_pool_adopts_nothing_by_a_state_that_the_vendor_ignores(desk: Desk) -> None:
    """Rows do not name their state: what is in Texas would become New Jersey's."""
    desk.emulator.add_owned([{"number": A, "state": "Texas"}])
    desk.stock(B)
    desk.manifest("pools: {sales: {count: 1, state: New Jersey, adopt: true}}")
    desk.emulator.configure(listing_ignores=["state"])
    ran = desk("apply", "--auto-approve")
    assert ran.code != 0
    assert "ignores the filter `state`" in ran.err
    assert desk.left_alone()
    desk.emulator.configure(listing_ignores=[])
    assert desk("apply", "--auto-approve", "--buy-beside-unmanaged").code == 0
    assert desk.managed == {B}
