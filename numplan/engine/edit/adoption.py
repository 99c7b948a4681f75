"""Take numbers that the account owns already into manifest and state: which ones, and as which entries. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from numplan.engine.account.refresh import AccountSnapshot
from numplan.engine.compare.comparison import compare
from numplan.engine.compare.offers import Offers
from numplan.engine.guard.budget_guard import check_budgets
from numplan.engine.guard.limit_guards import check_limits
from numplan.engine.plan.budgets import budget_lines
from numplan.engine.plan.planner import PlanOptions, make_plan
from numplan.engine.policy.limits import effective
from numplan.model.account import OwnedNumber, Region
from numplan.model.address import Resource, resource_of
from numplan.model.changes import Adopt
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.others import NOBODY, Others
from numplan.model.plan import Plan, Unmanaged
from numplan.model.state import State
from numplan.model.text.countries import same_country
from numplan.model.text.glob import covers
from numplan.model.text.spelling import NUMBER_TYPES, normalize, same_word

LONGEST_NAME: Final = 80
"""Characters of a name that is made up; what a manifest takes is a little more."""

EntryForm = Literal["numbers", "sets"]


class InventoryLine(msgspec.Struct, frozen=True):
    """What an inventory says of one number; an empty name says nothing. `original` is what the name was made of, where
    that had letters which a name cannot have.
    """

    number: E164
    name: str = ""
    labels: Mapping[str, str] = {}
    original: str = ""


class AdoptFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the numbers that nothing manages are meant. What is empty admits all; a number must fit every
    part, and any one of the words in it. `listed` is an inventory, by number.
    """

    countries: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    listed: Mapping[E164, InventoryLine] | None = None

    def admits(self, row: OwnedNumber) -> bool:
        """Whether a number is meant."""
        return (
            _any(same_country(one, row.country) for one in self.countries)
            and _any(same_word(one, row.type) for one in self.types)
            and _any(covers(one, row.number) for one in self.numbers)
            and _any(covers(one.casefold(), flow_of(row).casefold()) for one in self.flows)
            and (self.listed is None or row.number in self.listed)
        )


