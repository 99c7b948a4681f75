"""What the vendor's page leaves open, each answered by what was seen."""

from collections.abc import Callable
from typing import Final

from numplan.doctor.check import Check, failed, ok, warning
from numplan.doctor.questions import Asked, Examination, telling_category
from numplan.model.number import digits_of
from numplan.model.text.countries import same_country
from numplan.model.text.printable import plural
from numplan.model.text.spelling import same_word, serves

UNSEEN: Final = "could not be seen"
_FEW: Final = "could not be seen: the account owns too few numbers to tell"
_NOT_ASKED: Final = "could not be seen: no call was left for it, or the ones before it failed"


def open_points(found: Examination) -> tuple[Check, ...]:
    """A check for each point."""
    return tuple(point(found) for point in _POINTS)


def _total(found: Examination) -> Check:
    name, whole, one = "what total counts", found.whole, found.one
    if whole is None or not whole.is_read:
        return ok(name, _NOT_ASKED)
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


def _largest(found: Examination) -> Check:
    name, whole = "largest answer", found.whole
    if whole is None or not whole.is_read:
        return ok(name, _NOT_ASKED)
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


def _country(found: Examination) -> Check:
    return _filter("filter country", found.country, lambda asked, row: same_country(row, asked), "country")


def _type(found: Examination) -> Check:
    return _filter("filter numberType", found.type, same_word, "numberType")


def _filter(name: str, asked: Asked | None, fits: Callable[[str, str], bool], key: str) -> Check:
    if asked is None:
        return ok(name, _FEW)
    wanted = asked.asked_for[key]
    if asked.is_refused:
        return warning(
            name, f"{wanted!r} was {_came(asked)}", "a listing that is cut short cannot be split by it"
        )
    if not asked.is_read:
        return ok(name, _NOT_ASKED)
    rows = [row.country if key == "country" else row.type for row in asked.shape.owned]
    others = [row for row in rows if not fits(wanted, row)]
    if others:
        return warning(
            name,
            f"ignored, or read otherwise: asked for {wanted!r}, {others[0]!r} came too",
            "numplan leaves out what was not asked for; a listing that is cut short cannot be split by it",
        )
    return ok(name, f"honoured: {plural(len(rows), 'row')} of {wanted!r}")


def _state(found: Examination) -> Check:
    name, asked, whole = "filter state", found.state, found.whole
    if asked is None or whole is None:
        return ok(name, _FEW)
    if asked.is_refused:
        return ok(name, f"looked at: a state that is nowhere was {_came(asked)}")
    if not asked.is_read:
        return ok(name, _NOT_ASKED)
    if asked.shape.rows:
        return warning(
            name,
            f"ignored: {plural(asked.shape.rows, 'row')} came for a state that is nowhere",
            "rows do not name their state, so pools that say one cannot adopt numbers here: leave `adopt` out of them",
        )
    return ok(name, "honoured: no row for a state that is nowhere")


def _number(found: Examination) -> Check:
    name, asked = "accessNumber", found.number
    if asked is None:
        return ok(name, _FEW)
    number = "+" + asked.asked_for["accessNumber"]
    if not asked.is_read:
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


def _beginning(found: Examination) -> Check:
    name, asked = "beginning of a number", found.beginning
    if asked is None:
        return ok(name, _FEW)
    digits = asked.asked_for["accessNumber"]
    if asked.is_refused:
        return ok(
            name, f"not taken: {digits} was {_came(asked)}; a capped listing is split by the other filters"
        )
    if not asked.is_read:
        return ok(name, _NOT_ASKED)
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


def _digits(found: Examination) -> Check:
    name, asked, search = "search by digits", found.digits, found.search
    if asked is None or search is None:
        return ok(name, _unsearched(found))
    digits = asked.asked_for["digits"]
    if asked.is_refused:
        return warning(
            name,
            f"{digits} was {_came(asked)}",
            "pools that say `digits` will find nothing; ask the vendor how",
        )
    if not asked.is_read:
        return ok(name, _NOT_ASKED)
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


def _category(found: Examination) -> Check:
    name, asked = "search by category", found.category
    if asked is None:
        offers = found.search.shape.offers if found.search else ()
        if offers and not telling_category(offers):
            return ok(name, f"{UNSEEN}: the offers that came are all of one category")
        return ok(name, _unsearched(found))
    wanted = asked.asked_for["numberCategory"]
    if asked.is_refused:
        return warning(
            name,
            f"{wanted} was {_came(asked)}",
            "pools that say `category` will find nothing; ask the vendor",
        )
    if not asked.is_read:
        return ok(name, _NOT_ASKED)
    others = [one.category for one in asked.shape.offers if not serves(one.category, wanted)]
    if others:
        return warning(
            name, f"ignored: asked for {wanted}, {others[0]} came", "numplan sorts the offers out by itself"
        )
    return ok(name, f"honoured: {plural(asked.shape.rows, 'offer')} of {wanted}")


def _find(found: Examination) -> Check:
    name, asked = "find-number of an offer", found.find
    if asked is None or found.search is None:
        return ok(name, _unsearched(found))
    offer = found.search.shape.offers[0]
    if not asked.is_read:
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
_POINTS: Final[tuple[Callable[[Examination], Check], ...]] = (
    _total,
    _largest,
    _country,
    _type,
    _state,
    _number,
    _beginning,
    _digits,
    _category,
    _find,
)


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
