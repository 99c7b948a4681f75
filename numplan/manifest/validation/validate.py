"""The step of loading that checks a document against its schema."""

import msgspec

from numplan.manifest.reading.document import Document
from numplan.manifest.schema.node import schema_node
from numplan.manifest.validation.known_words import in_known_words
from numplan.manifest.validation.valid_parts import valid_part
from numplan.manifest.validation.violations import violations


def validate(document: Document, kind: str = "manifest") -> Document:
    """The document with a finding for everything that the schema of its `kind` refuses. If there is any finding, also
    of earlier steps, only the valid part remains.
    """
    in_known_words(document.root)
    findings = document.findings.add(violations(document, kind))
    root = valid_part(document.root, schema_node(kind)) if findings else document.root
    return msgspec.structs.replace(document, root=root, findings=findings)
