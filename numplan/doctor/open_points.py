"""What the vendor's page leaves open, each answered by what was seen."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from numplan.doctor.check import Check, failed, ok, warning
from numplan.doctor.questions import Asked, Examination, telling_category
from numplan.model.number import digits_of
from numplan.model.text.countries import same_country
from numplan.model.text.printable import plural
from numplan.model.text.spelling import same_word, serves

UNSEEN: Final = "could not be seen"
_FEW: Final = "could not be seen: the account owns too few numbers to tell"
_NOT_ASKED: Final = "could not be seen: no call was left for it, or the ones before it failed"


class _Point(NamedTuple):
    """One of them: the call that tells it, by its name in an Examination; why that was not made; and what it says,
    where it was read, or refused.
    """

    name: str
    call: str
    unasked: Callable[[Examination], str]
    judge: Callable[[str, Asked, Examination], Check]

    def check(self, found: Examination) -> Check:
        """What is to be said of it."""
        asked: Asked | None = getattr(found, self.call)
        if asked is None:
            return ok(self.name, self.unasked(found))
        if not (asked.is_read or asked.is_refused):
            return ok(self.name, f"{UNSEEN}: its call was {_came(asked)}")
        return self.judge(self.name, asked, found)


def open_points(found: Examination) -> tuple[Check, ...]:
    """A check for each point."""
    return tuple(point.check(found) for point in _POINTS)


def _total(name: str, whole: Asked, found: Examination) -> Check:
    one = found.one
    if whole.shape.total is None:
        return warning(
            name,
            "answers of purchased-list name no total",
            "a listing can be proven complete by its count of rows alone; nothing to do, unless answers are cut short",
        )
    if one is None:
        return ok(name, _FEW)
    if not one.is_read:
        return warning(
            name, f"a size of 1 was {_came(one)}", "numplan never asks for so few; ask the vendor why"
        )
    rows, total = one.shape.rows, one.shape.total
    if rows == 1 and total == 1:
        return warning(
            name,
            "the rows sent: it says 1 where 1 was asked for, and the account has more",
            "numplan takes an answer that is full for one that is cut short, and asks for more",
        )
    if rows > 1:
        return warning(
            name,
            f"{plural(rows, 'row')} came where 1 was asked for",
            "the size is not kept to; tell the vendor",
        )
    return ok(name, f"all that match: {_count(total)} where 1 row was asked for")


def _largest(name: str, whole: Asked, _: Examination) -> Check:
    asked, rows, total = whole.seen.size, whole.shape.rows, whole.shape.total
    said = f"{asked:,} rows asked for, {rows:,} came"
    if total is not None and total > rows:
        if rows < asked:
            return warning(
                name,
                f"{said} of {total:,}: answers are cut off at {rows:,} rows",
                "numplan splits the listing by number, or by the filters that are honoured; it takes more calls",
            )
        return ok(name, f"{said} of {total:,}, and no more could be asked for")
    return ok(name, f"{said}, and no more are there" if rows < asked else said)


def _country(name: str, asked: Asked, _: Examination) -> Check:
    rows = [row.country for row in asked.shape.owned]
    return _filter(name, asked, asked.asked_for["country"], rows, same_country)


def _type(name: str, asked: Asked, _: Examination) -> Check:
    rows = [row.type for row in asked.shape.owned]
    return _filter(name, asked, asked.asked_for["numberType"], rows, same_word)


def _filter(
    name: str, asked: Asked, wanted: str, rows: Sequence[str], fits: Callable[[str, str], bool]
) -> Check:
    if asked.is_refused:
        return warning(
            name, f"{wanted!r} was {_came(asked)}", "a listing that is cut short cannot be split by it"
        )
    others = [row for row in rows if not fits(row, wanted)]
    if others:
        return warning(
            name,
            f"ignored, or read otherwise: asked for {wanted!r}, {others[0]!r} came too",
            "numplan leaves out what was not asked for; a listing that is cut short cannot be split by it",
        )
    return ok(name, f"honoured: {plural(len(rows), 'row')} of {wanted!r}")


def _state(name: str, asked: Asked, _: Examination) -> Check:
    if asked.is_refused:
        return ok(name, f"looked at: a state that is nowhere was {_came(asked)}")
    if asked.shape.rows:
        return warning(
            name,
            f"ignored: {plural(asked.shape.rows, 'row')} came for a state that is nowhere",
            "rows do not name their state, so pools that say one cannot adopt numbers here: leave `adopt` out of them",
        )
    return ok(name, "honoured: no row for a state that is nowhere")


def _number(name: str, asked: Asked, _: Examination) -> Check:
    number = "+" + asked.asked_for["accessNumber"]
    if asked.is_refused:
        return failed(name, f"{number}, which is listed, was {_came(asked)}", _NO_LOOK_UPS)
    if any(row.number == number for row in asked.shape.owned):
        rows = asked.shape.rows
        more = (
            ""
            if rows == 1
            else f", among {plural(rows, 'row')}: the filter is ignored, or finds parts of numbers"
        )
        return ok(name, f"an owned number is found by it{more}")
    return failed(name, f"{number} is listed, and not found by its number", _NO_LOOK_UPS)


def _beginning(name: str, asked: Asked, _: Examination) -> Check:
    digits = asked.asked_for["accessNumber"]
    if asked.is_refused:
        return ok(
            name, f"not taken: {digits} was {_came(asked)}; a capped listing is split by the other filters"
        )
    rows = [digits_of(row.number) for row in asked.shape.owned]
    if not rows:
        return ok(
            name, f"not taken: nothing is found by {digits}; a capped listing is split by the other filters"
        )
    if all(row.startswith(digits) for row in rows):
        return ok(
            name,
            f"taken: {plural(len(rows), 'row')} for {digits}; a capped listing is split by number",
        )
    if all(digits in row for row in rows):
        return ok(
            name,
            f"found anywhere in a number: {digits}; a capped listing is split by number where sums prove it",
        )
    return warning(
        name,
        f"ignored: asked for {digits}, {plural(len(rows), 'row')} came",
        "a look for one number reads the whole account; a listing that is cut short is split by the other filters",
    )


def _digits(name: str, asked: Asked, _: Examination) -> Check:
    digits = asked.asked_for["digits"]
    if asked.is_refused:
        return warning(
            name,
            f"{digits} was {_came(asked)}",
            "pools that say `digits` will find nothing; ask the vendor how",
        )
    others = [one.number for one in asked.shape.offers if digits not in one.number]
    if others:
        return warning(
            name,
            f"ignored: asked for {digits}, {others[0]} came",
            "numplan sorts the offers out by itself; a search may have to be large for it",
        )
    if not asked.shape.rows:
        return warning(
            name,
            f"{digits}, from the middle of a number on offer, finds nothing: perhaps only beginnings do",
            "pools that say `digits` find numbers only where they stand where the vendor looks for them",
        )
    return ok(name, f"honoured: {plural(asked.shape.rows, 'offer')} with {digits}")


def _category(name: str, asked: Asked, _: Examination) -> Check:
    wanted = asked.asked_for["numberCategory"]
    if asked.is_refused:
        return warning(
            name,
            f"{wanted} was {_came(asked)}",
            "pools that say `category` will find nothing; ask the vendor",
        )
    others = [one.category for one in asked.shape.offers if not serves(one.category, wanted)]
    if others:
        return warning(
            name, f"ignored: asked for {wanted}, {others[0]} came", "numplan sorts the offers out by itself"
        )
    return ok(name, f"honoured: {plural(asked.shape.rows, 'offer')} of {wanted}")


def _find(name: str, asked: Asked, found: Examination) -> Check:
    offer = (found.search or asked).shape.offers[0]
    if asked.is_refused:
        return failed(name, f"{offer.number}, which search offers, was {_came(asked)}", _NO_PRICE)
    same = [one for one in asked.shape.offers if one.number == offer.number]
    if not same:
        return warning(
            name,
            f"{offer.number}, which search offers, is not found",
            f"{_NO_PRICE}; perhaps it was just sold",
        )
    if same[0] != offer:
        return warning(
            name,
            f"{offer.number} is described otherwise than by search",
            "numplan believes the later of the two",
        )
    return ok(name, "the same as search says")


_NO_LOOK_UPS: Final = (
    "numplan cannot tell a number that is gone from one that is only not shown: where that matters, it stops; ask the "
    "vendor how a number is looked up"
)
_NO_PRICE: Final = "explicit numbers are priced by it before they are bought"


def _unsearched(found: Examination) -> str:
    nothing = found.search is not None and found.search.is_read and not found.search.shape.offers
    return f"{UNSEEN}: nothing was on offer" if nothing else _NOT_ASKED


def _came(asked: Asked) -> str:
    """What came, after `was`."""
    if asked.seen.status is None:
        return f"not answered: {asked.seen.reason}"
    if asked.shape.fault:
        return f"answered with what cannot be read: {asked.shape.fault}"
    return f"answered with {asked.seen.status}"


def _count(total: int | None) -> str:
    return "none named" if total is None else f"{total:,}"


def _of_one_kind(found: Examination) -> str:
    offers = found.search.shape.offers if found.search else ()
    if offers and not telling_category(offers):
        return f"{UNSEEN}: the offers that came are all of one category"
    return _unsearched(found)


def _not_asked(_: Examination) -> str:
    return _NOT_ASKED


def _too_few(found: Examination) -> str:
    several = found.whole is not None and len(found.whole.shape.owned) > 1
    return _NOT_ASKED if several or found.whole is None or not found.whole.is_read else _FEW


_POINTS: Final = (
    _Point("what total counts", "whole", _not_asked, _total),
    _Point("largest answer", "whole", _not_asked, _largest),
    _Point("filter country", "country", _too_few, _country),
    _Point("filter numberType", "type", _too_few, _type),
    _Point("filter state", "state", _too_few, _state),
    _Point("accessNumber", "number", _too_few, _number),
    _Point("beginning of a number", "beginning", _too_few, _beginning),
    _Point("search by digits", "digits", _unsearched, _digits),
    _Point("search by category", "category", _of_one_kind, _category),
    _Point("find-number of an offer", "find", _unsearched, _find),
)
