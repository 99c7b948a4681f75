"""Servers that plain http may call although they are on another machine: an operator names each, with its port.

For hosts of a closed network, such as an emulator beside a job. Only the environment says so, and a manifest never
does; that credentials may go there at all, somebody has to say besides.
"""

import re
from typing import Final

from numplan.model.errors import SettingError
from numplan.model.location.hosts import canonical_host

VARIABLE: Final = "NUMPLAN_PLAIN_HTTP"
_ENTRY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-][A-Za-z0-9._-]*):(?P<port>[0-9]{1,5})")
_HIGHEST_PORT: Final = 65535

_allowed: frozenset[tuple[str, int]] = frozenset()


def allow(text: str) -> None:
    """Allow what NUMPLAN_PLAIN_HTTP names, from here on, and nothing else. Raises SettingError."""
    global _allowed  # noqa: PLW0603 - known to the process, as secrets are: see numplan/model/secrets.py
    _allowed = frozenset()
    _allowed = frozenset(_entry(one.strip()) for one in text.split(",") if one.strip())


def is_allowed(host: str, port: int) -> bool:
    """Whether an operator named this very host, in its canonical form, and port."""
    return (host, port) in _allowed


def _entry(text: str) -> tuple[str, int]:
    found = _ENTRY.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= _HIGHEST_PORT:
        raise SettingError(
            f"{VARIABLE} has an entry that is no host:port: {text!r}",
            hint="such as emulator:8190; several are separated by commas",
        )
    return canonical_host(found["host"].strip("[]")), int(found["port"])
