"""A plan as a report in HTML: what stands where, that nothing from outside is obeyed, and how large it gets.

`tests/browser/` looks at the same page in a browser.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given

from numplan.model.account import Assignment
from numplan.model.address import Resource
from numplan.model.changes import Adopt, Blocked, Difference, Forget, Keep, Purchase, Release, Replace, Update
from numplan.model.diagnostics import Source, error, note, warning
from numplan.model.number import E164
from numplan.model.plan import (
    Allowances,
    Cost,
    Deferred,
    Drift,
    Loosened,
    OutputChange,
    Plan,
    Refusal,
    Unmanaged,
)
from numplan.model.stored.plan_document import as_saved, decode_plan, encode_plan
from numplan.views.common.sanitize import one_line
from numplan.views.html.changes import changes_table
from numplan.views.html.costs import GROUPS, groups_of
from numplan.views.html.page import plan_html
from numplan.views.html.tables import STATIC
from numplan.views.text.plan import last_line
from tests.model.made_up import plans
from tests.views.plans import at, plan_of, pool

VOID = {"meta", "input", "br", "rect"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "--> ]]> </style></title></textarea>",
    '" onmouseover="alert(1)" \'',
    "javascript:alert(1)",
    "[click](javascript:alert(1)) ![x](https://evil.test/x.png)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp; &#64;",
    "\u202eevil\u2066\u200b\x1b[31m\r\nnew\u2028line\x00",
    "::error::forged ##[error]forged ##vso[task.complete]",
)


class Page(HTMLParser):
    """A page as its elements: each with its attributes, its path and the text right in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one: tuple[str, dict[str, str | None], list[str]] = (tag, dict(attrs), [])
        self.elements.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened = self.open.pop()
        assert opened[0] == tag, f"{opened} is closed by {tag}"

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one[2].append(data)

    def texts(self, tag: str, **attributes: str) -> list[str]:
        """The text within each element of that kind, on one line."""
        return [
            " ".join("".join(text).split())
            for name, has, text in self.elements
            if name == tag
            and all(has.get(key.replace("_", "-")) == value for key, value in attributes.items())
        ]

    def data(self) -> dict[str, Any]:
        """The block of data."""
        (block,) = (text for name, has, text in self.elements if has.get("id") == "data")
        rows: dict[str, Any] = json.loads("".join(block))
        return rows


def page(plan: Plan) -> Page:
    read = Page(plan_html(plan))
    assert not read.open
    return read


def one_of_each(text: str = "words") -> Plan:
    """A plan with something of everything, and the text wherever text from outside can stand."""
    labels = {text: text}
    source = Source(text, 7, 3)
    differing = (Difference(text, text, None), Difference("labels.a", None, text))
    return plan_of(
        Keep(resource="number.k", after=at(8, labels=labels)),
        Update(
            resource="number.u",
            before=at(7),
            after=at(7, protect=True),
            previous_resource="number.was",
            differences=differing,
            reason=text,
        ),
        Forget(resource="number.f", before=at(6), reason=text),
        Adopt(resource="pool.a", after=at(5, country=text, type=text), reason=text),
        Purchase(
            resource="pool.p",
            after=at(4, state=text, category=text, labels=labels),
            reason=text,
            source=source,
        ),
        Replace(resource="number.x", before=at(3), after=at(3), differences=differing, reason=text),
        Release(resource="number.r", before=at(2, labels=labels), reason=text),
        Blocked(
            resource="number.b", before=at(1), assignment=Assignment("Flow Builder", text, text), reason=text
        ),
        loosened=(Loosened(key=text, before=text, after=text),),
        refusals=(
            Refusal(guard=text, summary=text, subjects=(text, text), lifted_by=text, source=source),
            Refusal(guard=text, summary=text, subjects=(text,) * 50, lifted_by="another way"),
        ),
        diagnostics=(
            note(text, hint=text, path=text),
            warning(text, source=source),
            error(text, hint=text),
        ),
        held=(Deferred(resource="pool.p", number=E164("+16095550009"), reason=text),),
        drift=(
            Drift(resource="pool.p", kind="missing", before=at(10)),
            Drift(resource="pool.p", kind="changed", before=at(11), after=at(11), differences=differing),
        ),
        outputs=(
            OutputChange(name=text, before=None, after=text),
            OutputChange(name="same", before=text, after=text),
        ),
        surplus=(E164("+16095550012"),),
        unmanaged=Unmanaged(count=2, at_least=True, monthly=Decimal(3), numbers=(E164("+16095550013"),)),
        cost=Cost(once=Decimal("0.2"), monthly_before=Decimal("1.4"), monthly_after=Decimal("1.4")),
        currency=text,
        manifest=text,
        account=text,
        api_url=text,
        numplan=text,
        manifest_digest=text,
        lineage=text,
        serial=41,
        allowances=Allowances(releases=(text,), max_releases=9, max_purchases=8, empty=True, missing=True),
        max_setup_cost=Decimal(1),
        max_monthly_increase=Decimal(2),
    )


