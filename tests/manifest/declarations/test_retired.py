"""`retire` and `retire_file`, as the manifest says them."""

import pytest

from numplan.manifest.load import read_manifest
from tests.loading import load_manifest
from tests.manifest.places import lines, written

HEAD = """\
version: 1
defaults: {country: United States}
numbers: {vip: {number: +12050000009}}
sets: {s: {ranges: [{first: +12050000020, last: +12050000029}]}}
pools: {p: {count: 1}}
"""


def test_a_list_and_a_file_arrive_with_their_reasons_and_places(tmp_path):
    written(tmp_path, "number;reason;note\n+12050000003;spam;x\n(205) 000-0004;;\n", "flagged.csv")
    manifest = load_manifest(
        written(
            tmp_path,
            HEAD
            + "retire:\n"
            + "  - {number: +12050000001, reason: spam label}\n"
            + "  - number: 205 000 0002\n"
            + "retire_file: flagged.csv\n",
        )
    )
    assert [(one.number, one.reason) for one in manifest.retire] == [
        ("+12050000001", "spam label"),
        ("+12050000002", ""),
        ("+12050000003", "spam"),
        ("+12050000004", ""),
    ]
    places = [str(one.source).removeprefix(f"{tmp_path}/") for one in manifest.retire]
    assert places == ["numplan.yaml:7:14", "numplan.yaml:8:13", "flagged.csv:2:1", "flagged.csv:3:1"]
    assert [one.words for one in manifest.retire[:2]] == ["retired: spam label", "retired"]


@pytest.mark.parametrize("held", ["number,reason\n", "", "# nothing yet\n"])
def test_a_file_that_is_to_grow_may_be_empty(tmp_path, held):
    written(tmp_path, held, "flagged.csv")
    assert load_manifest(written(tmp_path, HEAD + "retire:\nretire_file: flagged.csv\n")).retire == ()


def test_any_byte_of_the_file_is_another_manifest(tmp_path):
    path = written(tmp_path, HEAD + "retire_file: flagged.csv\n")
    digests = set()
    for held in ("+12050000001\n", "+12050000001 \n", "+12050000002\n"):
        written(tmp_path, held, "flagged.csv")
        digests.add(load_manifest(path).digest)
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (
            "retire: [{number: +12050000009}]",
            "6:19: error: retire[0].number: +12050000009 is declared at numplan.yaml:3:25, so it cannot be retired",
        ),
        (
            "retire: [{number: +12050000025}]",
            "6:19: error: retire[0].number: +12050000025 is declared at numplan.yaml:4:21, so it cannot be retired",
        ),
        (
            "retire: [{number: +12050000001}, {number: +12050000001}]",
            "6:43: warning: retire[1].number: +12050000001 is already retired at numplan.yaml:6:19",
        ),
        ("retire: [{number: vip}]", '6:19: error: retire[0].number: "vip" is not a phone number'),
        ("retire: [{reason: spam}]", "6:10: error: retire[0]: the key `number` is missing"),
        ("retire: [{number: +12050000001, why: spam}]", "6:33: error: retire[0].why: unknown key"),
        ("retire_file: gone.csv", '6:14: error: retire_file: the numbers file "gone.csv" does not exist'),
        ("retire_file: ../x.csv", '6:14: error: retire_file: the numbers file "../x.csv" must lie under'),
        ("policy: {rebuy_after: 58w}", "6:23: error: policy.rebuy_after: is 406 days, and 400 are the most"),
        ("policy: {rebuy_after: 3 days}", "6:23: error: policy.rebuy_after: "),
    ],
)
def test_what_cannot_be_followed_is_told_at_its_place(tmp_path, block, line):
    (found,) = lines(written(tmp_path, f"{HEAD}{block}\n"))
    assert found.startswith(f"numplan.yaml:{line}")


def test_a_file_has_findings_with_line_numbers(tmp_path):
    written(tmp_path, "number,reason\n+12050000009,spam\n+12050000001,\n", "flagged.csv")
    (found,) = lines(written(tmp_path, HEAD + "retire_file: flagged.csv\n"))
    assert found.startswith(
        "flagged.csv:2:1: error: retire_file: +12050000009 is declared at numplan.yaml:3:25, so it cannot be retired"
    )


def test_one_may_be_forgotten_and_retired(tmp_path):
    body = HEAD + 'forget: ["+12050000001"]\nretire: [{number: "+12050000001"}]\n'
    manifest, findings = read_manifest(written(tmp_path, body))
    assert findings == ()
    assert manifest.forget[0].number == manifest.retire[0].number


def test_the_files_of_a_folder_retire_together(tmp_path):
    written(tmp_path, HEAD + "retire: [{number: +12050000001}]\n", "a.yaml")
    written(tmp_path, "retire: [{number: +12050000002, reason: spam}]\n", "b.yaml")
    assert [one.number for one in load_manifest(tmp_path).retire] == ["+12050000001", "+12050000002"]


@pytest.mark.parametrize(("span", "days"), [("0d", 0), ("90d", 90), ("4w", 28), ("400d", 400)])
def test_the_span_of_the_policy_is_in_days_or_weeks(tmp_path, span, days):
    policy = load_manifest(written(tmp_path, f"{HEAD}policy: {{rebuy_after: {span}}}\n")).policy
    assert (policy.rebuy_after, policy.no_rebuy.days) == (span, days)
