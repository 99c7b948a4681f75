"""How an emulator is set up: one frozen value."""

from typing import Annotated, Literal

import msgspec

NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
ListingFilter = Literal["country", "state", "numberType"]
SearchFilter = Literal["state", "numberType", "numberCategory", "digits"]


class EmulatorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an emulator holds, whom it lets in, and where it differs from a generous server.

    Everything up to `control` is fixed for the emulator's life; the rest may be changed while it
    runs, by `Emulator.configure` or `POST /_control/settings`.
    """

    seed: int = 1
    """The same seed, `stock` and `owned` give the same numbers at the same prices."""
    stock: NotNegative = 5000
    """How many numbers are for sale at the start."""
    owned: NotNegative = 0
    """How many numbers the account has purchased before the start."""
    token: str = "emulator-token"  # noqa: S105 - a made-up token, for a server that guards nothing
    account: str = "190"
    host: str = "127.0.0.1"
    port: NotNegative = 0
    """The TCP port; 0 takes a free one."""
    database: str | None = None
    """A SQLite file that outlives the emulator, or None to keep everything in memory."""
    threads: Positive = 24
    control: bool = False
    """Whether `/_control/` exists."""

    size_cap: Positive | None = None
    """The most rows one answer carries, however large the `size` asked; `total` still counts all."""
    size_limit: Positive | None = None
    """The largest `size` that may be asked for; a larger one is refused with 400."""
    total_counts_rows: bool = False
    """Whether `total` counts the rows sent instead of all that match."""
    total_told: bool = True
    """Whether answers name a `total`."""
    access_number_match: Literal["whole", "beginning", "part", "ignored", "never"] = "whole"
    """What `accessNumber` of purchased-list finds: this number, those that begin with it, those that hold it, all,
    or none.
    """
    digits_match: Literal["anywhere", "beginning"] = "anywhere"
    """Where `digits` of a search are looked for: in the whole number, or where it begins after its calling code."""
    listing_ignores: tuple[ListingFilter, ...] = ()
    """Filters of purchased-list that have no effect."""
    search_ignores: tuple[SearchFilter, ...] = ()
    """Filters of search that have no effect."""
    number_form: Literal["plus", "digits", "mixed"] = "plus"
    """How rows write numbers: with `+`, without, or now this way, now that."""
    type_spelling: Literal["search", "regions", "capitals"] = "search"
    """How rows write types: as search does on the vendor's page, as regions does, or as in `NON_GEOGRAPHIC`."""
    country_spelling: Literal["name", "capitals", "code"] = "name"
    """How rows write countries: `United States`, `UNITED STATES` or `US`. Filters and regions take and give names."""
    charge_form: Literal["text", "number"] = "text"
    """Whether charges and rates are texts or JSON numbers."""
    batch_limit: Positive | None = None
    """The most numbers one POST may name."""
    batch_status: Literal[400, 413, 422] = 413
    """How a POST over `batch_limit` is refused."""
    release_form: Literal["both", "nested", "flat"] = "both"
    """Which form of `numbers` release-numbers accepts: `[["1…"]]`, `["1…"]`, or either."""
    released_to_stock: bool = True
    """Whether a released number is for sale again, as vendors do; otherwise it is gone for good."""
    keep_empty_lists: bool = False
    """Whether a POST's answer carries `success` or `error` even where it names no number."""
    find_absent_status: Literal[200, 404] = 200
    """How find-number answers for a number that is not for sale: empty `data`, or 404."""
    find_shows_owned: bool = False
    """Whether find-number also describes numbers that the account owns."""
    lag_seconds: Seconds = 0
    """How long every purchase stays out of purchased-list."""
    lag_listings: NotNegative = 0
    """From how many purchased-list calls every purchase stays out."""
    latency_ms: NotNegative = 0
    """How long every call takes, at least: the answer is held back until then."""
    handshake_ms: NotNegative = 0
    """How long a connection takes before its first request is looked at, counted from when it was accepted: what TCP
    and TLS handshakes cost to a server far away.
    """
    date_shift_seconds: float = 0
    """How far the `Date` of every answer is ahead of this machine's clock; behind it where it is less than nothing."""
    date_told: bool = True
    """Whether the `Date` of an answer says a time; otherwise nothing in it can be read as one."""

    @property
    def customer_id(self) -> int:
        """The account as purchased-list writes it: an integer, the vendor's sample if it is none."""
        return int(self.account) if self.account.isdecimal() else 190


FIXED_FIELDS = frozenset(
    {"seed", "stock", "owned", "token", "account", "host", "port", "database", "threads", "control"}
)
"""Settings that can't change while the emulator runs."""
