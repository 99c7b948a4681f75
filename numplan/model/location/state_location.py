"""Where state lives: what `backend:` in the manifest or `--state` names, before anything is opened there.

A place holds no credentials: those come from the environment or from the service's own chain.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from numplan.model.location.libpq import LibpqError, parameters_of
from numplan.model.location.urls import UrlError, safe_url, split_url

_BUCKET: Final = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{0,221}")
_KEY: Final = re.compile(r"[A-Za-z0-9!_.*'()+=@:, -]+(/[A-Za-z0-9!_.*'()+=@:, -]+)*")
_METHOD: Final = re.compile(r"[A-Z]{3,20}")
_NAME_MOST: Final = 200
_GITLAB: Final = re.compile(r".*/api/v4/projects/[^/]+/terraform/state/[^/]+")
_REGION: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_ACCOUNT: Final = re.compile(r"[a-z0-9]{3,24}")
_CREDENTIALS: Final = frozenset(
    [
        "password",
        "passfile",
        "sslpassword",
        "sslkey",
        "sslkeylogfile",
        "oauth_client_secret",
        "scram_client_key",
        "scram_server_key",
    ]
)


class LocationError(ValueError):
    """A text or a key names no place for state. `key` is the key of the `backend:` block that is to blame, or
    empty; the message says why, in words for a user.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class LocalLocation(msgspec.Struct, frozen=True, kw_only=True, tag="local"):
    """A file on this machine."""

    path: str

    @property
    def url(self) -> str:
        """The path."""
        return self.path


class ObjectLocation(msgspec.Struct, frozen=True, kw_only=True, tag="object"):
    """An object in a bucket (S3, GCS) or a container (Azure). None: as the service's own environment says."""

    service: Literal["s3", "gcs", "azure"]
    bucket: str
    key: str
    region: str | None = None
    account: str | None = None
    endpoint: str | None = None

    @property
    def url(self) -> str:
        """The URL that names this place."""
        options = {
            name: value
            for name in ("region", "account", "endpoint")
            if (value := getattr(self, name)) is not None
        }
        query = f"?{urlencode(options)}" if options else ""
        return f"{_SCHEMES[self.service]}://{self.bucket}/{quote(self.key)}{query}"


class PostgresLocation(msgspec.Struct, frozen=True, kw_only=True, tag="postgres"):
    """A row of the table `numplan_state`. `server` is a libpq URL without `?state=`, which is `name`."""

    server: str
    name: str = "default"

    @property
    def url(self) -> str:
        """The URL that names this place."""
        joint = "&" if "?" in self.server else "?"
        return self.server if self.name == "default" else f"{self.server}{joint}state={quote(self.name)}"


class HttpLocation(msgspec.Struct, frozen=True, kw_only=True, tag="http"):
    """A server that speaks the protocol of Terraform's HTTP backend."""

    address: str
    update_method: str = "POST"
    lock_address: str
    lock_method: str = "LOCK"
    unlock_address: str
    unlock_method: str = "UNLOCK"

    @property
    def url(self) -> str:
        """The address of the state."""
        return self.address


StateLocation = LocalLocation | ObjectLocation | PostgresLocation | HttpLocation

_SCHEMES: Final = {"s3": "s3", "gcs": "gs", "azure": "az"}
_SERVICES: Final = {scheme: service for service, scheme in _SCHEMES.items()}


def parse_location(text: str) -> StateLocation:
    """The place that a path or a URL names. Raises PlaceError."""
    scheme, separator, _ = text.partition("://")
    if not separator:
        return LocalLocation(path=text)
    with _blaming(""):
        parts = split_url(text)
    match scheme.lower():
        case "s3" | "gs" | "az" as store:
            return _object_place(store, parts)
        case "postgresql" | "postgres":
            return _postgres_place(parts)
        case "https" | "http":
            return http_location(text)
        case other:
            raise LocationError(
                f"{other}:// is not a place for state; write a path, s3://, gs://, az://, postgresql:// or https://"
            )


def object_place(
    service: Literal["s3", "gcs", "azure"],
    bucket: str,
    key: str,
    *,
    region: str | None = None,
    account: str | None = None,
    endpoint: str | None = None,
) -> ObjectLocation:
    """An object's place, checked. Raises PlaceError."""
    holder = "container" if service == "azure" else "bucket"
    if not _BUCKET.fullmatch(bucket):
        raise LocationError(f"{bucket!r} cannot be the name of a {holder}", holder)
    if not _KEY.fullmatch(key) or any(part in {".", ".."} for part in key.split("/")):
        raise LocationError(
            f"{key!r} cannot be a key: it is made of names with slashes between them, such as "
            "prod/numplan.state.json",
            "key",
        )
    # Both become part of a host's name, to which credentials go.
    if region is not None and not _REGION.fullmatch(region):
        raise LocationError(f"{region!r} cannot be the name of a region such as eu-central-1", "region")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise LocationError(f"{account!r} cannot be the name of a storage account", "account")
    if endpoint is not None:
        require_safe(endpoint, "endpoint")
    return ObjectLocation(
        service=service, bucket=bucket, key=key, region=region, account=account, endpoint=endpoint
    )


