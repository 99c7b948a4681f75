"""The client: the engine's `Account`, over HTTP.

Source: the vendor's Virtual Numbers page; where the page leaves something open, the reading is told at the
function that needs it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Self

import msgspec

from numplan.api.decode import OfferPage, OwnedPage, read_offers, read_owned, read_regions
from numplan.api.endpoint import PATH, where_else
from numplan.api.listing import ListingReader
from numplan.api.look_ups import LookUps
from numplan.api.page_size import LARGEST, RejectedError, largest_page
from numplan.api.retry import RateLimit, RetryPolicy
from numplan.api.row_filters import matching
from numplan.api.sentences import sentence_of
from numplan.api.shares import Filters
from numplan.api.transport import Timeouts, Transport
from numplan.api.writes import Writer
from numplan.engine.apply.calls import Bar
from numplan.engine.ports import Clock, KnownNumbers, StateNames
from numplan.http.result import Answer
from numplan.model.account import (
    Criteria,
    Found,
    Listing,
    Offer,
    OwnedNumber,
    Regions,
    Unreadable,
    by_number,
)
from numplan.model.errors import CredentialsError
from numplan.model.number import E164, digits_of
from numplan.model.outcome import Outcome

_OK: Final = 200
_NOT_FOUND: Final = 404
_SEARCH_ALL: Final = 1000
_TIMEOUTS: Final = Timeouts()
_RETRY_POLICY: Final = RetryPolicy()


class Client:
    """One account at the vendor. Safe to use from several threads; reading calls raise ApiError.

    `clock` times the waits between attempts and carries the wish to stop; `jitter` gives numbers from 0 to 1.
    Raises SettingError for a URL, account or token that cannot be used.
    """

    def __init__(
        self,
        url: str,
        account: str,
        token: str,
        clock: Clock,
        *,
        parallelism: int = 4,
        timeouts: Timeouts = _TIMEOUTS,
        retry_policy: RetryPolicy = _RETRY_POLICY,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        limit = RateLimit(clock, retry_policy, jitter)
        self._transport = Transport(
            url, account, token, parallelism=parallelism, timeouts=timeouts, limit=limit
        )
        self._listing = ListingReader(self._ask, lambda: self.regions().rows, parallelism)
        self._look_ups = LookUps(self._ask)
        self._writer = Writer(self._transport)

    def __repr__(self) -> str:
        return f"Client({self.url!r}, {self.account!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    @property
    def account(self) -> str:
        """The account id that every call carries."""
        return self._transport.account

    @property
    def url(self) -> str:
        """The API's base URL: lower-case scheme and host, a `/` at the end."""
        return self._transport.url

    def vendors_time(self) -> datetime | None:
        """The vendor's clock, by the `Date` header of its last answer (RFC 9110, 6.6.1); None without one."""
        return self._transport.vendors_time()

    def regions(self) -> Regions:
        """The countries on offer, with their types. Raises ApiError."""
        return read_regions("regions", self._get("regions", {}).body)

    def purchased(self, *, expected: int, states: StateNames = tuple, known: KnownNumbers = tuple) -> Listing:
        """All that the account owns, proven complete or marked as not; see `listing`. Raises ApiError."""
        listing = self._listing.read(Filters(), expected=expected, states=states, known=known)
        self._look_ups.shown(listing.numbers)
        return listing

    def purchased_in(self, criteria: Criteria) -> Listing:
        """What the account owns under the listing's own filters. Rows of another country or type than asked
        for are left out; a row does not name its state, so there the vendor's filter stands alone.
        Category and digits are no filters of the listing. Raises ApiError.
        """
        listing = self._listing.read(Filters(criteria.country, criteria.type, criteria.state))
        self._look_ups.shown(listing.numbers)
        return listing

    def announce(self, look_ups: int) -> None:
        """See Provider: nothing here depends on it."""

    def require_states(self) -> None:
        """See Provider. Raises ApiError."""
        self._listing.require_states()

    def look_up(self, number: E164) -> OwnedNumber | Unreadable | None:
        """One owned number, or None where the account provably does not show it. Raises ApiError.

        Only a row for exactly this number counts: the vendor's filter may match parts of numbers, or be
        ignored. Where that row cannot be read, or one that names no number may be it, that row is the answer. An
        answer that is full, or says that there is more, proves nothing: then a longer one is
        asked for, and in the end an AnswerError says so, because "absent" would let the number be
        bought again. Nor does "absent" prove anything of a server that finds no number by its number: the first time,
        one that was listed is looked up as well.
        """
        found = self._look_ups.make(number)
        if found is None:
            self._look_ups.require_found(number)
        return found

    def find(self, number: E164) -> Offer | Unreadable | None:
        """One number's offer, or None where it is not for sale (no data, or 404); the row itself where it cannot be
        read, says no price, or is not about this number alone. Raises ApiError.
        """
        came = self._get("find-number", {"number": digits_of(number)}, absent=_NOT_FOUND)
        if came.status == _NOT_FOUND:
            return None
        page = read_offers("find-number", came.body)
        offers = set(page.offers)
        about = [*(one.number for one in page.offers), *(one.number for one in page.unreadable)]
        for place, other in enumerate(about, 1):
            if other not in {number, None}:
                return Unreadable(place, "number", f"is {other}, not the one asked for", number)
        if page.unreadable:
            return page.unreadable[0]
        if len(offers) > 1:
            return Unreadable(1, "", "stands there with other words in another row", number)
        return offers.pop() if offers else None

    def search(self, criteria: Criteria, *, wanted: int | None) -> Found:
        """At least `wanted` offers if there are so many, in ascending order; all where `wanted` is None.

        There is no cursor, so the size grows while answers are full. Rows that contradict the criteria are
        left out, see `rows.matching`. Raises ApiError.
        """
        if wanted is not None and wanted <= 0:
            return Found((), exhausted=False)
        size = _SEARCH_ALL if wanted is None else wanted + max(10, wanted // 4)
        while True:
            page, taken = largest_page(lambda rows: self._offered(criteria, rows), size)
            offers = matching(page.offers, criteria, by_number(page.unreadable))
            found = Found(offers, exhausted=False, unreadable=page.unreadable, total=page.total)
            if page.sent < taken:
                exhausted = page.total is None or page.total <= page.sent
                return msgspec.structs.replace(found, exhausted=exhausted)
            if taken < size or size >= LARGEST or (wanted is not None and len(offers) >= wanted):
                return found
            size = min(size * 4, LARGEST)

    def expect_calls(self, count: int) -> None:
        """So many purchases and releases are to come; see Account."""
        self._transport.expect(count)

    def purchase(self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar) -> Mapping[E164, Outcome]:
        """Buy; every number asked for has an outcome. Never raises."""
        return self._writer.purchase(numbers, sip_trunk_id, bar)

    def release(self, numbers: Sequence[E164], bar: Bar) -> Mapping[E164, Outcome]:
        """Release; every number asked for has an outcome. Never raises."""
        return self._writer.release(numbers, bar)

    def _offered(self, criteria: Criteria, size: int) -> OfferPage:
        came = self._get("search", _search_query(criteria, size), rows=size)
        return read_offers("search", came.body)

    def _ask(self, filters: Mapping[str, str], size: int) -> OwnedPage:
        query = {**filters, "size": str(size)}
        return read_owned(
            "purchased-list", self._get("purchased-list", query, rows=size).body
        )  # held by nobody else

    def _get(self, endpoint: str, query: Mapping[str, str], *, rows: int = 1, absent: int = _OK) -> Answer:
        """A 200, or the one other status that the caller reads. Raises ApiError for all else."""
        came = self._transport.get(endpoint, query, rows=rows)
        if came.status in {_OK, absent}:
            return came
        if came.status in {401, 403}:
            raise CredentialsError(
                endpoint,
                f"the API refused the credentials ({came.status})",
                hint="check NUMPLAN_TOKEN and NUMPLAN_ACCOUNT_ID",
            )
        said = sentence_of(came)
        lost = came.status == _NOT_FOUND
        where = f" at {self.url}{PATH}{endpoint}" if lost else ""
        words = f"the API answered {came.status}{where}" + (f": {said}" if said else "")
        raise RejectedError(endpoint, came.status, words, hint=where_else(self.url) if lost else "")


def _search_query(criteria: Criteria, size: int) -> Mapping[str, str]:
    """The search's own spelling is the canonical one, so it travels as it is."""
    asked = {
        "country": criteria.country,
        "state": criteria.state,
        "numberType": criteria.type,
        "numberCategory": criteria.category,
        "digits": criteria.digits,
    }
    return {"size": str(size)} | {name: text for name, text in asked.items() if text}
