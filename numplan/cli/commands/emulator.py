"""`numplan emulator`: the Virtual Numbers API on this machine, until interrupted."""

import shlex
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from numplan.model.location.hosts import is_loopback

if TYPE_CHECKING:
    from types import FrameType

    from numplan.emulator.server import Emulator
    from numplan.emulator.settings import EmulatorSettings


@click.command(name="emulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8190,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file that outlives the emulator.  [default: in memory]",
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same numbers and prices.")
@click.option("--stock", default=5000, show_default=True, type=click.IntRange(0), help="Numbers for sale.")
@click.option(
    "--owned", default=0, show_default=True, type=click.IntRange(0), help="Numbers already purchased."
)
@click.option("--token", default="emulator-token", show_default=True, help="The bearer token to accept.")
@click.option("--account", default="190", show_default=True, help="The account id to accept.")
@click.option("--control", is_flag=True, help="Serve /_control/, where faults are scripted.")
@click.option("--size-cap", type=click.IntRange(1), help="The largest number of rows in one answer.")
@click.option("--batch-limit", type=click.IntRange(1), help="The largest number of numbers in one POST.")
@click.option(
    "--latency-ms",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="The least time that a call takes.",
)
@click.option(
    "--released-to-stock/--released-gone",
    default=True,
    show_default=True,
    help="Whether a released number is for sale again.",
)
@click.option(
    "--set",
    "differences",
    multiple=True,
    metavar="NAME=VALUE",
    help="Differ from the vendor's page, for example number_form=digits. May be given more than once.",
)
@click.option("--quiet", is_flag=True, help="Print nothing once started.")
def emulator(
    *,
    host: str,
    port: int,
    database: Path | None,
    seed: int,
    stock: int,
    owned: int,
    token: str,
    account: str,
    control: bool,
    size_cap: int | None,
    batch_limit: int | None,
    latency_ms: int,
    released_to_stock: bool,
    differences: tuple[str, ...],
    quiet: bool,
) -> None:
    """Run the Virtual Numbers API on this machine.

    Numbers live in SQLite, nothing costs money, and the same seed gives the same numbers. Runs until
    it is interrupted; with --quiet, only errors are printed.
    """
    try:
        from numplan.emulator.server import Emulator, EmulatorSettings
    except ModuleNotFoundError as missing:
        if missing.name not in ("flask", "waitress"):
            raise
        raise click.ClickException(
            "numplan emulator needs its extra: pip install 'numplan[emulator]'"
        ) from None
    if control and not is_loopback(host):
        raise click.UsageError("--control is for this machine alone: leave --host at a loopback address")
    settings = EmulatorSettings(
        host=host,
        port=port,
        database=None if database is None else str(database),
        seed=seed,
        stock=stock,
        owned=owned,
        token=token,
        account=account,
        control=control,
        size_cap=size_cap,
        batch_limit=batch_limit,
        latency_ms=latency_ms,
        released_to_stock=released_to_stock,
    )
    _serve(Emulator, _differing(settings, differences), quiet=quiet)


def _differing(settings: "EmulatorSettings", differences: tuple[str, ...]) -> "EmulatorSettings":
    """The settings with what `--set` says: any that may be changed while an emulator runs."""
    import msgspec

    from numplan.emulator.settings import FIXED_FIELDS

    given: dict[str, object] = {}
    for one in differences:
        name, sign, value = one.partition("=")
        if not sign or name not in settings.__struct_fields__ or name in FIXED_FIELDS:
            raise click.UsageError(
                f"--set {one}: it takes NAME=VALUE, and the names are those in docs/emulator.md"
            )
        is_list = isinstance(getattr(settings, name), tuple)
        given[name] = [part for part in value.split(",") if part] if is_list else value
    try:
        return msgspec.convert(msgspec.to_builtins(settings) | given, type(settings), strict=False)
    except msgspec.ValidationError as problem:
        raise click.UsageError(f"--set: {problem}") from None


def _serve(make: "type[Emulator]", settings: "EmulatorSettings", *, quiet: bool) -> None:
    """Serve until SIGINT or SIGTERM."""
    interrupted = threading.Event()

    def interrupt(_number: int, _frame: "FrameType | None") -> None:
        interrupted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    running = _prepared(make, settings)
    try:
        _listen(running)
        if not quiet:
            click.echo(_greeting(running))
        interrupted.wait()
    finally:
        running.stop()


def _prepared(make: "type[Emulator]", settings: "EmulatorSettings") -> "Emulator":
    import sqlite3

    try:
        return make(settings)
    except sqlite3.Error as problem:
        raise click.ClickException(f"can't use the database {settings.database}: {problem}") from None


def _listen(running: "Emulator") -> None:
    try:
        running.start()
    except OSError as problem:
        where = f"{running.settings.host}:{running.settings.port}"
        raise click.ClickException(f"can't listen on {where}: {problem.strerror}") from None


def _greeting(running: "Emulator") -> str:
    """What a person wants to know, and what a shell can be given."""
    exports = {
        "NUMPLAN_API_URL": running.url,
        "NUMPLAN_TOKEN": running.token,
        "NUMPLAN_ACCOUNT_ID": running.account,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in exports.items()]
    return "\n".join([f"Virtual Numbers API at {running.url}", *lines])
