"""What is so on this machine, as far as a run depends on it: the token, the way to the API, the clock, the CI job."""

import os
import platform
import stat
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi

from numplan import __version__
from numplan.doctor.check import Check, failed, ok, warning
from numplan.http.library import requests
from numplan.model.history.origin import job_page, service_of
from numplan.model.location.api_settings import DEFAULT_API_URL
from numplan.model.location.hosts import is_loopback

_LIBRARIES: Final = ("click", "requests", "PyYAML", "jsonschema", "deepdiff", "obstore", "psycopg")
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_CLOCK_APART: Final = 60.0
"""Seconds by which clocks may differ before a day that is declared may come too early or too late."""


def versions() -> Check:
    """Of numplan, Python, and the libraries that matter."""
    found = [f"{name} {installed}" for name in _LIBRARIES if (installed := _installed(name))]
    return ok(
        "versions",
        f"numplan {__version__}, Python {platform.python_version()}, {sys.platform}; {', '.join(found)}",
    )


def token(environment: Mapping[str, str]) -> Check:
    """Where the token comes from, and who else can read it."""
    if environment.get("NUMPLAN_TOKEN", "").strip():
        return ok("token", "from NUMPLAN_TOKEN")
    path = environment.get("NUMPLAN_TOKEN_FILE", "")
    if not path:
        return failed(
            "token", "none is set", "set NUMPLAN_TOKEN, or NUMPLAN_TOKEN_FILE to a file that holds it"
        )
    try:
        mode = stat.S_IMODE(Path(path).stat().st_mode)
    except OSError as problem:
        return failed(
            "token", f"{path}: {problem.strerror}", "NUMPLAN_TOKEN_FILE names a file with the token", path
        )
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return warning(
            "token", f"from {path}, which others can read (mode {mode:o})", f"chmod 600 {path}", path
        )
    return ok("token", f"from {path}, which its owner alone can read", path)


def api_url(url: str) -> Check:
    """Where calls go."""
    whose = "the vendor's own" if url == DEFAULT_API_URL else "from NUMPLAN_API_URL"
    host = urlsplit(url).hostname or ""
    if url.startswith("http://") and not is_loopback(host):
        advice = "for an emulator in a compose file or a CI job alone: anybody on the way can read the token"
        return warning("API URL", f"{url}, {whose}, without TLS", advice, host)
    return ok("API URL", f"{url}, {whose}", *([] if url == DEFAULT_API_URL else [host]))


def proxy(url: str) -> Check:
    """Whether calls go through a proxy."""
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        return ok("proxy", "none: the API is on this machine")
    found = requests.utils.get_environ_proxies(url).get(parts.scheme)
    if not found:
        return ok("proxy", "none")
    way = urlsplit(found)
    where = f"{way.hostname}:{way.port}" if way.port else f"{way.hostname}"
    return ok("proxy", f"{way.scheme}://{where}, from the environment", way.hostname or "")


def certificates(url: str, environment: Mapping[str, str]) -> Check:
    """By what the server's certificate is judged."""
    if url.startswith("http://"):
        return ok("certificates", "none are asked for: the API is called by plain http")
    for name in _BUNDLES:
        if path := environment.get(name, ""):
            if not Path(path).exists():
                return failed(
                    "certificates", f"{name} names {path}, which is not there", f"correct {name}", path
                )
            return ok("certificates", f"those of {path}, from {name}", path)
    return ok("certificates", f"those of certifi {_installed('certifi') or certifi.__version__}")


def clock(ahead: float | None) -> Check:
    """This machine's clock against the server's; `ahead` is by how many seconds the server's is ahead."""
    if ahead is None:
        return warning(
            "clock", "the API tells no time in its answers", "make sure that this machine keeps time"
        )
    way = "behind" if ahead > 0 else "ahead of"
    if abs(ahead) > _CLOCK_APART:
        said = f"this machine's is {abs(ahead):,.0f} seconds {way} the API's"
        return warning("clock", said, "set it: days that are declared, and how old a plan is, go by it")
    return ok("clock", "this machine's and the API's agree within a minute")


def ci_job(environment: Mapping[str, str]) -> Check:
    """Whether this is a CI job, and whose."""
    service = service_of(environment)
    if not service:
        return ok("CI", "none")
    page = job_page(environment)
    return ok("CI", f"{service}{f', {page}' if page else ''}", *([page] if page else []))


def plan_keys(keys: int) -> Check:
    """Whether saved plans are sealed."""
    if not keys:
        return ok("plan key", "none: saved plans are not sealed (NUMPLAN_PLAN_KEY)")
    return ok("plan key", "saved plans are sealed" + (f"; {keys} keys open them" if keys > 1 else ""))


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def in_git_unignored(path: Path) -> bool:
    """Whether a file is in the working tree of a Git repository, and Git would take it along."""
    import subprocess

    folder = path.parent
    if not any((one / ".git").exists() for one in (folder.resolve(), *folder.resolve().parents)):
        return False
    try:
        asked = ["git", "-C", os.fspath(folder), "check-ignore", "--quiet", path.name]
        found = subprocess.run(asked, check=False, capture_output=True, timeout=10)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return found.returncode == 1
