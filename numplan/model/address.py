"""Resources and addresses: `number.support_us`, `set.dialer["+1…"]`, `pool.ny_sales["+1…"]`.

A resource is `kind.name`. The address of one phone number is its resource, with the number in brackets
where a resource can hold many.
"""

import re
from typing import Literal, NewType, cast

from numplan.model.number import E164

EntryKind = Literal["number", "set", "pool"]
Resource = NewType("Resource", str)
Address = NewType("Address", str)

NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_-]*"
_ADDRESS = re.compile(
    rf"(?P<resource>(?:number|set|pool)\.{NAME_PATTERN})(?:\[\"(?P<key>\+[1-9][0-9]{{4,14}})\"\])?"
)
_UNQUOTED = re.compile(r"((?:set|pool)\.[A-Za-z0-9_*?-]+)\[['\"]?([^\[\]'\"]*)['\"]?\]")
_RESOURCE = re.compile(rf"(?:number|set|pool)\.{NAME_PATTERN}")


def resource_of(kind: EntryKind, name: str) -> Resource:
    """The resource that the manifest declares as `name` under `numbers:`, `sets:` or `pools:`."""
    return Resource(f"{kind}.{name}")


def kind_of(resource: Resource) -> EntryKind:
    """The kind of a resource."""
    return cast("EntryKind", resource.partition(".")[0])


def name_of(resource: Resource) -> str:
    """The name of a resource, without its kind."""
    return resource.partition(".")[2]


def is_resource(text: str) -> bool:
    """Whether a text has the form `kind.name`."""
    return _RESOURCE.fullmatch(text) is not None


def address_of(resource: Resource, number: E164) -> Address:
    """The address of one phone number within its resource."""
    if resource.startswith("number."):
        return Address(resource)
    return Address(f'{resource}["{number}"]')


def with_quotes(text: str) -> str:
    """An address, or a pattern of one, with the quotes around its number that a shell took away: `set.s[+12…]`."""
    return _UNQUOTED.sub(r'\1["\2"]', text) if _UNQUOTED.fullmatch(text) else text


def split_address(text: str) -> tuple[Resource, E164 | None] | None:
    """The resource and the bracketed number of an address, or None if the text is no address."""
    match = _ADDRESS.fullmatch(with_quotes(text))
    if match is None:
        return None
    key = match["key"]
    return Resource(match["resource"]), E164(key) if key else None
