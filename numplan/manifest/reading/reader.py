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
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import (
    Files,
    LocatedList,
    LocatedMap,
    Position,
    Step,
    position_at,
    source_at,
)
from numplan.manifest.reading.quoting import dotted_path, quote
from numplan.manifest.reading.templates import Slot, Template
from numplan.manifest.reading.yaml_events import start_of, yaml_loader
from numplan.manifest.schema.node import ANYTHING, Node
from numplan.manifest.schema.scalar_kinds import ScalarKind, plain_value
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


class FileContent(NamedTuple):
    """The value in one file, where it refers to something else, and what is wrong with it as YAML."""

    value: object
    references: tuple[Slot, ...]
    findings: tuple[Diagnostic, ...]
    size: int
    """How many values it holds."""


def read_yaml(
    raw: bytes, files: Files, node: Node, at: int = 0, what: str = MANIFEST, most: int = MAX_VALUES
) -> FileContent:
    """Read the one YAML or JSON document of the file at `at` among `files`; `node` says where scalars may be other
    than text, `what` is what findings call the file, `most` is how many values it may hold.

    What can be read around is in `findings`. Raises ManifestError with all findings so far where reading
    cannot go on.
    """
    file = files[at]
    body = decoded(raw, file).encode()
    if not body.strip():
        raise EmptyError([_empty(file, what)])
    reading: _Reading | None = None
    try:
        reading = _Reading(yaml_loader()(body).get_event, files, at, what, most)
        value = reading.document(node)
    except UnreadableError as failure:
        fatal = failure.finding(file, dotted_path(reading.path) if reading else "")
    except yaml.YAMLError as failure:
        fatal = _syntax_error(failure, body, file)
    except (ValueError, OverflowError, MemoryError, RecursionError) as failure:
        fatal = error(f"cannot be read as YAML: {failure}", source=Source(file, 1))
    else:
        if value is None:
            raise EmptyError([_empty(file, what)])
        return FileContent(value, tuple(reading.references), tuple(reading.findings), reading.values)
    raise ManifestError([*(reading.findings if reading else ()), fatal])


