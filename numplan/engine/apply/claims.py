"""Numbers that the account owned already and that this apply takes into state: none that another state has.

Two states may mean to adopt one number at once, and no lock is held by both. So the others are read before the write
that adopts, and again after it: whoever sees the other's word then takes its own back. Either of two may give way, or
both; never does a number stay in both.
"""

from collections.abc import Container, Iterable, Mapping

from numplan.engine.apply.open_state import OpenState
from numplan.model.changes import Adopt, Change, acting
from numplan.model.errors import StateError
from numplan.model.moment import Moment
from numplan.model.number import E164
from numplan.model.others import Elsewhere
from numplan.model.state import State


def claimed_by(changes: Iterable[Change], open_state: OpenState) -> tuple[E164, ...]:
    """The numbers that these changes would adopt; what turned up of this state's own calls is not adopted."""
    return tuple(
        change.after.number
        for change in acting(changes)
        if isinstance(change, Adopt) and change.after.number not in open_state.numbers
    )


def require_free(claims: tuple[E164, ...], open_state: OpenState) -> None:
    """Raise StateError where another state has one of these by now. Nothing was sent or written then."""
    if claims and (theirs := _theirs(claims, open_state, open_state.tombstones)):
        raise _taken(theirs, "nothing was sent, and nothing was written")


def require_still_free(claims: tuple[E164, ...], open_state: OpenState, before: State, now: Moment) -> None:
    """Raise StateError where another state took one of these while this one did; all that was just written is taken
    back before, so that state is what it was `before`. Nothing was sent then.
    """
    watched = {one.number for one in before.tombstones}
    if not claims or not (theirs := _theirs(claims, open_state, watched)):
        return
    open_state.go_back_to(before, "taken back, since another state took a number meanwhile")
    open_state.save(now)
    raise _taken(theirs, "nothing was sent, and state is as it was before")


def _theirs(
    claims: tuple[E164, ...], open_state: OpenState, watched: Container[E164]
) -> Mapping[E164, Elsewhere]:
    """What of the claims is another state's. Of what both have `watched` since it might turn up, it is this one's where
    the plan could have it.
    """
    others, lineage = open_state.elsewhere(), open_state.state.lineage
    return {
        number: others[number]
        for number in claims
        if number in others and (number not in watched or others[number].comes_before(lineage))
    }


def _taken(theirs: Mapping[E164, Elsewhere], nothing: str) -> StateError:
    number, first = next(iter(theirs.items()))
    more = f", and {len(theirs) - 1} more were taken likewise" if len(theirs) > 1 else ""
    return StateError(
        f"{number} was to be adopted, and meanwhile {first.whose}{more}: {nothing}",
        hint="run `numplan plan` again: it leaves the number to that state",
    )
