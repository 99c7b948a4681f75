"""Hosts of URLs: which of them are this machine, and the one way to write each."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def canonical_host(host: str) -> str:
    """The one way to write a host: names in lower case without the dot of the root, addresses as short as can be."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.lower().removesuffix(".")
