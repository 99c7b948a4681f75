"""Look for numbers that are known by name: what each costs, or that it is neither for sale nor in the account."""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence

from numplan.engine.account.parallel import ask_all
from numplan.engine.account.pricing import find_each, price_many
from numplan.engine.account.sought import ENOUGH, Sought
from numplan.engine.ports import Provider
from numplan.model.account import OwnedNumber, Priced, Unreadable
from numplan.model.number import E164


def seek(
    numbers: Mapping[E164, str | None],
    provider: Provider,
    parallelism: int,
    *,
    needed: Collection[E164],
    doubtful: Container[E164] = (),
    settled: Container[E164] = (),
) -> Sought:
    """Look for these numbers, each with its country in the vendor's spelling, None where that is not known. Raises
    ApiError.

    One that is not for sale may be ours after all, though no listing shows it: a look-up by number is the last word,
    but for those that are `settled`, which need none. The plan cannot do without the `needed` ones. The `doubtful`
    ones, whose earlier purchase had an unknown outcome, are priced by nothing but find-number.
    """
    shown = price_many(
        {number: country for number, country in numbers.items() if number not in doubtful},
        provider,
        parallelism,
    )
    open_ones = [number for number in numbers if shown.get(number) is None]
    open_ones.sort(key=lambda number: number not in shown)  # what is known already comes first
    told: dict[E164, Priced] = {}
    late: dict[E164, OwnedNumber | Unreadable] = {}
    lacking = 0
    for some in _batches(open_ones):
        if lacking >= ENOUGH:
            break
        told |= {number: shown[number] for number in some if number in shown}
        told |= find_each([number for number in some if number not in shown], provider, parallelism)
        unsold = [number for number in some if told[number] is None and number not in settled]
        answers = zip(unsold, ask_all(provider.look_up, unsold, parallelism), strict=True)
        late |= {number: one for number, one in answers if one is not None}
        lacking += sum(told[number] is None and number not in late and number in needed for number in some)
    unasked = frozenset(number for number in open_ones if number not in told)
    return Sought(
        {number: told.get(number, shown.get(number)) for number in numbers if number not in unasked},
        late,
        unasked,
    )


def _batches(numbers: Sequence[E164]) -> Iterator[Sequence[E164]]:
    for at in range(0, len(numbers), ENOUGH):
        yield numbers[at : at + ENOUGH]
