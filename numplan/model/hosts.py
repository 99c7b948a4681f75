"""Hosts in URLs."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
