"""Types and categories of numbers, in whatever case and spacing they are written."""

from collections.abc import Iterator
from typing import Any, Final

from numplan.manifest.reading.positions import LocatedMap
from numplan.model.text.spelling import canonical_category, canonical_type

_BLOCKS: Final = ("numbers", "sets", "pools")


def in_known_words(document: object) -> None:
    """Spell the types and categories in a document as the schema does. Other words stay as they are."""
    if not isinstance(document, LocatedMap):
        return
    for terms in _terms(document):
        if isinstance(word := terms.get("type"), str):
            terms["type"] = canonical_type(word)
        if isinstance(word := terms.get("category"), str):
            terms["category"] = canonical_category(word)
    policy = document.get("policy")
    allowed = policy.get("allowed_types") if isinstance(policy, LocatedMap) else None
    if isinstance(allowed, list):
        allowed[:] = [canonical_type(word) if isinstance(word, str) else word for word in allowed]


def _terms(document: LocatedMap) -> Iterator[dict[str, Any]]:
    defaults = document.get("defaults")
    if isinstance(defaults, LocatedMap):
        yield defaults
    for name in _BLOCKS:
        block = document.get(name)
        if isinstance(block, LocatedMap):
            yield from (entry for entry in block.values() if isinstance(entry, LocatedMap))