# -- what it says


@pytest.mark.parametrize(
    ("plan", "verdict"),
    [
        (plan_of(), "No changes"),
        (plan_of(Keep(resource="number.k", after=at(1))), "No changes"),
        (plan_of(*pool(4), Release(resource="number.r", before=at(9))), "1 to release, 4 to purchase"),
        (plan_of(*pool(1200)), "1,200 to purchase"),
        (plan_of(*pool(1), refusals=(Refusal(guard="a", summary="s"),)), "Refused by 1 guard"),
        (
            plan_of(
                refusals=tuple(Refusal(guard=guard, summary="s") for guard in "aab"),
                diagnostics=(error("e"),),
            ),
            "Refused by 2 guards and stopped by 1 error",
        ),
        (plan_of(*pool(1), diagnostics=(error("e"), error("f"))), "Stopped by 2 errors"),
    ],
)
def test_the_verdict_stands_on_top_in_words(plan: Plan, verdict: str) -> None:
    read = page(plan)
    assert read.texts("h1") == [verdict]
    assert read.texts("title")[0].startswith(verdict)
    assert last_line(plan) in read.texts("code")


def test_a_plan_that_is_stopped_still_says_what_it_would_do() -> None:
    read = page(plan_of(*pool(4), refusals=(Refusal(guard="a", summary="s"),)))
    assert read.texts("p", **{"class": "figures"}) == ["4 to purchase"]
    assert "change nothing" in read.texts("p", **{"class": "consequence"})[0]


def test_it_names_manifest_account_time_version_and_state() -> None:
    east = timezone(timedelta(hours=2))
    plan = plan_of(serial=41, lineage="abc", created_at=datetime(2026, 1, 1, 1, 30, tzinfo=east))
    facts = page(plan).texts("dd")
    assert {"numplan.yaml", "190", "https://vendor.test/o/", "serial 41, lineage abc"} <= set(facts)
    assert "2025-12-31 23:30 UTC, by numplan 1" in facts
    assert "none yet" in page(plan_of()).texts("dd")


def test_of_many_findings_a_hundred_are_told_and_the_rest_is_counted() -> None:
    read = page(plan_of(diagnostics=(*[warning("odd")] * 150, error("bad"))))
    assert "Findings: the first 100, and 51 more" in " ".join(read.texts("h2"))
    assert len(read.texts("tr")) < 110


def test_what_flags_allowed_is_named() -> None:
    allowed = Allowances(releases=("number.r",), max_releases=9, empty=True)
    assert "--allow-release number.r, --max-releases 9, --allow-empty" in page(
        plan_of(allowances=allowed)
    ).texts("dd")


def test_danger_comes_before_cost_before_changes_before_the_rest() -> None:
    sections = [has["id"] for name, has, _ in page(one_of_each()).elements if name == "section"]
    assert sections == [
        "refusals", "danger", "cost", "changes", "outputs", "drift", "held", "findings", "surplus", "unmanaged",
    ]  # fmt: skip
    assert [has["id"] for name, has, _ in page(plan_of()).elements if name == "section"] == [
        "cost",
        "changes",
    ]


