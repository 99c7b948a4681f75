"""Logging to standard error, where NUMPLAN_LOG asks for it."""

import logging
import os
import sys

from numplan.cli.settings import Settings
from numplan.model.errors import SettingError
from numplan.model.secrets import hidden
from numplan.views.common.sanitize import one_line


class _Plain(logging.Formatter):
    """One line a record, without what a terminal would obey, and without a secret."""

    def format(self, record: logging.LogRecord) -> str:
        return hidden(one_line(super().format(record)))


def start_logging(settings: Settings) -> None:
    """Log warnings, or all from the level that NUMPLAN_LOG names.

    Raises SettingError for another word than info or debug.
    """
    level = settings.variable("NUMPLAN_LOG").strip().lower()
    if level not in {"", "info", "debug"}:
        raise SettingError(f"NUMPLAN_LOG is {level!r}", hint="it may be info or debug")
    log = logging.getLogger("numplan")
    log.handlers.clear()
    log.setLevel(level.upper() or logging.WARNING)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Plain("%(asctime)s %(levelname)s %(name)s %(message)s" if level else "warning: %(message)s")
    )
    log.addHandler(handler)


def log_level() -> str:
    """The level that NUMPLAN_LOG asks for, or an empty text."""
    return os.environ.get("NUMPLAN_LOG", "").strip().lower()
