"""The pages in Debian's Chromium, which runs no script: what people see, reach and print, and what leaves the host."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.wait import WebDriverWait

from monitor.web import web
from tests.monitor.web.browser import chromium, serving, sized
from tests.monitor.web.federation import STATES
from tests.monitor.web.london import NOW, healthy, london, without_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from monitor.metrics import Picture
    from monitor.target import Estate

PAGES = ("/", "/borough/hackney", "/building/hackney/town-hall", "/buildings", "/buildings?q=e8", "/nowhere")
PHONE, DESKTOP = (360, 740), (1280, 900)
# What a key has asked for comes some time after the key.
PATIENCE_S = 10
SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
HOSTILE = f"\"'\u202egnp {SCRIPT} {'x' * 500}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def estate() -> Estate:
    return london()


@pytest.fixture(scope="module")
def pages(estate: Estate) -> Iterator[str]:
    """Serve London with Hackney's home stopped, and something slow, stale and unknown beside it."""
    picture = without_home(estate, healthy(estate), "hackney")
    slugs = [borough.slug for borough in estate.boroughs]
    changed = {
        **{(visited, "sutton"): STATES["slow"] for visited in slugs if visited != "hackney"},
        **{("bexley", home): STATES["stale"] for home in slugs},
        **{("barnet", home): STATES["unknown"] for home in slugs},
        ("camden", "brent"): STATES["down"],
    }
    with serving(
        web(estate, lambda: replace(picture, pairs={**picture.pairs, **changed}), clock=lambda: NOW)
    ) as address:
        yield address


def log(browser: Chrome, kind: str) -> list[dict[str, str]]:
    """Return what the browser has noted since the last look; selenium does not annotate this."""
    noted: list[dict[str, str]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return noted


def asked(browser: Chrome) -> list[str]:
    """Return what the browser has asked for since the last look."""
    events = [json.loads(entry["message"])["message"] for entry in log(browser, "performance")]
    return [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]


def complaints(browser: Chrome) -> list[str]:
    return [entry["message"] for entry in log(browser, "browser")]


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_alone_and_fit_a_phone(browser: Chrome, pages: str, path: str) -> None:
    asked(browser)
    complaints(browser)
    sized(browser, *PHONE)
    browser.get(pages + path)
    assert browser.find_element(By.TAG_NAME, "h1").is_displayed()
    assert {urlsplit(url).netloc for url in asked(browser)} == {urlsplit(pages).netloc}
    expected = 1 if path == "/nowhere" else 0
    assert len(complaints(browser)) == expected
    metrics = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})
    assert metrics["cssContentSize"]["width"] <= PHONE[0]


def test_the_style_sheet_is_let_in(browser: Chrome, pages: str) -> None:
    sized(browser, *DESKTOP)
    browser.get(pages)
    shape = browser.find_element(By.CSS_SELECTOR, "a.good .shape")
    assert shape.value_of_css_property("fill") == "rgb(211, 236, 223)"


def test_map_and_table_say_the_same(browser: Chrome, pages: str) -> None:
    sized(browser, *DESKTOP)
    browser.get(pages)
    drawn = {}
    for link in browser.find_elements(By.CSS_SELECTOR, "svg.boroughs a"):
        title = link.find_element(By.TAG_NAME, "title").get_attribute("textContent")
        drawn[link.get_dom_attribute("href")] = (link.get_dom_attribute("class"), title)
    told = {}
    for row in browser.find_elements(By.CSS_SELECTOR, "#boroughs tbody tr"):
        link = row.find_element(By.TAG_NAME, "a")
        state, staff, visitors = (cell.text for cell in row.find_elements(By.TAG_NAME, "td")[:3])
        words = [re.sub(r" \(not .*", "", text) for text in (staff, visitors)]
        title = f"{link.text}: {state.lower()}. Its staff {words[0]}; visitors {words[1]}."
        told[link.get_dom_attribute("href")] = (row.get_dom_attribute("class"), title)
    assert len(told) == 33
    assert drawn == told
    levels = {level for level, _ in told.values()}
    assert levels == {"good", "slow", "partly", "down", "stale", "unknown"}


def test_the_keyboard_reaches_everything(browser: Chrome, pages: str) -> None:
    sized(browser, *DESKTOP)
    browser.get(pages + "/buildings")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert (skip.text, skip.is_displayed()) == ("Skip to the content", True)
    assert skip.rect["x"] >= 0
    reached = []
    for _ in range(6):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.switch_to.active_element)
    assert [one.tag_name for one in reached] == ["a", "a", "a", "input", "button", "a"]
    assert reached[-1].value_of_css_property("outline-style") == "solid"
    search = browser.find_element(By.ID, "q")
    search.send_keys("hackney town", Keys.ENTER)
    WebDriverWait(browser, PATIENCE_S).until(url_contains("q="))
    found = browser.find_elements(By.CSS_SELECTOR, "tbody th a")
    assert [one.text for one in found] == ["Hackney Town Hall"]
    found[0].send_keys(Keys.ENTER)
    WebDriverWait(browser, PATIENCE_S).until_not(url_contains("q="))
    assert browser.find_element(By.TAG_NAME, "h1").text == "Hackney Town Hall"


def test_a_borough_is_reached_from_the_map(browser: Chrome, pages: str) -> None:
    sized(browser, *DESKTOP)
    browser.get(pages)
    browser.find_element(By.CSS_SELECTOR, 'svg.boroughs a[href="/borough/hackney"]').send_keys(Keys.ENTER)
    WebDriverWait(browser, PATIENCE_S).until(url_contains("/borough/hackney"))
    assert browser.find_element(By.TAG_NAME, "h1").text == "Hackney"


@pytest.mark.parametrize("owner", ["hackney", "barnet", "bexley", "camden"])
def test_a_building_prints_on_one_page(browser: Chrome, pages: str, estate: Estate, owner: str) -> None:
    site = next(site for site in estate.sites if site.owner == owner)
    browser.get(f"{pages}/building/{site.key}")
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    document = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = browser.find_element(By.TAG_NAME, "body").text
        assert "17:04 on Wednesday 25 November 2026" in shown
        assert "For engineers" not in shown
        assert all(borough.slug in browser.page_source for borough in estate.boroughs)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_hostile_name_is_shown_and_never_run(estate: Estate) -> None:
    names = replace(
        estate,
        name=HOSTILE,
        boroughs=tuple(replace(one, name=HOSTILE) for one in estate.boroughs),
        sites=tuple(replace(one, name=HOSTILE, postcode=HOSTILE, hours=HOSTILE) for one in estate.sites),
    )
    picture: Picture = without_home(names, healthy(names), "hackney")
    with serving(web(names, lambda: picture, clock=lambda: NOW)) as address, chromium(scripts=True) as browser:
        for path in ("/", "/borough/hackney", "/building/hackney/town-hall", "/buildings"):
            sized(browser, *PHONE)
            browser.get(address + path)
            assert browser.title != "run"
            assert SCRIPT in browser.find_element(By.TAG_NAME, "body").text
            assert browser.find_elements(By.CSS_SELECTOR, "script, img") == []
            metrics = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})
            assert metrics["cssContentSize"]["width"] <= PHONE[0]
            assert {urlsplit(url).netloc for url in asked(browser)} == {urlsplit(address).netloc}
