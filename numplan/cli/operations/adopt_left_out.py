"""What `adopt` leaves out, and why."""

from collections.abc import Sequence

from numplan.cli.operations.adopt_check import some
from numplan.cli.terminal.screen import Screen
from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.edit.adoption import AdoptFilter
from numplan.engine.plan.odd_rows import doubted_text, strangers_text, unreadable_text
from numplan.model.account import OwnedNumber
from numplan.model.number import E164
from numplan.model.others import Elsewhere, others_text
from numplan.model.text.glob import is_pattern
from numplan.numbering.reading import doubted


def named(wish: AdoptFilter) -> set[E164]:
    """The numbers that are asked for one by one."""
    return {*(E164(one) for one in wish.numbers if not is_pattern(one)), *(wish.listed or ())}


def tell_left_out(
    snapshot: AccountSnapshot,
    wish: AdoptFilter,
    loose: Sequence[OwnedNumber],
    theirs: Sequence[Elsewhere],
    flagged: Sequence[E164],
    screen: Screen,
) -> None:
    """A warning for each reason why numbers are left out: what cannot be read or proven, what is another customer's or
    another state's, and what the manifest retires.
    """
    if not snapshot.complete:
        screen.error(f"warning: the listing could not be proven complete; there may be more: {snapshot.gap}")
    if snapshot.unreadable:
        text = unreadable_text("purchased-list", snapshot.unreadable)
        screen.error(f"warning: {text}; left out")
    if others := snapshot.strangers.intersection(one.number for one in loose) - named(wish):
        text = strangers_text(snapshot.owned, others)
        screen.error(f"warning: {text}; left out unless named by --number or --from")
    if odd := doubted(one.number for one in loose):
        screen.error(f"warning: {doubted_text(odd)}; left out")
    strange = sorted((wish.listed or {}).keys() - snapshot.owned.keys() - snapshot.unread.keys())
    if strange:
        screen.error(
            f"warning: {len(strange):,} of the inventory's {len(wish.listed or {}):,} numbers are not the "
            f"account's, and are left out: {some(strange)}"
        )
    if theirs:
        screen.error(f"warning: {others_text(theirs)}; left out")
    if flagged:
        screen.error(f"warning: nothing takes in what the manifest retires: {some(flagged)}; left out")
