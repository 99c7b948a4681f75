"""The `other_states:` block: where other states on the account live, which are read and never written."""

from collections.abc import Iterator
from typing import Final

from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import dotted_path
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.location.state_location import LocationError, parse_location
from numplan.model.manifest import OtherState

RESERVED: Final = frozenset(("here", "leaving", "unmanaged", "unreadable"))
"""What the list of the account's numbers says of numbers that are no other state's."""


def other_states_of(root: LocatedMap) -> Iterator[OtherState | Diagnostic]:
    """Each place that the block names, or what is wrong with it."""
    held = root.block("other_states")
    seen: dict[str, str] = {}
    for name, text in held.items():
        path = dotted_path(("other_states", name))
        if name in RESERVED:
            yield error(
                f"a state cannot be called {name}, since `numplan numbers` says so of other numbers",
                source=held.key_source(name),
                path=path,
                hint="name it for its team or its folder",
            )
            continue
        try:
            place = parse_location(str(text))
        except LocationError as problem:
            yield error(str(problem), source=held.source(name), path=path)
            continue
        if (before := seen.setdefault(place.url, name)) != name:
            yield error(
                f"it is the same place as that of `{before}`",
                source=held.source(name),
                path=path,
                hint="name each state once",
            )
            continue
        yield OtherState(name=name, place=place, source=held.source(name))
