"""What PyYAML gives, and where it stood."""

import yaml
from yaml.events import Event

from numplan.manifest.reading.positions import Position, position_at


def yaml_loader() -> type[yaml.SafeLoader]:
    """PyYAML's loader; the one in C, unless it was built without libyaml."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def start_of(event: Event) -> Position:
    """Where an event starts."""
    mark = event.start_mark
    return position_at(mark.line, mark.column)  # type: ignore[union-attr]