def test_a_refusal_says_what_it_concerns_where_and_what_lifts_it() -> None:
    refusal = Refusal(
        guard="protected",
        summary="1 number would be released, but protected",
        subjects=("number.a",),
        lifted_by="--allow-release number.a",
        source=Source("numplan.yaml", 7, 3),
    )
    (said,) = page(plan_of(refusals=(refusal,))).texts("article")
    assert said == (
        "Guard protected 1 number would be released, but protected Declared at numplan.yaml:7:3 number.a "
        "Allowed by --allow-release number.a"
    )


def test_a_guard_that_speaks_for_every_number_is_folded_and_complete() -> None:
    refusals = tuple(
        Refusal(guard="countries", summary=f"{place} is abroad", lifted_by="policy") for place in range(500)
    )
    read = page(plan_of(refusals=refusals))
    (said,) = read.texts("article")
    assert len(read.texts("p", **{"class": "summary"})) == 10
    assert said.count("is abroad") == 500
    assert said.count("Allowed by policy") == 1


def test_a_blocked_number_is_shown_with_its_flow() -> None:
    blocked = Blocked(resource="number.b", before=at(1), assignment=Assignment("Flow Builder", "7", "Door"))
    (said,) = page(plan_of(blocked)).texts("article")
    assert said.endswith("number.b +16095550001 assigned to 'Door' (flow 7), 0.20 a month")


def test_dangers_beyond_a_few_are_left_to_the_table() -> None:
    changes = (Release(resource="pool.p", before=at(place)) for place in range(50))
    (said,) = page(plan_of(*changes)).texts("article")
    assert said.count("pool.p") == 20
    assert said.endswith("And 30 numbers more, in the table of changes.")


def test_costs_are_figures_with_their_limits() -> None:
    cost = Cost(once=Decimal("0.4"), monthly_before=Decimal(1), monthly_after=Decimal("1.3"))
    plan = plan_of(cost=cost, currency="USD", max_setup_cost=Decimal(5), max_monthly_increase=Decimal("0.5"))
    read = page(plan)
    assert read.texts("dl", **{"class": "totals"}) == [
        "One-time+0.40at most 5.00 Monthly before1.00 Monthly after1.30 Change a month+0.30at most +0.50"
    ]
    assert "Cost in USD" in read.texts("h2")


def test_unmanaged_numbers_are_told_with_what_they_cost() -> None:
    unmanaged = Unmanaged(count=1200, at_least=True, monthly=Decimal(240))
    read = page(plan_of(unmanaged=unmanaged, currency="USD"))
    assert "Unmanaged: at least 1,200 numbers" in read.texts("h2")
    assert "at least 240.00 USD a month" in read.texts("b")


def test_thousands_of_unmanaged_numbers_are_all_there_and_few_elements() -> None:
    numbers = tuple(E164(f"+1205{place:07}") for place in range(6000))
    read = page(plan_of(unmanaged=Unmanaged(count=6000, numbers=numbers)))
    assert read.texts("pre") == [" ".join(numbers[20:])]
    assert len(read.elements) < 400


# -- the chart


def test_groups_add_up_to_the_plans_own_figures() -> None:
    plan = one_of_each()
    groups = groups_of(plan)
    assert sum(one.before for one in groups) == plan.cost.monthly_before
    assert sum(one.after for one in groups) == plan.cost.monthly_after


def test_groups_say_how_many_charges_they_lack() -> None:
    changes = (
        Keep(resource="pool.a", after=at(1, country="Chad", monthly_charge=None)),
        Keep(resource="pool.a", after=at(2, country="Chad", monthly_charge=Decimal(1))),
        Release(resource="pool.a", before=at(3, country="Peru", monthly_charge=None)),
    )
    cost = Cost(monthly_before=Decimal(1), monthly_after=Decimal(1), unknown_before=3, unknown_after=2)
    groups = groups_of(plan_of(*changes, cost=cost))
    assert [(one.name, one.before, one.after, one.unknown) for one in groups] == [
        ("Chad", 1, 1, (1, 1)),
        ("Peru", 0, 0, (1, 0)),
        ("Held, or not in this plan", 0, 0, (1, 1)),
    ]
    rows = [text for text in page(plan_of(*changes, cost=cost)).texts("tr") if "and 1 unknown" in text]
    assert rows[0] == "Chad Geographic 1.00 and 1 unknown 1.00 and 1 unknown +0.00"


