"""The one error tree. Each error says what happened, where, and what to do next, and knows its exit code."""

from collections.abc import Sequence
from typing import ClassVar

from numplan.model.diagnostics import Diagnostic
from numplan.model.text.printable import plural


class NumplanError(Exception):
    """Base of everything that numplan raises on purpose. `hint` is the next step for the user."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(NumplanError):
    """Flags or arguments that make no sense."""

    exit_code = 64


class SettingError(NumplanError):
    """The environment lacks something or holds something that cannot be used."""


class ManifestError(NumplanError):
    """The manifest cannot be used; `diagnostics` holds every finding."""

    what: ClassVar[str] = "the manifest"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        count = sum(1 for found in self.diagnostics if found.severity == "error")
        super().__init__(f"{self.what} has {plural(count, 'error')}")


class InventoryError(ManifestError):
    """An inventory cannot be used."""

    what: ClassVar[str] = "the inventory"


class PolicyError(ManifestError):
    """The operator's policy cannot be used, so nothing that it would limit is done."""

    what: ClassVar[str] = "the policy that NUMPLAN_POLICY names"


class ApiError(NumplanError):
    """A call failed. `endpoint` is the API page's name of it, such as `purchased-list`."""

    def __init__(self, endpoint: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{endpoint}: {message}", hint=hint)
        self.endpoint = endpoint


class CredentialsError(ApiError):
    """The API said 401 or 403."""


class UnreachableError(ApiError):
    """No answer could be had: refused, reset, timed out, or still failing after retries."""


class AnswerError(ApiError):
    """An answer came that the API page does not allow for; the message names the field."""


class StateError(NumplanError):
    """State cannot be read or written."""


class LostStateError(StateError):
    """A state is gone that was there."""


class OlderStateError(StateError):
    """A state is not what was last written at its place: an older copy, or another state."""


class ForeignStateError(StateError):
    """What lies in the place of a state is something else."""


class StateLockedError(StateError):
    """Somebody else holds the lock."""

    exit_code = 8


class StalePlanError(NumplanError):
    """A saved plan no longer fits the world it was made for."""

    exit_code = 7


class GuardError(NumplanError):
    """A guard, a policy or a protection refuses the plan."""

    exit_code = 6


class DeclinedError(NumplanError):
    """The question was answered with no, or could not be asked."""

    exit_code = 9
