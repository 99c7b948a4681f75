"""The two calls that change an account. Only the gate makes them; no other module of the engine imports this one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from numplan.engine.ports import Provider
from numplan.model.number import E164
from numplan.model.outcome import Outcome

Bar = Callable[[Sequence[E164]], Mapping[E164, str]]
"""Which of some numbers must not be sent now, and why. Asked before a call is sent again."""


class Account(Provider, Protocol):
    """The account at the vendor, with the calls that spend money and give numbers back. Neither raises."""

    def expect_calls(self, count: int) -> None:
        """So many calls that buy or release are to come, that which is about to begin among them: what shortens them
        may be made ready. 0: none is to come.
        """

    def purchase(self, numbers: Sequence[E164], sip_trunk_id: int | None, bar: Bar) -> Mapping[E164, Outcome]:
        """Buy; every number asked for has an outcome, and every other that the answer says was bought is Unasked."""

    def release(self, numbers: Sequence[E164], bar: Bar) -> Mapping[E164, Outcome]:
        """Release; outcomes as of `purchase`."""
