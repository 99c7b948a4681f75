"""Recognize files that are no manifest but go with one, such as values of variables."""

from typing import Final

from numplan.manifest.reading.document import Document
from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.schema.shipped import schema
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.errors import ManifestError
from numplan.model.text.spelling import nearest

_MOST: Final = 100
"""Up to this many keys are compared with those of a manifest."""


def require_manifest(document: Document) -> Document:
    """The document, if it may be a manifest. Raises ManifestError for one that holds the values of variables, or
    declares variables and nothing else.
    """
    if isinstance(document.root, LocatedMap) and document.root:
        found = _mistaken(document.root)
        if found is not None:
            raise ManifestError([*document.findings.found, found])
    return document


def _mistaken(document: LocatedMap) -> Diagnostic | None:
    source = document.key_source(next(iter(document)))
    if document.keys() == {"variables"}:
        return error(
            "declares variables and nothing else, which is no manifest yet",
            source=source,
            hint="write `version: 1` beside them; values for the variables of another manifest go with --var-file",
        )
    known = list(schema("manifest")["properties"])
    if len(document) > _MOST or not all(isinstance(value, str) for value in document.values()):
        return None
    if any(key in known or nearest(key, known) for key in document):
        return None
    return error(
        "holds values of variables, and is no manifest",
        source=source,
        hint="give it with --var-file; -f names the manifest that declares them",
    )
