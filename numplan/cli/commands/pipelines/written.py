"""The file that `init --ci` writes, for a place where state lives."""

from collections.abc import Mapping
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from numplan.cli.commands.pipelines import github, gitlab
from numplan.cli.commands.pipelines.slots import filled, scalar
from numplan.model.errors import SettingError
from numplan.model.location import plain_http
from numplan.model.location.api_settings import DEFAULT_API_URL
from numplan.model.location.hosts import is_loopback
from numplan.model.location.state_location import LocationError, StateLocation, parse_location

_INDENTED: Final = "  "


def pipeline(service: str, state: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The file for `github` or `gitlab`, and what else is to be said. `state` is a path or URL; for GitLab an empty
    text is its own. Raises SettingError for a state or an API that cannot be used.
    """
    place = _place(state) if state else None
    slots = github.slots(place) if service == "github" and place else gitlab.slots(place)
    url = state or gitlab.MANAGED
    pinned, remark = _api(environment)
    variables = {"NUMPLAN_STATE": url, **pinned}
    if "http://" in "".join(variables.values()) and (
        named := environment.get(plain_http.VARIABLE, "").strip()
    ):
        variables[plain_http.VARIABLE] = named
    lines = [f"{_INDENTED}{name}: {scalar(text)}" for name, text in variables.items()]
    if more := slots.get("variables"):
        lines.append(more)
    return filled(_template(service), {**slots, "variables": "\n".join(lines)}), remark


def _place(state: str) -> StateLocation:
    if "${{" in state:
        raise SettingError("--state holds an expression of GitHub's", hint="write the place itself")
    try:
        return parse_location(state)
    except LocationError as problem:
        raise SettingError(str(problem), hint="correct what --state names") from None


def _api(environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """NUMPLAN_API_URL where it is neither the vendor's nor of this machine alone, and a remark about the latter."""
    from numplan.api.endpoint import check_url

    named = environment.get("NUMPLAN_API_URL", "").strip()
    url = check_url(named) if named else DEFAULT_API_URL
    if url == DEFAULT_API_URL:
        return {}, ""
    if is_loopback(urlsplit(url).hostname or ""):
        return (
            {},
            f"The pipeline calls the vendor's own API: {url}, in NUMPLAN_API_URL, is of this machine alone.",
        )
    return {"NUMPLAN_API_URL": url}, ""


def _template(service: str) -> str:
    return (resources.files(__package__) / f"{service}.yml").read_text(encoding="utf-8")
