"""The pages of Prefect's UI that a data manager uses, by what is written on them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse
from uuid import UUID

from playwright.sync_api import Locator, Page, Request, sync_playwright

from flows.prefect_support.service.home import HOST, ServiceHome

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PATIENCE_SECONDS = 600
TRIES = 5
DRAWN_MILLISECONDS = 4_000
"""What moves on a page has come to rest, on a picture."""
USUAL_FOLDER = "/var/lib/openimis-to-dhis2"
REPLACE = """({here, usual}) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (text.data.includes(here)) text.data = text.data.replaceAll(here, usual);
    }
}"""


@contextmanager
def a_browser() -> Iterator[Page]:
    """A page of Debian's Chromium, which gets nothing from anywhere but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.route(lambda address: "//127.0.0.1" not in address, lambda route: route.abort())
        yield page
        browser.close()


class PrefectPages:
    """Prefect's UI of a service.

    Args:
        page: Of the browser.
        home: The service.
        folder: Where runs lie; pictures show the usual place instead.

    Attributes:
        strangers: Whom the pages have asked besides this machine.
    """

    def __init__(self, page: Page, home: ServiceHome, folder: Path) -> None:
        self.page = page
        self._folder = str(folder)
        self.strangers: set[str] = set()
        page.on("request", self._note_stranger)
        self._root = home.api_url.removesuffix("/api")
        self._login = home.login_file.read_text()

    def _note_stranger(self, request: Request) -> None:
        host = urlparse(request.url).hostname
        if host and host != HOST:
            self.strangers.add(host)

    def log_in(self) -> None:
        self.page.goto(self._root)
        self.page.locator("input[type=password]").fill(self._login)
        self.page.get_by_role("button", name="Login").click()
        self.page.wait_for_url("**/dashboard**")

    def open_deployment(self, flow: str, name: str) -> None:
        """Open the page of a deployment from the list."""
        self.page.goto(f"{self._root}/v2/deployments")
        row = self.page.get_by_role("row").filter(has_text=flow)
        row.get_by_role("link", name=name).first.click()
        self._run_button().wait_for()

    def open_form(self) -> None:
        """Open the form of a run of the deployment."""
        self._run_button().click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        self.field("country").wait_for()

    def field(self, parameter: str) -> Locator:
        """Return the field of a parameter, which follows its name."""
        name = f"starts-with(normalize-space(.), '{parameter}')"
        return self.page.locator(f"xpath=//label[{name}]/following::textarea[1]").first

    def _run_button(self) -> Locator:
        return self.page.get_by_role("button", name="Run", exact=True)

    def submit(self) -> UUID:
        """Submit the form, and go on to the page of the run; return its id."""
        self._press_submit()
        self.page.get_by_role("button", name="View run").click()
        self.page.wait_for_url("**/runs/flow-run/**")
        return UUID(urlparse(self.page.url).path.rpartition("/")[2])

    def _press_submit(self) -> None:
        """Press Submit until the server takes it: while its database is locked it answers 503."""
        for _ in range(TRIES):
            with self.page.expect_response("**/create_flow_run") as answer:
                self.page.get_by_role("button", name="Submit").click()
            if answer.value.ok:
                return
        raise AssertionError(f"the server took no run: {answer.value.status}")

    def open_run(self, run_id: object) -> None:
        self.page.goto(f"{self._root}/v2/runs/flow-run/{run_id}")

    def look_away(self) -> None:
        """Leave the pages: what is drawn of a run that is at work would slow it down."""
        self.page.goto("about:blank")

    def open_tab(self, name: str) -> None:
        """Open a tab by the keyboard: the drawing of a run may lie over it while it is made."""
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).press("Enter")

    def open_artifact(self, key: str) -> None:
        """Open the newest artifact of a key from the tab of a run's artifacts."""
        self.open_tab("Artifacts")
        self.page.get_by_role("link", name=key).first.click()
        self.page.locator("a[href*='/artifacts/artifact/']").first.click()

    def retry(self) -> None:
        """Press Retry on the page of a run, and confirm it."""
        self.page.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name="Retry").click()
        self.page.get_by_role("button", name="Retry").click()

    def wait_for(self, text: str) -> None:
        self.page.get_by_text(text, exact=False).first.wait_for()

    def show(self, text: str) -> None:
        """Wait for a text, and bring it into sight."""
        self.page.get_by_text(text, exact=False).first.scroll_into_view_if_needed()

    def text(self) -> str:
        """Return all that is written on the page."""
        return self.page.inner_text("body")

    def picture(self, name: str) -> None:
        """Keep what is seen, for the docs, if that is asked for."""
        if os.environ.get("PICTURES"):
            self.page.mouse.move(0, 0)
            self.page.wait_for_timeout(DRAWN_MILLISECONDS)
            self.page.evaluate(REPLACE, {"here": self._folder, "usual": USUAL_FOLDER})
            self.page.screenshot(path=PICTURES / f"{name}.png")
