"""Any plan at all, sensible or not: what a codec must carry."""

from hypothesis import strategies as st

from numplan.model.account import Assignment, Offer
from numplan.model.changes import Adopt, Blocked, Difference, Forget, Keep, Purchase, Release, Replace, Update
from numplan.model.charge import Sum
from numplan.model.diagnostics import Diagnostic, Source
from numplan.model.money.budget import BudgetLine
from numplan.model.plan import (
    Allowances,
    Cost,
    Deferred,
    Drift,
    Loosened,
    OutputChange,
    Plan,
    Refusal,
    Selection,
    Unmanaged,
)
from tests.state.samples import attributes, budgets, numbers, resources, texts, times

money = st.decimals("-9999", "9999.9999", places=4)
sums = st.builds(Sum, money, st.integers(0, 9))
sources = st.builds(Source, texts, st.integers(1, 9999), st.integers(1, 500))
somewhere = st.none() | sources
differences = st.lists(st.builds(Difference, texts, st.none() | texts, st.none() | texts), max_size=2).map(
    tuple
)
assignments = st.builds(Assignment, texts, texts, texts)
offers = st.builds(Offer, numbers, texts, texts, texts, money, money, texts, texts)
why = {"resource": resources, "reason": texts}
changes = st.one_of(
    st.builds(
        Purchase,
        after=attributes,
        source=somewhere,
        substitutable=st.booleans(),
        sent_before=st.booleans(),
        **why,
    ),
    st.builds(Release, before=attributes, **why),
    st.builds(Adopt, after=attributes, source=somewhere, trunk_verified=st.booleans(), **why),
    st.builds(Forget, before=attributes, **why),
    st.builds(
        Update,
        before=attributes,
        after=attributes,
        previous_resource=st.none() | resources,
        differences=differences,
        **why,
    ),
    st.builds(
        Replace,
        before=attributes,
        after=attributes,
        source=somewhere,
        differences=differences,
        sent_before=st.booleans(),
        **why,
    ),
    st.builds(Blocked, before=attributes, assignment=assignments, **why),
    st.builds(Keep, after=attributes, **why),
)


values = st.none() | texts | st.lists(numbers, max_size=2).map(tuple)


def some(strategy):
    """A few of them, as a tuple."""
    return st.lists(strategy, max_size=2).map(tuple)


plans = st.builds(
    Plan,
    numplan=texts,
    created_at=times,
    manifest=texts,
    manifest_digest=texts,
    account=texts,
    api_url=texts,
    lineage=texts,
    serial=st.integers(0, 2**53),
    currency=st.none() | texts,
    destroy=st.booleans(),
    allowances=st.builds(
        Allowances,
        releases=some(texts),
        max_releases=st.none() | st.integers(0, 99),
        max_purchases=st.none() | st.integers(0, 99),
        empty=st.booleans(),
        missing=st.booleans(),
        new_state=st.booleans(),
        lost_state=st.booleans(),
        older_state=st.booleans(),
        beside_unmanaged=st.booleans(),
    ),
    refresh_only=st.booleans(),
    selection=st.builds(
        Selection, targets=some(texts), excludes=some(texts), labels=some(st.tuples(texts, texts))
    ),
    max_setup_cost=st.none() | money,
    max_monthly_increase=st.none() | money,
    loosened=some(st.builds(Loosened, key=texts, before=texts, after=texts)),
    cost=st.builds(Cost, once=money, monthly_before=money, monthly_after=money),
    budgets=some(
        st.builds(
            BudgetLine,
            budget=budgets,
            before=sums,
            after=sums,
            raised=st.booleans(),
            is_operators=st.booleans(),
        )
    ),
    unmanaged=st.builds(
        Unmanaged, count=st.integers(0, 99), at_least=st.booleans(), monthly=money, numbers=some(numbers)
    ),
    changes=st.lists(changes, max_size=4).map(tuple),
    unselected=some(changes),
    alternates=st.dictionaries(resources, some(offers), max_size=2),
    held=some(st.builds(Deferred, resource=resources, number=numbers, reason=texts, leaving=st.booleans())),
    moved=st.dictionaries(numbers, resources, max_size=2),
    outputs=some(st.builds(OutputChange, name=texts, before=values, after=values)),
    surplus=some(numbers),
    drift=some(
        st.builds(
            Drift,
            resource=resources,
            kind=st.sampled_from(["missing", "changed"]),
            before=attributes,
            after=st.none() | attributes,
            differences=differences,
        )
    ),
    refusals=some(
        st.builds(
            Refusal, guard=texts, summary=texts, subjects=some(texts), lifted_by=texts, source=somewhere
        )
    ),
    diagnostics=some(
        st.builds(
            Diagnostic,
            severity=st.sampled_from(["error", "warning", "note"]),
            summary=texts,
            source=somewhere,
            path=texts,
            hint=texts,
        )
    ),
)
