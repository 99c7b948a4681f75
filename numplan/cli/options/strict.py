"""Command lines that say one thing: no value given twice, no flag that cannot act, and the words of Terraform answered
with what does that here.
"""

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from numplan.model.errors import UsageError

_HOLDS_ANYWHERE: Final = frozenset({"no_color", "no_input"})
"""Options before the command that ask for what holds in every command."""
_ONE_DASH: Final = re.compile(r"-(?P<name>[a-z][a-z-]+)(?P<value>=.*)?", re.DOTALL)
_TWO_DASHES: Final = re.compile(r"--(?P<name>[a-z][a-z-]+)(?P<value>=.*)?", re.DOTALL)


class Strict(click.Group):
    """A group that looks over the command lines of its commands. Raises UsageError, as click does or our own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options of the group itself."""
        if not ctx.resilient_parsing:
            _require_two_dashes(self, ctx, args)
            _require_once(self, ctx, args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and look over what is given to it."""
        if args and not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            _answer_command(ctx.command_path, args[0])
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not ctx.resilient_parsing and not isinstance(command, Strict):
            inner = click.Context(command, info_name=name, parent=ctx)
            _require_two_dashes(command, inner, rest)
            _answer_options(command, inner, rest)
            _require_acting(command, inner)
            _require_once(command, inner, rest)
        return name, command, rest


def _require_two_dashes(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Raise UsageError for an option of this command that is written as Terraform writes it, with one dash."""
    known = {*_long_options(command, ctx), "help"}
    for word in _options(args):
        found = _ONE_DASH.fullmatch(word)
        if found and found["name"] in known:
            name = found["name"]  # a value may be nobody's business
            raise _wrong(f"-{name}: the names of options begin with two dashes", hint=f"write --{name}")


def _answer_options(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Raise UsageError for an option of Terraform's that this command does not have, saying what does that here."""
    known = _long_options(command, ctx)
    for word in _options(args):
        found = _ONE_DASH.fullmatch(word) or _TWO_DASHES.fullmatch(word)
        if found is None or found["name"] in known:
            continue
        from numplan.cli.options.terraform_words import OPTIONS

        if hint := OPTIONS.get(found["name"]):
            raise _wrong(f"`{ctx.command_path}` has no option {word.partition('=')[0]}", hint=hint)


def _answer_command(group: str, word: str) -> None:
    """Raise UsageError for a command of Terraform's, or of another group, saying what does that here."""
    from numplan.cli.options.terraform_words import COMMANDS

    if hint := COMMANDS.get(word):
        raise _wrong(f"`{group}` has no command {word}", hint=hint)


def _require_acting(command: click.Command, ctx: click.Context) -> None:
    """Raise UsageError for an option that was given before the command, and that the command does not have."""
    taken = {param.name for param in command.get_params(ctx)} | _HOLDS_ANYWHERE
    for name, value in ctx.find_root().ensure_object(dict).items():
        if value not in (None, ()) and name not in taken:
            flag = f"--{name.replace('_', '-')}"
            raise _wrong(f"{flag} has no effect on `{ctx.command_path}`", hint="leave it out")


def _require_once(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Raise click's UsageError for an option that takes one value and is given two."""
    try:
        order = command.make_parser(ctx).parse_args(args=[*args])[2]
    except click.UsageError:
        return  # the command's own reading says so
    seen = set[str]()
    for param in order:
        if not isinstance(param, click.Option) or param.multiple or param.is_flag or param.count:
            continue
        if param.name in seen:
            raise click.UsageError(f"{' or '.join(param.opts)} is given twice", ctx)
        seen.add(param.name or "")


def _wrong(message: str, hint: str) -> "UsageError":
    """A UsageError. Its module takes time to load, and most command lines are right."""
    from numplan.model.errors import UsageError

    return UsageError(message, hint=hint)


def _options(args: list[str]) -> list[str]:
    """What looks like an option, up to a `--` that ends them."""
    end = args.index("--") if "--" in args else len(args)
    return [word for word in args[:end] if word.startswith("-")]


def _long_options(command: click.Command, ctx: click.Context) -> set[str]:
    return {name[2:] for param in command.get_params(ctx) for name in param.opts if name.startswith("--")}
