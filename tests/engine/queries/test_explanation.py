"""All that is known of one number or of one resource."""

import pytest

from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.queries.explanation import explanation_of, read_name
from numplan.views.text.explanation import explained_text
from tests.builders import entry, managed, manifest, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

ONE = us(1)
READABILITY = pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
    return vendor


def surveyed(wanted, remembered, vendor):
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    return compute_plan(wanted, remembered, vendor, options)


@READABILITY
def test_a_number_in_a_row_that_cannot_be_read_is_explained_by_what_is_known(vendor, named):
    vendor.own(ONE)
    vendor.cannot_read(ONE, named=named)
    wanted, remembered = manifest(entry("a", ONE)), state(managed("number.a", ONE))
    found = explanation_of(read_name(ONE), wanted, remembered, surveyed(wanted, remembered, vendor))
    holds = "holds it, in a row" if named else "may hold it in a row"
    assert f"{holds} that cannot be read: its country is null" in " ".join(explained_text(found).split())