class _Reading:
    """The state of one pass: where events come from now, what was anchored, what was found wrong."""

    def __init__(self, events: Callable[[], Event], files: Files, at: int, what: str, most: int) -> None:
        self.most = most
        self.read = events
        self.what = what
        self.at = at
        self.files = files
        self.file = files[at]
        self.references: list[Slot] = []
        self.findings = Collector()
        self.path: list[Step] = []
        self.anchors = Anchors(MAX_DEPTH)
        self.values = 0
        self.depth = 0
        self.replaying = False

    def document(self, node: Node) -> object:
        """The value of the one document."""
        self.read()  # the start of the stream
        if isinstance(self.read(), StreamEndEvent):
            raise EmptyError([_empty(self.file, self.what)])
        value = self.value_of(self.read(), node)
        self.read()  # the end of the document
        following = self.read()
        if not isinstance(following, StreamEndEvent):
            raise UnreadableError(
                f"{self.what} is one document, and here a second one starts",
                start_of(following),
                hint="remove the `---` line, or move what follows it into a file of its own",
            )
        return value

    def value_of(self, event: Event, node: Node) -> object:
        """The value that starts with this event."""
        self.values += 1
        if self.values > self.most:
            raise UnreadableError(
                f"holds more than {MAX_VALUES:,} values",
                start_of(event),
                hint="keep the numbers of a set in a file that its `numbers_file` names",
            )
        if type(event) is ScalarEvent and event.anchor is None:  # nearly all there is
            return self.scalar(event, node.kind)
        if isinstance(event, AliasEvent):
            if not self.depth:
                raise UnreadableError("a manifest is a mapping, not an alias", start_of(event))
            return self.replay(self.anchors.recall(event), node)
        if event.anchor is not None and not self.replaying:  # type: ignore[attr-defined]
            return self.replay(self.anchors.capture(event, self.read), node)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, node.kind)
        return self.container(event, node)

    def replay(self, events: list[Event], node: Node) -> object:
        """The value of anchored events, read by the schema of the place that names them."""
        outer, self.read = self.read, iter(events).__next__
        was_replaying, self.replaying = self.replaying, True
        value = self.value_of(self.read(), node)
        self.read, self.replaying = outer, was_replaying
        return value

    def container(self, event: Event, node: Node) -> object:
        """The mapping or list that starts with this event."""
        if self.depth == MAX_DEPTH:
            raise UnreadableError(f"is nested more than {MAX_DEPTH} deep", start_of(event))
        if event.tag is not None:  # type: ignore[attr-defined]
            self.check_tag(event)
        self.depth += 1
        value = self.mapping(node) if isinstance(event, MappingStartEvent) else self.sequence(node)
        self.depth -= 1
        return value

    def mapping(self, node: Node) -> LocatedMap:
        """The mapping whose start was just read."""
        block = LocatedMap(self.files)
        positions, fields, rest, path, read = block.positions, node.fields, node.rest, self.path, self.read
        while type(event := read()) is not MappingEndEvent:
            plain = type(event) is ScalarEvent and event.value in fields and event.tag is event.anchor is None
            name: str | None = event.value if plain else self.key(event)  # type: ignore[attr-defined]
            following = read()
            if name is None:
                self.value_of(following, ANYTHING)
                continue
            path.append(name)
            value = self.value_of(following, fields.get(name, rest))
            if name not in positions:
                block[name] = value
                positions[name] = (self.position(event), self.position(following))
                if type(value) is Template:
                    self.references.append(Slot(block, name, tuple(path)))
            else:
                self.duplicate(event, positions[name][0])
            path.pop()
        return block

    def sequence(self, node: Node) -> LocatedList:
        """The list whose start was just read."""
        block = LocatedList(self.files)
        element, positions, path, read, at = node.element, block.positions, self.path, self.read, self.at
        path.append(0)
        while type(event := read()) is not SequenceEndEvent:
            path[-1] = len(block)
            value = self.value_of(event, element)
            if type(value) is Template:
                self.references.append(Slot(block, len(block), tuple(path)))
            block.append(value)
            start = event.start_mark
            positions.append(position_at(start.line, start.column, at))  # type: ignore[union-attr]
        path.pop()
        return block

    def scalar(self, event: ScalarEvent, kind: ScalarKind) -> object:
        """The text of a scalar, or the value it stands for where the schema admits no text."""
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
        """The text of a key, or None if it cannot be used; its events are read in either case."""
        if not isinstance(event, ScalarEvent):
            self.value_of(event, ANYTHING)
            self.report("a key is text, not a mapping, a list or an alias", event)
            return None
        if event.anchor is not None and not self.replaying:
            self.anchors.capture(event, self.read)
        name = self.scalar(event, ScalarKind.TEXT)
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
        """Report tags other than the plain YAML ones: they ask for values that a manifest never holds."""
        tag = event.tag  # type: ignore[attr-defined]
        if tag != "!" and tag not in _TAGS[type(event)]:
            said = tag.replace("tag:yaml.org,2002:", "!!")
            # All that is one text was hardly meant as a manifest, and may be a secret.
            told = f"the tag {quote(said)}" if self.depth else "a tag"
            self.report(f"{told} means nothing here", event, hint="remove the tag")

    def duplicate(self, event: Event, first: Position) -> None:
        """Report a key that its mapping already holds."""
        self.report(f"is already given at {source_at(self.files, first)}", event, hint="keep one of the two")

    def position(self, event: Event) -> Position:
        """Where an event starts, among all files of the manifest."""
        start = event.start_mark
        return position_at(start.line, start.column, self.at)  # type: ignore[union-attr]

    def report(self, summary: str, event: Event, hint: str = "") -> None:
        """Add a finding, and continue reading."""
        source = source_at(self.files, self.position(event))
        self.findings.append(error(summary, source=source, path=dotted_path(self.path), hint=hint))


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
        source=source_at((file,), position_at(mark.line, mark.column)) if mark else Source(file, 1),
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
