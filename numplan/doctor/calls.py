"""Each reading call, as it came: status, time, rows, and what of them is new or cannot be read."""

from typing import Final

from numplan.doctor.check import Check, failed, ok, warning
from numplan.doctor.questions import Asked, Examination
from numplan.model.text.printable import plural

_NAMED: Final = 3
_LATE: Final = 10.0
"""Seconds after which a call is slow."""
_STATUSES: Final = {
    401: "check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID",
    403: "check that the token may use this account, and NUMPLAN_ACCOUNT_ID",
    404: "check NUMPLAN_API_URL: another server may answer there",
    429: "too many calls at once: wait a minute, and let no other run call meanwhile",
}


def call_checks(found: Examination) -> tuple[Check, ...]:
    """A check for each endpoint, by the call that tells most of it."""
    calls = (found.regions, found.whole, found.search, found.find)
    return tuple(check for asked in calls if asked is not None for check in (_call(asked),))


def writing_checks(found: Examination) -> tuple[Check, ...]:
    """How the server writes numbers, types and countries."""
    calls = [asked for asked in (found.whole, found.search) if asked is not None and asked.shape.rows]
    if not calls:
        return ()
    where = {"plus": "with +", "digits": "without +", "other": "in no form that numplan knows"}
    forms = dict.fromkeys(where[form] for asked in calls for form in asked.shape.forms)
    types = dict.fromkeys(word for asked in calls for word in asked.shape.types)
    countries = dict.fromkeys(word for asked in calls for word in asked.shape.countries)
    return (
        ok("number form", " and ".join(forms)),
        ok("spelling of types", ", ".join(types)),
        ok("spelling of countries", _some([*countries])),
    )


def _call(asked: Asked) -> Check:
    name, seen, shape = asked.seen.endpoint, asked.seen, asked.shape
    took = f"{seen.seconds * 1000:.0f} ms"
    if seen.status is None:
        return failed(name, f"no answer after {took}: {seen.reason}", _REACH)
    if not seen.is_answered:
        later = (
            _ELSEWHERE if seen.status in range(300, 400) else "try again later; if it lasts, ask the vendor"
        )
        advice = _STATUSES.get(seen.status, later)
        return failed(name, f"{seen.status} {seen.reason}".strip() + f" after {took}", advice)
    if shape.fault:
        if seen.body.lstrip()[:1] == b"<":
            return failed(name, f"200 in {took}, and a web page came, not an answer of the API", _ELSEWHERE)
        return failed(name, f"200 in {took}, and it cannot be read: {shape.fault}", _TELL)
    came = f"200 in {took}, {plural(shape.rows, 'row')}"
    if shape.unreadable:
        first = shape.unreadable[0]
        what = f"{came}, {len(shape.unreadable):,} of them cannot be read: {first.place}, {first.problem}"
        return warning(name, what, f"such rows are told and left alone; {_TELL}", first.reason)
    if shape.unknown:
        return warning(
            name, f"{came}; fields that are new: {_some(shape.unknown)}", f"numplan ignores them; {_TELL}"
        )
    if seen.seconds > _LATE:
        return warning(name, f"{came}: slow", "plans will take long; see the network and the proxy")
    return ok(name, came)


_REACH: Final = "check the network, the proxy settings, REQUESTS_CA_BUNDLE and NUMPLAN_API_URL"
_ELSEWHERE: Final = (
    "another server answers: check NUMPLAN_API_URL, the proxy, and whether a login page is in the way"
)
_TELL: Final = "report it with `numplan doctor --report FILE`"


def _some(words: tuple[str, ...] | list[str]) -> str:
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more} more" if more > 0 else "")
