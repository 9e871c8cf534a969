"""DHIS2's Dashboard app in Debian's Chromium: one dashboard of one user, at one width."""

import base64
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Frame,
    Locator,
    Page,
    Response,
    sync_playwright,
)

from tests.live.server import Login

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_SECONDS = int(os.environ.get("PATIENCE_SECONDS", "90"))
SETTLED_SECONDS = 2.0
HEIGHT = 900
DRAWN = (
    "svg.highcharts-root .highcharts-series-group, svg.highcharts-root text, table td, canvas, "
    ".pivot-table-container td"
)
LOADING = "[role=progressbar], [data-test$=-loader], [data-test=dhis2-uicore-circularloader]"
OF_OTHERS = ("Failed to fetch (0)", "ERR_FAILED", "/api/ping", "staticContent/logo_banner")
"""Tiles of maps, and what DHIS2 answers 404 where an operator has set nothing."""
BOTTOM = """Math.max(...[...document.querySelectorAll('.react-grid-item')].map(
    item => item.getBoundingClientRect().bottom - document.querySelector('.react-grid-layout')
        .getBoundingClientRect().top))"""
NO_DATA = "No data available"
COMPLAINTS = (
    "went wrong", "error", "No data", "no data", "not be loaded", "Unable", "in order to display",
    "not found", "access denied",
)  # fmt: skip
"""Words in an item that has not drawn what it is to show."""


@dataclass
class Item:
    """One item, as it stands on the screen.

    Attributes:
        uid: The item's UID.
        kind: DHIS2's type.
        name: Title in its head; empty of a text.
        shows: UID of what it shows.
        says: The words and numbers in it.
        cells: Rows of a table.
        texts: What a drawing has written in it.
        faults: What is not as it must be, in words.
        is_empty: Whether the app says that there is no data.
    """

    uid: str
    kind: str
    name: str
    shows: str = ""
    says: str = ""
    cells: list[list[str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_empty: bool = False


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--use-gl=swiftshader"],
        )
        yield browser
        browser.close()


@contextmanager
def a_page(browser: Browser, login: Login, width: int) -> Iterator[Page]:
    """Give a page that is logged in, and gets nothing from anywhere but this machine."""
    name = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        extra_http_headers={"Authorization": f"Basic {name}"},
        service_workers="block",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_SECONDS * 1000)
    page.route(lambda address: "//127.0.0.1" not in address, lambda route: route.abort())
    yield page
    context.close()


def look_at(
    page: Page, address: str, items: list[dict[str, str]], picture: Path
) -> tuple[list[Item], list[str]]:
    """Open a dashboard, wait until each item has drawn, and keep a picture.

    Returns:
        The items, and what the console said of errors.
    """
    said: list[str] = []
    page.on("console", lambda message: said.extend(_error(message)))
    page.on("response", lambda response: said.extend(_empty_map(response)))
    page.goto("about:blank")
    page.goto(address)
    page.locator(".react-grid-item").first.wait_for()
    seen = [_wait_for(page, item) for item in items]
    _show_whole(page)
    time.sleep(SETTLED_SECONDS)
    for item in seen:
        _read(page, item)
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture)
    return seen, list(dict.fromkeys(said))


def _show_whole(page: Page) -> None:
    """Make the window so high that all items are in it."""
    height = page.evaluate(BOTTOM)
    width = page.evaluate("window.innerWidth")
    page.set_viewport_size({"width": int(width), "height": int(height) + 220})


def _error(message: ConsoleMessage) -> Iterator[str]:
    """Yield an error of the console, unless it is of the internet, which is absent here."""
    where = f"{message.text} {message.location.get('url', '')}"
    if message.type == "error" and not any(each in where for each in OF_OTHERS):
        yield f"the console says: {where[:200]}"


def _empty_map(response: Response) -> Iterator[str]:
    """Yield that a map has no place to show: its canvas is there all the same."""
    if "/geoFeatures" in response.url and response.ok and not response.json():
        yield "a map has no place to show"


def _of(page: Page, uid: str) -> Locator:
    return page.locator(f".react-grid-item[data-test='dashboarditem-{uid}']")


def _frame(page: Page, uid: str) -> Frame | None:
    handle = _of(page, uid).locator("iframe")
    if not handle.count():
        return None
    element = handle.first.element_handle()
    return element.content_frame() if element else None


def _wait_for(page: Page, item: dict[str, str]) -> Item:
    """Wait until an item has drawn, or says why not."""
    found = Item(item["id"], item["type"], item["name"], item["shows"])
    place = _of(page, found.uid)
    place.wait_for(state="attached")
    place.scroll_into_view_if_needed()
    if found.kind == "TEXT":
        return found
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        inside: Frame | Locator = _frame(page, found.uid) or place
        drawn = inside.locator(DRAWN).count()
        words = (
            inside.locator("body").inner_text()
            if isinstance(inside, Frame)
            else inside.inner_text()
        )
        if not inside.locator(LOADING).count() and (drawn or _complaint(words)):
            return found
        time.sleep(0.3)
    found.faults.append(f"nothing was drawn in {PATIENCE_SECONDS} seconds")
    return found


def _complaint(words: str) -> str:
    return next(
        (line for line in words.splitlines() if any(each in line for each in COMPLAINTS)), ""
    )


def _read(page: Page, item: Item) -> None:
    """Read what an item shows, and judge it."""
    frame = _frame(page, item.uid)
    words = frame.locator("body").inner_text() if frame else _of(page, item.uid).inner_text()
    item.says = " ".join(words.split())
    if item.kind == "TEXT":
        return
    item.is_empty = NO_DATA in words
    if item.is_empty:
        return
    if complaint := _complaint(words):
        item.faults.append(f"it says: {complaint.strip()}")
    inside: Frame | Locator = frame or _of(page, item.uid)
    if not inside.locator(DRAWN).count():
        item.faults.append("it is blank")
    for row in inside.locator("table tr").all():
        item.cells.append([cell.inner_text().strip() for cell in row.locator("td, th").all()])
    item.texts = inside.locator("svg text").all_text_contents()
