"""Text from outside never steers a terminal or a CI runner, and the token never shows: canaries in every field."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import TOKEN, Desk, Ran, run_of

A, B, C, D, E = run_of(16095550101, 5)

ACTIVE = (
    "\x1b[31m",  # colour
    "\x1b]0;title\x07",  # window title
    "\x1b]8;;http://evil.example\x1b\\",  # link
    "\x9b2J",  # C1 form of "clear the screen"
    "\r\x08\x7f\x00",
    "\u202e\u2066\u200f\u200b\ufeff\u2028",  # bidirectional overrides, zero width, line separator
    "\n::error::forged\n",  # a command line of a CI
    " ::set-output name=a::b ##[add-mask]a ##vso[task.complete]a ##teamcity[a]"
    * 3,  # wherever a line is broken
)
CANARY = "x" + "".join(ACTIVE) + "y"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def harmless(ran: Ran) -> Ran:
    """Fail where active characters came through, or where a text from outside began a line."""
    text = ran.out + ran.err
    assert not FORBIDDEN.search(text), repr(text)
    assert not re.search(r"^(\s*::|y|forged)|##\w*\[", text, re.MULTILINE), text
    assert "unforeseen" not in text, text
    return ran


def offer(number: str) -> Mapping[str, Any]:
    """A number for sale whose every text is hostile, but for what must match."""
    return {"number": number, "state": CANARY, "city": CANARY, "category": "Voice+SMS"}


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    desk.stock(*map(offer, (A, B, C)))
    desk.emulator.add_owned(
        [
            {"number": D, "assignment": {"flow_id": CANARY, "flow_name": CANARY}},
            {"number": E, "country": CANARY},
        ]
    )
    return desk


def test_what_the_vendor_calls_things(hostile: Desk) -> None:
    hostile.manifest(f'sets: {{dialer: {{numbers: ["{A}", "{B}", "{D}"]}}}}\npolicy: {{unmanaged: warn}}')
    assert harmless(hostile("plan", "--out", "p.plan")).code == 0
    harmless(hostile("show", "p.plan"))
    assert harmless(hostile("apply", "p.plan")).code == 0
    harmless(hostile("show"))
    harmless(hostile("state", "show", A))
    hostile.manifest(f'sets: {{dialer: {{numbers: ["{A}"]}}}}')
    assert harmless(hostile("plan", "--detailed-exitcode")).code == 2
    assert harmless(hostile("apply", "--auto-approve")).code == 4


@pytest.mark.parametrize("flags", [[], ["--csv"]])
def test_tables_of_the_reading_commands(hostile: Desk, flags: list[str]) -> None:
    for command in (["search", "--country", "United States"], ["numbers"], ["find", C], ["regions"]):
        assert harmless(hostile(*command, *flags)).code == 0
    for command in (["search", "--country", "United States", "--json"], ["numbers", "--json"]):
        ran = hostile(*command)
        assert ran.code == 0
        assert not FORBIDDEN.search(ran.out)
        assert any(CANARY in str(row) or CANARY in row.values() for row in json.loads(ran.out))


FAULTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("refuse", "purchase-numbers", {"message": CANARY}),
    ("refuse", "release-numbers", {"message": CANARY}),
    ("status", "purchase-numbers", {"status": 400, "message": CANARY}),
    ("status", "purchase-numbers", {"status": 403, "message": CANARY}),
    ("status", "purchase-numbers", {"status": 500, "message": CANARY}),
    ("not_ok", "purchase-numbers", {"message": CANARY, "status": CANARY}),
    ("status", "regions", {"status": 400, "message": CANARY}),
    ("not_ok", "purchased-list", {"message": CANARY, "status": CANARY}),
    ("status", "find-number", {"status": 418, "message": CANARY}),
    ("html", "find-number", {}),
    ("wrong_type", "regions", {"field": "country", "value": CANARY}),
)


@pytest.mark.parametrize(("fault", "endpoint", "details"), FAULTS, ids=lambda value: str(value)[:20])
def test_what_the_vendor_says_when_it_refuses(
    desk: Desk, fault: str, endpoint: str, details: dict[str, Any]
) -> None:
    desk.stock(A, B)
    desk.manifest(f'sets: {{dialer: {{numbers: ["{A}"]}}}}')
    if endpoint == "release-numbers":
        assert desk("apply", "--auto-approve").code == 0
        desk.manifest(f'sets: {{dialer: {{numbers: ["{B}"]}}}}')
    desk.fault(fault, endpoint, count=0, **details)
    ran = harmless(desk("apply", "--auto-approve", NUMPLAN_LOG="debug"))
    assert ran.code in {0, 1, 4, 5}
    assert TOKEN not in ran.out + ran.err


CANARY_YAML = CANARY.replace("\n", "\\n").replace("\x00", "\\0")


def as_yaml(text: str) -> str:
    """A double-quoted scalar in which everything unusual is escaped."""
    return '"' + "".join(letter if letter.isalnum() else f"\\U{ord(letter):08x}" for letter in text) + '"'


MANIFESTS = (
    f'numbers: {{support: {{number: "{A}", labels: {{owner: {as_yaml(CANARY)}}}}}}}',
    f'numbers: {{support: {{number: "{A}", labels: {{{as_yaml(CANARY)}: voice}}}}}}',
    f'numbers: {{support: {{number: "{A}", country: {as_yaml(CANARY)}}}}}',
    f"numbers: {{{as_yaml(CANARY)}: {{number: '{A}'}}}}",
    f"numbers: {{support: {{number: {as_yaml(CANARY)}}}}}",
    f"numbers: {{support: {{{as_yaml(CANARY)}: 1}}}}",
    f"pools: {{sales: {{count: 1, state: {as_yaml(CANARY)}}}}}",
    f"pools: {{sales: {{count: 1, digits: {as_yaml(CANARY)}}}}}",
    f"pools: {{sales: {{count: 1, type: {as_yaml(CANARY)}}}}}",
    f'currency: {as_yaml(CANARY)}\nnumbers: {{support: {{number: "{A}"}}}}',
    f'account: {as_yaml(CANARY)}\nnumbers: {{support: {{number: "{A}"}}}}',
    f"sets: {{dialer: {{numbers_file: {as_yaml(CANARY)}}}}}",
    f"policy: {{required_labels: [{as_yaml(CANARY)}]}}\nnumbers: {{support: {{number: '{A}'}}}}",
    f"policy: {{allowed_countries: [{as_yaml(CANARY)}]}}\nnumbers: {{support: {{number: '{A}'}}}}",
    f"{as_yaml(CANARY)}: 1",
    f"? {CANARY_YAML}",
)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=range(len(MANIFESTS)))
def test_what_a_manifest_calls_things(desk: Desk, manifest: str) -> None:
    desk.stock(A)
    desk.manifest(manifest)
    for command in (
        ["validate"],
        ["plan", "--out", "p.plan"],
        ["apply", "--auto-approve"],
        ["show"],
        ["state", "show"],
        ["state", "show", "number.support"],
    ):
        harmless(desk(*command))
    desk.manifest("numbers: {}")
    harmless(desk("plan", "--allow-empty"))


def test_what_the_command_line_says(desk: Desk) -> None:
    text = CANARY.replace("\x00", "")
    for command in (
        [text],
        ["plan", f"--{text}"],
        ["plan", "-f", text],
        ["plan", "--state", text],
        ["plan", "--chdir", text],
        ["plan", "--max-releases", text],
        ["plan", "--out", text],
        ["apply", text],
        ["show", text],
        ["find", text],
        ["state", "show", text],
        ["schema", text],
        ["search", "--country", text],
        ["search", "--country", "Spain", "--type", text],
    ):
        harmless(desk(*command))
    for name in (
        "NUMPLAN_API_URL",
        "NUMPLAN_ACCOUNT_ID",
        "NUMPLAN_LOG",
        "NUMPLAN_TOKEN_FILE",
        "NUMPLAN_STATE",
    ):
        ran = harmless(desk("numbers", **{name: text, **({"NUMPLAN_TOKEN": None} if "FILE" in name else {})}))
        assert ran.code == 1 or name == "NUMPLAN_STATE"


# -- the token -------------------------------------------------------------------------------------------


def written(folder: Path) -> Iterator[bytes]:
    """All that stands in files of a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def test_the_token_is_in_no_output_log_or_file(desk: Desk) -> None:
    desk.stock(A, B)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}\npools: {{sales: {{count: 1}}}}')
    desk.fault("status", "find-number", status=503)
    desk.fault("lose_reply", "purchase-numbers")
    rans = [
        desk(*command, NUMPLAN_LOG="debug")
        for command in (
            ["validate"],
            ["plan", "--out", "p.plan"],
            ["apply", "p.plan"],
            ["plan", "--destroy", "--out", "d.plan"],
            ["show"],
            ["show", "p.plan"],
            ["numbers", "--json"],
            ["search", "--country", "United States"],
            ["find", B],
            ["regions"],
            ["apply", "none"],
        )
    ]
    rans.append(desk("regions", NUMPLAN_LOG="debug", NUMPLAN_TOKEN=f"{TOKEN}\nX-Evil: 1"))
    rans.append(desk("regions", NUMPLAN_LOG="debug", NUMPLAN_TOKEN=f"{TOKEN} é"))
    rans.append(desk("regions", NUMPLAN_LOG="debug", NUMPLAN_API_URL="http://127.0.0.1:1/o/"))
    for ran in rans:
        assert TOKEN not in ran.out + ran.err
    assert any("numplan.api" in ran.err for ran in rans)  # the log was on
    assert not [text for text in written(desk.folder) if TOKEN.encode() in text]


