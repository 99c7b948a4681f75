"""The state as it is stored: read, and shown."""

from numplan.cli.settings import Settings
from numplan.cli.terminal.screen import Screen
from numplan.cli.workspace.open import state_backend
from numplan.model.errors import NumplanError
from numplan.model.state import State
from numplan.views.text.state import state_text


def show_state(settings: Settings, screen: Screen) -> None:
    """Print the state for people."""
    screen.line(state_text(read_state(settings)))


def read_state(settings: Settings) -> State:
    """The state, which must be there. Raises StateError and NumplanError."""
    backend = state_backend(settings)
    found = backend.read()
    if found is None:
        raise NumplanError(f"there is no state at {backend.place}", hint="`numplan apply` makes one")
    return found
