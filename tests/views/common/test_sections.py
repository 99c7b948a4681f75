"""What a section says of many changes is what going through each of them would say."""

from collections import Counter
from functools import reduce

from hypothesis import given

from numplan.model.changes import Purchase, acting
from numplan.model.charge import add_up
from numplan.model.plan import Plan
from numplan.views.common.sections import sections_of
from tests.model.made_up import plans
from tests.views.plans import at, plan_of


@given(plans)
def test_each_change_that_does_something_is_in_one_section(plan: Plan) -> None:
    told = [one for section in sections_of(plan) for one in section.changes]
    assert Counter(map(id, told)) == Counter(map(id, acting(plan.changes)))
    assert len({section.title for section in sections_of(plan)}) == len(list(sections_of(plan)))


@given(plans)
def test_what_all_share_is_what_each_has(plan: Plan) -> None:
    for section in sections_of(plan):
        rows = list(section.rows())
        common = reduce(set.intersection, (set(row.facts) for row in rows))
        assert section.shared(section.changes) == tuple(fact for fact in rows[0].facts if fact in common)


@given(plans)
def test_a_total_is_the_sum_of_its_rows_and_less_a_part_that_of_the_others(plan: Plan) -> None:
    for section in sections_of(plan):
        rows = [row.charges for row in section.rows()]
        for some, shown in (
            (rows, section.total()),
            (rows[1:], section.total().less(section.total(section.changes[:1]))),
        ):
            for place, name in enumerate(("once", "monthly")):
                if rows[0].shown[place]:
                    wanted = add_up(getattr(one, name) for one in some)
                    assert (getattr(shown, name) or 0, shown.unknown[place]) == (wanted.known, wanted.unknown)


def test_an_area_code_is_shared_only_where_each_number_has_it() -> None:
    def bought(*tails: int, prefix: str) -> list[Purchase]:
        return [Purchase(resource="pool.p", after=at(tail, number=f"{prefix}{tail:07}")) for tail in tails]

    alike, other = bought(5550101, 5550102, prefix="+1212"), bought(5550103, prefix="+1646")
    (section,) = sections_of(plan_of(*alike, *other))
    assert "area code 212" in section.shared(alike)
    assert "area code 212" not in section.shared([*alike, *other])
