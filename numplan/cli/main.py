"""The entry point: find the command, run it, turn what went wrong into words and an exit code."""

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Final, NoReturn

import click

from numplan import __version__
from numplan.cli.options.strict import Strict
from numplan.cli.settings import common

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "init": "Write a commented manifest to start from.",
    "validate": "Check the manifest, offline.",
    "fmt": "Format the manifest.",
    "plan": "Show what apply would do and cost. Changes nothing.",
    "apply": "Apply a plan: buy and release numbers, and record the result in state.",
    "destroy": "Release every managed number.",
    "drift": "Show what others changed: state against account.",
    "explain": "Show everything known about a number, a pool or a set.",
    "show": "Show a saved plan, or the state.",
    "output": "Print the manifest's outputs, for other programs.",
    "state": "Inspect and edit the state.",
    "history": "Show what was bought, released and adopted, when and by whom.",
    "adopt": "Bring numbers that the account already owns into the manifest and state.",
    "search": "List numbers that are on sale.",
    "find": "Show one number: on sale, or owned by the account.",
    "regions": "List the countries on offer and their number types.",
    "numbers": "List the numbers that the account owns.",
    "cost": "Show what the account costs in a month, and whom.",
    "doctor": "Look at settings, account and state: what is different here?",
    "schema": "Print a JSON Schema, for editors and checks.",
    "emulator": "Run a local copy of the API, to try things at no cost.",
    "completion": "Print a shell's completion script.",
    "version": "Print numplan's version.",
}
_OF_THE_ACCOUNT: Final = frozenset({"search", "find", "regions", "numbers", "cost"})
_WHAT: Final = """Phone numbers as code: declare them in YAML, review the plan, apply it.

\b
  numplan init      write a manifest to start from
  numplan plan      show what would change, and what it would cost
  numplan apply     change it, after asking
"""
_ENVIRONMENT: Final = """\b
Environment:
  NUMPLAN_TOKEN        the bearer token; or NUMPLAN_TOKEN_FILE, a file with it
  NUMPLAN_ACCOUNT_ID   the account's id
  NUMPLAN_API_URL      the API, if not the vendor's: an emulator, for example
  NUMPLAN_ACTOR        who it is, for the history
  NUMPLAN_MANIFEST     as --manifest
  NUMPLAN_STATE        as --state
  NUMPLAN_POLICY       a file with the operator's limits; no flag lifts them
  NUMPLAN_PLAN_KEY     signs saved plans; apply accepts no others
  NUMPLAN_STATE_HOST   host[:port] that the manifest may use for state
  NUMPLAN_PLAIN_HTTP   host:port that may be called without TLS
  NUMPLAN_VAR_name     the value of the manifest's variable `name`
  NUMPLAN_NO_INPUT     as --no-input; CI does the same
  NUMPLAN_LOG          info or debug: log to standard error
  NO_COLOR             as --no-color
  HTTPS_PROXY, REQUESTS_CA_BUNDLE etc., as for any HTTP client
\b
Exit codes:
  0 done, or nothing to do      1 failed, and nothing was changed
  2 there are changes (plan and drift with --detailed-exitcode)
  3 a file differs (fmt --check)
  4 partly done                 5 the outcome of a call is unknown
  6 refused by a guard          7 the saved plan is stale
  8 the state is locked         9 not confirmed
  64 wrong usage                129, 130, 143 interrupted
"""
BROKEN: Final = 1
INTERRUPTED: Final = 130
TURN: Final = 0.0005
"""Seconds after which a thread that works lets others go on, a tenth of what is usual: a call is some ten steps of next
to no work, and each would wait so long while what came of other calls is sorted.
"""
GARBAGE_AFTER: Final = 1_000_000
"""New objects before Python looks for garbage. Of a large manifest and a large account all is in use until the end,
and looking it over for garbage, again and again, takes a tenth of the time.
"""


class _Commands(Strict):
    """Commands by name, each module imported only when it is asked for: start-up time is a promise."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        room = "commands.account" if cmd_name in _OF_THE_ACCOUNT else "commands"
        command: click.Command = getattr(import_module(f"numplan.cli.{room}.{cmd_name}"), cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        """The names of commands, none of which is imported for it; and the options of the group."""
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        found = [
            CompletionItem(name, help=does) for name, does in COMMANDS.items() if name.startswith(incomplete)
        ]
        return [*found, *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_WHAT,
    epilog=_ENVIRONMENT,
)
@common("chdir", "manifest", "state", "no_color", "no_input", "parallelism", "lock_timeout")
@click.version_option(__version__, message="numplan %(version)s", help="Print numplan's version.")
def numplan() -> None:
    """Hold the commands and the options that stand before them."""


def main() -> NoReturn:
    """Run the command line and exit."""
    gc.set_threshold(GARBAGE_AFTER)
    sys.setswitchinterval(TURN)
    if not (sys.stdin and sys.stdout and sys.stderr):
        from numplan.cli.terminal.screen import open_streams

        open_streams()
    leave(run(sys.argv[1:]))


def leave(code: int) -> NoReturn:
    """Exit. What cannot be written any more is no reason for another exit code: that was told.

    What was read is neither looked over for garbage once more nor taken apart piece by piece, which would be a
    twentieth of the time of a small plan: the process ends, once all was called that is to be called at its end.
    """
    _flush()
    if _is_watched_or_at_work():
        gc.freeze()
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way to have them called, and nothing else
    _flush()
    os._exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_watched_or_at_work() -> bool:
    """Whether a debugger or a profiler has a word at the end, or a thread is to be waited for."""
    working = any(not one.daemon for one in threading.enumerate() if one is not threading.main_thread())
    return working or sys.gettrace() is not None or sys.getprofile() is not None


def run(arguments: list[str]) -> int:
    """Run one command line; returns its exit code, having said what went wrong."""
    if known := sys.modules.get("numplan.model.secrets"):
        known.forget()  # what another run in this process was given
    try:
        code = numplan.main(args=arguments, prog_name="numplan", standalone_mode=False, obj={})
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except SystemExit as leaving:  # so click ends what a shell's completion asked
        code = leaving.code if isinstance(leaving.code, int) else BROKEN
    except click.Abort:  # click's word for a KeyboardInterrupt
        code = INTERRUPTED
    except BaseException as problem:  # noqa: BLE001 - the last place where anything can be said
        from numplan.cli.terminal.errors import say

        code = say(problem)
    return int(code) if isinstance(code, int) else 0
