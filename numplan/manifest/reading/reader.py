"""One pass over PyYAML's events, straight to plain values with places.

Building PyYAML's nodes first takes many times as long as the events, and loses what is needed here: the exact
text of each scalar, and the place of each key. JSON is read the same way, as the YAML that it is.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from numplan.manifest.files.text import decoded, place_of_byte
from numplan.manifest.reading.anchors import Anchors, UnreadableError
from numplan.manifest.reading.findings import Findings
from numplan.manifest.reading.positions import LocatedList, LocatedMap, Mark, Step, mark_at, source_at
from numplan.manifest.reading.quoting import dotted, shown
from numplan.manifest.reading.scalar_kinds import ANYTHING, Kind, Shape, plain_value
from numplan.manifest.reading.templates import Slot, Template
from numplan.manifest.reading.yaml_events import place, yaml_loader
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.errors import ManifestError

MANIFEST: Final = "the manifest"
MAX_DEPTH: Final = 50
MAX_VALUES: Final = 1_000_000
MAX_SCALAR: Final = 65_536

_TAGS: Final = {
    ScalarEvent: frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")),
    MappingStartEvent: frozenset(("tag:yaml.org,2002:map",)),
    SequenceStartEvent: frozenset(("tag:yaml.org,2002:seq",)),
}
_TEXT_TAG: Final = "tag:yaml.org,2002:str"


class EmptyError(ManifestError):
    """A file holds nothing, but for comments."""


class Document(NamedTuple):
    """What one file says, where it refers to something else, and what is wrong with how it says it."""

    value: object
    references: tuple[Slot, ...]
    findings: tuple[Diagnostic, ...]
    values: int
    """How many values it holds."""


def read_document(
    raw: bytes, file: str, shape: Shape, at: int = 0, what: str = MANIFEST, most: int = MAX_VALUES
) -> Document:
    """Read the one YAML or JSON document of a file; `shape` says where scalars may be other than text. Marks
    carry the file's place `at` among the manifest's files; `what` the file is, findings say; `most` is how many
    values it may hold.

    What can be read around is in `findings`. Raises ManifestError with all findings so far where reading
    cannot go on.
    """
    body = decoded(raw, file).encode()
    if not body.strip():
        raise EmptyError([_empty(file, what)])
    reading: _Reading | None = None
    try:
        reading = _Reading(yaml_loader()(body).get_event, file, at, what, most)
        value = reading.document(shape)
    except UnreadableError as failure:
        fatal = failure.finding(file, dotted(reading.path) if reading else "")
    except yaml.YAMLError as failure:
        fatal = _syntax_error(failure, body, file)
    except (ValueError, OverflowError, MemoryError, RecursionError) as failure:
        fatal = error(f"cannot be read as YAML: {failure}", source=Source(file, 1))
    else:
        if value is None:
            raise EmptyError([_empty(file, what)])
        return Document(value, tuple(reading.references), tuple(reading.findings), reading.values)
    raise ManifestError([*(reading.findings if reading else ()), fatal])


class _Reading:
    """The state of one pass: where events come from now, what was anchored, what was found wrong."""

    def __init__(self, events: Callable[[], Event], file: str, at: int, what: str, most: int) -> None:
        self.most = most
        self.read = events
        self.file = file
        self.what = what
        self.at = at
        self.files = (file,) * (at + 1)
        self.references: list[Slot] = []
        self.findings = Findings()
        self.path: list[Step] = []
        self.anchors = Anchors(MAX_DEPTH)
        self.values = 0
        self.depth = 0
        self.replaying = False

    def document(self, shape: Shape) -> object:
        """The value of the one document."""
        self.read()  # the start of the stream
        if isinstance(self.read(), StreamEndEvent):
            raise EmptyError([_empty(self.file, self.what)])
        value = self.node(self.read(), shape)
        self.read()  # the end of the document
        following = self.read()
        if not isinstance(following, StreamEndEvent):
            raise UnreadableError(
                f"{self.what} is one document, and here a second one starts",
                place(following),
                hint="remove the `---` line, or move what follows it into a file of its own",
            )
        return value

    def node(self, event: Event, shape: Shape) -> object:
        """The value that starts with this event."""
        self.values += 1
        if self.values > self.most:
            raise UnreadableError(
                f"holds more than {MAX_VALUES:,} values",
                place(event),
                hint="keep the numbers of a set in a file that its `numbers_file` names",
            )
        if type(event) is ScalarEvent and event.anchor is None:  # nearly all there is
            return self.scalar(event, shape.kind)
        if isinstance(event, AliasEvent):
            if not self.depth:
                raise UnreadableError("a manifest is a mapping, not an alias", place(event))
            return self.replay(self.anchors.recall(event), shape)
        if event.anchor is not None and not self.replaying:  # type: ignore[attr-defined]
            return self.replay(self.anchors.capture(event, self.read), shape)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, shape.kind)
        return self.container(event, shape)

    def replay(self, events: list[Event], shape: Shape) -> object:
        """The value of anchored events, under the shape of the place that names them."""
        outer, self.read = self.read, iter(events).__next__
        was_replaying, self.replaying = self.replaying, True
        value = self.node(self.read(), shape)
        self.read, self.replaying = outer, was_replaying
        return value

    def container(self, event: Event, shape: Shape) -> object:
        """The mapping or list that starts with this event."""
        if self.depth == MAX_DEPTH:
            raise UnreadableError(f"is nested more than {MAX_DEPTH} deep", place(event))
        if event.tag is not None:  # type: ignore[attr-defined]
            self.check_tag(event)
        self.depth += 1
        value = self.mapping(shape) if isinstance(event, MappingStartEvent) else self.sequence(shape)
        self.depth -= 1
        return value

    def mapping(self, shape: Shape) -> LocatedMap:
        """The mapping whose start was just read."""
        block = LocatedMap()
        marks, fields, rest, path, read = block.marks, shape.fields, shape.rest, self.path, self.read
        while type(event := read()) is not MappingEndEvent:
            plain = type(event) is ScalarEvent and event.value in fields and event.tag is event.anchor is None
            name: str | None = event.value if plain else self.key(event)  # type: ignore[attr-defined]
            following = read()
            if name is None:
                self.node(following, ANYTHING)
                continue
            path.append(name)
            value = self.node(following, fields.get(name, rest))
            if name not in marks:
                block[name] = value
                marks[name] = (self.mark(event), self.mark(following))
                if type(value) is Template:
                    self.references.append(Slot(block, name, tuple(path)))
            else:
                self.duplicate(event, marks[name][0])
            path.pop()
        return block

    def sequence(self, shape: Shape) -> LocatedList:
        """The list whose start was just read."""
        block = LocatedList()
        element, marks, path, read, at = shape.element, block.marks, self.path, self.read, self.at
        path.append(0)
        while type(event := read()) is not SequenceEndEvent:
            path[-1] = len(block)
            value = self.node(event, element)
            if type(value) is Template:
                self.references.append(Slot(block, len(block), tuple(path)))
            block.append(value)
            start = event.start_mark
            marks.append(mark_at(start.line, start.column, at))  # type: ignore[union-attr]
        path.pop()
        return block

    def scalar(self, event: ScalarEvent, kind: Kind) -> object:
        """The text of a scalar, or what it says where text is not wanted."""
        text = event.value
        if len(text) > MAX_SCALAR:
            self.report(f"a value of {len(text):,} characters is more than numplan reads", event)
            return text[:MAX_SCALAR]
        if "${" in text:
            if event.tag is not None:
                self.check_tag(event)
            return Template(text, kind)
        if event.tag is not None:
            if event.tag in {_TEXT_TAG, "!"}:
                return text
            self.check_tag(event)
        elif event.style:
            return text
        return plain_value(text, kind)

    def key(self, event: Event) -> str | None:
        """The text of a key, or None where there is no using it; its events are then read all the same."""
        if not isinstance(event, ScalarEvent):
            self.node(event, ANYTHING)
            self.report("a key is text, not a mapping, a list or an alias", event)
            return None
        if event.anchor is not None and not self.replaying:
            self.anchors.capture(event, self.read)
        name = self.scalar(event, Kind.TEXT)
        if name is None:
            self.report("a key is missing here", event, hint="write the name of the key before the colon")
        elif name == "<<" and not event.style:
            self.report(
                f"merge keys are not part of {self.what}",
                event,
                hint="write shared settings once under `defaults`",
            )
            return None
        return None if name is None else str(name)

    def check_tag(self, event: Event) -> None:
        """Refuse tags other than the plain YAML ones: they ask for values that a manifest never holds."""
        tag = event.tag  # type: ignore[attr-defined]
        if tag != "!" and tag not in _TAGS[type(event)]:
            said = tag.replace("tag:yaml.org,2002:", "!!")
            # All that is one text was hardly meant as a manifest, and may be a secret.
            told = f"the tag {shown(said)}" if self.depth else "a tag"
            self.report(f"{told} means nothing here", event, hint="remove the tag")

    def duplicate(self, event: Event, first: Mark) -> None:
        """Report a key that its mapping already holds."""
        self.report(f"is already given at {source_at(self.files, first)}", event, hint="keep one of the two")

    def mark(self, event: Event) -> Mark:
        """Where an event starts, among all files of the manifest."""
        start = event.start_mark
        return mark_at(start.line, start.column, self.at)  # type: ignore[union-attr]

    def report(self, summary: str, event: Event, hint: str = "") -> None:
        """Remember what is wrong, and read on."""
        source = source_at((self.file,), place(event))
        self.findings.append(error(summary, source=source, path=dotted(self.path), hint=hint))


def _empty(file: str, what: str) -> Diagnostic:
    hint = "it needs at least `version: 1`" if what == MANIFEST else ""
    return error(f"{what} is empty", source=Source(file, 1), hint=hint)


def _syntax_error(failure: yaml.YAMLError, body: bytes, file: str) -> Diagnostic:
    if isinstance(failure, yaml.reader.ReaderError):
        return error(
            f"the character U+{failure.character:04X} cannot stand in YAML",
            source=place_of_byte(body, failure.position, file),
            hint="remove it, or write it as an escape in double quotes",
        )
    if not isinstance(failure, yaml.MarkedYAMLError):
        return error(f"cannot be read as YAML: {failure}", source=Source(file, 1))
    problem, context = failure.problem or "unknown trouble", failure.context
    mark = failure.problem_mark or failure.context_mark
    if context and failure.context_mark:
        context += f" that starts in line {failure.context_mark.line + 1}"
    return error(
        f"is not YAML: {problem}" + (f" {context}" if context else ""),
        source=source_at((file,), mark_at(mark.line, mark.column)) if mark else Source(file, 1),
        hint=_syntax_hint(problem),
    )


def _syntax_hint(problem: str) -> str:
    hints = {
        "expected node content": "close the bracket, or quote text that starts with a special character",
        "tab": "indent with spaces, never with tabs",
        "cannot start any token": "indent with spaces, not tabs; quote text that starts with @, ` or %",
        "mapping values are not allowed": "quote the text that holds a colon, or check the indentation",
        "expected key": "check that keys of one mapping start in the same column",
        "escape": "write the character itself",
        "unexpected end of stream": "close the quote",
        "expected ','": "close the bracket, or put a comma between its values",
    }
    return next((hint for part, hint in hints.items() if part in problem), "")
