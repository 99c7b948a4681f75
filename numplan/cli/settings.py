"""Options that many commands share, and the environment behind them. A flag wins over the environment, which
wins over the manifest.
"""

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from numplan.model.operator import Operator

PLAN_KEY_LEAST: Final = 32
"""Characters of a key that seals plans."""

Command = TypeVar("Command", bound=Callable[..., Any])


def _seconds(text: str) -> float:
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    stem = text.strip()
    for unit in sorted(units, key=len, reverse=True):
        if stem.endswith(unit):
            number, factor = stem.removesuffix(unit), units[unit]
            break
    else:
        number, factor = stem, 1.0
    value = float(number) * factor
    if not 0 <= value < 10 * 365 * units["d"]:
        raise ValueError(text)
    return value


class Span(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A span of time, such as `30s`, `5m` or `24h`; in seconds."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Seconds from a text. Fails as click does."""
        if isinstance(value, int | float):
            return float(value)
        try:
            return _seconds(value)
        except ValueError:
            self.fail(f"{value!r} is no span of time such as 30s, 5m or 24h", param, ctx)


_OPTIONS: Final[Mapping[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    "chdir": (("--chdir",), {"metavar": "DIR", "help": "Change to this folder before doing anything."}),
    "manifest": (
        ("-f", "--manifest"),
        {
            "metavar": "PATH",
            "help": "The manifest, a file or a folder (default: numplan.yaml, .yml or .json).",
        },
    ),
    "var": (
        ("--var",),
        {"multiple": True, "metavar": "NAME=VALUE", "help": "Set a variable. May be given more than once."},
    ),
    "var_file": (
        ("--var-file",),
        {
            "multiple": True,
            "metavar": "FILE",
            "help": "Read variables from a YAML or JSON file. May be given more than once.",
        },
    ),
    "state": (
        ("--state",),
        {"metavar": "PATH", "help": "Path or URL of the state (default: the manifest's `backend`)."},
    ),
    "no_color": (("--no-color",), {"is_flag": True, "default": None, "help": "Print without colour."}),
    "no_input": (("--no-input",), {"is_flag": True, "default": None, "help": "Never ask questions."}),
    "json": (("--json",), {"is_flag": True, "default": None, "help": "Print JSON."}),
    "parallelism": (
        ("--parallelism",),
        {
            "type": click.IntRange(1, 64),
            "metavar": "N",
            "help": "Calls at the same time (default: the manifest's, or 4).",
        },
    ),
    "lock_timeout": (
        ("--lock-timeout",),
        {"type": Span(), "metavar": "SPAN", "help": "How long to wait for a locked state, for example 30s."},
    ),
}

_WITH: Final[Mapping[str, tuple[str, ...]]] = {"manifest": ("var", "var_file")}


def common(*names: str, variables: bool = True) -> Callable[[Command], Command]:
    """Add shared options to a command; whatever reads a manifest takes `variables` too. Their values are kept on
    the context, for `Settings`; an option given after the command wins over the same one given before it, and
    one that may be repeated is added to it.
    """

    def remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
        given = ctx.ensure_object(dict)
        if value is None or param.name is None:
            return
        given[param.name] = (*given.get(param.name, ()), *value) if isinstance(value, tuple) else value

    def decorate(command: Command) -> Command:
        together = [one for name in names for one in (name, *(_WITH.get(name, ()) if variables else ()))]
        for name in reversed(together):
            flags, details = _OPTIONS[name]
            command = click.option(*flags, name, expose_value=False, callback=remember, **details)(command)
        return command

    return decorate


def _change_to(folder: str) -> None:
    from numplan.files.read import FileError
    from numplan.manifest.files.repository import followed

    try:
        os.chdir(followed(Path(folder), alone=False))
    except FileError as problem:
        raise click.UsageError(f"--chdir {folder} {problem}") from None
    except OSError as problem:
        raise click.UsageError(f"--chdir {folder}: {problem.strerror}") from None


class Settings:
    """What flags and environment say, for one run of a command."""

    def __init__(self, flags: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._flags = flags
        self.environment = environment

    @classmethod
    def current(cls) -> "Settings":
        """The settings of the command that is running. Changes to the folder that `--chdir` names."""
        from numplan.cli.known_secrets import learn_secrets
        from numplan.model.location import plain_http

        learn_secrets()
        plain_http.allow(os.environ.get(plain_http.VARIABLE, ""))
        settings = cls(click.get_current_context().ensure_object(dict), os.environ)
        folder = settings._flags.get("chdir")
        if folder:
            _change_to(folder)
        return settings

    def variable(self, name: str) -> str:
        """An environment variable, or an empty text."""
        return self.environment.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether an option was given on the command line."""
        return self._flags.get(name) not in (None, ())

    @property
    def manifest(self) -> str:
        """The manifest's path, or an empty text for the default ones."""
        return self._flags.get("manifest") or self.variable("NUMPLAN_MANIFEST")

    @property
    def var(self) -> tuple[tuple[str, str], ...]:
        """The names and values that `--var` gives, in their order. Raises UsageError for one that is not
        NAME=VALUE.
        """
        named = []
        for text in self._flags.get("var") or ():
            name, equals, value = text.partition("=")
            if not equals or not name:
                raise click.UsageError(f"--var {text}: write NAME=VALUE")
            named.append((name, value))
        return tuple(named)

    @property
    def var_files(self) -> tuple[str, ...]:
        """The files that `--var-file` names, in their order."""
        return tuple(self._flags.get("var_file") or ())

    @property
    def state(self) -> str:
        """The state's path or URL, or an empty text where the manifest decides."""
        return self._flags.get("state") or self.variable("NUMPLAN_STATE")

    @cached_property
    def operator(self) -> "Operator":
        """What the file that NUMPLAN_POLICY names allows. Raises PolicyError."""
        from numplan.cli.operator_policy import operator_of

        return operator_of(self.environment)

    @property
    def plan_keys(self) -> tuple[str, ...]:
        """The keys that seal saved plans; the first of them seals, any of them opens. Raises SettingError for one that
        is too short to be a secret.
        """
        from numplan.model.errors import SettingError

        given = self.variable("NUMPLAN_PLAN_KEY")
        keys = tuple(key.strip() for key in given.split(",")) if given else ()
        for place, key in enumerate(keys, start=1):
            if len(key) < PLAN_KEY_LEAST:
                which = f"key {place} of NUMPLAN_PLAN_KEY" if len(keys) > 1 else "NUMPLAN_PLAN_KEY"
                raise SettingError(
                    f"{which} has {len(key)} characters, and fewer than {PLAN_KEY_LEAST} keep no secret",
                    hint="make one with `openssl rand -hex 32`; several are separated by commas, the first seals",
                )
        return keys

    @property
    def parallelism(self) -> int | None:
        """Calls at once, where a flag says so."""
        return self._flags.get("parallelism")

    @property
    def lock_timeout(self) -> float:
        """Seconds to wait for a locked state."""
        return float(self._flags.get("lock_timeout") or 0)

    @property
    def json(self) -> bool:
        """Whether machines read the output."""
        return bool(self._flags.get("json"))

    def require_foldable(self, *, expand: bool) -> None:
        """Raise UsageError for an `--expand` of what is not folded."""
        if expand and self.json:
            raise click.UsageError("--expand and --json exclude each other: nothing is folded in JSON")

    @property
    def color(self) -> bool:
        """Whether colour is wanted where there is a terminal that has it (https://no-color.org)."""
        unwanted = self._flags.get("no_color") or self.variable("NO_COLOR")
        return not unwanted and self.variable("TERM") != "dumb"

    @property
    def may_ask(self) -> bool:
        """Whether a question may be put. A CI job may have a terminal, but has nobody at it."""
        return not (self._flags.get("no_input") or self.variable("NUMPLAN_NO_INPUT") or self.in_ci)

    @property
    def in_ci(self) -> bool:
        """Whether this is a CI job, as they all say in the variable CI."""
        from numplan.model.history.origin import in_ci

        return in_ci(self.environment)
