"""Two teams with a repository and a state each, on the one account of their company."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from numplan.engine.apply.open_state import OpenState
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.others import Elsewhere
from tests.cli.desk import STATE, TOKEN, Desk, run_of

THEIRS, FREE = run_of(16465550101, 3), run_of(16465550201, 6)
OTHERS = "other_states: {emea: ../desk0/numplan.state.json}\n"
POOL = 'pools: {sales: {count: 2, digits: "646555", adopt: true}}\n'
WARNED = "policy: {unmanaged: warn}\n"


@pytest.fixture
def emea(desk: Desk) -> Desk:
    """The team that was first: it bought three numbers."""
    desk.stock(*THEIRS)
    desk.manifest(f"sets: {{dialer: {{numbers: {json.dumps(THEIRS)}}}}}\n")
    assert desk("apply", "--auto-approve").code == 0
    desk.stock(*FREE)
    return desk


@pytest.fixture
def lab(emea: Desk, make_desk: Callable[..., Desk]) -> Desk:
    """The team that came later, on the same account."""
    other = make_desk(token=TOKEN)
    other.emulator.stop()
    other.emulator = emea.emulator
    return other


def test_without_a_word_of_the_other_team_a_pool_takes_over_its_numbers(lab: Desk) -> None:
    lab.manifest(POOL)
    ran = lab("apply", "--auto-approve")
    assert ran.code == 0
    assert lab.managed == set(THEIRS[:2])
    said = " ".join(ran.out.split())
    assert (
        "To take over: the account owned them already, and another state that manages them would lose" in said
    )
    assert "> pool" not in said


def test_a_pool_leaves_the_numbers_of_another_state_alone(emea: Desk, lab: Desk) -> None:
    lab.manifest(OTHERS + WARNED + POOL)
    ran = lab("apply", "--auto-approve")
    assert ran.code == 0, ran.err
    assert lab.managed == set(FREE[:2])
    assert "Of other states on this account, left to them: emea 3" in ran.out
    assert "Unmanaged" not in ran.out
    assert emea("plan", "--detailed-exitcode").code == 0


def test_a_number_of_another_state_cannot_be_declared(lab: Desk) -> None:
    lab.manifest(f'{OTHERS}numbers: {{hot: {{number: "{THEIRS[1]}"}}}}\n')
    ran = lab("plan")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert f'{THEIRS[1]} is another\'s: state emea manages it as set.dialer["{THEIRS[1]}"]' in said
    assert lab("apply", "--auto-approve").code == 1
    assert not (lab.folder / STATE).exists()


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_every_form_of_a_plan_says_whose_numbers_are_left_alone(lab: Desk, form: str) -> None:
    lab.manifest(OTHERS + POOL)
    lab("plan", "--out", "saved.plan")
    told = lab("show", "saved.plan", "--format", form).out
    if form == "json":
        assert json.loads(told)["numplan"]["others"] == {"emea": 3}
    else:
        assert "ther states on this account" in told
        assert "emea" in told


def test_adopt_leaves_out_what_is_anothers_and_says_so(lab: Desk) -> None:
    lab.manifest(OTHERS)
    ran = lab("adopt", "--all", "--auto-approve")
    assert "3 numbers are of other states (emea 3); left out" in ran.err
    assert not (lab.folder / STATE).exists() or not lab.managed


def test_a_number_in_two_states_is_released_by_neither_and_goes_on_with_forget_in_one(
    emea: Desk, lab: Desk
) -> None:
    lab.manifest(f"sets: {{stolen: {{numbers: {json.dumps(THEIRS)}}}}}\n")
    assert lab("apply", "--auto-approve").code == 0
    lab.manifest(OTHERS)
    ran = lab("destroy", "--auto-approve")
    assert ran.code == 1
    assert "3 numbers that this state manages are in another one, too" in " ".join(ran.out.split())
    emea.manifest("other_states: {lab: ../desk1/numplan.state.json}\nsets: {dialer: {numbers: []}}\n")
    assert emea("apply", "--auto-approve", "--allow-empty", "--max-releases", "9").code == 1
    assert not [post for post in lab.posts if post.released]
    lab.manifest(f"{OTHERS}forget: [set.stolen]\n")
    assert lab("apply", "--auto-approve", "--allow-empty").code == 0
    assert not lab.managed
    assert emea("apply", "--auto-approve", "--allow-empty", "--max-releases", "9").code == 0
    assert emea.owned == set()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere.json", "there is no state at"),
        ("secret.txt", "is no state that can be read"),
        (STATE, "it is this manifest's own state"),
    ],
)
def test_without_the_other_states_there_is_no_plan(lab: Desk, place: str, said: str) -> None:
    lab.stock(FREE[0])
    lab.manifest(f'numbers: {{own: {{number: "{FREE[0]}"}}}}\n')
    assert lab("apply", "--auto-approve").code == 0
    (lab.folder / "secret.txt").write_text("password: hunter2hunter2\n")
    lab.manifest(f"other_states: {{emea: {place}}}\n{POOL}")
    posts = len(lab.posts)
    for command in (("plan",), ("apply", "--auto-approve"), ("drift",)):
        ran = lab(*command)
        assert ran.code == 1
        assert "other_states.emea: " in ran.err
        assert said in ran.err
        assert "hunter2" not in ran.out + ran.err
    assert len(lab.posts) == posts


def test_another_accounts_state_is_not_believed(lab: Desk, make_desk: Callable[..., Desk]) -> None:
    strange = make_desk(account="777")
    strange.stock("+16465559999")
    strange.manifest('numbers: {own: {number: "+16465559999"}}\n')
    assert strange("apply", "--auto-approve").code == 0
    lab.manifest(f"other_states: {{emea: {strange.folder / STATE}}}\n{POOL}")
    ran = lab("plan")
    assert ran.code == 1
    assert "it belongs to account 777" in ran.err


def test_an_older_copy_of_another_state_is_not_believed(emea: Desk, lab: Desk, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    copy = (emea.folder / STATE).read_bytes()
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, FREE[0]])}}}}}\n")
    assert emea("apply", "--auto-approve").code == 0
    lab.manifest(f"other_states: {{emea: copied.json}}\n{POOL}")
    (lab.folder / "copied.json").write_bytes((emea.folder / STATE).read_bytes())
    assert lab("plan", **cache).code == 0
    (lab.folder / "copied.json").write_bytes(copy)
    ran = lab("plan", **cache)
    assert ran.code == 1
    assert "this machine has read serial" in ran.err


def test_the_other_state_is_read_while_it_is_locked(emea: Desk, lab: Desk) -> None:
    lab.manifest(OTHERS + POOL)
    script = emea.folder / "hold.py"
    script.write_text(
        "import sys\nfrom numplan.state.local.backend import LocalBackend\n"
        f"with LocalBackend({str(emea.folder / STATE)!r}).lock('test'):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdin=-1, stdout=-1) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        ran = lab("plan")
        holder.communicate()
    assert ran.code == 0, ran.err


def left_in_doubt(desk: Desk, number: str) -> None:
    """A purchase that was written down, and never sent as far as anybody knows."""
    desk.fault("lose_request", "purchase-numbers", count=9)
    desk.fault("status", "purchased-list", nth=2, count=99, status=503)
    assert desk("apply", "--auto-approve").code == 5
    desk.emulator.clear_faults()
    assert [one.number for one in desk.state.intents] == [number]


def test_of_two_teams_that_wanted_one_number_the_one_that_manages_it_keeps_it(emea: Desk, lab: Desk) -> None:
    hot = FREE[0]
    lab.manifest(f'{OTHERS}numbers: {{hot: {{number: "{hot}"}}}}\n')
    left_in_doubt(lab, hot)
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, hot])}}}}}\n")
    assert emea("apply", "--auto-approve").code == 0
    ran = lab("apply", "--auto-approve")
    assert ran.code == 1
    assert "settled: not bought" in ran.out
    assert f'the account holds it, and state emea manages it as set.dialer["{hot}"]' in ran.out
    assert not lab.state.intents
    assert not lab.managed
    assert hot in emea.managed


def test_where_both_have_a_call_under_way_it_stays_unknown(emea: Desk, lab: Desk) -> None:
    hot = FREE[0]
    lab.manifest(f'{OTHERS}numbers: {{hot: {{number: "{hot}"}}}}\n')
    left_in_doubt(lab, hot)
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, hot])}}}}}\n")
    emea.fault("lose_reply", "purchase-numbers", count=9)
    emea.fault("status", "purchased-list", nth=2, count=99, status=503)
    assert emea("apply", "--auto-approve").code == 5
    emea.emulator.clear_faults()
    ran = lab("apply", "--auto-approve")
    assert ran.code == 5
    assert "another state has a call for it under way, too" in ran.out
    assert [one.number for one in lab.state.intents] == [hot]
    # The other team does not name this state, so it takes in what it bought; then this one knows.
    assert emea("apply", "--auto-approve").code == 0
    assert lab("apply", "--auto-approve").code == 1
    assert not lab.state.intents
    assert not lab.managed


def test_where_both_stay_unknown_a_person_decides_whose_it_is_and_the_other_one_forgets_it(
    emea: Desk, lab: Desk
) -> None:
    hot = FREE[0]
    lab.manifest(f'{OTHERS}numbers: {{hot: {{number: "{hot}"}}}}\n')
    left_in_doubt(lab, hot)
    beside = f"other_states: {{lab: ../{lab.folder.name}/{STATE}}}\n"
    declared = f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, hot])}}}}}\n"
    emea.manifest(declared)
    emea.fault("lose_reply", "purchase-numbers", count=9)
    emea.fault("status", "purchased-list", nth=2, count=99, status=503)
    assert emea("apply", "--auto-approve").code == 5
    emea.emulator.clear_faults()
    emea.manifest(beside + declared)
    for desk, other in ((emea, "lab"), (lab, "emea")):
        ran = desk("state", "settle")
        assert ran.code == 5
        assert f"apply that one ({other}), which may settle it" in ran.out
        assert "list the number under `forget`" in ran.out
    assert emea("apply", "--auto-approve").code == 5
    lab.manifest(f'{OTHERS}forget: ["{hot}"]\n')
    ran = lab("apply", "--auto-approve", "--allow-empty")
    assert ran.code == 0, ran.out
    assert "the manifest forgets it here" in ran.out
    assert not lab.state.intents
    assert emea("apply", "--auto-approve").code == 0
    assert hot in emea.managed
    lab.manifest(f"{OTHERS}pools: {{}}\n")
    assert lab("apply", "--auto-approve").code == 0
    assert not lab.managed, "what it once meant to buy is the other's by now"


def test_a_number_is_explained_with_whose_it_is(lab: Desk) -> None:
    lab.manifest(OTHERS)
    assert f'state emea manages it as set.dialer["{THEIRS[0]}"]' in " ".join(
        lab("explain", THEIRS[0]).out.split()
    )
    told = json.loads(lab("explain", THEIRS[0], "--json").out)["other_state"]
    assert told == {"state": "emea", "address": f'set.dialer["{THEIRS[0]}"]', "standing": "managed"}


def test_what_an_answer_says_was_bought_unasked_is_not_taken_from_another_state(
    emea: Desk, lab: Desk
) -> None:
    lab.manifest(f'{OTHERS}numbers: {{own: {{number: "{FREE[1]}"}}}}\n')
    lab.fault("unasked", "purchase-numbers", numbers=[FREE[0]], really=True)
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, FREE[0]])}}}}}\n")
    left_in_doubt(emea, FREE[0])
    lab.fault("unasked", "purchase-numbers", numbers=[FREE[0]], really=True)
    lab("apply", "--auto-approve")
    assert lab.managed == {FREE[1]}


def test_credentials_for_another_state_go_nowhere_on_the_manifests_word_alone(lab: Desk) -> None:
    lab.manifest(f"other_states: {{emea: 'https://state.example.com/emea'}}\n{POOL}")
    ran = lab("plan", NUMPLAN_STATE_USERNAME="ci", NUMPLAN_STATE_PASSWORD="not-for-example-com")
    assert ran.code == 1
    assert "other_states.emea" in ran.err
    assert "NUMPLAN_STATE_HOST=state.example.com" in ran.err


@pytest.mark.parametrize("text", ["ftp://host/x", "''", "s3://bucket"])
def test_a_place_that_is_none_is_an_error_at_its_line(lab: Desk, text: str) -> None:
    lab.manifest(f"other_states:\n  emea: {text}\n")
    ran = lab("validate")
    assert ran.code == 1
    assert "numplan.yaml:5:" in ran.out + ran.err


def test_a_state_is_named_once(lab: Desk) -> None:
    lab.manifest("other_states: {emea: ../a.json, lab: ../a.json}\n")
    ran = lab("validate")
    assert ran.code == 1
    assert "the same place as that of `emea`" in ran.out + ran.err


@pytest.mark.parametrize("when", ["before", "after"])
def test_of_two_that_adopt_one_number_at_once_none_keeps_what_the_other_took(
    emea: Desk, lab: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The other team takes it in while this one's apply is under way: before its write, or just after it."""
    spare = FREE[0]
    emea.manifest(f'numbers: {{spare: {{number: "{spare}"}}}}\n', name="bought.yaml")
    assert emea("apply", "-f", "bought.yaml", "--state", "bought.json", "--auto-approve").code == 0
    lab.manifest(f"{OTHERS}{POOL.replace('646555', spare[1:])}".replace("count: 2", "count: 1"))
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps([*THEIRS, spare])}}}}}\n")
    save, done = OpenState.save, []

    def at_once(open_state: OpenState, now: Moment) -> None:
        save(open_state, now)
        if not done:
            done.append(True)
            assert emea("apply", "--auto-approve").code == 0

    def claims(open_state: OpenState) -> Mapping[E164, Elsewhere]:
        if not done:
            done.append(True)
            assert emea("apply", "--auto-approve").code == 0
        return open_state.others().by_number

    if when == "before":
        monkeypatch.setattr(OpenState, "elsewhere", claims)
    else:
        monkeypatch.setattr(OpenState, "save", at_once)
    ran = lab("apply", "--auto-approve")
    assert ran.code == 1
    assert (
        f'{spare} was to be adopted, and meanwhile state emea manages it as set.dialer["{spare}"]' in ran.err
    )
    assert (lab.folder / STATE).exists() == (when == "after")
    assert when == "before" or not lab.managed
    assert spare in emea.managed


