"""Recipes about a number's life, with the manifests that their page shows, on the emulator."""

import re
from collections import Counter
from pathlib import Path

from tests.cli.desk import Desk

PAGE = (Path(__file__).parents[3] / "docs/recipes.md").read_text(encoding="utf-8")
APPLY = ("apply", "--auto-approve")


def recipe(title: str) -> str:
    """The manifest under a heading of the page."""
    found = re.search(rf"^## {title}$.*?^```yaml numplan\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_local_presence_in_fifteen_states(make_desk) -> None:
    desk: Desk = make_desk(stock=2000)
    desk.manifest(recipe("Local presence in fifteen states"), head="")
    assert desk(*APPLY).code == 0
    shares = Counter(one.attributes.state for one in desk.state.numbers)
    assert len(shares) == 15
    assert set(shares.values()) == {4}
    assert desk("plan", "--detailed-exitcode").code == 0


def test_where_one_of_the_fifteen_states_has_too_few_the_others_fill_up(make_desk) -> None:
    desk: Desk = make_desk(stock=2000)
    text = recipe("Local presence in fifteen states").replace("Texas", "Wyoming")
    desk.manifest(text, head="")
    assert desk(*APPLY).code == 0
    shares = Counter(one.attributes.state for one in desk.state.numbers)
    assert sum(shares.values()) == 60
    assert len(shares) == 14
    assert max(shares.values()) - min(shares.values()) <= 1


def test_a_number_is_given_back_in_30_days(make_desk) -> None:
    desk: Desk = make_desk(stock=400)
    text = recipe("Give a number back in 30 days")
    hotline = re.search(r'hotline: \{number: "(.*?)"\}', text)
    assert hotline
    number = hotline[1]
    desk.stock(number)
    desk.manifest(text, head="")
    assert desk(*APPLY).code == 0
    assert len(desk.owned) == 21

    shorter = text.replace(hotline[0], "").replace("numbers:\n", "").replace("count: 20", "count: 18")
    desk.manifest(shorter, head="")
    begun = desk(*APPLY)
    assert begun.code == 0
    assert "3 leaving" in begun.out
    assert len(desk.owned) == 21
    assert "leaves since" in " ".join(desk("explain", number).out.split())

    desk.manifest(text.replace("count: 20", "count: 18"), head="")
    assert desk(*APPLY).code == 0
    desk.manifest(shorter.replace("count: 18", "count: 19"), head="")
    assert desk(*APPLY).code == 0
    desk.days(29)
    assert desk(*APPLY).code == 0
    assert len(desk.owned) == 21
    assert desk(*APPLY, "--release-now", "number.hotline").code == 0
    assert number not in desk.owned
    desk.days(2)
    assert desk(*APPLY).code == 0
    assert len(desk.owned) == 19
