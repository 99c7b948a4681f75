"""What does here what Terraform's commands and options do there."""

from collections.abc import Mapping
from typing import Final

_EXCHANGE: Final = (
    "`numplan apply --replace GLOB` exchanges members of pools; an explicit number is exchanged by declaring another "
    "in its place"
)
_NO_PROVIDERS: Final = "there is nothing to fetch and nowhere to sign in: NUMPLAN_TOKEN holds the token"
_LOOKS: Final = "every plan looks at the account; `numplan show` and `numplan output` ask it nothing"
_LOCKS: Final = (
    "`apply` always locks the state and `plan` never does; --lock-timeout says how long to wait for a lock"
)
_IN_STATE: Final = "`numplan state {}` does that"

COMMANDS: Final[Mapping[str, str]] = {
    "import": "`numplan adopt` takes numbers that the account owns into manifest and state",
    "refresh": "`numplan apply --refresh-only` takes into state what the account shows; `numplan drift` only tells it",
    "force-unlock": "`numplan state unlock ID` ends the lock of a run that is dead",
    "taint": _EXCHANGE,
    "untaint": _EXCHANGE,
    "replace": _EXCHANGE,
    "console": "`numplan explain ADDRESS|NUMBER` tells all about a number, `numplan output` what the outputs are",
    "workspace": "give each its own state and variables, as in `--state prod.state.json --var-file prod.yaml`, or a "
    "folder of its own",
    "graph": "`numplan explain` says what depends on what for a number",
    "providers": _NO_PROVIDERS,
    "get": _NO_PROVIDERS,
    "login": _NO_PROVIDERS,
    "logout": _NO_PROVIDERS,
    "test": "`numplan validate` checks the manifest, `numplan emulator` is an account to try things on",
    "format": "`numplan fmt` does that",
    "list": "`numplan state list` lists what is managed, `numplan numbers` what the account owns",
    "ls": "`numplan state list` lists what is managed, `numplan numbers` what the account owns",
    "help": "`numplan --help` and `numplan COMMAND --help` do that",
    **{name: _IN_STATE.format(name) for name in ("mv", "rm", "pull", "push", "settle", "unlock", "migrate")},
}
"""By the names of commands that numplan does not have."""

OPTIONS: Final[Mapping[str, str]] = {
    "input": "--no-input keeps `apply`, `destroy` and `adopt` from asking; others ask to edit the state alone",
    "no-input": "leave it out: nothing is asked here",
    "lock": _LOCKS,
    "lock-timeout": _LOCKS,
    "refresh": _LOOKS,
    "replace": _EXCHANGE,
    "force": "--auto-approve asks nothing; no flag lifts all guards at once: each refusal names the flag that lifts it",
    "auto-approve": "it belongs to the commands that ask, such as `numplan apply`",
    "compact-warnings": "leave it out: long runs are folded unless --expand is given",
    "generate-config-out": "`numplan adopt` writes the manifest's entries",
    "backend-config": "--state names the place, or NUMPLAN_STATE, or the manifest's `backend:`",
    "migrate-state": "`numplan state migrate --to PATH|URL` moves the state",
    "reconfigure": "nothing is kept of the last place: --state, NUMPLAN_STATE or the manifest's `backend:` names it",
    "upgrade": _NO_PROVIDERS,
    "recursive": "`numplan fmt` lays out every file of a folder that is the manifest",
    "write": "`numplan fmt --check` writes nothing",
    "state-out": "--state names the state, which is read and written",
    "backup": "each write keeps the state before it beside a state file, and a store keeps its versions",
}
"""By the names of options that a command does not have."""
