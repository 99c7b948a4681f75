"""The HTML report in a browser: it sorts, filters and pages, from the keyboard too, and obeys nothing foreign."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from numplan.model.changes import Keep, Purchase, Release
from numplan.model.number import E164
from numplan.model.plan import Plan, Refusal
from numplan.views.common.sanitize import one_line
from numplan.views.html.page import plan_html
from tests.browser.conftest import Listener, Opening
from tests.views.html.test_page import HOSTILE, one_of_each
from tests.views.plans import at, plan_of

PAGE = 100


def many(count: int) -> Plan:
    """So many changes: one in a hundred a release, one in ten left as it is."""

    def change(place: int) -> Purchase | Release | Keep:
        side = at(
            0,
            number=E164(f"+1205{place:07}"),
            monthly_charge=Decimal(place * 37 % 1000) / 20,
            labels={"team": f"team-{place % 7}"} if place % 3 else {},
        )
        kind = Release if place % 100 == 0 else Keep if place % 10 == 0 else Purchase
        return kind(resource=f"pool.p{place % 5}", **{"before" if kind is Release else "after": side})

    return plan_of(*(change(place) for place in range(count)))


def status(page: Page) -> str:
    return page.locator("#changes-status").inner_text()


def column(page: Page, title: str) -> list[str]:
    """The cells of a column, from top to bottom."""
    return page.locator(f'#changes td[data-label="{title}"]').all_inner_texts()


def heading(page: Page, title: str) -> Locator:
    return page.locator("#changes th", has=page.get_by_role("button", name=title, exact=True))


def search(page: Page, words: str) -> None:
    page.get_by_label("Search").fill(words)


# -- what there is at first


def test_a_page_of_rows_is_shown_the_dangerous_first_and_unchanged_ones_are_counted(report: Opening) -> None:
    page = report(many(6000))
    assert status(page) == "5,460 changes; rows 1 to 100 are shown; 540 unchanged, not shown"
    assert column(page, "Action") == ["release"] * 60 + ["purchase"] * 40


def test_a_plan_of_unchanged_numbers_shows_them(report: Opening) -> None:
    page = report(plan_of(*(Keep(resource="pool.p", after=at(place)) for place in range(3))))
    assert status(page) == "3 unchanged numbers"
    assert len(column(page, "Number")) == 3


def test_the_scripts_rows_are_the_pages_own(report: Opening) -> None:
    plan = one_of_each("words & <b>")
    rows = "table => [...table.tBodies[0].rows].map(row => row.outerHTML)"
    scripted, plain = report(plan), report(plan, java_script_enabled=False)
    scripted.get_by_role("button", name="unchanged").click()
    for action in ("blocked", "release", "replace", "purchase", "adopt", "update", "forget"):
        scripted.get_by_role("button", name=action).first.click()
    for key in ("changes", "drift", "held", "findings"):
        table = f'table[data-table="{key}"]'
        assert scripted.locator(table).evaluate(rows) == plain.locator(table).evaluate(rows)


# -- sorting


def test_a_heading_sorts_up_then_down_then_back_to_the_plans_order(report: Opening) -> None:
    page = report(many(90))
    order, monthly = column(page, "Number"), heading(page, "Monthly")
    assert monthly.get_attribute("aria-sort") is None
    monthly.get_by_role("button").click()
    assert monthly.get_attribute("aria-sort") == "ascending"
    figures = [float(figure) for figure in column(page, "Monthly")]
    assert figures == sorted(figures)
    assert status(page).endswith("sorted by monthly, ascending")
    monthly.get_by_role("button").click()
    assert monthly.get_attribute("aria-sort") == "descending"
    assert [float(figure) for figure in column(page, "Monthly")] == sorted(figures, reverse=True)
    monthly.get_by_role("button").click()
    assert monthly.get_attribute("aria-sort") is None
    assert column(page, "Number") == order


def test_sorting_takes_in_all_pages_and_only_one_column_at_a_time(report: Opening) -> None:
    page = report(many(6000))
    for title in ("Monthly", "Labels"):
        heading(page, title).get_by_role("button").click()
    assert page.locator("#changes [aria-sort]").count() == 1
    heading(page, "Number").get_by_role("button").click()
    heading(page, "Number").get_by_role("button").click()
    assert column(page, "Number")[0] == "+12050005999"


def test_what_is_not_there_is_sorted_last_both_ways(report: Opening) -> None:
    page = report(many(90))
    for _ in range(2):
        heading(page, "Labels").get_by_role("button").click()
        labels = column(page, "Labels")
        assert labels[0] != ""
        assert labels[-1] == ""


# -- filtering and paging


def test_words_filter_all_rows_and_are_counted(report: Opening) -> None:
    page = report(many(6000))
    search(page, "POOL.P3 team-2")
    assert all(address.startswith("pool.p3[") for address in column(page, "Address"))
    assert set(column(page, "Labels")) == {"team=team-2"}
    assert status(page).startswith("114 of 5,460 changes match; rows 1 to 100 are shown")
    search(page, "no such number")
    assert status(page) == "0 of 5,460 changes match; 540 unchanged, not shown"
    assert column(page, "Number") == []


@pytest.mark.parametrize("written", ["+1 205 000-4321", "(205) 000 4321", "12050004321"])
def test_a_number_is_found_however_it_is_written(report: Opening, written: str) -> None:
    page = report(many(6000))
    search(page, written)
    assert column(page, "Number") == ["+12050004321"]


def test_actions_filter_alone_and_together(report: Opening) -> None:
    page = report(many(6000))
    release = page.get_by_role("button", name="release 60")
    unchanged = page.get_by_role("button", name="unchanged 540")
    release.click()
    assert release.get_attribute("aria-pressed") == "true"
    assert set(column(page, "Action")) == {"release"}
    unchanged.click()
    assert status(page).startswith("600 of 6,000 changes match")
    release.click()
    assert set(column(page, "Action")) == {"unchanged"}
    page.get_by_role("button", name="Clear filters").click()
    assert status(page).startswith("5,460 changes")
    assert unchanged.get_attribute("aria-pressed") == "false"
    expect(page.get_by_label("Search")).to_be_focused()


def test_the_link_beside_many_dangers_shows_them_in_the_table(report: Opening) -> None:
    page = report(many(6000))
    page.get_by_role("link", name="table of changes").click()
    assert set(column(page, "Action")) == {"release"}
    assert status(page).startswith("60 of 6,000 changes match")


def test_pages_turn_and_end(report: Opening) -> None:
    page = report(many(6000))
    pager = page.get_by_role("navigation", name="Pages of all changes")
    seen = column(page, "Number")
    pager.get_by_role("button", name="Next").click()
    assert not set(seen) & set(column(page, "Number"))
    expect(pager).to_contain_text("Rows 101 to 200 of 5,460")
    pager.get_by_role("button", name="Last").click()
    assert len(column(page, "Number")) == 60
    assert pager.get_by_role("button", name="Next").get_attribute("aria-disabled") == "true"
    pager.get_by_role("button", name="Next").click(force=True)
    expect(pager).to_contain_text("Rows 5,401 to 5,460 of 5,460")
    pager.get_by_role("button", name="First").click()
    assert column(page, "Number") == seen
    search(page, "+12050000001")
    expect(pager).to_be_hidden()


@pytest.mark.parametrize("count", [6000, 20_000])
def test_however_many_changes_the_page_stays_small(report: Opening, count: int) -> None:
    page = report(many(count))
    elements = "document.querySelectorAll('*').length"
    assert page.evaluate(elements) < 3000
    search(page, "pool.p1")
    assert len(column(page, "Number")) == PAGE
    heading(page, "Number").get_by_role("button").click()
    assert page.evaluate(elements) < 3000


# -- without a mouse, without seeing, without JavaScript


def test_everything_can_be_done_from_the_keyboard(report: Opening) -> None:
    page = report(many(6000))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the plan")).to_be_focused()
    page.get_by_label("Search").focus()
    page.keyboard.type("pool.p0")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="release 60")).to_be_focused()
    page.keyboard.press("Space")
    assert set(column(page, "Action")) == {"release"}
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('th') !== null"):
            break
    expect(heading(page, "Action").get_by_role("button")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert heading(page, "Number").get_attribute("aria-sort") == "descending"
    assert column(page, "Number")[0] == "+12050005900"


def test_what_has_the_focus_can_be_seen(report: Opening) -> None:
    page = report(many(200))
    outline = """() => {
        const style = getComputedStyle(document.activeElement);
        return document.activeElement === document.body || style.outlineStyle !== "none" && style.outlineWidth;
    }"""
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(outline) not in {False, "0px"}, page.evaluate("document.activeElement.outerHTML")


def test_results_are_announced(report: Opening) -> None:
    page = report(many(300))
    live = page.get_by_role("status").first
    search(page, "team-1")
    expect(live).to_contain_text("changes match")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
@pytest.mark.parametrize("plan", [one_of_each(), many(300), plan_of()], ids=["all", "many", "none"])
def test_axe_finds_nothing_serious(report: Opening, axe: str, plan: Plan, scheme: str, width: int) -> None:
    page = report(plan, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(found => found.violations)")
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in grave] == []


def test_without_javascript_the_first_rows_stand_there_and_the_rest_is_announced(report: Opening) -> None:
    page = report(many(6000), java_script_enabled=False)
    assert len(column(page, "Number")) == 200
    assert status(page).startswith("The first 200 of 6,000 changes.")
    assert page.locator("button:visible, input:visible, select:visible").count() == 0


# -- how it looks


def test_light_and_dark_follow_the_system(report: Opening) -> None:
    shades = []
    for scheme in ("light", "dark"):
        page = report(many(10), color_scheme=scheme)
        shades.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert shades == ["rgb(247, 247, 245)", "rgb(20, 22, 26)"]


@pytest.mark.parametrize("width", [320, 400, 768, 1440, 2560])
def test_nothing_but_a_table_needs_scrolling_sideways(report: Opening, width: int) -> None:
    page = report(one_of_each("word " * 20 + "x" * 200), viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_narrow_rows_are_cards_that_sort_by_a_choice(report: Opening) -> None:
    page = report(many(90), viewport={"width": 400, "height": 900})
    expect(page.locator("#changes thead")).to_be_hidden()
    page.get_by_label("Sort by").select_option("Number")
    page.get_by_role("button", name="Descending").click()
    assert column(page, "Number")[0] == "+12050000089"
    assert page.get_by_role("button", name="Descending").get_attribute("aria-pressed") == "true"


def test_on_paper_every_row_is_there_and_no_control(report: Opening) -> None:
    refusals = tuple(Refusal(guard="countries", summary=f"{place} is abroad") for place in range(30))
    changes = many(1000).changes
    page = report(plan_of(*changes, refusals=refusals), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#changes tbody tr")).to_have_count(910)
    expect(page.get_by_text("29 is abroad")).to_be_visible()
    assert page.locator("input:visible, select:visible, .controls:visible, .pager:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    expect(page.locator("#changes tbody tr")).to_have_count(PAGE)
    expect(page.locator("details[open]")).to_have_count(0)


# -- text from outside


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(report: Opening, text: str) -> None:
    page = report(one_of_each(text))
    own = page.evaluate("[...document.querySelectorAll('script, style')].map(one => one.parentNode.nodeName)")
    assert own == ["HEAD", "BODY", "BODY"]
    assert page.locator("img, iframe, object, embed, link, base, form, svg script").count() == 0
    assert page.locator('a:not([href^="#"])').count() == 0
    heading(page, "Reason").get_by_role("button").click()
    search(page, one_line(text))
    assert {"blocked", "release", "purchase"} <= set(column(page, "Action"))


def test_even_markup_that_got_in_could_run_and_fetch_nothing(
    browser: Browser, tmp_path: Path, listener: Listener
) -> None:
    there = listener.url
    smuggled = (
        f"<script>document.title = 'run'</script><img src='{there}/x' onerror=\"document.title = 'run'\">"
        f"<style>main {{ display: none }}</style><link rel='stylesheet' href='{there}/x.css'>"
        f"<form action='{there}/'><button id='send'>Send</button></form>"
    )
    place = tmp_path / "plan.html"
    place.write_text(plan_html(plan_of()).replace("<footer>", f"{smuggled}<footer>"), encoding="utf-8")
    page = browser.new_page()
    page.goto(place.as_uri())
    assert page.title().startswith("No changes")
    expect(page.locator("main")).to_be_visible()
    # What a browser shows where a form was kept from being sent is its own affair.
    page.evaluate("document.getElementById('send').click()")
    page.wait_for_timeout(200)
    assert page.url == place.as_uri()
    assert listener.asked == []
    # The listener hears who really asks.
    page.goto(f"{there}/heard")
    assert "/heard" in listener.asked
    page.close()
