"""Look at the account: what it holds now, as far as the manifest and the state need to know."""

from collections.abc import Mapping

import msgspec

from numplan.engine.parallel import ask_all
from numplan.engine.ports import Provider
from numplan.model.account import Listing, OwnedNumber, Region
from numplan.model.manifest import Manifest
from numplan.model.number import E164
from numplan.model.state import Instance, Intent, State, Tombstone

MISSING_SHARE = 0.1
"""More than this share of the managed numbers, and more than one, missing at once speaks against the listing."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The account as it is.

    A number that the manifest declares or the state knows, and that `owned` lacks, is absent: the listing
    was complete, or the number was looked up by itself. Of other numbers only a `complete` listing tells all;
    `gap` says what it could not prove.
    """

    regions: tuple[Region, ...]
    owned: Mapping[E164, OwnedNumber]
    complete: bool
    gap: str = ""


def refresh(manifest: Manifest, state: State | None, provider: Provider) -> Live:
    """Fetch regions and the account's numbers together. Raises ApiError: on a partial view a plan would buy
    twice.
    """
    managed = managed_numbers(state)
    expected = max(len(managed), manifest.explicit_count)
    states = _states(manifest, state)
    parallelism = manifest.api.parallelism

    def fetch(name: str) -> tuple[Region, ...] | Listing:
        if name == "regions":
            return provider.regions()
        return provider.purchased(expected=expected, states=states)

    regions, listing = ask_all(fetch, ("regions", "purchased"), parallelism=2)
    assert isinstance(regions, tuple)  # noqa: S101 - the order of answers is that of the questions
    assert isinstance(listing, Listing)  # noqa: S101
    at_stake = dict.fromkeys(managed)
    if not listing.complete:
        at_stake.update(dict.fromkeys(declared.number for declared in manifest.explicit()))
    unseen = [number for number in at_stake if number not in listing.numbers]
    looked_up = ask_all(provider.look_up, unseen, parallelism)
    owned = dict(listing.numbers)
    owned.update((found.number, found) for found in looked_up if found is not None)
    return Live(regions=regions, owned=owned, complete=listing.complete, gap=listing.gap)


def _states(manifest: Manifest, state: State | None) -> list[str]:
    """The states that the manifest or the rows of state name: parts that a capped listing can be split into."""
    named = {pool.state for pool in manifest.pools}
    named.update(one.attributes.state for one in (state.numbers if state else ()))
    return sorted(filter(None, named))


def managed_numbers(state: State | None) -> list[E164]:
    """Every number that state knows of: managed, intended, or closed and watched."""
    if state is None:
        return []
    kept: tuple[Instance | Intent | Tombstone, ...] = (*state.numbers, *state.intents, *state.tombstones)
    return list(dict.fromkeys(one.number for one in kept))


def too_many_missing(missing: int, managed: int) -> bool:
    """Whether so many of the managed numbers are missing at once that the listing is in doubt."""
    return missing > max(1.0, MISSING_SHARE * managed)
