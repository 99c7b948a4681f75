"""What `numplan adopt` does: what its command line asks for, carried out."""

from numplan.cli.operations.adopt import Adoption, adopt_chosen
from numplan.cli.terminal.run import Run
from numplan.engine.edit.adoption import AdoptFilter, EntryStyle
from numplan.model.consent import Consent
from numplan.model.errors import UsageError


def run_adopt(
    *,
    everything: bool,
    countries: tuple[str, ...],
    types: tuple[str, ...],
    numbers: tuple[str, ...],
    flows: tuple[str, ...],
    inventory: str | None,
    columns: dict[str, str],
    groups: tuple[str, ...],
    form: str | None,
    labels: dict[str, str],
    protect: bool,
    manifest_only: bool,
    accept_lost_state: bool,
    accept_older_state: bool,
    new_state: bool,
    auto_approve: bool,
) -> int:
    """Carry out `numplan adopt`; returns the exit code."""
    filtered = bool(countries or types or numbers or flows or inventory)
    if everything == filtered:
        raise UsageError(
            "say which numbers: --all, or by --country, --type, --number, --flow, --from",
            hint="`numplan numbers --unmanaged` lists those that nothing manages",
        )
    if columns and not inventory:
        raise UsageError("--column goes with --from")
    run = Run.current()
    if manifest_only and run.settings.flag("lock_timeout"):
        raise UsageError("--lock-timeout has no effect with --manifest-only, which takes no lock")
    asked = Adoption(
        wish=AdoptFilter(countries=countries, types=types, numbers=numbers, flows=flows),
        style=EntryStyle(groups, "numbers" if form == "numbers" else "sets", labels),
        inventory=inventory,
        columns=columns,
        in_files={"files": True, "sets": False}.get(form or ""),
        everything=everything,
        protect=protect,
        manifest_only=manifest_only,
        consent=Consent(accept_lost_state or new_state, accept_older_state or new_state),
        new_state=new_state,
        ask=not auto_approve,
    )
    return adopt_chosen(asked, run)
