"""Who may be sent the credentials of a place for state.

A pull request can edit the manifest, so the manifest alone never decides it. Credentials go to the service's own
host, and to what an operator names: by `--state`, in NUMPLAN_STATE, in NUMPLAN_STATE_HOST, for S3 in
AWS_ENDPOINT_URL, and for Terraform's protocol in GitLab's CI_API_V4_URL.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from numplan.model.errors import SettingError
from numplan.model.location.hosts import canonical_host
from numplan.model.location.libpq import LibpqError, parameters_of, servers_of
from numplan.model.location.state_location import (
    HttpLocation,
    LocalLocation,
    ObjectLocation,
    PostgresLocation,
    StateLocation,
)

VARIABLE: Final = "NUMPLAN_STATE_HOST"
S3_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""The variables that name another server for S3, the first that is set wins."""

_GITLAB: Final = "CI_API_V4_URL"
_PORTS: Final = {"https": 443, "http": 80}
_POSTGRES_PORT: Final = 5432
_PARTITIONS: Final = r"amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov"
# S3 itself alone: below amazonaws.com there are also machines, balancers and gateways of anybody.
_S3: Final = re.compile(rf"s3(-fips)?(\.dualstack)?([.-][a-z]{{2,4}}(-[a-z]+)+-[0-9]+)?\.({_PARTITIONS})")
_GCS: Final = re.compile(r"storage\.googleapis\.com")
_AZURE: Final = re.compile(
    r"(?P<account>[a-z0-9]{3,24})"
    r"(\.blob\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)|\.z[0-9]+\.blob\.storage\.azure\.net)"
)
_ENTRY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
_LIBPQ: Final = frozenset(
    [
        "host",
        "port",
        "dbname",
        "user",
        "sslmode",
        "sslrootcert",
        "sslsni",
        "sslnegotiation",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
        "channel_binding",
        "target_session_attrs",
        "load_balance_hosts",
        "options",
        "application_name",
        "fallback_application_name",
        "client_encoding",
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
    ]
)
"""What the URL in a manifest may set: nothing that names a credential, another host for one, or a file."""

_LIBPQ_CREDENTIALS: Final = ("PGPASSWORD", "PGSERVICE", "PGSSLCERT", "PGSSLKEY", "PGSSLPASSWORD")


class Grant(Enum):
    """What a place may be sent."""

    ALL = "all"
    """Whatever credentials there are for it."""
    KEYED = "keyed"
    """Only the password that a password file keeps for its very host."""