def postgres_location(server: str, name: str = "default") -> PostgresLocation:
    """A row's place, checked. Raises PlaceError."""
    with _blaming("url"):
        parts = split_url(server)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise LocationError("the URL of a PostgreSQL database starts with postgresql://", "url")
    named = {unquote(pair.partition("=")[0]).lower() for pair in parts.query.split("&")}
    if ":" in parts.netloc.rpartition("@")[0] or named & _CREDENTIALS:
        raise LocationError(
            "the URL must not hold a password, which others could read there; set PGPASSWORD, PGPASSFILE or "
            "PGSERVICE",
            "url",
        )
    if "state" in named:
        raise LocationError("the name of the state is not part of this URL; give it as `name`", "url")
    if parts.fragment:
        raise LocationError("the URL must not hold a fragment", "url")
    try:
        parameters_of(server)
    except LibpqError as problem:
        raise LocationError(str(problem), "url") from None
    if not name or len(name) > _NAME_MOST or not name.isprintable():
        raise LocationError(f"a state's name is 1 to {_NAME_MOST} printable characters", "name")
    return PostgresLocation(server=server, name=name)


def overridden(place: PostgresLocation) -> tuple[str, ...]:
    """The servers that the options of a database's URL put in the place of the one that it names. A folder with a
    socket is this machine, and none of them.
    """
    parts = urlsplit(place.server)
    options = {key.lower(): value for key, value in parse_qsl(parts.query)}
    if not {"host", "hostaddr", "port", "dbname"} & options.keys():
        return ()
    database = options.get("dbname", parts.path.removeprefix("/"))
    port = f":{options['port']}" if "port" in options else ""
    hosts = [options[key] for key in ("host", "hostaddr") if not options.get(key, "/").startswith(("/", "@"))]
    named = hosts or [parts.netloc.rpartition("@")[2].partition(":")[0] if port else parts.netloc]
    return tuple(f"{parts.scheme}://{host}{port}/{database}" for host in named)


def http_location(
    address: str,
    *,
    update_method: str | None = None,
    lock_address: str | None = None,
    lock_method: str | None = None,
    unlock_address: str | None = None,
    unlock_method: str | None = None,
) -> HttpLocation:
    """A server's place, checked. What is not given is as GitLab has it where the address is GitLab's, and as
    Terraform's own default otherwise. Raises PlaceError.
    """
    require_safe(address, "address")
    gitlab = _GITLAB.fullmatch(urlsplit(address).path) is not None
    lock = lock_address or (f"{address.rstrip('/')}/lock" if gitlab else address)
    unlock = unlock_address or lock
    methods = {
        "update_method": update_method or "POST",
        "lock_method": lock_method or ("POST" if gitlab else "LOCK"),
        "unlock_method": unlock_method or ("DELETE" if gitlab else "UNLOCK"),
    }
    for key, url in (("lock_address", lock), ("unlock_address", unlock)):
        require_safe(url, key)
    for key, method in methods.items():
        if not _METHOD.fullmatch(method):
            raise LocationError(f"{method!r} is not an HTTP method, such as POST", key)
    return HttpLocation(address=address, lock_address=lock, unlock_address=unlock, **methods)


def _object_place(scheme: str, parts: SplitResult) -> ObjectLocation:
    if parts.username is not None or parts.fragment:
        raise LocationError(
            "the URL of an object is a bucket and a key; credentials come from the environment"
        )
    service = _SERVICES[scheme]
    known = {"s3": {"region", "endpoint"}, "gcs": {"endpoint"}, "azure": {"account", "endpoint"}}[service]
    options = _options(parts.query, known)
    return object_place(service, parts.netloc, unquote(parts.path.removeprefix("/")), **options)  # type: ignore[arg-type]


def _postgres_place(parts: SplitResult) -> PostgresLocation:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = [value for key, value in pairs if key == "state"]
    if len(names) > 1:
        raise LocationError("the URL names two states: `state` stands there more than once")
    rest = urlencode([(key, value) for key, value in pairs if key != "state"], quote_via=quote)
    # Not urlunsplit: it drops the slashes before a host that is left out, as for a socket on this machine.
    server = f"{parts.scheme}://{parts.netloc}{parts.path}{rest and '?'}{rest}"
    if parts.fragment:
        raise LocationError("the URL must not hold a fragment")
    return postgres_location(server, *names)


def _options(query: str, known: Iterable[str]) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    for name in options:
        if name not in known:
            raise LocationError(f"the URL has an option {name!r}; known here: {', '.join(sorted(known))}")
    if len(options) != len(pairs):
        raise LocationError("the URL gives an option twice")
    return options


def require_safe(url: str, key: str) -> None:
    """Raise PlaceError unless credentials may travel to this URL, and none stand in it."""
    with _blaming(key):
        safe_url(url, "set NUMPLAN_STATE_USERNAME and NUMPLAN_STATE_PASSWORD")


@contextmanager
def _blaming(key: str) -> Iterator[None]:
    """Within, what is wrong with a URL is a PlaceError about this key."""
    try:
        yield
    except UrlError as problem:
        raise LocationError(str(problem), key) from None
