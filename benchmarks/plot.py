"""The figures as a picture: seconds against numbers, both by tens."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

Points = Sequence[tuple[int, float]]

WIDTH: Final = 800
HEIGHT: Final = 420
LEFT, RIGHT, TOP, BOTTOM = 70, 260, 20, 50
COLOURS: Final = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"),
    *("#56b4e9", "#7f7f7f", "#332288", "#882255", "#000000"),
    *("#117733", "#b8860b", "#661100", "#44aa99"),
)


def plot(lines: Mapping[str, Points]) -> str:
    """One SVG with a line, or a mark, for each name. Every point has a count and seconds above 0."""
    counts = [count for points in lines.values() for count, _ in points]
    times = [seconds for points in lines.values() for _, seconds in points]
    across = _Axis(min(counts), max(counts), LEFT, WIDTH - RIGHT)
    up = _Axis(min(times), max(times), HEIGHT - BOTTOM, TOP)
    drawn = [
        *(_tick_across(across, ten) for ten in across.tens()),
        *(_tick_up(up, ten) for ten in up.tens()),
        *(
            _line(name, [(across.at(count), up.at(seconds)) for count, seconds in points], place)
            for place, (name, points) in enumerate(lines.items())
        ),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">numbers</text>',
        f'<text x="14" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2})">seconds</text>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">\n<title>Seconds by how many numbers there are</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


class _Axis:
    """Values by tens, from the ten below the least to the ten above the most, over a stretch of the picture."""

    def __init__(self, least: float, most: float, start: float, end: float) -> None:
        self._low = math.floor(math.log10(least))
        self._high = max(math.ceil(math.log10(most)), self._low + 1)
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)

    def tens(self) -> list[float]:
        """The values that have a tick."""
        return [10.0**power for power in range(self._low, self._high + 1)]


def _tick_across(axis: _Axis, value: float) -> str:
    x = axis.at(value)
    return (
        f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>'
    )


def _tick_up(axis: _Axis, value: float) -> str:
    y = axis.at(value)
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g}</text>'
    )


def _line(name: str, points: Sequence[tuple[float, float]], place: int) -> str:
    colour = COLOURS[place % len(COLOURS)]
    path = " ".join(f"{x},{y}" for x, y in points)
    marks = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points)
    y = TOP + 10 + 18 * place
    legend = (
        f'<circle cx="{WIDTH - RIGHT + 20}" cy="{y - 4}" r="4" fill="{colour}"/>'
        f'<text x="{WIDTH - RIGHT + 30}" y="{y}">{name}</text>'
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{marks}{legend}'
