"""Hypothesis profiles: `ci` always draws the same examples, `torture` draws many more."""

import os

from hypothesis import HealthCheck, settings

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

pytest_plugins = ("tests.cli.fixtures", "tests.services.fixtures")