def test_a_vendor_that_echoes_the_token_does_not_get_it_into_the_output(desk: Desk) -> None:
    desk.stock(A)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    desk.fault("refuse", "purchase-numbers", message=f"not with {TOKEN}")
    ran = desk("apply", "--auto-approve", NUMPLAN_LOG="debug")
    assert ran.code == 4
    assert TOKEN not in ran.out + ran.err
    assert not [text for text in written(desk.folder) if TOKEN.encode() in text]


def test_a_vendor_that_writes_the_token_into_its_rows_does_not_get_it_into_any_form(desk: Desk) -> None:
    names = {"state": f"in {TOKEN}", "city": TOKEN}
    desk.stock(*({"number": number, "category": "Voice+SMS", **names} for number in (A, B, C)))
    desk.emulator.add_owned(
        [{"number": D, "assignment": {"flow_id": TOKEN, "flow_name": TOKEN}}, {"number": E, "country": TOKEN}]
    )
    desk.manifest(
        f'sets: {{dialer: {{numbers: ["{A}", "{D}"]}}}}\npools: {{sales: {{count: 1}}}}\n'
        "outputs: {sales: '${pool.sales.numbers}'}\npolicy: {unmanaged: warn}"
    )
    forms = (
        "--json-out",
        "p.json",
        "--markdown-out",
        "p.md",
        "--html-out",
        "p.html",
        "--gitlab-out",
        "p.gl.json",
    )
    rans = [
        desk(*command, NUMPLAN_LOG="debug")
        for command in (
            ["plan", "--out", "p.plan", *forms],
            ["plan", "--json"],
            ["apply", "--auto-approve", "--json", *forms],
            ["plan", "--destroy", "--expand", "--out", "d.plan", *forms],
            *(
                ["show", "--format", form, "d.plan"]
                for form in ("text", "json", "markdown", "html", "gitlab")
            ),
            ["drift", "--json"],
            ["explain", D],
            ["explain", A, "--json"],
            ["output", "--json"],
            ["state", "list"],
            ["state", "pull"],
            ["numbers", "--csv"],
            ["numbers", "--json"],
            ["search", "--country", "United States", "--as-manifest"],
            ["adopt", "--all", "--auto-approve"],
            ["destroy", "--auto-approve", "--max-releases", "9", *forms],
        )
    ]
    assert {"p.json", "p.md", "p.html", "p.gl.json", "d.plan"} <= {
        path.name for path in desk.folder.iterdir()
    }
    assert [(ran.code, ran.err) for ran in rans if ran.code not in {0, 4}] == []  # 4: a flow uses one of them
    for ran in rans:
        assert TOKEN not in ran.out + ran.err
    assert not [text for text in written(desk.folder) if TOKEN.encode() in text]


def test_a_bug_shows_its_traceback_only_on_request_and_never_the_token(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"unforeseen {CANARY}")

    monkeypatch.setattr("numplan.cli.operations.plan.compute_plan_of", broken)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    quiet = desk("plan")
    assert quiet.code == 1
    assert quiet.err.startswith("error: unexpected error, this is a bug in numplan: RuntimeError: ")
    assert "Traceback" not in quiet.err
    loud = desk("plan", NUMPLAN_LOG="debug")
    assert "Traceback" in loud.err
    for ran in (quiet, loud):
        assert TOKEN not in ran.err
        assert not FORBIDDEN.search(ran.err)
