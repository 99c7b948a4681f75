"""A pool of one slot, five numbers, and what a plan holds."""

from numplan.model.plan import Plan
from tests.builders import manifest, pool, us

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))
P = manifest(pool("p", 1))


def held(made: Plan) -> list[tuple[str, str]]:
    return [(one.resource, one.number) for one in made.held]
