"""The lines of `forget` together mean what each of them means."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.compare.forgets import Forgets
from numplan.model.address import Resource
from numplan.model.diagnostics import Source
from numplan.model.manifest import Forgotten
from tests.builders import us

RESOURCES = [Resource("set.a"), Resource("pool.b")]
NUMBERS = [us(1), us(2)]
LINES = st.tuples(st.sampled_from([None, *RESOURCES]), st.sampled_from([None, *NUMBERS])).filter(any)


def meant(line: tuple[str | None, str | None], resource: str, number: str) -> bool:
    """What one line means: whatever it does not name may be any."""
    return line[0] in {None, resource} and line[1] in {None, number}


@given(st.lists(LINES, max_size=4))
def test_a_number_is_meant_where_some_line_means_it(lines):
    forgets = Forgets(
        Forgotten(source=Source("numplan.yaml", 1), resource=resource, number=number)
        for resource, number in lines
    )
    for resource in RESOURCES:
        for number in NUMBERS:
            one_does = any(meant(line, resource, number) for line in lines)
            assert forgets.means(resource, number) == one_does
