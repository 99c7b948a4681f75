"""State in an object of S3, Google Cloud Storage or Azure Blob Storage, or of what speaks their protocols.

The lock is an object of its own, created only where there is none, as Terraform's S3 backend keeps it. A write
takes the place of exactly the version that was read. The library repeats calls by itself, so a conflict may be
with our own call, whose answer was lost: what is stored is read back before it is called a conflict.
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from numplan.model.errors import SettingError, StateError
from numplan.model.location.hosts import is_loopback
from numplan.model.location.recipients import s3_endpoint
from numplan.model.location.state_location import LocationError, ObjectLocation, require_safe
from numplan.model.state import State
from numplan.state.backend import SIZE_LIMIT, TRIAL, LockInfo, PlainClock, Trial, other_lock, unnamed
from numplan.state.os_errors import EITHER, MAYBE_LOCKED, MAYBE_UNLOCKED, UNTOUCHED
from numplan.state.shared.object_errors import VARIABLES, hint_of, words_of
from numplan.state.shared.object_history import ObjectHistory
from numplan.state.shared.store import Copy, TakenError, broken_lock, overtaken
from numplan.state.shared.terraform_lock import decode_lock, encode_lock

LOCK_SUFFIX: Final = ".tflock"

_REFUSALS: Final = (PermissionDeniedError, UnauthenticatedError)
_CONFLICTS: Final = (AlreadyExistsError, PreconditionError)
_TROUBLES: Final = (BaseError, OSError, ValueError)
_CLIENT: Final[dict[str, Any]] = {"connect_timeout": "10s", "timeout": "120s"}
_RETRIES: Final[dict[str, Any]] = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=5),
        "base": 2,
    },
}
_EVERY_HOST: Final = "*,0.0.0.0/0,::/0"
_ACCESS_TOKEN: Final = "GOOGLE_OAUTH_ACCESS_TOKEN"  # noqa: S105 - its name
"""What somebody else has signed in for, as a pipeline's own step does; the library knows no such variable."""
_VIRTUAL: Final = "AWS_VIRTUAL_HOSTED_STYLE_REQUEST"

NOTHING: Final[Mapping[str, str]] = {}
Result = TypeVar("Result")


def open_store(
    at: ObjectLocation, environment: Mapping[str, str] = NOTHING, *, retries: dict[str, Any] = _RETRIES
) -> Any:  # noqa: ANN401 - one of the library's stores
    """The library's store for a bucket. Credentials come from the environment, as the library reads it.

    Raises SettingError.
    """
    endpoint = at.endpoint or _own_endpoint(at, environment)
    if endpoint is not None:
        endpoint = urlsplit(endpoint).geturl()  # its scheme in lower case
    common: dict[str, Any] = {"client_options": _client_options(endpoint), "retry_config": retries}
    given: dict[str, Any] = {
        name: value
        for name, value in (
            ("region", at.region),
            ("account_name", at.account),
            ("base_url" if at.service == "gcs" else "endpoint", endpoint),
        )
        if value is not None
    }
    if at.service == "s3" and endpoint is not None:
        given["aws_endpoint_url_s3"] = endpoint  # or the library would prefer the variable of that name
        if at.endpoint is not None or not environment.get(_VIRTUAL):
            given["virtual_hosted_style_request"] = False
    if at.service == "gcs" and (token := environment.get(_ACCESS_TOKEN, "").strip()):
        given["credential_provider"] = lambda: {"token": token, "expires_at": None}
    kind: Any = {"s3": S3Store, "gcs": GCSStore, "azure": AzureStore}[at.service]
    try:
        return kind(at.bucket, **given, **common)
    except _TROUBLES as problem:
        raise SettingError(
            f"{at.url} cannot be opened: {words_of(problem)}",
            hint=f"check the URL, and {VARIABLES[at.service]} in the environment",
        ) from None


