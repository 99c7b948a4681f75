"""Completion of addresses in a shell: what state holds, by what is typed so far."""

import os
from typing import Final

import click
from click.shell_completion import CompletionItem

from numplan.model.errors import NumplanError

MOST: Final = 500


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


def names(ctx: click.Context) -> list[str]:
    """The resources and numbers in state, in order; none where it cannot be read."""
    from numplan.cli.settings import Settings
    from numplan.cli.workspace.open import state_backend

    try:
        state = state_backend(Settings(ctx.ensure_object(dict), os.environ)).read()
    except (NumplanError, OSError):
        return []
    if state is None:
        return []
    return sorted({*(one.resource for one in state.numbers), *(one.number for one in state.numbers)})
