"""What a state is called that lies beside a manifest."""

from typing import Final

STATE_FILE: Final = "numplan.state.json"
