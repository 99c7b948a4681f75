"""What ties a saved plan to the manifest it was made from."""

import hashlib
import os
from collections.abc import Mapping


def digest(
    files: Mapping[str, bytes], numbers_files: Mapping[str, bytes], variables: Mapping[str, str | None]
) -> str:
    """SHA-256 over all that a manifest says: names and bytes of its files and of the files of numbers that it
    names, names and values of its variables, each with its length.
    """
    values = {name: (value or "").encode() for name, value in variables.items()}
    total = hashlib.sha256()
    for kind in (files, numbers_files, values):
        total.update(len(kind).to_bytes(8, "big"))
        for name, content in sorted(kind.items()):
            for piece in (os.fsencode(name), content):
                total.update(len(piece).to_bytes(8, "big"))
                total.update(piece)
    return f"sha256:{total.hexdigest()}"
