"""`numplan version`."""

import click

from numplan import __version__


@click.command()
def version() -> None:
    """Print numplan's version."""
    click.echo(f"numplan {__version__}")
