"""What somebody meets in the first five minutes: words of Terraform, slips of the pen, a wrong URL."""

import pytest

from numplan import __version__
from tests.cli.desk import HEAD, Desk, run_of

A, B, C = run_of(16095550101, 3)
ONE = f'numbers: {{support: {{number: "{A}"}}}}\n'


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A, B)
    desk.manifest(ONE)
    return desk


def test_the_version_is_a_command_and_an_option(desk: Desk) -> None:
    for arguments in (["version"], ["--version"]):
        ran = desk(*arguments)
        assert (ran.code, ran.out, ran.err) == (0, f"numplan {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["plan", "-f", "numplan.yaml", "-f", "numplan.yaml"], "-f or --manifest"),
        (["plan", "-f", "numplan.yaml", "--manifest=numplan.yaml"], "-f or --manifest"),
        (["-f", "numplan.yaml", "-f", "other.yaml", "plan"], "-f or --manifest"),
        (["validate", "-fnumplan.yaml", "-fother.yaml"], "-f or --manifest"),
        (["state", "list", "--state", "a", "--state", "b"], "--state"),
        (["plan", "--max-releases", "1", "--max-releases", "9"], "--max-releases"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_an_option_with_one_value_is_given_once(ready: Desk, arguments: list[str], flag: str) -> None:
    ran = ready(*arguments)
    assert ran.code == 64, ran
    assert f"error: {flag} is given twice" in ran.err
    assert not ran.out


def test_an_option_after_the_command_still_wins_over_the_same_one_before_it(ready: Desk) -> None:
    assert ready("-f", "none.yaml", "validate", "-f", "numplan.yaml").code == 0
    many = ready("plan", "--target", "number.support", "--target", "number.*")
    assert many.code == 0, many


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["apply", "-auto-approve"], "write --auto-approve"),
        (["plan", "-out=tonight.plan"], "write --out"),
        (["plan", "-out", "tonight.plan"], "write --out"),
        (["plan", "-target=number.a"], "write --target"),
        (["plan", "-var", "token=canary"], "write --var"),
        (["plan", "-var-file=x.yaml"], "write --var-file"),
        (["plan", "-destroy"], "write --destroy"),
        (["plan", "-refresh-only"], "write --refresh-only"),
        (["plan", "-detailed-exitcode"], "write --detailed-exitcode"),
        (["state", "list", "-state=x"], "write --state"),
        (["-chdir=there", "plan"], "write --chdir"),
        (["-version"], "write --version"),
        (["plan", "-help"], "write --help"),
        (["-help"], "write --help"),
        (["import", "number.a", A], "`numplan adopt`"),
        (["refresh"], "`numplan apply --refresh-only`"),
        (["force-unlock", "x"], "`numplan state unlock ID`"),
        (["state", "force-unlock", "x"], "`numplan state unlock ID`"),
        (["taint", "number.a"], "declaring another in its place"),
        (["console"], "`numplan explain ADDRESS|NUMBER`"),
        (["workspace", "list"], "--state prod.state.json"),
        (["login"], "NUMPLAN_TOKEN"),
        (["unlock", "x"], "`numplan state unlock`"),
        (["plan", "-input=false"], "--no-input"),
        (["plan", "-lock=false"], "--lock-timeout"),
        (["plan", "-refresh=false"], "every plan looks at the account"),
        (["apply", "--input=false"], "--no-input"),
        (["plan", "-replace=number.a"], "write --replace"),
        (["drift", "--replace=number.a"], "declaring another in its place"),
        (["plan", "--auto-approve"], "such as `numplan apply`"),
        (["plan", "--no-input"], "leave it out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_terraform_calls_otherwise_is_64_with_what_does_that_here(
    ready: Desk, arguments: list[str], hint: str
) -> None:
    ran = ready(*arguments)
    assert ran.code == 64, ran
    said, *hints = ran.err.splitlines()
    assert said.startswith("error: ")
    assert hint in " ".join(hints)
    assert "canary" not in ran.err, "a value may be a secret"
    assert ready.left_alone()


def test_a_value_that_looks_like_an_option_is_a_value(ready: Desk) -> None:
    ready("plan", "--out", "plan.plan")
    assert ready("show", "--", "plan.plan").code == 0
    assert ready("search", "--country=United States", "--digits", "555").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["fmt", "--var", "a=b"],
        ["fmt", "--var-file", "x"],
        ["plan", "--no-input"],
        ["plan", "--lock-timeout", "5s"],
        ["--lock-timeout", "5s", "plan"],
        ["--parallelism", "2", "validate"],
        ["--state", "x", "validate"],
        ["--state", "x", "search", "--country", "Spain"],
        ["-f", "numplan.yaml", "version"],
        ["--var", "a=b", "schema"],
        ["--lock-timeout", "5s", "state", "list"],
        ["search", "--country", "Spain", "--parallelism", "2"],
        ["state", "settle", "--no-input"],
        ["destroy", "--allow-empty"],
        ["destroy", "--max-purchases", "3"],
        ["destroy", "--buy-beside-unmanaged"],
        ["plan", "--destroy", "--max-purchases", "3"],
        ["plan", "--destroy", "--allow-empty"],
        ["apply", "--destroy", "--buy-beside-unmanaged"],
        ["plan", "--refresh-only", "--max-purchases", "3"],
        ["plan", "--refresh-only", "--max-releases", "3"],
        ["apply", "--refresh-only", "--allow-release", A],
        ["adopt", "--all", "--manifest-only", "--lock-timeout", "5s"],
        ["show", "--expand"],
        ["plan", "--json", "--expand"],
        ["apply", "--json", "--auto-approve", "--expand"],
        ["drift", "--json", "--expand"],
        ["explain", A, "--json", "--expand"],
        ["show", "--json", "--format", "html"],
        ["show", "p.plan", "--state", "x"],
        ["show", "p.plan", "-f", "numplan.yaml"],
        ["show", "p.plan", "--var", "a=b"],
        ["show", "p.plan", "--format", "json", "--expand"],
    ],
    ids=" ".join,
)
def test_a_flag_that_cannot_act_is_64(ready: Desk, arguments: list[str]) -> None:
    assert ready("plan", "--out", "p.plan").code == 0
    ran = ready(*arguments)
    assert ran.code == 64, ran
    assert not ran.out
    assert ready.left_alone()


