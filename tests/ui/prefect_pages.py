"""The pages of Prefect's UI that a data manager uses, by what is written on them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from flows.prefect_support.service.home import ServiceHome

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PATIENCE_SECONDS = 240


@contextmanager
def a_browser() -> Iterator[Page]:
    """A page of Debian's Chromium, which gets nothing from anywhere but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        page.route(lambda address: "//127.0.0.1" not in address, lambda route: route.abort())
        yield page
        browser.close()


class PrefectPages:
    """Prefect's UI of a service."""

    def __init__(self, page: Page, home: ServiceHome) -> None:
        self.page = page
        self._root = home.api_url.removesuffix("/api")
        self._login = home.login_file.read_text()

    def log_in(self) -> None:
        self.page.goto(self._root)
        self.page.get_by_role("textbox").fill(self._login)
        self.page.get_by_role("button", name="Login").click()
        self.page.wait_for_url("**/dashboard**")

    def open_deployment(self, flow: str, name: str) -> None:
        """Open the page of a deployment from the list."""
        self.page.goto(f"{self._root}/v2/deployments")
        row = self.page.get_by_role("row").filter(has_text=flow)
        row.get_by_role("link", name=name).first.click()
        self.page.get_by_role("button", name="Run", exact=False).first.wait_for()

    def open_form(self) -> None:
        """Open the form of a run of the deployment."""
        self.page.get_by_role("button", name="Run").first.click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        self.field("country").wait_for()

    def field(self, parameter: str) -> Locator:
        """Return the field of a parameter, which follows its name."""
        name = f"starts-with(normalize-space(.), '{parameter}')"
        return self.page.locator(f"xpath=//label[{name}]/following::textarea[1]").first

    def submit(self, run_name: str) -> None:
        self.page.locator("input[name=name]").fill(run_name)
        self.page.get_by_role("button", name="Submit").click()

    def open_run(self, run_id: object) -> None:
        self.page.goto(f"{self._root}/v2/runs/flow-run/{run_id}")

    def open_tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()

    def wait_for(self, text: str) -> None:
        self.page.get_by_text(text, exact=False).first.wait_for()

    def picture(self, name: str) -> None:
        """Keep what is seen, for the docs, if that is asked for."""
        if os.environ.get("PICTURES"):
            self.page.mouse.move(0, 0)
            self.page.screenshot(path=PICTURES / f"{name}.png")
