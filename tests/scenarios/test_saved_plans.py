"""A saved plan is carried out as it was reviewed, or refused with 7."""

from collections.abc import Callable

import pytest

from tests.cli.desk import HEAD, STATE, Desk, run_of

A, B, C = run_of(16095550101, 3)
ONE = f'numbers: {{support: {{number: "{A}"}}}}'


@pytest.fixture
def saved(desk: Desk) -> Desk:
    """A number is managed, and a plan for a second one is saved."""
    desk.stock(A, B, C)
    desk.manifest(ONE)
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}, sales: {{number: "{B}"}}}}')
    assert desk("plan", "--out", "p.plan").code == 0
    return desk


def touch_the_manifest(desk: Desk) -> None:
    desk.manifest(f'# a word\nnumbers: {{support: {{number: "{A}"}}, sales: {{number: "{B}"}}}}')


def apply_something(desk: Desk) -> None:
    before = (desk.folder / "numplan.yaml").read_bytes()
    desk.manifest(f'numbers: {{support: {{number: "{A}", labels: {{a: b}}}}}}')
    assert desk("apply", "--auto-approve").code == 0
    (desk.folder / "numplan.yaml").write_bytes(before)


def buy_it_elsewhere(desk: Desk) -> None:
    desk.emulator.add_owned([B])


def sell_it_to_another(desk: Desk) -> None:
    desk.emulator.remove_stock([B])


def make_it_dearer(desk: Desk) -> None:
    desk.emulator.remove_stock([B])
    desk.stock({"number": B, "recurring_charge": "0.11"})


def cut(desk: Desk) -> None:
    plan = desk.folder / "p.plan"
    plan.write_bytes(plan.read_bytes()[:-20])


def empty(desk: Desk) -> None:
    (desk.folder / "p.plan").write_bytes(b"")


def edit(desk: Desk) -> None:
    plan = desk.folder / "p.plan"
    plan.write_bytes(plan.read_bytes().replace(B.encode(), C.encode()))


def put_another_file_there(desk: Desk) -> None:
    (desk.folder / "p.plan").write_bytes((desk.folder / STATE).read_bytes())


def use_it(desk: Desk) -> None:
    assert desk("apply", "p.plan").code == 0


@pytest.mark.parametrize(
    "overtake",
    [
        touch_the_manifest,
        apply_something,
        buy_it_elsewhere,
        sell_it_to_another,
        make_it_dearer,
        cut,
        empty,
        edit,
        put_another_file_there,
        use_it,
    ],
)
def test_what_was_overtaken_is_7_and_sends_nothing(saved: Desk, overtake: Callable[[Desk], None]) -> None:
    overtake(saved)
    posts, state = saved.posts, (saved.folder / STATE).read_bytes()
    ran = saved("apply", "p.plan")
    assert ran.code == 7, ran
    assert ran.err.startswith("error: ")
    assert "make the plan again" in ran.err
    assert saved.posts == posts
    assert (saved.folder / STATE).read_bytes() == state


def test_a_plan_older_than_max_age_is_7(saved: Desk) -> None:
    ran = saved("apply", "p.plan", "--max-age", "0")
    assert ran.code == 7
    assert "--max-age" in ran.err
    assert saved("apply", "p.plan", "--max-age", "1h").code == 0


def test_a_plan_for_another_account_is_refused(saved: Desk, make_desk: Callable[..., Desk]) -> None:
    other = make_desk(account="191")
    variables = other.variables
    ran = saved("apply", "p.plan", **variables)
    assert ran.code == 1
    assert "account" in ran.err
    assert not other.posts


def test_a_plan_that_a_guard_refused_is_saved_for_review_and_refused_again(saved: Desk) -> None:
    saved.manifest("numbers: {}")
    planned = saved("plan", "--out", "empty.plan")
    assert planned.code == 6
    assert "empty-manifest" in planned.out
    assert "for review" in planned.err
    assert saved("show", "empty.plan").out == planned.out
    applied = saved("apply", "empty.plan")
    assert applied.code == 6
    assert planned.out in applied.out


def test_a_plan_with_errors_is_shown_and_not_saved(desk: Desk) -> None:
    desk.stock(B)
    desk.manifest(ONE)
    ran = desk("plan", "--out", "p.plan")
    assert ran.code == 1
    assert A in ran.out
    assert "Plan: 0 to purchase" in ran.last
    assert not (desk.folder / "p.plan").exists()
    assert desk("apply", "--auto-approve").code == 1
    assert desk.left_alone()


def test_a_saved_plan_is_applied_as_it_was_made(saved: Desk) -> None:
    for flags in (["--destroy"], ["--max-releases", "9"], ["--allow-empty"], ["--allow-release", A]):
        ran = saved("apply", "p.plan", *flags)
        assert ran.code == 64, ran
    assert saved("apply", "--max-age", "1h").code == 64


def test_a_plan_file_that_is_not_there_is_1(desk: Desk) -> None:
    desk.manifest(ONE)
    assert desk("apply", "none.plan").code == 1
    assert desk("show", "none.plan").code == 1
    assert desk("apply", ".").code == 1


@pytest.mark.parametrize("out", ["numplan.yaml", STATE, f"{STATE}.lock", f"./{STATE}.backup", "/"])
def test_a_plan_never_takes_the_place_of_manifest_or_state(desk: Desk, out: str) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    assert desk("plan", "--out", out).code == 64
    assert "numbers: {support" in (desk.folder / "numplan.yaml").read_text()
    assert desk.left_alone()


def test_a_plan_that_cannot_be_written_is_1_and_leaves_nothing(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    (desk.folder / "folder").mkdir()
    (desk.folder / "other").write_text("kept")
    (desk.folder / "link").symlink_to("other")
    before = sorted(path.name for path in desk.folder.iterdir())
    for out in ("none/p.plan", "folder", "link", "/dev/full", "/proc/p.plan"):
        ran = desk("plan", "--out", out)
        assert ran.code == 1, (out, ran)
        assert ran.err.startswith(f"error: the plan file {out} cannot be written: "), ran
        assert "--state" not in ran.err
    assert sorted(path.name for path in desk.folder.iterdir()) == before


def test_a_plan_file_replaces_an_older_one_and_is_private(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(ONE)
    plan = desk.folder / "p.plan"
    plan.write_text("old")
    assert desk("plan", "--out", "p.plan").code == 0
    assert plan.stat().st_mode & 0o077 == 0
    assert desk("apply", "p.plan").code == 0


def test_the_same_world_gives_the_same_plan_but_for_its_time(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest("pools: {sales: {count: 1, state: New Jersey}}", head=HEAD)
    assert desk("plan", "--out", "one.plan").code == 0
    assert desk("plan", "--out", "two.plan").code == 0

    def lines(name: str) -> list[str]:
        text = (desk.folder / name).read_text()
        return [line for line in text.splitlines() if not line.startswith(('"created_at"', '"checksum"'))]

    assert lines("one.plan") == lines("two.plan")
