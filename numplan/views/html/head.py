"""What a reader sees first: the verdict in words, and what the plan is a plan of."""

from collections.abc import Iterator
from datetime import UTC
from typing import Final, Literal

import msgspec

from numplan.model.plan import Allowances, Plan, Refusal
from numplan.model.text.printable import numbers, plural
from numplan.views.text.plan import held_back, of_another_day, verdict

Tone = Literal["refused", "danger", "changes", "nothing"]

CONSEQUENCES: Final[dict[Tone, str]] = {
    "refused": "As it stands, apply would refuse this plan and change nothing.",
    "danger": "A released number is gone for good: the numbers concerned come first.",
    "changes": "Nothing is released.",
    "nothing": "The account is as the manifest declares it.",
}


class Head(msgspec.Struct, frozen=True):
    """The verdict, what follows from it, and how serious it is."""

    title: str
    figures: str
    consequence: str
    tone: Tone


class Guard(msgspec.Struct, frozen=True):
    """A guard, and all that it refuses."""

    name: str
    refusals: tuple[Refusal, ...]

    @property
    def lifted_by(self) -> str:
        """What would allow all of it, where that is one thing."""
        ways = {one.lifted_by for one in self.refusals}
        return ways.pop() if len(ways) == 1 else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Each refusal on a line of its own."""
        return tuple(f"{one.summary} ({one.source})" if one.source else one.summary for one in self.refusals)


def head_of(plan: Plan) -> Head:
    """The verdict of a plan: what stops it, or what it would do."""
    tone = _tone(plan)
    figures = _sentence(verdict(msgspec.structs.replace(plan, refusals=(), diagnostics=())))
    stopped = " and ".join(_stopped(plan))
    title = _sentence(stopped) if stopped else figures
    if plan.at is not None:
        title = f"On {plan.at}: {title[:1].lower()}{title[1:]}"
    consequence = CONSEQUENCES[tone]
    if tone == "changes" and plan.unsettled:
        consequence = (
            "What became of those calls is found out first; what is to be done after that may differ."
        )
    elif tone == "nothing" and plan.unselected:
        consequence = "What is selected is as the manifest declares it; the rest is held back."
    elif tone == "nothing" and plan.leaving:
        consequence = "Some numbers leave on their day; nothing is to be done about them now."
    elif tone == "nothing" and (plan.held or plan.surplus or plan.drift):
        consequence = "Some numbers are not as the manifest declares them, and this plan leaves them alone."
    return Head(title, figures if stopped else "", consequence, tone)


def facts_of(plan: Plan) -> tuple[tuple[str, str], ...]:
    """What the plan is a plan of: name and value."""
    allowed = ", ".join(_allowed(plan.allowances))
    facts = (
        ("Day", of_another_day(plan)),
        ("Manifest", plan.manifest),
        ("Account", plan.account),
        ("API", plan.api_url),
        ("Made", f"{plan.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, by numplan {plan.numplan}"),
        ("State", f"serial {plan.serial}, lineage {plan.lineage}" if plan.lineage else "none yet"),
        ("Kind", "destroy: releases all that is managed" if plan.destroy else ""),
        ("Kind", "refresh only: state takes in what the account shows" if plan.refresh_only else ""),
        ("Selected by", " ".join(plan.selection.flags)),
        ("Held back", held_back(plan)),
        (
            "Stays as it is",
            f"{numbers(plan.kept.count)}; a saved plan lists what changes" if plan.kept else "",
        ),
        ("Allowed by flags", allowed),
    )
    return tuple((name, value) for name, value in facts if value)


def guards_of(plan: Plan) -> tuple[Guard, ...]:
    """Each guard's words, in the order of the guards."""
    found: dict[str, list[Refusal]] = {}
    for refusal in plan.refusals:
        found.setdefault(refusal.guard, []).append(refusal)
    return tuple(Guard(name, tuple(refusals)) for name, refusals in found.items())


def _tone(plan: Plan) -> Tone:
    counts = plan.counts
    if plan.refusals or plan.errors:
        return "refused"
    if counts.release or counts.blocked or counts.unavailable:
        return "danger"
    return "changes" if counts.any or plan.unsettled else "nothing"


def _stopped(plan: Plan) -> Iterator[str]:
    if guards := guards_of(plan):
        yield f"refused by {plural(len(guards), 'guard')}"
    if plan.errors:
        yield f"stopped by {plural(len(plan.errors), 'error')}"


def _allowed(allowances: Allowances) -> Iterator[str]:
    yield from (f"--allow-release {one}" for one in allowances.releases)
    yield from (f"--release-now {one}" for one in allowances.release_now)
    if allowances.max_releases is not None:
        yield f"--max-releases {allowances.max_releases}"
    if allowances.max_purchases is not None:
        yield f"--max-purchases {allowances.max_purchases}"
    flags = {
        "--allow-empty": allowances.empty,
        "--accept-missing": allowances.missing,
        "--accept-lost-state": allowances.lost_state,
        "--accept-older-state": allowances.older_state,
        "--buy-beside-unmanaged": allowances.beside_unmanaged,
        "--new-state": allowances.new_state,
    }
    yield from (flag for flag, given in flags.items() if given)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
