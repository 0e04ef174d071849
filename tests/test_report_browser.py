"""The page of `winnow report` in a real browser: it draws, its filters work, and what is hostile does nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Page, chromium, needs_chromium
from conftest import ingest
from corpora import post, write
from samples import RAW
from test_report import hostile, page_of

pytestmark = needs_chromium
ROWS = "document.querySelectorAll('#find-rows tr').length"


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as page:
        page.width(1200)
        yield page


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    ingest(RAW, folder / "warehouse")
    page_of(folder / "warehouse", folder / "page.html")
    return folder / "page.html"


def quiet(page: Page, path: Path) -> None:
    """Nothing came to the console, and nothing was asked for but the page."""
    assert page.said == []
    assert page.requests == [path.resolve().as_uri()]


def test_the_page_draws(browser: Page, samples: Path) -> None:
    browser.open(samples)
    bars = browser.ask("[...document.querySelectorAll('#period rect')].map(b => b.getBoundingClientRect().height)")
    figures = browser.ask("[...document.querySelectorAll('#period tbody td')].map(c => Number(c.textContent))")
    assert max(bars) > 150
    assert [bar > 0 for bar in bars] == [figure > 0 for figure in figures]
    assert bars.index(max(bars)) == figures.index(max(figures))
    assert browser.ask(f"{ROWS} > 0 && document.querySelector('#find-box').offsetHeight > 100")
    quiet(browser, samples)


@pytest.mark.parametrize("width", [360, 400, 800, 1600])
def test_nothing_sticks_out_of_the_page(browser: Page, samples: Path, width: int) -> None:
    browser.width(width)
    browser.open(samples)
    assert browser.ask("document.documentElement.scrollWidth") == width
    browser.width(1200)


def test_the_chart_is_filtered_by_language(browser: Page, samples: Path) -> None:
    browser.open(samples)
    sum_ = "[...document.querySelectorAll('#period tbody td')].reduce((sum, cell) => sum + Number(cell.textContent), 0)"
    before = browser.ask(sum_)
    browser.ask("document.querySelector('#period-language').focus()")
    for _ in range(
        browser.ask("[...document.querySelector('#period-language').options].map(o => o.value).indexOf('fr')")
    ):
        browser.press("ArrowDown", 40)
    assert browser.ask("document.querySelector('#period-language').value") == "fr"
    assert 0 < browser.ask(sum_) < before
    assert browser.ask("document.querySelector('#period-said').textContent") == f"{browser.ask(sum_)} posts shown"
    quiet(browser, samples)


def test_posts_are_found_by_words_source_and_copies(browser: Page, samples: Path) -> None:
    browser.open(samples)
    everything = browser.ask(ROWS)
    browser.click("#find-copies")
    browser.until(f"{ROWS} < {everything}")
    assert browser.ask(
        "[...document.querySelectorAll('#find-rows td:last-child')].every(c => Number(c.textContent) > 1)"
    )
    browser.click("#find-copies")
    browser.until(f"{ROWS} === {everything}")
    browser.click("#find-words")
    browser.write("LIGHTHOUSE bread")
    browser.until(f"{ROWS} === 1")
    assert "1 of " in browser.ask("document.querySelector('#find-said').textContent")
    browser.write(" nowhere at all")
    browser.until(f"{ROWS} === 0")
    assert "No post is like that" in browser.ask("document.querySelector('#find-said').textContent")
    quiet(browser, samples)


def test_more_posts_are_shown_when_asked(browser: Page, tmp_path: Path) -> None:
    rng = random.Random(9)
    rows = (json.dumps({"title": f"Number {n}", "text": " ".join(post(rng).paragraphs)}) for n in range(120))
    write(tmp_path / "raw", {"a.jsonl": "\n".join(rows)})
    ingest(tmp_path / "raw", tmp_path / "warehouse")
    page_of(tmp_path / "warehouse", tmp_path / "page.html")
    browser.open(tmp_path / "page.html")
    seen = [browser.ask(ROWS)]
    for _ in "ab":
        browser.click("#find-more")
        seen.append(browser.ask(ROWS))
    assert seen == [50, 100, 120]
    assert browser.ask("document.querySelector('#find-more').hidden")
    quiet(browser, tmp_path / "page.html")


def test_light_and_dark_follow_the_system_and_the_switch(browser: Page, samples: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.media(prefers_color_scheme="dark")
    browser.open(samples)
    dark = browser.ask(ground)
    assert browser.ask("document.querySelector('#theme').getAttribute('aria-pressed')") == "true"
    browser.click("#theme")
    light = browser.ask(ground)
    assert light != dark
    browser.click("#theme")
    assert browser.ask(ground) == dark
    browser.media(prefers_color_scheme="light")
    browser.open(samples)
    assert browser.ask(ground) == light
    quiet(browser, samples)


def test_keys_reach_everything_and_the_focus_is_seen(browser: Page, samples: Path) -> None:
    browser.open(samples)
    browser.press("Tab", 9)
    assert browser.ask("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(80):
        browser.press("Tab", 9)
        reached.add(browser.ask("document.activeElement.id || document.activeElement.tagName"))
        assert browser.ask("document.activeElement === document.body || "
                           "getComputedStyle(document.activeElement).outlineStyle !== 'none'")  # fmt: skip
    assert {"theme", "A", "SUMMARY", "period-language", "find-words", "find-source", "find-copies"} <= reached


def test_what_is_hostile_does_nothing(browser: Page, tmp_path: Path) -> None:
    warehouse = hostile(tmp_path)
    page_of(warehouse, tmp_path / "page.html")
    browser.open(tmp_path / "page.html")
    browser.click("#find-copies")
    browser.until(f"{ROWS} > 0")
    assert browser.ask("window.hacked === undefined && document.images.length === 0")
    assert browser.ask("document.querySelector('#find-rows bdi').textContent.includes('<script>')")
    quiet(browser, tmp_path / "page.html")


def test_the_policy_stops_what_would_come_in_all_the_same(browser: Page, samples: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = samples.read_text(encoding="utf-8")
    planted = "<script>window.hacked=1</script><img src='https://example.invalid/x' onerror='window.hacked=2'></main>"
    broken.write_text(text.replace("</main>", planted), encoding="utf-8")
    browser.open(broken)
    browser.until(f"{ROWS} > 0")
    assert browser.ask("window.hacked === undefined")
    assert sum("Content Security Policy" in line for line in browser.said) >= 2
