"""What outputs are, before and after a plan, and what state alone says of them."""

import msgspec
import pytest

from numplan.engine.plan.outputs import outputs_now
from numplan.model.address import Resource
from numplan.model.errors import UsageError
from numplan.model.manifest import Manifest, Move
from numplan.model.outputs import NumbersOf, Output
from numplan.model.plan import OutputChange, Selection
from tests.builders import PLACE, entry, group, managed, manifest, plan, pool, state, us
from tests.engine.perfect import carry_out
from tests.fakes import NOON, FakeVendor


def telling(made: Manifest, **outputs: tuple) -> Manifest:
    """The same manifest with outputs of these parts; what looks like a resource is one."""
    return msgspec.structs.replace(
        made,
        outputs=tuple(
            Output(
                name=name,
                parts=tuple(NumbersOf(Resource(part)) if "." in part else part for part in parts),
                source=PLACE,
            )
            for name, parts in outputs.items()
        ),
    )


WANTED = telling(
    manifest(entry("vip", us(1)), group("s", [us(3), us(2)]), pool("p", 2)),
    vip=("sip:", "number.vip"),
    listed=("set.s",),
    chosen=("pool.p",),
    fixed=("text",),
)


def test_a_plan_tells_what_they_are_and_will_be():
    vendor = FakeVendor()
    vendor.own(us(3))
    vendor.own(us(10))
    for place in (1, 2, 7):
        vendor.put_on_sale(us(place))
    held = state(managed("set.s", us(3)), managed("pool.p", us(10)))
    made = plan(WANTED, vendor, held)
    assert made.outputs == (
        OutputChange(name="vip", before=None, after=f"sip:{us(1)}"),
        OutputChange(name="listed", before=(us(3),), after=(us(2), us(3))),
        OutputChange(name="chosen", before=(us(10),), after=(us(7), us(10))),
        OutputChange(name="fixed", before="text", after="text"),
    )
    assert outputs_now(WANTED, held).values == {one.name: one.before for one in made.outputs}
    after = carry_out(made, held, vendor, NOON)
    assert outputs_now(WANTED, after).values == {one.name: one.after for one in made.outputs}
    again = plan(WANTED, vendor, after)
    assert all(one.before == one.after for one in again.outputs)


def test_what_is_to_be_destroyed_has_no_value_after():
    vendor = FakeVendor()
    vendor.own(us(10))
    made = plan(WANTED, vendor, state(managed("pool.p", us(10))), destroy=True)
    assert made.outputs[2] == OutputChange(name="chosen", before=(us(10),), after=())


def test_surplus_numbers_are_in_no_output():
    held = state(managed("pool.p", us(10), surplus=True))
    assert outputs_now(WANTED, held).values["chosen"] == ()


def test_a_renamed_pool_tells_its_numbers_before_the_move_is_applied():
    renamed = telling(manifest(pool("new", 1)), chosen=("pool.new",))
    move = Move(resource=Resource("pool.old"), to=Resource("pool.new"), source=PLACE)
    renamed = msgspec.structs.replace(renamed, moved=(move,))
    assert outputs_now(renamed, state(managed("pool.old", us(1)))).values == {"chosen": (us(1),)}


def test_without_a_state_there_is_no_number():
    assert outputs_now(WANTED, None).values == {"vip": None, "listed": (), "chosen": (), "fixed": "text"}


HELD = state(
    managed("number.vip", us(1), labels={"team": "a"}),
    managed("set.s", us(2)),
    managed("set.s", us(3)),
    managed("pool.p", us(10), labels={"team": "a"}),
    managed("pool.p", us(11)),
)


@pytest.mark.parametrize(
    ("selection", "values", "unselected", "numbers"),
    [
        (Selection(targets=("set.s",)), {"listed": (us(2), us(3))}, ("vip", "chosen"), 3),
        (Selection(targets=(us(3),)), {"listed": (us(3),)}, ("vip", "chosen"), 4),
        (
            Selection(excludes=(us(3),)),
            {"vip": f"sip:{us(1)}", "listed": (us(2),), "chosen": (us(10), us(11))},
            (),
            1,
        ),
        (Selection(labels=(("team", "a"),)), {"vip": f"sip:{us(1)}", "chosen": (us(10),)}, ("listed",), 3),
        (Selection(excludes=("number.*", "pool.*")), {"listed": (us(2), us(3))}, ("vip", "chosen"), 3),
    ],
)
def test_of_a_list_only_what_is_selected_is_told(selection, values, unselected, numbers):
    told = outputs_now(WANTED, HELD, selection)
    assert told.values == {**values, "fixed": "text"}, "what tells of no number is always told"
    assert (told.unselected, told.unselected_numbers) == (unselected, numbers)


def test_what_is_selected_and_not_yet_managed_has_no_value():
    assert outputs_now(WANTED, None, Selection(targets=("number.vip", "pool.p"))).values == {
        "vip": None,
        "chosen": (),
        "fixed": "text",
    }


def test_a_selector_that_names_nothing_is_a_slip_of_the_pen():
    with pytest.raises(UsageError, match=r"did you mean|matches no address"):
        outputs_now(WANTED, HELD, Selection(targets=("pool.q",)))