class EntryStyle(NamedTuple):
    """How entries are made: what numbers have in common that stand in one, its form, and labels for all."""

    groups: tuple[str, ...] = ("country", "type")
    form: EntryForm = "sets"
    labels: Mapping[str, str] = {}


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry to be written: under `numbers:` with its one number, or under `sets:`."""

    form: EntryForm
    name: str
    rows: tuple[OwnedNumber, ...]
    country: str | None
    type: str | None
    labels: Mapping[str, str] = {}

    @property
    def resource(self) -> Resource:
        """`number.NAME` or `set.NAME`."""
        return resource_of("number" if self.form == "numbers" else "set", self.name)


class _Group(NamedTuple):
    """What the numbers of one entry have in common; `is_named`: an inventory names it."""

    stem: str
    is_named: bool
    country: str | None
    type: str | None
    labels: tuple[tuple[str, str], ...]


def flow_of(row: OwnedNumber) -> str:
    """The name of the flow that a number is assigned to, or an empty text."""
    return row.flow.flow_name if row.flow else ""


def unmanaged_numbers(owned: Mapping[E164, OwnedNumber], state: State | None) -> list[OwnedNumber]:
    """What the account owns and state does not manage, in order of number. A number whose call is not settled
    is not at large; one that turned up after all, and counts for nothing, is.
    """
    known = state.spoken_for if state else {}
    return [owned[number] for number in sorted(owned) if number not in known]


def entries_for(
    rows: Iterable[OwnedNumber],
    wish: AdoptFilter,
    style: EntryStyle,
    regions: Sequence[Region],
    taken: Mapping[EntryForm, Collection[str]],
) -> list[NewEntry]:
    """The entries that declare these numbers, in order of their names.

    An entry's numbers have one country and one type, and it says them, so that no defaults of the manifest can
    speak for them; but not a country or type that the vendor no longer offers, which a manifest must not
    declare. `taken` are names that the manifest has in use.
    """
    offered = {normalize(one.name): one for one in regions}
    groups: dict[_Group, list[OwnedNumber]] = {}
    for row in sorted(rows, key=lambda one: one.number):
        line = (
            wish.listed.get(row.number, InventoryLine(row.number))
            if wish.listed
            else InventoryLine(row.number)
        )
        labels = tuple(sorted({**style.labels, **line.labels}.items()))
        group = _Group(_stem(row, line, style), bool(line.name), *_kinds(row, offered), labels)
        groups.setdefault(group, []).append(row)
    used = {form: {*names} for form, names in taken.items()}
    made: list[NewEntry] = []
    for group, members in sorted(groups.items(), key=lambda one: (one[0].stem, one[1][0].number)):
        form: EntryForm = style.form
        if group.is_named:
            form = "numbers" if len(members) == 1 or form == "numbers" else "sets"
        for part in [[one] for one in members] if form == "numbers" else [members]:
            as_it_is = group.is_named or form == "sets"
            wanted = group.stem if as_it_is else f"{group.stem}_{part[0].number[1:]}"
            made.append(
                NewEntry(
                    form=form,
                    name=_free(wanted, used[form]),
                    rows=tuple(part),
                    country=group.country,
                    type=group.type,
                    labels=dict(group.labels),
                )
            )
    return made


def adoption_plan(
    manifest: Manifest,
    state: State | None,
    snapshot: AccountSnapshot,
    adopted: Collection[E164],
    options: PlanOptions,
    others: Others = NOBODY,
) -> Plan:
    """The plan that takes these numbers into state as the manifest declares them, and does nothing else.

    Numbers that cannot be taken in are errors in it, and the limits of one apply have their word on it.
    """
    narrow = _narrowed(manifest, adopted)
    surplus = None
    if state is not None:
        rows = tuple(one for one in state.numbers if one.number in adopted)
        surplus = msgspec.structs.replace(state, numbers=rows, intents=(), tombstones=())
    comparison = compare(narrow, surplus, snapshot, options.now, today=options.today, others=others)
    plan = make_plan(narrow, surplus, comparison, Offers(), options)
    changes = tuple(one for one in plan.changes if isinstance(one, Adopt))
    known = surplus.by_number if surplus else {}
    limits = effective(narrow, plan.allowances)
    refusals = [*check_limits(limits, plan, changes, narrow, known)]
    budgets = plan.budgets
    if budgets:  # they are for all that is managed, whatever is adopted now
        whole = compare(manifest, state, snapshot, options.now, today=options.today, others=others)
        budgets = budget_lines(limits, whole, changes)
        refusals += check_budgets(budgets, changes, narrow, whole)
    return msgspec.structs.replace(
        plan,
        changes=changes,
        budgets=budgets,
        refusals=tuple(refusals),
        held=(),
        drift=(),
        unmanaged=Unmanaged(),
    )


def _narrowed(manifest: Manifest, adopted: Collection[E164]) -> Manifest:
    sets = []
    for group in manifest.sets:
        kept = [at for at, number in enumerate(group.numbers) if number in adopted]
        if kept:
            sets.append(
                msgspec.structs.replace(
                    group,
                    numbers=tuple(group.numbers[at] for at in kept),
                    sources=tuple(group.sources[at] for at in kept),
                )
            )
    numbers = tuple(one for one in manifest.numbers if one.number in adopted)
    return msgspec.structs.replace(manifest, numbers=numbers, sets=tuple(sets), pools=())


def _kinds(row: OwnedNumber, offered: Mapping[str, Region]) -> tuple[str | None, str | None]:
    region = offered.get(normalize(row.country))
    if region is None:
        return None, None
    is_offered = region.types is not None and row.type in region.types and row.type in NUMBER_TYPES
    return row.country, row.type if is_offered else None


def _stem(row: OwnedNumber, line: InventoryLine, style: EntryStyle) -> str:
    if line.name:
        return line.name
    if style.form == "numbers":
        return _slug(flow_of(row)) or "number"
    words = {"country": row.country, "type": row.type, "flow": flow_of(row) or "no flow"}
    parts = [_slug(words[group]) or "other" for group in style.groups]
    return "_".join(parts)[:LONGEST_NAME].strip("_") or "adopted"


def _slug(text: str) -> str:
    """A text in lower-case letters, digits and underscores; letters of other scripts as they sound."""
    from anyascii import anyascii

    plain = (text if text.isascii() else anyascii(unicodedata.normalize("NFC", text))).lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_NAME].strip("_")
    return f"n_{slug}" if slug[:1].isdigit() else slug


def name_from(text: str) -> str:
    """The name for an entry that somebody else's name suggests: the last part of an address, in
    letters that a manifest takes; an empty text where there is none.
    """
    bare = re.sub(r"\[[^\]]*\]", "", text.strip())
    last = bare if " " in bare else bare.rpartition(".")[2]
    return last if re.fullmatch(rf"[A-Za-z_][A-Za-z0-9_-]{{0,{LONGEST_NAME}}}", last) else _slug(last)


def _free(name: str, used: set[str]) -> str:
    """The name, or the first one after it that is free; it is in use from here on."""
    free = next(one for one in _tries(name) if one not in used)
    used.add(free)
    return free


def _tries(name: str) -> Iterator[str]:
    yield name
    count = 2
    while True:
        yield f"{name}_{count}"
        count += 1


def _any(fits: Iterable[bool]) -> bool:
    """Whether any fits, or there is nothing to fit."""
    found = [*fits]
    return not found or any(found)