class ObjectStore:
    """One state in such an object, and its lock in another beside it."""

    def __init__(
        self,
        at: ObjectLocation,
        store: Any = None,  # noqa: ANN401 - one of the library's stores
        *,
        environment: Mapping[str, str] = NOTHING,
    ) -> None:
        self.at = at
        self._bucket = open_store(at, environment) if store is None else store
        self._environment = environment
        self._clock = PlainClock()

    @property
    def place(self) -> str:
        """The URL."""
        return self.at.url

    @property
    def history(self) -> ObjectHistory:
        """The objects beside it."""
        return ObjectHistory(self.at, self._bucket)

    def try_writing(self) -> Trial:
        """See Backend. Google's answers name a generation whether or not older ones are kept."""
        key = f"{self.at.key}.{TRIAL}-{uuid.uuid4().hex}"
        try:
            version = self._put(key, b"numplan", "create").version
        except _TROUBLES as problem:
            raise self.failure("write beside", problem) from problem
        try:
            _apart(lambda: obstore.delete(self._bucket, key))
        except _TROUBLES as problem:
            raise self.failure("delete beside", problem, f"{key} is left there") from problem
        return Trial(written=True, is_versioned=None if self.at.service == "gcs" else "version" in version)

    def fetch(self) -> Copy | None:
        """What is stored, or None. Raises StateError."""
        try:
            return self._get(self.at.key)
        except _TROUBLES as problem:
            raise self.failure("read", problem) from problem

    def take(self, info: LockInfo) -> "_ObjectLock":
        """Take the lock, at once. Raises TakenError or StateError."""
        try:
            self._put(self.at.key + LOCK_SUFFIX, encode_lock(info), "create")
        except _TROUBLES as problem:
            if isinstance(problem, _REFUSALS):
                raise self.failure("lock", problem) from problem
            # The conflict may be with our own first try, and a call without an answer may have locked.
            try:
                holder = self.holder()
            except StateError as unseen:
                raise self.failure("lock", problem, MAYBE_LOCKED) from unseen
            if holder is not None and holder.id == info.id:
                return _ObjectLock(self, info)
            if isinstance(problem, _CONFLICTS):
                raise TakenError(holder) from None
            raise self.failure("lock", problem) from problem
        return _ObjectLock(self, info)

    def unlock(self, lock_id: str) -> None:
        """Take the lock away from the run that holds it under this id. Raises StateError."""
        holder = self.holder()
        if holder is None or holder.id != lock_id:
            raise other_lock(self.place, lock_id, holder)
        try:
            self.delete_lock()
        except _TROUBLES as problem:
            raise self.failure("unlock", problem, MAYBE_UNLOCKED) from problem

    def holder(self) -> LockInfo | None:
        """Who the lock object names, or None where there is none. Raises StateError."""
        try:
            found = self._get(self.at.key + LOCK_SUFFIX)
        except _TROUBLES as problem:
            raise self.failure("look at the lock of", problem) from problem
        if found is None:
            return None
        now = self._clock.now()
        return decode_lock(found.document, self.place, now) or unnamed(self.place, now)

    def delete_lock(self) -> None:
        """Remove the lock object. The services have no delete on condition: look before. Raises what obstore does."""
        key = self.at.key + LOCK_SUFFIX
        # What is not there may have been removed by our own first try, whose answer was lost.
        with suppress(FileNotFoundError):
            _apart(lambda: obstore.delete(self._bucket, key))

    def swap(self, document: bytes, before: Copy | None) -> Copy:
        """Store a document in the place of a version. Raises StateError."""
        try:
            return self._put(self.at.key, document, "create" if before is None else before.version)
        except _TROUBLES as problem:
            if isinstance(problem, _REFUSALS):
                raise self.failure("write", problem, UNTOUCHED) from problem
            try:
                now = self.fetch()
            except StateError as unseen:
                raise self.failure("make sure of", problem, EITHER) from unseen
            if now is not None and now.document == document:
                return now
            if isinstance(problem, _CONFLICTS):
                raise overtaken(self.place) from None
            raise self.failure("write", problem, EITHER) from problem

    def failure(self, doing: str, problem: Exception, stand: str = "nothing was changed") -> StateError:
        """The error for what the service or the way to it refused; `stand` says how things are now."""
        refused = "the service refused the credentials: " if isinstance(problem, _REFUSALS) else ""
        return StateError(
            f"cannot {doing} {self.place}: {refused}{words_of(problem)}; {stand}",
            hint=hint_of(self.at.service, self._environment),
        )

    def _get(self, key: str) -> Copy | None:
        def get() -> Copy:
            found = obstore.get(self._bucket, key)
            if found.meta["size"] > SIZE_LIMIT:
                raise OSError(f"the object is larger than {SIZE_LIMIT} bytes")
            return Copy(bytes(found.bytes()), _version(found.meta))

        try:
            return _apart(get)
        except FileNotFoundError:
            return None

    def _put(self, key: str, document: bytes, mode: Any) -> Copy:  # noqa: ANN401 - as the library names a version
        # In parts, a large document could not be put on condition.
        put = _apart(lambda: obstore.put(self._bucket, key, document, mode=mode, use_multipart=False))
        return Copy(document, _version(put))


class _ObjectLock:
    """The lock object, as long as it names this run."""

    def __init__(self, store: ObjectStore, info: LockInfo) -> None:
        self._store = store
        self._info = info

    def require(self) -> None:
        holder = self._store.holder()
        if holder is None or holder.id != self._info.id:
            raise broken_lock(self._store.place, holder)

    def fetch(self) -> Copy | None:
        return self._store.fetch()

    def swap(self, document: bytes, state: State, before: Copy | None) -> Copy:
        del state
        return self._store.swap(document, before)

    def release(self) -> None:
        try:
            holder = self._store.holder()
            if holder is not None and holder.id == self._info.id:
                self._store.delete_lock()
        except _TROUBLES as problem:
            raise self._store.failure("unlock", problem, MAYBE_UNLOCKED) from problem


def _client_options(endpoint: str | None) -> dict[str, Any]:
    """The library's options for a server. One that plain http may call, or on this machine, never is by a proxy."""
    parts = urlsplit(endpoint or "")
    if parts.scheme != "http" and not is_loopback(parts.hostname or ""):
        return _CLIENT
    # The library takes a proxy from the environment unless it is given one: one for no host at all.
    return {**_CLIENT, "proxy_url": endpoint, "proxy_excludes": _EVERY_HOST, "allow_http": True}


def _own_endpoint(at: ObjectLocation, environment: Mapping[str, str]) -> str | None:
    """The server that the service's own variables name. Raises SettingError for one that cannot be called."""
    if at.service != "s3" or (found := s3_endpoint(environment)) is None:
        return None
    variable, url = found
    try:
        require_safe(url, variable)
    except LocationError as problem:
        raise SettingError(f"{variable} cannot be used: {problem}", hint=f"correct {variable}") from None
    return url


def _version(told: Any) -> dict[str, str]:  # noqa: ANN401 - a put's answer or an object's metadata
    return {name: told[name] for name in ("e_tag", "version") if told.get(name) is not None}


def _apart(work: Callable[[], Result]) -> Result:
    """Work in a thread of its own, so that a signal is answered while the library waits for a network."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as problem:  # noqa: BLE001 - it is raised where the work is waited for
            future.set_exception(problem)

    threading.Thread(target=run, daemon=True).start()
    return future.result()
