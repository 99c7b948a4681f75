"""Rates as people read them, and as documents for machines have them."""

from typing import Any

from numplan.model.charge import Rates
from numplan.views.common.amounts import amount


def rates_text(rates: Rates) -> str:
    """`0.70 a minute, 0.0013 a message`; a message that costs nothing is not worth a word."""
    minute = "" if rates.voice_rate is None else f"{amount(rates.voice_rate)} a minute"
    message = f"{amount(rates.sms_rate)} a message" if rates.sms_rate else ""
    return ", ".join(filter(None, (minute, message)))


def blocks_text(rates: Rates) -> str:
    """`60 s, then 6 s`, or `6 s` where all are alike: by what calls are charged."""
    blocks = dict.fromkeys(one for one in (rates.initial_block, rates.regular_block) if one is not None)
    return ", then ".join(f"{one} s" for one in blocks)


def rates_of(rates: Rates) -> dict[str, Any]:
    """Rates as exact text, blocks in seconds; nothing of what is not known, for readers that know no such names."""
    return {name: value if isinstance(value, int) else f"{value:f}" for name, value in rates.known().items()}
