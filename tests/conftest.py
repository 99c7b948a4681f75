"""Hypothesis profiles: `ci` always draws the same examples, `torture` draws many more."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile(
    "torture",
    deadline=None,
    max_examples=1000,
    report_multiple_bugs=False,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))

# Thousands of tests stay: to look through them for garbage again and again is a fifth of the work of collecting them.
gc.set_threshold(50_000, 20, 20)

pytest_plugins = ("tests.cli.fixtures", "tests.services.fixtures")

LONGEST = (
    "ci/test_pipelines_github.py",
    "ci/test_shared_state.py",
    "torture/test_failpoints.py",
    "project/test_image.py",
    "state/shared/test_objects.py",
    "browser/test_report.py",
    "torture/test_places.py",
    "laws/test_several_states_on_one_account.py",
    "laws/test_budgets.py",
    "cli/terminal/test_screen.py",
    "torture/test_campaign.py",
    "ci/test_pipelines_gitlab.py",
    "docs/test_docs.py",
    "cli/test_start_up.py",
    "torture/test_fuzz.py",
    "consumers/test_policies.py",
    "scenarios/test_races.py",
    "laws/test_every_plan.py",
    "laws/test_any_history_of_applies.py",
    "cli/terminal/test_signals.py",
    "state/test_atomic_files.py",
    "laws/test_odd_rows.py",
    "state/test_round_trip.py",
    "consumers/test_readers.py",
    "laws/test_moves.py",
    "laws/test_hostile_manifests.py",
    "state/shared/test_http_contract.py",
    "model/test_documents.py",
    "model/test_secrets.py",
)
"""The files that take longest, begun first: else one worker would still be at them when all others are done."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {TESTS / name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda test: place.get(test.path, len(place)))


def pytest_collection_finish() -> None:
    """What is there before the first test is no garbage until the last."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What numplan remembers of shared places is not remembered among the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
