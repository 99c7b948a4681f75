"""What whoever runs numplan allows, outside of any manifest: limits, and lists of what may be worked with."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

import msgspec

from numplan.model.errors import SettingError
from numplan.model.policy import NO_LIMITS, Policy
from numplan.model.text.glob import covers

VARIABLE: Final = "NUMPLAN_POLICY"
"""The environment variable that names the file."""


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's policy, from `file`. Of the lists of patterns, None allows all; they narrow what the environment
    and the manifest name, and grant nothing.
    """

    file: str = ""
    policy: Policy = NO_LIMITS
    api_urls: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    state_places: tuple[str, ...] | None = None

    def require_api(self, url: str) -> None:
        """Raise SettingError unless this API may be called."""
        if self.api_urls is not None and not any(covers_url(one, url) for one in self.api_urls):
            raise self._refusal(f"calls to {url}", "api_urls", self.api_urls)

    def require_account(self, account: str) -> None:
        """Raise SettingError unless this account may be worked on."""
        if self.accounts is not None and not any(covers(one, account) for one in self.accounts):
            raise self._refusal(f"work on account {account}", "accounts", self.accounts)

    def require_place(self, name: str, urls: Iterable[str] = (), paths: Iterable[str] = ()) -> None:
        """Raise SettingError unless state may live at the place of this name. `urls` and `paths` are all that it comes
        to: each of them must be allowed.
        """
        if self.state_places is None:
            return
        allowed = self.state_places
        covered = [any(covers_url(one, url) for one in allowed) for url in urls]
        covered += [any(covers(one, path) for one in allowed) for path in paths]
        if not all(covered):
            raise self._refusal(f"state at {name}", "state_places", allowed)

    def _refusal(self, what: str, key: str, allowed: tuple[str, ...]) -> SettingError:
        listed = ", ".join(allowed) or "nothing"
        return SettingError(
            f"the operator's policy does not allow {what}: its {key} list {listed}",
            hint=f"use what {VARIABLE} lists, or have {self.file} changed by whoever keeps it",
        )


def covers_url(pattern: str, url: str) -> bool:
    """Whether a pattern covers a URL, whose query does not count.

    Host is held against host and path against path, so that no `*` for one of them reaches into the other:
    `https://*.example.com/*` does not cover `https://elsewhere.net/a.example.com/`. A pattern without `://` is one
    of the whole text. A path that leads upwards is covered by none.
    """
    url = url.partition("#")[0].partition("?")[0]
    if "://" not in pattern:
        return covers(pattern, url)
    wanted, given = _parts(pattern), _parts(url)
    path = unquote(given.path or "")
    if any(step in {".", ".."} for step in path.replace("\\", "/").split("/")):
        return False
    host = wanted.host.lower()
    hosts = unquote(given.host if "@" in host else given.host.rpartition("@")[2]).lower().split(",")
    if not (covers(wanted.scheme, given.scheme) and all(covers(host, one) for one in hosts)):
        return False
    if wanted.path is None:  # `https://*` is for all of a host; `https://example.com` is for its root
        return host.endswith("*") or not path
    return any(
        covers(wanted.path, one) or covers(wanted.path.rstrip("/"), one.rstrip("/"))
        for one in (given.path or "", path)
    )


class _Parts(msgspec.Struct, frozen=True):
    """A URL in three, its scheme in small letters and by one name; the path is without its first slash."""

    scheme: str
    host: str
    path: str | None


def _parts(url: str) -> _Parts:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    scheme = scheme.lower()
    return _Parts("postgresql" if scheme == "postgres" else scheme, host, path if slash else None)
