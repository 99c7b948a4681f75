"""Templates, and what fills them."""

import re
import textwrap
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec

from numplan.model.errors import NumplanError
from numplan.model.location.state_location import LocalLocation

Slots = Mapping[str, str]
"""A text for each `@{slot}` of a template; a line whose slot has none is left out."""

_SLOT: Final = re.compile(r"@\{(\w+)\}")
_WIDTH: Final = 118
_PLAIN: Final = re.compile(r"[$A-Za-z0-9/][A-Za-z0-9$_./:@=&?%+~-]*[A-Za-z0-9_/=-]")


def filled(template: str, slots: Slots) -> str:
    """A template with each slot filled."""
    lines = []
    for line in template.splitlines():
        names = _SLOT.findall(line)
        if names and line.strip() == f"@{{{names[0]}}}" and not slots.get(names[0]):
            continue
        lines.append(_SLOT.sub(lambda found: slots.get(found[1], ""), line))
    return "\n".join(lines) + "\n"


def step(text: str) -> str:
    """The second step of what is to be set up, as the comment on top of a file has it."""
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent="#   2. ",
        subsequent_indent="#      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def scalar(text: str) -> str:
    """A text as YAML reads it back: plain where that may be, in quotes else."""
    if _PLAIN.fullmatch(text) and ": " not in text:
        return text
    return msgspec.json.encode(text).decode()


def kept_folder(place: LocalLocation) -> str:
    """The folder of a runner's machine in which the state's file lies. Raises NumplanError for a file in the checkout,
    which is gone with the job.
    """
    path = PurePosixPath(place.path)
    if (
        not path.is_absolute()
        or len(path.parts) < len(("/", "folder", "file"))
        or not place.path.isprintable()
    ):
        raise NumplanError(
            f"--state {place.path!r} is no full path of a file: what a job writes into its checkout is gone with it",
            hint="such as /var/lib/numplan/numplan.state.json on a runner of your own; or s3://, gs://, az://, "
            "postgresql:// or https://, for any runner",
        )
    return str(path.parent)
