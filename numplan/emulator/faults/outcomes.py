"""Faults on the numbers of a POST: what is really done, and what the answer tells."""

from collections.abc import Iterable, Sequence
from typing import assert_never

import msgspec

from numplan.emulator.faults.faults import (
    FalseSuccess,
    InBoth,
    InNeither,
    OutcomeFault,
    Refuse,
    Taken,
    Unasked,
)
from numplan.emulator.protocol.records import digits_of


class Told(msgspec.Struct, frozen=True):
    """The two lists of an answer: each number's digits with the vendor's sentence."""

    success: dict[str, str]
    error: dict[str, str]


class Sentences(msgspec.Struct, frozen=True):
    """What the vendor says of a number that it did, and of one that it did not."""

    success: str
    error: str


def taken(order: Sequence[str], faults: Iterable[OutcomeFault]) -> list[str]:
    """The numbers of the order that another customer has just bought."""
    return [number for fault in faults if isinstance(fault, Taken) for number in _chosen(order, fault)]


def held_back(order: Sequence[str], faults: Iterable[OutcomeFault]) -> list[str]:
    """The numbers that are not carried out, whatever the answer tells, in the order's order."""
    held: set[str] = set()
    for fault in faults:
        match fault:
            case FalseSuccess():
                held.update(_chosen(order, fault))
            case Refuse(really=really) | InBoth(really=really) | InNeither(really=really):
                held.update(() if really else _chosen(order, fault))
            case Taken() | Unasked():
                pass
            case _ as unknown:
                assert_never(unknown)
    return [number for number in order if number in held]


def unasked(faults: Iterable[OutcomeFault]) -> list[str]:
    """The numbers that are carried out though no order names them, in bare digits."""
    return [
        digits_of(number)
        for fault in faults
        if isinstance(fault, Unasked) and fault.really
        for number in fault.numbers
    ]


def told(truth: Told, order: Sequence[str], faults: Iterable[OutcomeFault], sentences: Sentences) -> Told:
    """What the answer tells of an order whose outcome was `truth`."""
    lists = Told(dict(truth.success), dict(truth.error))
    for fault in faults:
        if isinstance(fault, Unasked):
            side = lists.success if fault.side == "success" else lists.error
            side.update((digits_of(number), getattr(sentences, fault.side)) for number in fault.numbers)
        else:
            for number in _chosen(order, fault):
                _tell(number, fault, lists, sentences)
    return lists


def _tell(
    number: str, fault: Taken | Refuse | InBoth | InNeither | FalseSuccess, lists: Told, sentences: Sentences
) -> None:
    """Move one number between the lists as the fault has it."""
    match fault:
        case Refuse(message=message):
            lists.success.pop(number, None)
            lists.error[number] = message or lists.error.get(number, sentences.error)
        case InBoth():
            lists.success.setdefault(number, sentences.success)
            lists.error.setdefault(number, sentences.error)
        case InNeither():
            lists.success.pop(number, None)
            lists.error.pop(number, None)
        case FalseSuccess():
            lists.success[number] = sentences.success
            lists.error.pop(number, None)
        case Taken():
            pass
        case _ as unknown:
            assert_never(unknown)


def _chosen(order: Sequence[str], fault: Taken | Refuse | InBoth | InNeither | FalseSuccess) -> list[str]:
    if not fault.numbers and not fault.every:
        return list(order)
    named = {digits_of(number) for number in fault.numbers}
    return [
        number
        for position, number in enumerate(order, 1)
        if number in named or (fault.every and position % fault.every == 0)
    ]
