"""A plan as a comment: danger first, within its bytes, and nothing from outside is obeyed."""

import re
from decimal import Decimal

import pytest

from numplan.model.account import Assignment
from numplan.model.changes import Blocked, Difference, Purchase, Release
from numplan.model.diagnostics import error
from numplan.model.number import E164
from numplan.model.plan import Cost, Deferred, Drift, Loosened, OutputChange, Refusal, Unmanaged
from numplan.views.markdown import BUDGET, marker, plan_markdown, shown
from numplan.views.text.plan import last_line
from tests.views.plans import at, plan_of, pool

HOSTILE = (
    "<script>alert(1)</script>",
    "</details><img src=x onerror=alert(1)>",
    "@octocat and @org/team",
    "#12 GH-12 org/repo#3 !4 ~bug %5 &6 $7",
    "[click](javascript:alert(1)) ![x](https://evil.test/x.png)",
    "https://evil.test www.evil.test evil@example.com",
    "| a | b |",
    "`code` ``` ~~~ **bold** _em_ ~~no~~",
    "::set-output name=x::y",
    "##[error]x ##vso[task.complete]x",
    "GH-12",
    "-->",
    "1. one",
    "- two",
    "# three",
    "> four",
    "    five",
    "\u202eevil\u2066\x1b[31m\r\nnew line",
    "\\| \\` \\",
    ":tada: &lt; &#64;octocat",
)


def rendered(text: str) -> str:
    """What is left for a renderer to obey: our own code spans and entities are taken out."""
    return re.sub(r"<code>(?:[^<&`]|&#\d+;)*</code>|`[^`]*`", "", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_text(text: str) -> None:
    plan = plan_of(
        Release(resource="number.r", before=at(1, labels={text: text}), reason=text),
        Blocked(resource="number.b", before=at(2), assignment=Assignment("Flow Builder", text, text)),
        Purchase(resource="pool.p", after=at(3, state=text, country=text)),
        refusals=(Refusal(guard=text, summary=text, subjects=(text,), lifted_by=text),),
        diagnostics=(error(text, hint=text),),
        held=(Deferred(resource="pool.p", number=E164("+16095550009"), reason=text),),
        drift=(
            Drift(
                resource="pool.p",
                kind="changed",
                before=at(5),
                after=at(5),
                differences=(Difference("country", text, text),),
            ),
        ),
        currency=text,
    )
    first, *rest = plan_markdown(plan, text).splitlines()
    assert re.fullmatch(r"<!-- numplan: [\w./%~-]* -->", first)
    said = rendered("\n".join(rest))
    for active in (
        "<script",
        "<img",
        "](",
        "http",
        "www.",
        "@",
        "evil\u2066",
        "\x1b",
        "\u202e",
        "**bold",
        "_em_",
    ):
        assert active not in said
    assert not re.search(r"(?<![&\w])#\d|::|&(?!#)|\|\s*a\s*\|", said)
    assert not re.search(r"^\s*::|##\w*\[", "\n".join((first, *rest)), re.MULTILINE)
    own = r"#{3} numplan.*|\*\*.*|-? ?.*|\|.*\||</?details.*>|  <br>.*|_Left out.*|"
    assert all(re.fullmatch(own, line) for line in said.splitlines())
    assert said.count("<details") == said.count("</details>")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_shown_can_be_read_back(text: str) -> None:
    from html import unescape

    from numplan.views.common.sanitize import one_line

    assert unescape(re.sub(r"^<code>|</code>$", "", shown(text))) == one_line(text)


def test_harmless_text_stays_plain() -> None:
    for text in (
        "New Jersey",
        "trunk 169",
        "0.10 a month, 3 of them",
        "Île-de-France",
        "buy +12055550001, then release",
    ):
        assert shown(text) == text


def test_the_marker_comes_first_and_is_the_manifests_own() -> None:
    first = plan_markdown(plan_of(*pool(1)), "prod/numplan.yaml").splitlines()[0]
    assert first == marker("prod/numplan.yaml") == "<!-- numplan: prod/numplan.yaml -->"
    assert marker("a --> b\n") == "<!-- numplan: a%20--%3E%20b%0A -->"


def test_danger_stands_before_the_rest_and_unfolded() -> None:
    page = plan_markdown(
        plan_of(
            *pool(2),
            Release(resource="number.r", before=at(50)),
            refusals=(
                Refusal(guard="releases", summary="too many", subjects=("number.r",), lifted_by="--x"),
            ),
            cost=Cost(once=Decimal("0.20"), monthly_before=Decimal(1), monthly_after=Decimal("1.40")),
            currency="USD",
        ),
        "numplan.yaml",
    )
    order = [
        "cannot be applied",
        "too many",
        "a month | 1.00 | 1.40 | +0.40",
        "To release",
        "To purchase",
        "Plan: 2",
    ]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)
    assert "<details open><summary><b>To release, for good: 1 number" in page
    assert "<details><summary><b>To purchase: 2 numbers, 0.20 once, 0.40 a month" in page


def test_a_plan_that_does_nothing_is_short() -> None:
    assert plan_markdown(plan_of(), "numplan.yaml").splitlines() == [
        "<!-- numplan: numplan.yaml -->",
        "### numplan",
        "",
        "**No changes** · numplan.yaml · account 190",
        "",
        f"`{last_line(plan_of())}`",
    ]


def test_outputs_that_change_are_told_and_their_text_is_not_obeyed() -> None:
    outputs = (
        OutputChange(name="sales", before=("+1",), after=("+1", "+2")),
        OutputChange(name="uri", before=None, after="<b>@octocat"),
        OutputChange(name="same", before="x", after="x"),
    )
    page = plan_markdown(plan_of(*pool(1), outputs=outputs), "numplan.yaml")
    assert "Outputs that change: 2</b>" in page
    assert "- `sales`: 1 number -> 2 numbers" in page
    assert "- `uri`: none -> <code>&#60;b&#62;&#64;octocat</code>" in page
    assert "same" not in page


def test_six_thousand_changes_fit_and_what_is_left_out_is_counted() -> None:
    page = plan_markdown(plan_of(*pool(6000)), "numplan.yaml")
    assert 60_000 < len(page.encode()) < BUDGET
    rows = page.count("| `+` |")
    assert f"_Left out here: {6000 - rows:,} more changes." in page
    assert page.rstrip().endswith("a month.`")


def test_the_worst_text_stays_within_the_bytes() -> None:
    worst = "<@#" * 1000
    plan = plan_of(
        *(
            Release(resource=f"pool.p{tail}", before=at(tail, state=worst), reason=worst)
            for tail in range(300)
        ),
        loosened=(Loosened(key=worst, before=worst, after=worst),) * 2,
        refusals=tuple(
            Refusal(guard=worst, summary=worst, subjects=(worst,) * 50, lifted_by=worst) for _ in range(50)
        ),
        diagnostics=(error(worst),) * 100,
        unmanaged=Unmanaged(count=9, numbers=(E164("+16095550001"),) * 9),
    )
    page = plan_markdown(plan, worst)
    assert len(page.encode()) < BUDGET
    assert re.search(r"_Left out here: \d+ more changes, refusals", page), page[-400:]
    assert page.count(":no_entry:") > 3