class Recipient(NamedTuple):
    """A server that would be sent credentials. For PostgreSQL, `host` may be the folder of a socket."""

    kind: Literal["http", "s3", "gcs", "azure", "postgres"]
    host: str
    port: int

    def __str__(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port in {_PORTS["https"], _POSTGRES_PORT} else f"{shown}:{self.port}"


def require_grant(
    place: StateLocation,
    named: Sequence[StateLocation],
    environment: Mapping[str, str],
    is_keyed: Callable[[Recipient], bool] = lambda _: False,
) -> Grant:
    """What a place may be sent, where an operator has `named` these places. `is_keyed` tells whether a password file
    of PostgreSQL has a line for a server. Raises SettingError where the manifest alone names a server.
    """
    if isinstance(place, LocalLocation) or place in named:
        return Grant.ALL
    try:
        strangers = _strangers(place, named, environment)
    except LibpqError as problem:
        raise SettingError(f"{place.url} cannot be used: {problem}", hint="correct the manifest") from None
    if not strangers:
        return Grant.ALL
    beside = [name for name in _LIBPQ_CREDENTIALS if environment.get(name)]
    if not beside and isinstance(place, PostgresLocation) and all(map(is_keyed, strangers)):
        return Grant.KEYED
    servers = ",".join(dict.fromkeys(map(str, strangers)))
    also = f", or name the place in NUMPLAN_STATE; {', '.join(beside)} would go there" if beside else ""
    raise SettingError(
        f"the manifest keeps state at {servers}, and nothing else allows credentials to be sent there",
        hint=f"if that is where state lives, set {VARIABLE}={servers}{also}",
    )


def s3_endpoint(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The variable that names another server for S3, and the URL that it names."""
    given = ((name, environment.get(name, "").strip()) for name in S3_ENDPOINTS)
    return next(((name, url) for name, url in given if url), None)


def recipients(place: StateLocation) -> list[Recipient]:
    """The servers that a place names; none for a file, and where the service finds its own. Raises LibpqError."""
    match place:
        case HttpLocation():
            return [_at("http", url) for url in (place.address, place.lock_address, place.unlock_address)]
        case ObjectLocation(service=service, endpoint=str(endpoint)):
            return [_at(service, endpoint)]
        case PostgresLocation(server=server):
            return list(_databases(parameters_of(server)))
    return []


def _strangers(
    place: StateLocation, named: Sequence[StateLocation], environment: Mapping[str, str]
) -> list[Recipient]:
    """The servers of a place that a manifest names, and nobody else. Raises LibpqError and SettingError."""
    if isinstance(place, PostgresLocation):
        parameters = parameters_of(place.server)
        if any(parameters.get(name) for name in ("host", "port")) and not _names_each_host(parameters):
            raise LibpqError(
                "a manifest that names a port or a list of hosts of a database names each host as well; or name the "
                "place in NUMPLAN_STATE"
            )
        odd = sorted(set(parameters) - _LIBPQ)
        # Else it is a file, and whoever writes that says whom to trust.
        if parameters.get("sslrootcert", "system") != "system":
            odd.append("sslrootcert")
        if odd:
            raise LibpqError(
                f"a manifest must not set {', '.join(odd)}; name the place in NUMPLAN_STATE, or set it there"
            )
    known = {one for other in named for one in recipients(other)}
    strangers = [
        one for one in recipients(place) if one not in known and not _is_own(one, place, environment)
    ]
    if not strangers:
        return []
    hosts = list(_named_hosts(environment))
    return [one for one in strangers if not any(_covers(host, port, one) for host, port in hosts)]


def _names_each_host(parameters: Mapping[str, str]) -> bool:
    """Whether no host of a list is empty: for one, libpq goes to a socket of this machine, at the port beside it."""
    return all(host.strip() for host in parameters.get("host", "").split(","))


def _is_own(one: Recipient, place: StateLocation, environment: Mapping[str, str]) -> bool:
    """Whether it is the service itself, or where the service's own variable says that it is."""
    if one.kind == "s3" and (variable := s3_endpoint(environment)):
        return _agrees(one, variable[1]) or _is_https(one, _S3)
    match one.kind:
        case "http":
            return _agrees(one, environment.get(_GITLAB, "").strip())
        case "s3":
            return _is_https(one, _S3)
        case "gcs":
            return _is_https(one, _GCS)
        case "azure":
            given = (environment.get(name) for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_ACCOUNT_NAME"))
            account = (isinstance(place, ObjectLocation) and place.account) or next(filter(None, given), None)
            match = _AZURE.fullmatch(one.host)
            return _is_https(one, _AZURE) and match is not None and match["account"] == account
    return False


def _is_https(one: Recipient, hosts: re.Pattern[str]) -> bool:
    return one.port == _PORTS["https"] and hosts.fullmatch(one.host) is not None


def _agrees(one: Recipient, url: str) -> bool:
    try:
        return bool(url) and _at(one.kind, url)[1:] == one[1:]
    except (LibpqError, ValueError):
        return False  # not our variable: whoever wants to use it says what is wrong


def _covers(host: str, port: int | None, one: Recipient) -> bool:
    return host == one.host and port in {None, one.port}


def _named_hosts(environment: Mapping[str, str]) -> Iterator[tuple[str, int | None]]:
    """The hosts of NUMPLAN_STATE_HOST; one without a port stands for all of them. Raises SettingError."""
    for entry in environment.get(VARIABLE, "").split(","):
        text = entry.strip()
        if not text:
            continue
        if text.startswith("/"):  # the folder of a socket
            yield text.rstrip("/"), None
            continue
        match = _ENTRY.fullmatch(f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text)
        if match is None:
            raise SettingError(
                f"{VARIABLE} has an entry that is neither a host nor host:port: {text!r}",
                hint="such as state.example.com:8443; several are separated by commas",
            )
        yield canonical_host(match["host"].strip("[]")), int(match["port"]) if match["port"] else None


def _at(kind: Literal["http", "s3", "gcs", "azure", "postgres"], url: str) -> Recipient:
    parts = urlsplit(url)
    match = _ENTRY.fullmatch(parts.netloc)
    if match is None or parts.scheme not in _PORTS:
        raise LibpqError("its host cannot be read")
    port = int(match["port"]) if match["port"] else _PORTS[parts.scheme]
    return Recipient(kind, canonical_host(match["host"].strip("[]")), port)


def _databases(parameters: Mapping[str, str]) -> Iterator[Recipient]:
    """The servers that parameters name; not the one that the environment of libpq names where they name none."""
    for host, address, port in servers_of(parameters):
        for one in filter(None, (host, address)):
            socket = one.startswith(("/", "@"))
            yield Recipient(
                "postgres", one.rstrip("/") if socket else canonical_host(one), port or _POSTGRES_PORT
            )
