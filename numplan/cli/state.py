"""`numplan state`: look into the state, and mend it."""

from collections.abc import Callable
from pathlib import Path

import click

from numplan.cli.screen import Screen
from numplan.cli.settings import Settings, common
from numplan.cli.workspace import open_backend
from numplan.manifest.load import find_manifest
from numplan.model.address import split_address
from numplan.model.errors import ManifestError, NumplanError
from numplan.model.number import NumberError, parse_number
from numplan.model.state import Instance, State
from numplan.views.state_text import instance_text, state_text


@click.group()
def state() -> None:
    """Look into the state, and mend it."""


@state.command("list")
@common("chdir", "manifest", "state")
def list_() -> None:
    """List the addresses of all managed numbers, one a line."""
    settings = Settings.current()
    screen = Screen(color=False)
    for instance in read_state(settings).numbers:
        screen.line(instance.address)
    screen.require_written()


@state.command("show")
@click.argument("address", metavar="[ADDRESS|NUMBER]", required=False)
@common("chdir", "manifest", "state", "no_color")
def show(address: str | None) -> None:
    """Show what state remembers: of one number, or of all."""
    settings = Settings.current()
    screen = Screen(color=settings.color)
    if address is None:
        show_state(settings, screen)
        screen.require_written()
        return
    named = _name(address)
    found = [one for one in read_state(settings).numbers if named(one)]
    if not found:
        raise NumplanError(
            f"state holds nothing at {address}", hint="`numplan state list` shows what it holds"
        )
    for instance in found:
        screen.line(instance_text(instance))
    screen.require_written()


@state.command("settle")
@common("chdir", "manifest", "state", "no_color", "no_input", "parallelism", "lock_timeout")
def settle() -> int:
    """Settle what earlier runs left uncertain, from what the account shows now.

    Takes the lock, as apply does, and purchases and releases nothing. Exits 5 while an outcome stays unknown.
    """
    from numplan.cli.applying import settle_only

    settings = Settings.current()
    return settle_only(settings, Screen(color=settings.color))


def show_state(settings: Settings, screen: Screen) -> None:
    """Print the state for people."""
    screen.line(state_text(read_state(settings)))


def read_state(settings: Settings) -> State:
    """The state, which must be there. Raises StateError and NumplanError."""
    try:
        path = settings.manifest or str(find_manifest(Path()))
    except ManifestError:
        path = "numplan.yaml"  # state can be looked into without a manifest
    backend = open_backend(settings, path)
    found = backend.read()
    if found is None:
        raise NumplanError(f"there is no state at {backend.place}", hint="`numplan apply` makes one")
    return found


def _name(text: str) -> Callable[[Instance], bool]:
    """Whether a managed number is meant by an address, of a resource or of one number, or by a number.

    Raises UsageError for a text that is neither.
    """
    parts = split_address(text)
    if parts is not None:
        resource, number = parts
        return lambda one: one.resource == resource and number in {None, one.number}
    try:
        wanted = parse_number(text)
    except NumberError as problem:
        raise click.UsageError(f"{text!r} is neither an address nor a number: {problem}") from None
    return lambda one: one.number == wanted
