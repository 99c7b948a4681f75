"""PostgreSQL's password file: for which servers it keeps a password. libpq alone reads the passwords.

https://www.postgresql.org/docs/current/libpq-pgpass.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from numplan.model.location.hosts import canonical_host
from numplan.model.location.recipients import Recipient

_FIELD: Final = re.compile(r"((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):")
_ESCAPED: Final = re.compile(r"\\(.)")


def is_keyed(environment: Mapping[str, str]) -> Callable[[Recipient], bool]:
    """Whether the password file has a line for a very server. One for any host names nobody; and as libpq may take that
    one where another's database or user does not fit, no server is keyed beside it.
    """

    def kept(server: Recipient) -> bool:
        ports = {"*", str(server.port)}
        hosts = {host for host, port in _lines(environment) if port in ports}
        return server.host in hosts and "*" not in hosts

    return kept


def _lines(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    named, home = environment.get("PGPASSFILE"), environment.get("HOME")
    path = Path(named) if named else Path(home) / ".pgpass" if home else None
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path and path.is_file() else ""
    except OSError:
        return
    for line in text.splitlines():
        match = _FIELD.match(line)
        if match is not None and not line.startswith("#"):
            host, port = (_ESCAPED.sub(r"\1", field) for field in match.groups())
            yield (host.rstrip("/") if host.startswith("/") else canonical_host(host)), port
