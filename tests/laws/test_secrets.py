"""What the process knows of secrets stands in nothing that it tells, and in nothing that it keeps."""

import pytest

from tests.cli.desk import STATE, TOKEN, run_of

PASSWORD = "state/password+of=mine"
KEY = "a-plan-key-of-32-characters-0001"
A, B = run_of(16095550101, 2)
HOLDING = "numbers: {a: {number: %s, labels: {note: 'x %s'}}}\n"
OTHERS = {"TF_HTTP_PASSWORD": PASSWORD, "TF_HTTP_USERNAME": "jane", "NUMPLAN_PLAN_KEY": KEY}


def silent(ran, *files):
    for text in (ran.out, ran.err, *(path.read_text() for path in files)):
        for secret in (TOKEN, PASSWORD, KEY):
            assert secret not in text
    return True


@pytest.mark.parametrize("secret", [TOKEN, PASSWORD, KEY])
def test_a_plan_that_holds_a_secret_tells_stars_and_is_not_kept(desk, secret):
    desk.stock(A)
    desk.manifest(HOLDING % (A, secret))
    reports = [desk.folder / f"r.{form}" for form in ("json", "markdown", "html", "gitlab")]
    flags = [flag for path in reports for flag in (f"--{path.suffix[1:]}-out", str(path))]
    for json_flag in ([], ["--json"]):
        ran = desk("plan", *json_flag, *flags, **OTHERS)
        assert ran.code == 0
        assert silent(ran, *reports)
    assert "***" in reports[0].read_text()
    ran = desk("plan", "--out", "a.plan", **OTHERS)
    assert ran.code == 1
    assert "labels.note" in ran.err
    assert silent(ran)
    assert not (desk.folder / "a.plan").exists()


@pytest.mark.parametrize("secret", [TOKEN, PASSWORD])
def test_an_apply_whose_state_would_hold_a_secret_sends_nothing(desk, secret):
    desk.stock(A)
    desk.manifest(HOLDING % (A, secret))
    ran = desk("apply", "--auto-approve", TF_HTTP_PASSWORD=PASSWORD, TF_HTTP_USERNAME="jane")
    assert ran.code == 1
    assert "the state would hold" in ran.err
    assert "labels.note" in ran.err
    assert silent(ran)
    assert desk.posts == ()
    assert not (desk.folder / STATE).exists()


def test_a_token_in_a_file_is_known_before_it_is_needed(desk):
    (desk.folder / "token").write_text(f"{TOKEN}\n")
    desk.manifest("outputs: {told: '${var.it}'}\nvariables: {it: {}}\n")
    ran = desk(
        "output", "--raw", "told", "--var", f"it={TOKEN}", NUMPLAN_TOKEN=None, NUMPLAN_TOKEN_FILE="token"
    )
    assert (ran.code, ran.out) == (0, "***\n")


def test_a_manifest_that_holds_a_secret_is_not_written(desk):
    path = desk.manifest(f"numbers:   {{a: {{number: '{A}', labels: {{note: '{TOKEN}'}}}}}}\n")
    before = path.read_text()
    ran = desk("fmt")
    assert ran.code == 1
    assert silent(ran)
    assert path.read_text() == before
    assert "line 4" in ran.err
    assert silent(desk("fmt", "--check", "--diff"))


def test_a_state_that_holds_a_secret_is_not_printed(desk):
    desk.stock(A)
    desk.manifest(HOLDING % (A, PASSWORD))
    assert desk("apply", "--auto-approve").code == 0
    assert PASSWORD in desk("state", "pull").out
    ran = desk("state", "pull", **OTHERS)
    assert ran.code == 1
    assert silent(ran)
    for told in (desk("show", **OTHERS), desk("show", "--json", **OTHERS)):
        assert told.code == 0
        assert silent(told)


@pytest.mark.parametrize("spelled", [TOKEN, TOKEN.replace("-", "\\u002d"), "\\u0063" + TOKEN[1:]])
@pytest.mark.parametrize(
    "command", [["plan"], ["plan", "--json"], ["numbers"], ["numbers", "--json"], ["drift"]]
)
def test_a_vendor_that_echoes_the_token_has_it_hidden(desk, command, spelled):
    desk.manifest(f"numbers: {{a: {{number: '{A}'}}}}\n")
    desk.emulator.add_owned([{"number": A, "country": f"Land of {spelled}"}])
    ran = desk(*command, NUMPLAN_LOG="debug")
    assert silent(ran)
    assert spelled not in ran.out + ran.err


def test_a_password_on_the_command_line_is_not_repeated(desk, monkeypatch):
    arguments = ["plan", "--state", f"https://jane:{PASSWORD.replace('/', '%2F')}@state.example/x"]
    monkeypatch.setattr("sys.argv", ["numplan", *arguments])
    desk.manifest("")
    ran = desk(*arguments)
    assert ran.code == 1
    assert silent(ran)


def test_a_traceback_holds_none(desk, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError(f"the body was {TOKEN}")

    monkeypatch.setattr("numplan.cli.operations.plan.open_account", broken)
    desk.manifest("")
    ran = desk("plan", NUMPLAN_LOG="debug")
    assert "Traceback" in ran.err
    assert silent(ran)
