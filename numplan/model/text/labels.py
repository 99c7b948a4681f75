"""Labels as a reader sees them."""

from collections.abc import Mapping

from numplan.model.text.printable import as_seen


def seen_label(labels: Mapping[str, str], name: str) -> str | None:
    """The value of the label with this name, as a reader sees both; None where there is none, or it shows nothing. What
    only a machine tells apart is one for whoever approves it.
    """
    if shown := as_seen(labels.get(name, "")):
        return shown
    sought = as_seen(name)
    alike = (as_seen(value) for key, value in labels.items() if as_seen(key) == sought)
    return next(filter(None, alike), None)
