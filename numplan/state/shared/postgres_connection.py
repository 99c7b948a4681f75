"""How a database is connected to: by parameters that were looked at, in TLS to another machine, and with no more
credentials than the place may be sent.
"""

from collections.abc import Mapping
from typing import Final

from psycopg import pq

from numplan.model.errors import SettingError
from numplan.model.location.hosts import canonical_host, is_loopback
from numplan.model.location.libpq import LibpqError, parameters_of, servers_of
from numplan.model.location.recipients import Grant
from numplan.model.location.state_location import PostgresLocation

_ENCRYPTED: Final = frozenset({"require", "verify-ca", "verify-full"})
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SINCE_16: Final[dict[str, str]] = {"sslcertmode": "disable", "require_auth": "!gss,!sspi"}


def line_to(at: PostgresLocation, grant: Grant) -> dict[str, str]:
    """The parameters to connect with. Raises SettingError where state and password would travel in the clear."""
    parameters = parameters_of(at.server)
    defaults = {} if "service" in parameters else _defaults()
    asked = defaults.get("sslmode", "")
    if asked in _ENCRYPTED and parameters.get("sslmode", asked) in _weaker(asked):
        # A URL may ask for more than the environment, and never for less.
        parameters = {**parameters, "sslmode": asked}
    mode = parameters.get("sslmode") or asked
    also = "" if "service" in parameters else ", or set PGSSLMODE"  # which a service's own word may go before
    if mode not in _ENCRYPTED and not _is_here({**defaults, **parameters}):
        raise SettingError(
            f"{at.url} is on another machine, and sslmode is {mode or 'not given'}: state and password could be "
            "read and changed on the way",
            hint=f"write sslmode=verify-full in the URL{also}; verify-ca and require will do too",
        )
    if grant is Grant.KEYED:
        parameters |= {"gssencmode": "disable", **(_SINCE_16 if pq.version() >= 160_000 else {})}  # noqa: PLR2004
    return parameters


def _weaker(mode: str) -> tuple[str, ...]:
    return _MODES[: _MODES.index(mode)]


def _defaults() -> dict[str, str]:
    """What the environment of libpq, and the service that it names, say where a URL does not."""
    told = {one.keyword.decode(): one.val for one in pq.Conninfo.get_defaults()}
    return {name: value.decode(errors="replace") for name, value in told.items() if value}


def _is_here(parameters: Mapping[str, str]) -> bool:
    """Whether each server is on this machine: at a socket, or at the loopback interface."""
    if "service" in parameters and not parameters.get("host"):
        return False
    try:
        servers = servers_of(parameters)
    except LibpqError:
        return False
    ends = [address or host for host, address, _ in servers]
    return all(not end or end[0] in "/@" or is_loopback(canonical_host(end)) for end in ends)
