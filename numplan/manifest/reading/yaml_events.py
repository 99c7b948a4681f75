"""What PyYAML gives, and where it stood."""

import yaml
from yaml.events import Event

from numplan.manifest.reading.positions import Mark, mark_at


def yaml_loader() -> type[yaml.SafeLoader]:
    """PyYAML's loader; the one in C, unless it was built without libyaml."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def place(event: Event) -> Mark:
    """Where an event starts."""
    mark = event.start_mark
    return mark_at(mark.line, mark.column)  # type: ignore[union-attr]
