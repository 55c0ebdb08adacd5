"""The report in a real browser: rows filter, sort and open, hostile text does nothing, it fits a phone, it can be read.

Needs Chromium (Debian's package `chromium`) and Playwright, which drives it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.report import render_report
from bot.evaluation.run import evaluate, score_run
from bot.evaluation.summary import summarise
from bot.evaluation.testset import TestQuestion, TestSet, merge_testsets
from index.types import Article

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="THE REPORT IS NOT TESTED IN A BROWSER: no Chromium is installed (Debian: apt install chromium)",
)

HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">'\""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip(
        "playwright.sync_api",
        reason="THE REPORT IS NOT TESTED IN A BROWSER: Playwright is not installed (pip install playwright)",
    )
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def report(seed_sets: list[TestSet], lexical: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = f"A {HOSTILE} 👷🏽👷🏽 stood here. It opened in 1931."
    article = Article("hostile", HOSTILE, HOSTILE, text, "en")
    start = text.index("It opened")
    question = TestQuestion("hostile", f"When {HOSTILE} opened?", "en", article, (HOSTILE,), (((start, len(text)),),))
    testset = merge_testsets([*seed_sets, TestSet("hostile", "digest", (question,), (article,))])
    run = evaluate(testset, lambda *_: lexical, settings={"name": HOSTILE})
    scored = score_run(run)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(run, scored, summarise(scored, resamples=50)), "utf-8")
    return path


@pytest.fixture
def page(browser: "Browser", report: Path, request: pytest.FixtureRequest) -> Iterator["Page"]:
    options = getattr(request, "param", {})
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text))
    opened.on("request", lambda asked: problems.append(asked.url) if not asked.url.startswith("file:") else None)
    opened.goto(report.as_uri())
    yield opened
    assert opened.title().startswith("Evaluation: ")
    assert problems == []
    context.close()


def ids(page: "Page") -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "tbody[data-id]", "rows => rows.filter(row => row.checkVisibility()).map(row => row.dataset.id)"
    )
    return found


def test_failures_direction_tag_and_search_filter(page: "Page") -> None:
    every = len(ids(page))
    assert page.locator("output").text_content() == f"{every} of {every}" == "123 of 123"
    page.select_option("select[name=outcome]", "failures")
    failures = ids(page)
    shown = page.eval_on_selector_all("tbody[data-id]:not([hidden])", "rows => rows.map(row => row.dataset.outcome)")
    assert set(shown) == {"source", "error", "hallucination"}
    page.select_option("select[name=direction]", "en-ar")
    assert 0 < len(ids(page)) < len(failures)
    page.select_option("select[name=tag]", "date")
    assert 0 < len(ids(page)) < 20
    page.select_option("select[name=outcome]", "")
    page.select_option("select[name=direction]", "")
    page.select_option("select[name=tag]", "")
    page.fill("input[name=search]", "Captain Haddad")
    assert ids(page) == ["ferry-en-no-01"]


def test_columns_sort_both_ways(page: "Page") -> None:
    button = page.locator("thead button[data-key=confidence]")
    values = "rows => rows.map(row => Number(row.dataset.confidence))"
    button.click()
    assert button.locator("..").get_attribute("aria-sort") == "ascending"
    up = page.eval_on_selector_all("tbody[data-id]", values)
    assert up == sorted(up)
    button.click()
    assert page.eval_on_selector_all("tbody[data-id]", values) == up[::-1]
    page.locator("thead button[data-key=id]").click()
    assert ids(page) == sorted(ids(page), key=lambda name: name.replace("-", " "))


def test_the_choice_above_the_table_sorts_too_and_the_heads_follow(page: "Page") -> None:
    before = ids(page)
    values = "rows => rows.map(row => Number(row.dataset.f1))"
    page.select_option("select[name=sort]", "-f1")
    assert (down := page.eval_on_selector_all("tbody[data-id]", values)) == sorted(down, reverse=True)
    head = page.locator("thead button[data-key=f1]").locator("..")
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").click()
    assert page.locator("select[name=sort]").input_value() == "f1"
    page.select_option("select[name=sort]", "position")
    assert ids(page) == before
    assert page.locator("th[aria-sort=ascending], th[aria-sort=descending]").count() == 0


def test_a_question_opens_to_its_article_with_two_colours(page: "Page") -> None:
    row = page.locator('tbody[data-id="bases-ar-16"]')
    row.locator("button").click()
    article = row.locator(".text")
    assert article.get_attribute("dir") == "rtl"
    assert article.evaluate("place => getComputedStyle(place).direction") == "rtl"
    gold, cited = article.locator("mark.gold"), article.locator("mark.cited")
    assert gold.text_content() == "لكن المصدر حذر من أن هذا قد يتغير في أي لحظة نظرا لعدم الاستقرار في سوريا."
    assert (cited.text_content() or "").startswith("وبحسب المصادر نفسها")
    colour = "mark => getComputedStyle(mark).backgroundColor"
    assert gold.evaluate(colour) != cited.evaluate(colour)
    row.locator("button").click()
    assert row.locator(".text").count() == 0


def test_offsets_hold_after_emoji_and_hostile_text_is_shown_as_it_is(page: "Page") -> None:
    row = page.locator('tbody[data-id="hostile"]')
    row.locator("button").click()
    assert row.locator(".text mark.gold").text_content() == "It opened in 1931."
    assert HOSTILE in (row.locator(".text").text_content() or "")
    assert HOSTILE in (row.locator(".answer").text_content() or "")


PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize("page", [PHONE, PHONE | {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(page: "Page") -> None:
    page.locator("tbody[data-id] button").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keys = page.eval_on_selector_all("select[name=sort] option", "options => options.map(option => option.value)")
    assert {"confidence", "-confidence", "rank", "direction", "id"} <= set(keys)
    assert page.locator("select[name=sort]").is_visible()
    box = page.locator(".details .text").first.bounding_box()
    assert box is not None
    assert box["width"] > 250


CONTRAST = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (place) => {
    for (; place; place = place.parentElement) {
      const colour = getComputedStyle(place).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
  };
  const places = [...document.querySelectorAll("p, dd, dt, th, td, small, mark, .outcome")];
  return places.filter((e) => e.checkVisibility()).map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
}"""


@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_text_can_be_read_on_its_ground(page: "Page") -> None:
    page.locator('tbody[data-id="bases-ar-16"] button').click()
    ratios = page.evaluate(CONTRAST)
    assert len(ratios) > 500
    assert min(ratios) >= 4.5  # WCAG 2.2, level AA