def test_a_manifest_that_names_another_state_no_longer_is_told_to_be_looser(lab: Desk) -> None:
    lab.manifest(OTHERS + POOL)
    assert lab("apply", "--auto-approve").code == 0
    lab.manifest(POOL.replace("count: 2", "count: 3"))
    made = lab("plan").out
    assert "other_states.emea ../desk0/numplan.state.json -> none" in " ".join(made.split())
    lab.manifest(OTHERS.replace("emea", "europe") + POOL)
    assert "other_states" not in lab("plan").out


@pytest.mark.parametrize("entry", [POOL, f"numbers: {{x: {{number: '{THEIRS[0]}'}}}}\n"])
def test_what_another_state_released_just_now_is_not_taken_in_from_a_lagging_listing(
    emea: Desk, lab: Desk, entry: str
) -> None:
    emea.manifest(f"sets: {{dialer: {{numbers: {json.dumps(THEIRS[1:])}}}}}\n")
    emea.fault("lag", "release-numbers", seconds=600)
    assert emea("apply", "--auto-approve").code == 0
    lab.manifest(OTHERS + entry)
    made = lab("plan").out
    assert "To take over" not in made
    assert "to adopt" not in made.replace("0 to adopt", "")
    ran = lab("adopt", "--number", THEIRS[0], "--auto-approve")
    assert THEIRS[0] not in (lab.managed if (lab.folder / STATE).exists() else ()), ran
