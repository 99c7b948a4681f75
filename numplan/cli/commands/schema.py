"""`numplan schema`."""

import click

from numplan.manifest.schema.shipped import NAMES


@click.command()
@click.argument("name", type=click.Choice(NAMES), default="manifest")
def schema(name: str) -> None:
    """Print the JSON Schema of the manifest, an operator's policy, the state or a saved plan.

    An editor that knows YAML completes and checks a manifest whose first line is
    `# yaml-language-server: $schema=manifest.schema.json`.
    """
    from numplan.cli.terminal.screen import Screen
    from numplan.manifest.schema.shipped import schema_text

    Screen(color=False).document(schema_text(name).rstrip("\n"))
