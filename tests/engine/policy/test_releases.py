"""How many releases fit into what two policies leave."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.policy.limits import Limits
from numplan.engine.policy.releases import Releasing, full_by, over_count, over_share, room
from numplan.model.plan import Allowances
from numplan.model.policy import Policy

POLICIES = st.builds(
    Policy,
    max_releases=st.none() | st.integers(0, 12),
    max_release_share=st.sampled_from(["0%", "12.5%", "50%", "100%"]),
)


@given(
    POLICIES,
    POLICIES,
    st.none() | st.integers(0, 12),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 30),
)
def test_so_many_fit_that_one_more_would_not(own, operators, named, asked, apart, wanted):
    if named is not None:
        own = Policy(max_releases=named, max_release_share=own.max_release_share)
    limits, allowances = Limits(own=own, operators=operators), Allowances(max_releases=named)
    found = Releasing(total=asked + apart, counted=asked, managed=asked + 20)

    def fits(more: int) -> bool:
        total = found.more(more)
        return over_count(limits, total.total) is None and over_share(limits, allowances, total) is None

    taken = room(limits, allowances, found, wanted)
    assert 0 <= taken <= wanted
    assert all(fits(more) for more in range(1, taken + 1))
    if taken < wanted:
        assert not fits(taken + 1)
        assert full_by(limits, allowances, found.more(taken + 1))
