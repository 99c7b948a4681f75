"""The manifest as it is in force on a day."""

from datetime import date

from numplan.engine.compare.in_force import day_after, ended_by, idle_entries, in_force
from numplan.model.today import Today
from tests.builders import entry, group, managed, manifest, pool, us

LAST = date(2025, 12, 31)
WANTED = manifest(
    entry("one", us(1), ends=LAST),
    entry("two", us(2)),
    group("three", [us(3)], ends=LAST),
    pool("four", 4, begins=date(2026, 2, 1)),
    pool("five", 5, ends=LAST),
)


def test_an_entry_is_in_force_on_its_last_day_and_apart_from_the_next_on():
    assert in_force(WANTED, Today(LAST)) is WANTED
    found = in_force(WANTED, Today(day_after(LAST)))
    assert [one.resource for one in found.entries()] == ["number.two", "pool.four"]
    assert [one.resource for one in found.ended] == ["number.one", "set.three", "pool.five"]
    assert [*found.named()] == [*found.entries(), *found.ended]
    assert [one.number for one in found.explicit()] == [us(2)]


def test_what_is_in_force_is_so_the_second_time_too():
    found = in_force(WANTED, Today(day_after(LAST)))
    assert in_force(found, Today(day_after(LAST))) is found


def test_no_entry_ends_on_a_day_that_is_in_doubt_and_those_that_would_are_idle():
    day = Today(day_after(LAST), "nobody knows")
    assert in_force(WANTED, day) is WANTED
    assert idle_entries(WANTED, day) == {"number.one", "set.three", "pool.four", "pool.five"}
    found = ended_by(WANTED, day)
    assert found.entries == dict.fromkeys(("number.one", "set.three", "pool.five"), LAST)
    assert found.numbers == dict.fromkeys((us(1), us(3)), LAST)


def test_a_number_that_its_entry_did_not_declare_has_no_last_day():
    found = ended_by(WANTED, Today(day_after(LAST)))
    assert found.last_day(managed("set.three", us(3))) == LAST
    assert found.last_day(managed("set.three", us(9))) is None
    assert found.last_day(managed("pool.five", us(9))) == LAST
    assert found.last_day(managed("pool.four", us(9))) is None


def test_an_entry_is_idle_until_the_day_on_which_it_begins():
    assert idle_entries(WANTED, Today(date(2026, 1, 31))) >= {"pool.four"}
    assert "pool.four" not in idle_entries(WANTED, Today(date(2026, 2, 1)))


def test_a_manifest_of_which_all_has_ended_declares_nothing():
    over = in_force(manifest(pool("p", 2, ends=LAST)), Today(day_after(LAST)))
    assert [*over.entries()] == []
    assert over.declares_nothing
