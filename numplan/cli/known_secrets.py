"""What the process knows of secrets, from its environment and its command line."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from numplan.model import secrets

_LONGEST: Final = 1 << 16


def learn_secrets() -> None:
    """Know every secret that this run was given, so that nothing it tells holds one."""
    secrets.learn(os.environ, sys.argv[1:])
    path = os.environ.get("NUMPLAN_TOKEN_FILE", "")
    # Only a file that can be read twice: whoever needs the token reads it again.
    with suppress(OSError, ValueError):
        if path and Path(path).is_file():
            with Path(path).open("rb") as file:
                secrets.know(secrets.BEARER, file.read(_LONGEST).decode(errors="replace"))
