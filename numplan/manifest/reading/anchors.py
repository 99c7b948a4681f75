"""Anchors: the events of a named value, kept so that an alias can read them again by the schema of its own place."""

from collections.abc import Callable
from typing import Final

from yaml.events import AliasEvent, CollectionStartEvent, Event, NodeEvent, ScalarEvent

from numplan.manifest.reading.positions import Position, source_at
from numplan.manifest.reading.quoting import quote
from numplan.manifest.reading.yaml_events import start_of
from numplan.model.diagnostics import Diagnostic, error

MAX_REPLAYED: Final = 1_000_000
"""How many events aliases may repeat in one file: a few lines can otherwise stand for billions of values."""


class UnreadableError(Exception):
    """Reading cannot continue beyond this position."""

    def __init__(self, summary: str, position: Position, hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.position = position
        self.hint = hint

    def finding(self, file: str, path: str) -> Diagnostic:
        """The finding about the file whose reading ends here."""
        return error(self.summary, source=source_at((file,), self.position), path=path, hint=self.hint)


class Anchors:
    """The anchored values of one document. Captured events hold no aliases: those are resolved at capture."""

    def __init__(self, max_depth: int) -> None:
        self._events: dict[str, list[Event] | None] = {}
        self._left = MAX_REPLAYED
        self._max_depth = max_depth

    def capture(self, start: Event, read: Callable[[], Event]) -> list[Event]:
        """Read the rest of the value that starts here; remember it and all anchored values inside it."""
        events: list[Event] = []
        opened: list[tuple[str | None, int]] = []
        event = start
        while True:
            if isinstance(event, AliasEvent):
                events.extend(self.recall(event))
            elif isinstance(event, ScalarEvent):
                events.append(event)
                self._remember(event.anchor, [event])
            elif isinstance(event, CollectionStartEvent):
                self._remember(event.anchor, None)
                opened.append((event.anchor, len(events)))
                events.append(event)
                if len(opened) > self._max_depth:
                    raise UnreadableError(f"is nested more than {self._max_depth} deep", start_of(event))
            else:
                events.append(event)
                anchor, first = opened.pop()
                if anchor is not None:
                    self._spend(len(events) - first if opened else 0, start)
                    self._remember(anchor, events[first:])
            if len(events) > MAX_REPLAYED:
                raise UnreadableError(
                    f"an anchor stands for more than {MAX_REPLAYED:,} pieces", start_of(start)
                )
            if not opened:
                return events
            event = read()

    def recall(self, alias: NodeEvent) -> list[Event]:
        """The events that an alias stands for."""
        name = alias.anchor or ""
        if name not in self._events:
            raise UnreadableError(f"the alias {quote('*' + name)} names no anchor above it", start_of(alias))
        events = self._events[name]
        if events is None:
            raise UnreadableError(f"the alias {quote('*' + name)} lies inside what it names", start_of(alias))
        self._spend(len(events), alias)
        return events

    def _remember(self, anchor: str | None, events: list[Event] | None) -> None:
        if anchor is not None:
            self._events[anchor] = events

    def _spend(self, count: int, event: Event) -> None:
        self._left -= count
        if self._left < 0:
            raise UnreadableError(
                f"aliases repeat more than {MAX_REPLAYED:,} pieces",
                start_of(event),
                hint="write shared settings once under `defaults`",
            )
