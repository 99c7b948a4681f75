"""What an apply came to, folded from its events."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from numplan.engine.apply.events import (
    Done,
    Event,
    Failed,
    Heard,
    NotAsked,
    NotSaved,
    Overcharged,
    Recorded,
    Saved,
    Sending,
    Settled,
    Stopped,
    Uncertain,
    Unsettled,
)
from numplan.model.changes import Adopt, Change, Forget, Update
from numplan.model.number import E164

_RECORDED: Final[Mapping[type[Change], str]] = {Adopt: "adopt", Update: "update", Forget: "forget"}


class ApplyResult(msgspec.Struct, frozen=True, kw_only=True):
    """Figures and what went wrong. `unknown` holds the latest word on each number with an unknown outcome, `unasked`
    what an answer named though no call held it.
    """

    purchased: int = 0
    released: int = 0
    adopted: int = 0
    updated: int = 0
    forgotten: int = 0
    failed: tuple[Failed, ...] = ()
    unknown: tuple[Uncertain | Settled, ...] = ()
    unasked: tuple[NotAsked, ...] = ()
    overcharged: tuple[Overcharged, ...] = ()
    stopped: str = ""
    not_saved: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.purchased or self.released or self.adopted or self.updated or self.forgotten)


def summarize(events: Iterable[Event]) -> ApplyResult:
    """Count what was done, and keep what was not."""
    done = dict.fromkeys(("purchase", "release", "adopt", "update", "forget"), 0)
    failed: list[Failed] = []
    unknown: dict[E164, Uncertain | Settled] = {}
    seen: list[Event] = []
    stopped = not_saved = ""
    for event in events:
        match event:
            case Sending():  # of most numbers there is this, and that it was done
                pass
            case Done():
                done[event.call] += 1
                unknown.pop(event.number, None)
            case Recorded() if type(event.change) in _RECORDED:
                done[_RECORDED[type(event.change)]] += 1
            case Failed():
                failed.append(event)
            case Uncertain() | Settled(verdict="unknown"):
                unknown[event.number] = event
            case Settled():
                unknown.pop(event.number, None)
                if event.verdict in {"bought", "released"}:
                    done[event.call] += 1
                else:
                    failed.append(_not_done(event))
            case Stopped() | Unsettled():
                stopped = stopped or event.reason
            case NotSaved():
                not_saved = event.reason
            case Saved():
                not_saved = ""
            case Heard():
                pass
            case _:
                seen.append(event)
    return ApplyResult(
        purchased=done["purchase"],
        released=done["release"],
        adopted=done["adopt"],
        updated=done["update"],
        forgotten=done["forget"],
        failed=tuple(failed),
        unknown=tuple(unknown.values()),
        unasked=tuple(one for one in seen if isinstance(one, NotAsked)),
        overcharged=tuple(one for one in seen if isinstance(one, Overcharged)),
        stopped=stopped,
        not_saved=not_saved,
    )


def _not_done(event: Settled) -> Failed:
    return Failed(
        resource=event.resource,
        number=event.number,
        call=event.call,
        reason=event.reason,
        rejected=event.rejected,
    )
