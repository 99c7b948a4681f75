"""URLs of PostgreSQL databases, taken apart as libpq does.

The connection is made from these very parameters and never from the URL: what was looked at is what is called.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

_HOST: Final = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<name>[^\[\]:]*))(?::(?P<port>[0-9]{0,5}))?")


class LibpqError(ValueError):
    """A text is no URL of a database; the message says why, in words for a user."""


def parameters_of(url: str) -> dict[str, str]:
    """The parameters that a URL gives: `host`, `port`, `dbname`, `user` and whatever its query names. Several hosts,
    and their ports, are separated by commas. Raises LibpqError.
    """
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    if "@" in user:
        raise LibpqError("the URL holds more than one @")
    found = dict(_where(hosts))
    found |= {name: unquote(text) for name, text in (("user", user), ("dbname", parts.path[1:])) if text}
    asked = dict(_query(parts.query))
    if "ssl" in asked:  # as JDBC has it; libpq knows this one value
        if asked.pop("ssl") != "true":
            raise LibpqError("`ssl` in the URL may be true; write sslmode=require or better")
        asked.setdefault("sslmode", "require")
    found |= asked
    for name, value in found.items():
        if not value.isprintable():
            raise LibpqError(f"{name} in the URL holds a character that cannot be printed")
    return found


def servers_of(parameters: Mapping[str, str]) -> list[tuple[str, str, int | None]]:
    """What parameters lead to: the host, the address that stands in its place for the connection, and the port, for
    each. A host is a name, an address, the folder of a socket, or empty for the default. Raises LibpqError.
    """
    hosts = parameters.get("host", "").split(",")
    instead = parameters.get("hostaddr", "").split(",")
    if instead == [""]:
        instead *= len(hosts)
    elif hosts == [""]:
        hosts *= len(instead)
    ports = parameters.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if not len(hosts) == len(instead) == len(ports):
        raise LibpqError("the URL gives hosts, hostaddr and ports that do not go together")
    if not all(re.fullmatch("[0-9]{0,5}", port) for port in ports):
        raise LibpqError("a port in the URL is no number")
    return [
        (host, address, int(port) if port else None)
        for host, address, port in zip(hosts, instead, ports, strict=True)
    ]


def _where(hosts: str) -> Iterator[tuple[str, str]]:
    matched = [_HOST.fullmatch(one) for one in hosts.split(",")]
    if None in matched:
        raise LibpqError("the host in the URL cannot be read")
    told = [one for one in matched if one]
    names = [unquote(one["v6"] or one["name"]) for one in told]
    if any("," in name for name in names):
        raise LibpqError("the host in the URL cannot be read")
    ports = [one["port"] or "" for one in told]
    if any(names):
        yield "host", ",".join(names)
    if any(ports):
        yield "port", ",".join(ports)


def _query(query: str) -> Iterator[tuple[str, str]]:
    seen = set()
    for pair in query.split("&") if query else ():
        name, equals, value = pair.partition("=")
        name = unquote(name)
        if not equals or not name:
            raise LibpqError("the URL has an option without a value")
        if name in seen:
            raise LibpqError(f"the URL gives {name} twice")
        seen.add(name)
        yield name, unquote(value)
