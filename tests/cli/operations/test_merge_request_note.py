"""The note of a merge request: found again by its marker and its author, and no more than a warning when it fails."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from numplan.cli.operations import merge_request_note

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))

from pipelines.gitlab_api import BOT, PROJECT, TOKEN, GitLabApi

MARKER = "<!-- numplan: phones/numplan.yaml -->"


@pytest.fixture
def api() -> Iterator[GitLabApi]:
    with GitLabApi() as server:
        yield server


@pytest.fixture
def publish(
    api: GitLabApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Publish a text, as job of merge request 1; gives what the job's log says. No text is no plan."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(text: str = "", **variables: str) -> str:
        given = {
            "NUMPLAN_GITLAB_TOKEN": TOKEN,
            "CI_API_V4_URL": api.url,
            "CI_PROJECT_ID": PROJECT,
            "CI_MERGE_REQUEST_IID": "1",
            "CI_PROJECT_DIR": str(tmp_path),
            "CI_JOB_URL": "https://gitlab.example/-/jobs/1",
            "CI_COMMIT_SHORT_SHA": "feed0123",
            "CI_JOB_STATUS": "success",
            **variables,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        page = tmp_path / "plan.md"
        page.unlink(missing_ok=True)
        if text:
            page.write_text(text)
        merge_request_note.main(str(page), "phones")
        return capsys.readouterr().out

    return run


def test_it_is_updated_behind_a_hundred_others_and_nobody_elses_is_touched(
    api: GitLabApi, publish: Callable[..., str]
) -> None:
    api.add(1, f"{MARKER}\nof somebody else", 1)
    api.add(1, f"see\n{MARKER}", BOT)
    api.add(2, f"{MARKER}\nof another merge request", BOT)
    for number in range(110):
        api.add(1, f"remark {number}", 1)
    publish(f"{MARKER}\nfirst")
    assert "comment on the merge request" in publish(f"{MARKER}\nsecond")
    assert [one["body"].splitlines()[1] for one in api.notes if one["body"].startswith(MARKER)] == [
        "of somebody else",
        "of another merge request",
        "second",
    ]
    assert "commit feed0123, success" in api.by()[-1]
    # In the place of an older plan, so that nobody takes that for this commit's.
    publish()
    assert "no plan could be made" in api.by()[-1]
    assert api.by()[-1].startswith(MARKER)


def test_no_line_of_it_is_a_command_to_gitlab(api: GitLabApi, publish: Callable[..., str]) -> None:
    publish(f"{MARKER}\n/merge\n  /close\n\t/approve\nand/or\n")
    assert not [line for line in api.by()[0].splitlines() if line.lstrip().startswith("/")]
    assert "and/or" in api.by()[0]


def test_a_lost_answer_is_looked_for_again(api: GitLabApi, publish: Callable[..., str]) -> None:
    api.answers = [502, 500]
    publish(f"{MARKER}\nfirst")
    assert len(api.notes) == 1


@pytest.mark.parametrize(
    ("answers", "variables", "said"),
    [
        (
            [],
            {"NUMPLAN_GITLAB_TOKEN": "glpat-another"},
            "GitLab answered 401; NUMPLAN_GITLAB_TOKEN is a project",
        ),
        ([500, 500, 500], {}, "GitLab answered 500, 3 times"),
        ([200, 200], {}, "gave no list of notes, 3 times"),
        ([], {"CI_API_V4_URL": "http://gitlab.example/api/v4"}, "in the clear"),
        ([], {"CI_PROJECT_ID": "../1"}, "name no merge request"),
        ([], {"CI_API_V4_URL": "http://127.0.0.1:1/api/v4"}, "3 times"),
    ],
)
def test_what_goes_wrong_is_told_and_no_more(
    api: GitLabApi, publish: Callable[..., str], answers: list[int], variables: dict[str, str], said: str
) -> None:
    api.answers = answers * 3 if answers == [200, 200] else answers
    told = publish(f"{MARKER}\nfirst", **variables)
    assert told.startswith("The plan was not posted as a comment: ")
    assert said in told
    assert TOKEN not in told
    assert not api.notes


def test_without_a_token_or_a_merge_request_nothing_is_called(
    api: GitLabApi, publish: Callable[..., str]
) -> None:
    assert publish(f"{MARKER}\nfirst", NUMPLAN_GITLAB_TOKEN="") == ""
    assert publish(f"{MARKER}\nfirst", CI_MERGE_REQUEST_IID="") == ""
    assert not api.calls
