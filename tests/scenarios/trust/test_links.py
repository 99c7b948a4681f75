"""Files that a pull request can point anywhere: nothing outside the repository is read, written or quoted."""

import pytest

SECRET = "s3cr3t-of-the-machine-0123456789"
HEAD = "version: 1\nsets:\n  dialer: {numbers_file: %s}\n"


@pytest.fixture
def outside(desk, tmp_path_factory):
    """A secret beside the desk's folder, which is a repository."""
    (desk.folder / ".git").mkdir()
    path = tmp_path_factory.mktemp("outside") / "token"
    path.write_text(f"{SECRET}\n")
    return path


def refused(ran, code=1):
    assert ran.code == code
    assert SECRET not in ran.out + ran.err
    assert "leads out of the repository" in ran.err
    return True


@pytest.mark.parametrize(
    "command", [["validate"], ["plan"], ["drift"], ["fmt"], ["fmt", "--diff"], ["adopt", "--all"]]
)
@pytest.mark.parametrize("named", [(), ("-f", "numplan.yaml"), "NUMPLAN_MANIFEST"])
def test_a_manifest_that_is_a_link_to_a_secret(desk, outside, command, named):
    (desk.folder / "numplan.yaml").symlink_to(outside)
    if named == "NUMPLAN_MANIFEST":
        assert refused(desk(*command, NUMPLAN_MANIFEST="numplan.yaml"))
    else:
        assert refused(desk(*named, *command))
    assert outside.read_text() == f"{SECRET}\n"


def test_a_folder_on_the_way_is_no_way_out(desk, outside):
    outside.with_name("numplan.yaml").write_text(f"version: 1\n# {SECRET}\n")
    (desk.folder / "deploy").symlink_to(outside.parent)
    (desk.folder / "inner").mkdir()
    for path in ("deploy", "deploy/numplan.yaml", "inner/../deploy/numplan.yaml"):
        assert refused(desk("-f", path, "validate"))
        assert refused(desk("-f", path, "fmt"))
    assert refused(desk("--chdir", "deploy", "validate"), code=64)
    desk.emulator.add_owned([{"number": "+16095550101"}])
    assert refused(desk("-f", "deploy/new.yaml", "adopt", "--all", "--auto-approve", "--manifest-only"))
    assert sorted(one.name for one in outside.parent.iterdir()) == ["numplan.yaml", "token"]


def test_a_manifest_in_another_place_is_read_where_a_flag_names_it(desk, outside):
    outside.with_name("numplan.yaml").write_text("version: 1\nnumbers: {a: {number: +16095550101}}\n")
    assert desk("-f", str(outside.with_name("numplan.yaml")), "validate").code == 0
    assert desk("-f", str(outside.parent), "validate").code == 0


def test_a_link_within_the_repository_is_followed_also_for_writing(desk):
    (desk.folder / ".git").mkdir()
    (desk.folder / "shared").mkdir()
    (desk.folder / "fleet").mkdir()
    (desk.folder / "shared/main.csv").write_text("+16095550101\n")
    real = desk.folder / "shared/numplan.yaml"
    real.write_text("version:   1\nsets: {a: {numbers_file: main.csv}}\n")
    (desk.folder / "fleet/numplan.yaml").symlink_to("../shared/numplan.yaml")
    (desk.folder / "fleet/main.csv").symlink_to("../shared/main.csv")
    assert desk("-f", "fleet", "validate").code == 0
    assert desk("-f", "fleet/numplan.yaml", "fmt").code == 0
    assert real.read_text().startswith("version: 1\n")


@pytest.mark.parametrize(
    "name", [".env", "./.env", ".secrets/main.csv", "fleet/.env", "env.csv", "git/config"]
)
def test_a_hidden_file_is_no_numbers_file(desk, name):
    for folder in (".git", ".secrets", "fleet"):
        (desk.folder / folder).mkdir()
    for path in (".env", ".secrets/main.csv", "fleet/.env", ".git/config"):
        (desk.folder / path).write_text(f"TOKEN={SECRET}\n")
    (desk.folder / "env.csv").symlink_to(".env")
    (desk.folder / "git").symlink_to(".git")
    desk.manifest("", head=HEAD % name)
    ran = desk("validate")
    assert ran.code == 1
    assert "begins with a dot" in ran.err
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize(
    "text", ["TOKEN={}", "{}", "a,{}", "{},b\n1,2", "number\n{}", "number,x\n+16095550101\n{},"]
)
def test_a_line_that_is_no_number_is_described(desk, text):
    (desk.folder / "main.csv").write_text(text.format(SECRET))
    desk.manifest("", head=HEAD % "main.csv")
    for ran in (desk("validate"), desk("validate", "--json"), desk("plan", "--json")):
        assert ran.code == 1
        assert SECRET[:8] not in ran.out + ran.err


@pytest.mark.parametrize(
    "text", ["{}", "*{}", "!{} x", "&{} y", "- {}", "%{}", "'{}", "{}: [", "@{}", "a\n{}: b: c"]
)
def test_a_file_that_is_no_manifest_is_not_quoted(desk, text):
    desk.manifest("", head=text.format(SECRET))
    ran = desk("validate")
    assert ran.code == 1
    assert SECRET not in ran.out + ran.err


def test_values_are_not_taken_from_a_link_that_leads_out(desk, outside):
    desk.manifest("", head="version: 1\nvariables: {token: {}}\noutputs: {token: '${var.token}'}\n")
    outside.write_text(f"token: {SECRET}\n")
    (desk.folder / "vars.yaml").symlink_to(outside)
    (desk.folder / "main.csv").symlink_to(outside)
    assert refused(desk("output", "--var-file", "vars.yaml"))
    assert SECRET in desk("output", "--var-file", str(outside)).out
    assert refused(desk("adopt", "--from", "main.csv", "--auto-approve", "--var", "token=x"))


def test_init_writes_nowhere_else(desk, outside):
    (desk.folder / ".gitignore").symlink_to(outside)
    assert refused(desk("init"))
    assert outside.read_text() == f"{SECRET}\n"


def test_state_stays_in_the_repository(desk, outside):
    (desk.folder / "way").symlink_to(outside.parent)
    desk.manifest("backend: {type: local, path: way/a.state.json}\n")
    assert refused(desk("plan"))


def test_a_backup_that_leads_nowhere_is_found_before_anything_is_sent(desk):
    desk.stock("+16095550101")
    desk.manifest("numbers: {a: {number: '+16095550101'}}\n")
    (desk.folder / "numplan.state.json.backup").symlink_to("nowhere")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 1
    assert "backup is a symbolic link" in ran.err
    assert desk.left_alone()
