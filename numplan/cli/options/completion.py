"""Completion of addresses in a shell: what state holds, by what is typed so far."""

import os
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from numplan.cli.settings import Settings

MOST: Final = 500
VERIFY: Final = "verify"


class Address(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """An address, a resource, a number, or a pattern of one. Any text is taken: the command says what is wrong."""

    name = "address"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Resources, or numbers once a plus sign is typed: neither needs quotes in a shell. Never fails."""
        return [CompletionItem(name) for name in names(ctx) if name.startswith(incomplete)][:MOST]


class AddressOrVerify(Address):
    """An address, or the word of `history` that looks the whole of it over."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """As of addresses; and the one word."""
        own = [CompletionItem(VERIFY)] if VERIFY.startswith(incomplete) else []
        return own + super().shell_complete(ctx, param, incomplete)


def names(ctx: click.Context) -> list[str]:
    """The resources and numbers in state, in order; none where it cannot be read."""
    from numplan.cli.settings import Settings
    from numplan.cli.workspace.glance import glance

    settings = Settings(ctx.ensure_object(dict), os.environ)
    seen = glance(settings)
    return _names_in_state(settings) if seen is None else seen


def _names_in_state(settings: "Settings") -> list[str]:
    """Addresses by all that numplan knows of manifests and places, which takes several times as long."""
    from numplan.cli.workspace.open import state_backend
    from numplan.model.errors import NumplanError

    try:
        state = state_backend(settings).read()
    except (NumplanError, OSError):
        return []
    if state is None:
        return []
    return sorted({*(one.resource for one in state.numbers), *(one.number for one in state.numbers)})
