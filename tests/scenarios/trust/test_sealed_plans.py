"""Saved plans under NUMPLAN_PLAN_KEY, from outside."""

import hashlib
import json

import pytest

from tests.cli.desk import Desk, run_of

A, B = run_of(16095550101, 2)
KEY, NEXT = "correct-horse-battery-staple-0123", "another-key-of-enough-characters-9"


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.stock(A, B)
    desk.manifest(f'numbers: {{support: {{number: "{A}"}}}}')
    return desk


def test_a_sealed_plan_is_applied_where_the_key_is_set(ready: Desk):
    assert ready("plan", "--out", "p.plan", NUMPLAN_PLAN_KEY=KEY).code == 0
    assert ready("apply", "p.plan", NUMPLAN_PLAN_KEY=f"{NEXT},{KEY}").code == 0
    assert ready.owned == {A}


@pytest.mark.parametrize(("planned", "applied"), [("", KEY), (KEY, ""), (KEY, NEXT)])
def test_any_other_is_refused_and_nothing_is_sent(ready: Desk, planned: str, applied: str):
    assert ready("plan", "--out", "p.plan", NUMPLAN_PLAN_KEY=planned).code == 0
    ran = ready("apply", "p.plan", NUMPLAN_PLAN_KEY=applied)
    assert ran.code == 7
    assert "NUMPLAN_PLAN_KEY" in ran.err
    assert not ready.posts
    assert KEY not in ran.out + ran.err


def test_a_plan_that_was_edited_and_closed_with_a_new_checksum_is_refused(ready: Desk):
    assert ready("plan", "--out", "p.plan", NUMPLAN_PLAN_KEY=KEY).code == 0
    path = ready.folder / "p.plan"
    body = path.read_bytes().replace(b'"max_purchases":null', b'"max_purchases":9')
    body = body.replace(A.encode(), B.encode())
    body = body[: body.rindex(b',\n"checksum"')]
    path.write_bytes(body + b',\n"checksum":"sha256:' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n')
    assert ready("apply", "p.plan", NUMPLAN_PLAN_KEY=KEY).code == 7
    assert not ready.posts


@pytest.mark.parametrize("key", ["short", "  ", "x" * 31, f"{KEY},short", f"{KEY},", ","])
def test_a_key_that_keeps_no_secret_is_1_and_is_not_printed(ready: Desk, key: str):
    ran = ready("plan", "--out", "p.plan", NUMPLAN_PLAN_KEY=key)
    assert ran.code == 1
    assert "32" in ran.err
    assert "short" not in ran.out + ran.err
    assert not (ready.folder / "p.plan").exists()


def test_show_reads_a_sealed_plan_without_the_key(ready: Desk):
    assert ready("plan", "--out", "p.plan", NUMPLAN_PLAN_KEY=KEY).code == 0
    assert "1 to purchase" in ready("show", "p.plan").out
    assert json.loads(ready("show", "p.plan", "--format", "json").out)["format_version"] == "1.2"