def test_bars_are_drawn_to_one_scale_and_said_in_figures() -> None:
    changes = (
        Purchase(resource="pool.a", after=at(1, monthly_charge=Decimal(4))),
        Keep(resource="pool.a", after=at(2, country="Chad", monthly_charge=Decimal(1))),
    )
    plan = plan_of(*changes, cost=Cost(monthly_before=Decimal(1), monthly_after=Decimal(5)))
    assert [(one.name, one.bars) for one in groups_of(plan)] == [
        ("United States", ("0", "100.00")),
        ("Chad", ("25.00", "25.00")),
    ]
    rows = [text for text in page(plan).texts("tr") if "Geographic" in text]
    assert rows[:2] == ["United States Geographic 0.00 4.00 +4.00", "Chad Geographic 1.00 1.00 +0.00"]


def test_many_countries_are_added_up() -> None:
    changes = [Keep(resource="pool.a", after=at(place, country=f"C{place:02}")) for place in range(40)]
    paid = Decimal("0.2") * 40
    groups = groups_of(plan_of(*changes, cost=Cost(monthly_before=paid, monthly_after=paid)))
    assert len(groups) == GROUPS + 1
    assert (groups[-1].name, groups[-1].bars) == ("28 more countries and types", None)
    assert sum(one.after for one in groups) == paid


def test_what_is_paid_for_numbers_outside_the_changes_is_a_group_of_its_own() -> None:
    (only,) = groups_of(plan_of(cost=Cost(monthly_before=Decimal(2), monthly_after=Decimal(2))))
    assert (only.name, only.before, only.after) == ("Held, or not in this plan", Decimal(2), Decimal(2))


# -- the table


def test_the_table_has_every_change_the_dangerous_first() -> None:
    rows = page(one_of_each()).data()["changes"]
    assert [row[0] for row in rows] == [
        "blocked", "release", "replace", "purchase", "adopt", "update", "forget", "unchanged",
    ]  # fmt: skip


def test_a_row_says_all_there_is_to_know() -> None:
    change = Update(
        resource="set.a",
        before=at(1),
        after=at(1, labels={"b": "2", "a": "1"}, protect=True, monthly_charge=Decimal("1.2345")),
        previous_resource="number.was",
        differences=(Difference("labels.a", None, "1"),),
        reason="settings changed",
    )
    table = changes_table(plan_of(change, *pool(1)))
    assert [column.title for column in table.columns] == [
        "Action", "Number", "Address", "Country", "State", "Type", "Category", "Trunk", "One-time", "Monthly",
        "Labels", "Differences", "Reason",
    ]  # fmt: skip
    assert table.rows[1] == (
        "update", "+16095550001", 'set.a["+16095550001"]', "United States", "New Jersey", "Geographic", "Voice",
        "169", "", "1.2345", "a=1, b=2", (("labels.a", "none", "1"),),
        "protected; moved from number.was; settings changed",
    )  # fmt: skip


def test_columns_that_say_nothing_are_left_out() -> None:
    titles = [column.title for column in changes_table(plan_of(*pool(1))).columns]
    assert not {"Labels", "Differences", "Reason"} & set(titles)


def test_the_first_rows_stand_in_the_page_and_the_rest_is_announced() -> None:
    read = page(plan_of(*pool(6000)))
    assert len([text for text in read.texts("tr") if text.startswith("purchase")]) == STATIC
    assert read.texts("div", id="changes-status")[0].startswith("The first 200 of 6,000 changes. ")
    assert "show --expand" in read.texts("div", id="changes-status")[0]
    assert len(read.data()["changes"]) == 6000
    assert page(plan_of(*pool(3))).texts("div", id="changes-status") == ["3 changes"]


# -- how it is built