def test_what_holds_in_every_command_may_stand_before_any(ready: Desk) -> None:
    for command in (["plan"], ["validate"], ["version"], ["state", "settle"]):
        assert ready("--no-color", "--no-input", *command).code == 0


# -- which manifest


@pytest.mark.parametrize("second", ["numplan.yml", "numplan.json"])
@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["plan"],
        ["apply", "--auto-approve"],
        ["fmt"],
        ["regions"],
        ["adopt", "--all"],
        ["state", "list"],
    ],
    ids=" ".join,
)
def test_two_manifests_in_a_folder_are_an_error_that_names_both(
    ready: Desk, command: list[str], second: str
) -> None:
    ready.manifest(ONE, name=second)
    ran = ready(*command)
    assert ran.code == 1, ran
    assert f"numplan.yaml and {second} are both here" in ran.err
    assert ready.left_alone()
    assert ready("validate", "-f", second).code == 0
    assert ready("validate", NUMPLAN_MANIFEST="numplan.yaml").code == 0


def test_who_names_the_state_needs_no_manifest_to_look_into_it(ready: Desk) -> None:
    assert ready("apply", "--auto-approve").code == 0
    ready.manifest(ONE, name="numplan.yml")
    assert ready("state", "list", "--state", "numplan.state.json").out == "number.support\n"


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n"])
def test_a_variables_file_that_is_empty_gives_no_values(ready: Desk, text: str) -> None:
    (ready.folder / "values.yaml").write_text(text)
    ran = ready("plan", "--var-file", "values.yaml")
    assert ran.code == 0, ran
    ready.manifest(f"variables: {{env: {{}}}}\n{ONE}")
    ran = ready("plan", "--var-file", "values.yaml")
    assert ran.code == 1
    assert "variables.env: this variable has no value" in ran.err
    assert "manifest is empty" not in ran.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "env: prod\nteam: voice\n",
            "holds values of variables, and is no manifest (give it with --var-file",
        ),
        ("variables: {env: {default: x}}\n", "declares variables and nothing else, which is no manifest yet"),
    ],
)
def test_a_file_of_variables_is_no_manifest_and_says_so(ready: Desk, text: str, said: str) -> None:
    folder = ready.folder / "folder"
    folder.mkdir()
    for path in (ready.folder / "values.yaml", folder / "values.yaml"):
        path.write_text(text)
    for named in ("values.yaml", "folder"):
        ran = ready("plan", "-f", named)
        assert ran.code == 1
        assert said in ran.err
        assert ran.err.count("error: ") == 2, "one finding, and the count"


