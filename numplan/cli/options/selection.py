"""`--target`, `--exclude` and `--select`, for every command that looks at a part of what is managed."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from numplan.cli.options.completion import Address

Command = TypeVar("Command", bound=Callable[..., Any])


class Name(Address):
    """An address or a number, each spelled as people spell it: a shell may have taken the quotes of an address."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The address or the number as it is known. Fails as click does where it is neither."""
        return self.name_of(_quoted(value), "", param, ctx)

    def name_of(self, text: str, nor: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """A number in its one spelling, an address as it is; `nor` is what else the text may be and is not."""
        from numplan.model.address import split_address
        from numplan.model.number import NumberError
        from numplan.numbering.reading import read_number

        if split_address(text) is not None:
            return text
        try:
            return read_number(text).number
        except NumberError as problem:
            self.fail(f"{text!r} is neither an address nor a number{nor}: {problem}", param, ctx)


class Pattern(Name):
    """A pattern of addresses and numbers. A number may be spelled as people spell it."""

    name = "glob"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """The pattern as it is matched. Fails as click does where it can match nothing."""
        from numplan.model.text.glob import is_pattern

        text = _quoted(value)
        if not text:
            self.fail("a pattern is missing here", param, ctx)
        return text if is_pattern(text) else self.name_of(text, ", nor a pattern of them", param, ctx)


def _quoted(value: Any) -> str:  # noqa: ANN401
    """The text of an address, or of a pattern of one, with the quotes that a shell took away."""
    from numplan.model.address import with_quotes

    return with_quotes(str(value).strip())


class Label(click.ParamType):  # type: ignore[type-arg]
    """A label and its value, `label=value`."""

    name = "label"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Label and value. Fails as click does."""
        if isinstance(value, tuple):
            return value
        label, separator, wanted = str(value).partition("=")
        if not label or not separator:
            self.fail(f"{value!r} has not the form label=value", param, ctx)
        return label, wanted


_OPTIONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "--target",
        {
            "type": Pattern(),
            "multiple": True,
            "metavar": "GLOB",
            "help": "Only these addresses or numbers. May be given more than once. Quote it: * matches any "
            "characters, ? one.",
        },
    ),
    (
        "--exclude",
        {
            "type": Pattern(),
            "multiple": True,
            "metavar": "GLOB",
            "help": "Everything but these addresses or numbers. May be given more than once.",
        },
    ),
    (
        "--select",
        {
            "type": Label(),
            "multiple": True,
            "metavar": "LABEL=VALUE",
            "help": "Only what has this label. May be given more than once.",
        },
    ),
)


def selection_options(command: Command) -> Command:
    """The three options; `selection_of` reads them."""
    for flag, details in reversed(_OPTIONS):
        command = click.option(flag, **details)(command)
    return command
