"""The other states that a manifest names: opened to be read, and believed only where they are what they should be."""

from pathlib import Path

from numplan.cli.settings import Settings
from numplan.cli.workspace.state_location import named_locations, open_location
from numplan.engine.ports import Provider
from numplan.model.errors import OlderStateError, SettingError, StateError
from numplan.model.location.state_location import LocalLocation, StateLocation
from numplan.model.manifest import Manifest, OtherState
from numplan.model.others import Others, OtherStates, nobody
from numplan.model.state import State


def other_states(settings: Settings, manifest: Manifest, account: Provider, own: State | None) -> OtherStates:
    """What reads the states that a manifest names beside its `own`. Reading raises StateError for one that is not
    there, cannot be read, is of another account, is our own or is older than this machine has read it; and SettingError
    for one that must not be read.
    """
    if not manifest.other_states:
        return nobody

    def read() -> Others:
        found: dict[str, State] = {}
        for one in manifest.other_states:
            state = _read(one, settings, manifest, wanted)
            for name, other in found.items():
                if other.lineage == state.lineage:
                    raise _unusable(one, f"it is the same state as that of `{name}`")
            found[one.name] = state
        return Others(found)

    wanted = _Wanted(account.account, account.url, own.lineage if own else "")
    return read


class _Wanted:
    """What every other state must be: of this account at this API, and not of our own lineage."""

    def __init__(self, account: str, api_url: str, lineage: str) -> None:
        self._account, self._api_url, self._lineage = account, api_url, lineage

    def why_not(self, state: State) -> str:
        """Why a state is not one to go by, or an empty text."""
        if state.lineage == self._lineage:
            return "it is this manifest's own state"
        if state.account != self._account:
            return f"it belongs to account {state.account}, and this run uses {self._account}"
        if state.api_url != self._api_url:
            return f"it belongs to the API at {state.api_url}, and this run uses {self._api_url}"
        return ""


def _read(one: OtherState, settings: Settings, manifest: Manifest, wanted: _Wanted) -> State:
    from numplan.state.shared.last_seen_cache import LastSeenCache

    place = _placed(one.place, manifest)
    seen = LastSeenCache(f"{place.url} (read)", settings.environment)
    last = seen.recall()
    try:
        backend = open_location(place, settings.environment, named=named_locations(settings))
    except SettingError as problem:
        raise SettingError(f"other_states.{one.name}: {problem.message}", hint=problem.hint) from None
    try:
        state = backend.read()
    except OlderStateError:
        raise _unusable(one, f"{place.url} is older than what was last written there") from None
    except StateError as problem:
        # A path may lead anywhere, so nothing of what lies there is quoted: whoever may read it is told where to look.
        here = isinstance(place, LocalLocation)
        raise _unusable(
            one, f"{place.url} is no state that can be read" if here else problem.message
        ) from None
    if state is None:
        raise _unusable(one, f"there is no state at {place.url}")
    if why := wanted.why_not(state):
        raise _unusable(one, f"{place.url}: {why}")
    if last is not None and last.lineage == state.lineage and state.serial < last.serial:
        older = (
            f"{place.url} holds serial {state.serial}, and this machine has read serial {last.serial} there"
        )
        raise _unusable(one, older)
    seen.wrote(state)
    return state


def _placed(place: StateLocation, manifest: Manifest) -> StateLocation:
    """A place as it is opened: a path counts from the manifest's folder."""
    if not isinstance(place, LocalLocation):
        return place
    beside = Path(manifest.path)
    return LocalLocation(path=str((beside if beside.is_dir() else beside.parent) / place.path))


def _unusable(one: OtherState, why: str) -> StateError:
    return StateError(
        f"other_states.{one.name}: {why}",
        hint=f"{one.source}: no plan is made without it, since its numbers could be taken for nobody's; "
        "`numplan state show --state PLACE` tells what is there",
    )
