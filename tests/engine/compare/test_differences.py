"""What differs between a number as it is and as it would be, as text and by path."""

from decimal import Decimal

import msgspec
import pytest

from numplan.engine.compare.differences import differences
from numplan.model.changes import Difference
from tests.builders import managed, us

BEFORE = managed("pool.p", us(1), labels={"owner": "x"}, sip_trunk_id=1).attributes


def changed(**members) -> tuple[Difference, ...]:
    return differences(BEFORE, msgspec.structs.replace(BEFORE, **members))


def test_equal_attributes_do_not_differ():
    assert changed(labels={"owner": "x"}, setup_charge=Decimal("0.1")) == ()


@pytest.mark.parametrize(
    ("members", "path", "before", "after"),
    [
        ({"type": "Mobile"}, "type", "Geographic", "Mobile"),
        ({"sip_trunk_id": 2}, "sip_trunk_id", "1", "2"),
        ({"sip_trunk_id": None}, "sip_trunk_id", "1", None),
        ({"state": "Ohio"}, "state", None, "Ohio"),
        ({"protect": True}, "protect", "false", "true"),
        ({"monthly_charge": Decimal("9.90")}, "monthly_charge", "0.20", "9.90"),
        ({"labels": {"owner": "y"}}, "labels.owner", "x", "y"),
        ({"labels": {"owner": "x", "team": "z"}}, "labels.team", None, "z"),
        ({"labels": {}}, "labels.owner", "x", None),
    ],
)
def test_what_differs_is_told_by_its_path_with_both_sides_and_none_where_one_lacks_it(
    members, path, before, after
):
    assert changed(**members) == (Difference(path, before, after),)


def test_several_differences_stand_in_order_of_their_paths():
    found = changed(type="Mobile", protect=True, country="Canada", labels={"a": "1", "owner": "y"})
    assert [one.path for one in found] == ["country", "labels.a", "labels.owner", "protect", "type"]