def test_an_empty_file_in_a_folder_is_named_as_part_of_its_manifest(ready: Desk) -> None:
    folder = ready.folder / "folder"
    folder.mkdir()
    (folder / "a.yaml").write_text(HEAD + ONE)
    (folder / "values.yaml").write_text("")
    ran = ready("plan", "-f", "folder")
    assert ran.code == 1
    assert (
        "folder/values.yaml:1:1: error: is empty, and every file of this folder is part of the manifest"
        in ran.err
    )


def test_a_misspelt_key_is_no_variable(ready: Desk) -> None:
    (ready.folder / "odd.yaml").write_text("versoin: 1\n")
    ran = ready("validate", "-f", "odd.yaml")
    assert 'unknown key "versoin"' in ran.err


# -- a wrong URL


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda url: url.removesuffix("o/"), "has no /o/, with which the vendor's own ends: perhaps {url}"),
        (
            lambda url: f"{url}virtual-numbers/v1.0/",
            "already ends with the path of a call, which is added to it: set it to {url}",
        ),
        (lambda url: f"{url}virtual-numbers/v1.0/regions", "set it to {url}"),
        (lambda url: f"{url}o/", "/o/ stands twice"),
        (lambda url: f"{url}other/", "another server may answer there"),
    ],
    ids=["no /o/", "pasted path", "pasted call", "/o/ twice", "other"],
)
@pytest.mark.parametrize(
    "command", [["plan"], ["apply", "--auto-approve"], ["regions"], ["find", A]], ids=" ".join
)
def test_a_404_names_the_url_and_what_is_odd_about_it(
    ready: Desk, command: list[str], change, hint: str
) -> None:
    url = ready.emulator.url
    ran = ready(*command, NUMPLAN_API_URL=change(url))
    assert ran.code == 1, ran
    assert f"the API answered 404 at {change(url).rstrip('/')}/virtual-numbers/v1.0/" in ran.err
    assert hint.format(url=url) in ran.err
    assert ready.left_alone()


# -- find


def test_find_shows_what_is_for_sale(ready: Desk) -> None:
    ran = ready("find", B)
    assert ran.code == 0
    assert B in ran.out
    assert "setup_charge" in ran.out
    assert not ran.err


def test_find_shows_what_the_account_holds(ready: Desk) -> None:
    ready.emulator.add_owned([{"number": C, "assignment": {"flow_id": "7", "flow_name": "Front desk"}}])
    ran = ready("find", C)
    assert ran.code == 0, ran
    header, row = ran.out.splitlines()
    assert header.split()[-8:-4] == ["assigned_to", "flow_id", "flow_name", "area_code"]
    assert header.split()[-4:-2] == ["voice_rate", "sms_rate"]
    assert row.startswith(C)
    assert f"Front desk  {C[2:5]}" in row
    assert ran.err == f"note: the account owns {C} already; it is not for sale\n"
    as_json = ready("find", C, "--json")
    assert '"flow_name": "Front desk"' in as_json.out


def test_find_says_that_a_number_is_neither(ready: Desk) -> None:
    ran = ready("find", "+16095559999")
    assert ran.code == 1
    assert "+16095559999 is not for sale, and the account does not own it" in ran.err


# -- quotes that the shell took


@pytest.mark.parametrize("spelled", [f"set.s[{A}]", f'set.s["{A}"]', f"set.s['{A}']"])
def test_every_command_with_an_address_reads_it_without_quotes(desk: Desk, spelled: str) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{s: {{protect: true, numbers: ["{A}", "{B}"]}}}}\n')
    assert desk("apply", "--auto-approve").code == 0
    for command in (["explain"], ["state", "show"], ["state", "list"]):
        ran = desk(*command, spelled)
        assert ran.code == 0, (command, ran)
        assert A in ran.out
        assert B not in ran.out
    assert desk("plan", "--target", spelled).code == 0
    assert desk("drift", "--exclude", spelled).code == 0
    desk.manifest(f'sets: {{s: {{protect: true, numbers: ["{B}"]}}}}\n')
    assert desk("plan").code == 6
    freed = desk("plan", "--allow-release", spelled)
    assert freed.code == 0, freed
    assert desk("state", "mv", spelled, "set.t", "--auto-approve").code == 0
    assert desk("state", "rm", spelled.replace("set.s", "set.t"), "--auto-approve").code == 0
    assert desk.managed == {B}
