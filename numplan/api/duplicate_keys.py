"""Keys that an object of JSON has twice. Decoders keep the last and say nothing, and what the other said is lost."""

import json
from typing import Any, NoReturn

_SPACE = b" \t\r\n"


def refuse_repeats(body: bytes) -> None:
    """Look at every key of a document. Raises ValueError for one that its object has twice, and for what is not
    JSON, such as NaN.
    """
    json.loads(
        body.decode("utf-8"),
        object_pairs_hook=_unique,
        parse_int=len,
        parse_float=len,
        parse_constant=_no_constant,
    )


def may_repeat(body: bytes, read: int) -> bool:
    """Whether a key may stand twice in a document from which so many different keys were read: it may, where more
    were written. That takes a tenth of the time of a look at every key.
    """
    return all(most(body) > read for most in (_colons, _quoted_colons))


def _colons(body: bytes) -> int:
    """At least as many as the document has keys, repeated ones too: a colon comes after each. More where texts hold
    colons.
    """
    return body.count(b":")


def _quoted_colons(body: bytes) -> int:
    """As `_colons`, but more only where texts hold a quote and then a colon: a key ends with a quote. Slower."""
    return body.translate(None, _SPACE).count(b'":')


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) == len(pairs):
        return
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"an object has the key {key[:40]!r} twice")
        seen.add(key)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a value of JSON")