def test_headings_captions_labels_and_landmarks_are_there() -> None:
    read = page(one_of_each())
    tags = [name for name, _, _ in read.elements]
    assert tags.count("h1") == tags.count("main") == tags.count("header") == tags.count("footer") == 1
    assert tags.count("caption") == tags.count("table") == tags.count("thead")
    assert {has.get("scope") for name, has, _ in read.elements if name == "th"} == {"col", "row"}
    ids = [has["id"] for _, has, _ in read.elements if "id" in has]
    assert len(ids) == len(set(ids))
    for _, has, _ in read.elements:
        for key in ("aria-labelledby", "aria-controls", "aria-describedby"):
            assert has.get(key, ids[0]) in ids
        if (has.get("href") or "#").startswith("#") and has.get("href"):
            assert has["href"][1:] in ids


def test_the_policy_names_the_two_blocks_by_their_hashes_and_allows_nothing_else() -> None:
    read = page(one_of_each())
    (policy,) = (
        has["content"] for _, has, _ in read.elements if has.get("http-equiv") == "Content-Security-Policy"
    )
    blocks = {
        name: "".join(text)
        for name, has, text in read.elements
        if name in {"style", "script"} and has.get("type") != "application/json"
    }
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    for name, block in blocks.items():
        digest = b64encode(sha256(block.encode()).digest()).decode()
        assert rules.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def _active(read: Page) -> Iterator[str]:
    """What a browser would fetch, run or follow."""
    for name, has, _ in read.elements:
        yield from (
            f"{name}@{key}"
            for key in has
            if key.startswith("on") or key in {"src", "style", "srcset", "action"}
        )
        if name in {
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "foreignObject",
            "use",
            "image",
        }:
            yield name
        if not (has.get("href") or "#").startswith("#"):
            yield f"{name}@href"


def test_nothing_is_fetched_or_followed() -> None:
    assert list(_active(page(one_of_each()))) == []
    style, script = (
        block for tag in ("style", "script") for block in page(plan_of()).texts(tag) if "{" in block[:200]
    )
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp|https?:", script
    )


# -- text from outside


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_text(text: str) -> None:
    plain, hostile = page(one_of_each()), page(one_of_each(text))
    shape = [(name, sorted(has)) for name, has, _ in hostile.elements]
    assert shape == [(name, sorted(has)) for name, has, _ in plain.elements]
    assert list(_active(hostile)) == []
    said = " ".join(one_line(text).split())
    assert said in hostile.texts("dd")
    assert said in hostile.texts("p", **{"class": "summary"})
    assert hostile.texts("code").count(said) >= 20
    assert hostile.data()["held"][0][-1] == one_line(text)
    assert hostile.data()["outputs"] == [[one_line(text), "none", one_line(text)]]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_or_direction_character_is_in_the_page(text: str) -> None:
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", plan_html(one_of_each(text))
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_that_a_job_prints_holds_no_command_to_its_runner(text: str) -> None:
    plan = msgspec.structs.replace(one_of_each(text), surplus=tuple(E164(text) for _ in range(50)))
    assert not re.search(r"^\s*::|##\w*\[", plan_html(plan), re.MULTILINE)


@given(plans)
def test_any_plan_makes_a_sound_page(plan: Plan) -> None:
    read = page(plan)
    assert list(_active(read)) == []
    assert len(read.data()["changes"]) == len(plan.changes)


# -- the same bytes, and how many


@given(plans)
def test_the_same_plan_gives_the_same_page(plan: Plan) -> None:
    again = decode_plan(encode_plan(plan), "here")
    assert plan_html(as_saved(plan)) == plan_html(again)


def test_a_saved_plan_says_how_many_numbers_it_does_not_list() -> None:
    keep = Keep(resource=Resource("pool.p"), after=at(1))
    saved = as_saved(plan_of(keep))
    assert "1 number; a saved plan lists what changes" in plan_html(saved)
    assert "a saved plan lists" not in plan_html(plan_of(keep))


def test_a_small_plan_is_a_small_file_and_a_large_one_grows_by_its_rows() -> None:
    small, large = len(plan_html(plan_of())), len(plan_html(plan_of(*pool(6000))))
    assert small < 40_000
    assert (large - small) / 6000 < 250
    assert len(page(plan_of(*pool(6000))).elements) < 4000


def test_the_time_is_the_plans_own() -> None:
    assert "2026-01-01 00:00 UTC" in plan_html(plan_of(created_at=datetime(2026, 1, 1, tzinfo=UTC)))
