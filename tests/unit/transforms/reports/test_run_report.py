"""The report of a run is one file that needs no network, and tells what it must."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from tests.unit.transforms.reports.test_run_result import FAILED, LOADED, NO_PLACE, summary
from transforms.reports.run_report import run_report
from transforms.reports.run_result import RunResult

NOW = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
NOT_CLOSED = {"meta", "br"}


class Page(HTMLParser):
    """Looks whether each element is closed, and what is loaded from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag not in NOT_CLOSED:
            self.open.append(tag)
        self.addresses += [str(value) for name, value in attributes if name in {"src", "href"}]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(own: dict[str, Any] | None, **more: Any) -> Page:
    usual: dict[str, Any] = {"stages": LOADED, "failure": None, "earlier": ()}
    result = RunResult("last-night", "ministry", summary=own, **{**usual, **more})
    return Page(run_report(result, "/staging/runs/last-night/rejects", NOW))


def test_it_needs_no_network_and_no_script_and_is_well_formed() -> None:
    found = page(summary(rejects=[NO_PLACE]), earlier=(summary("before"),))

    assert found.open == []
    assert found.addresses == []
    assert "script" not in found.elements
    assert "http" not in found.text


def test_it_says_whether_dhis2_is_up_to_date_what_was_done_and_what_was_not() -> None:
    text = page(summary(rejects=[NO_PLACE]), earlier=(summary("b", rejects=[NO_PLACE]),)).text

    assert "ministry is up to date" in text
    assert "It has openIMIS as of 2026-11-28 02:00:00 (loaded by this run)." in text
    assert "tracked_entities350" in text
    assert "tracked_entities (rule)no_place332Set the village in openIMIS." in text
    assert "named by table and UUID in /staging/runs/last-night/rejects/*.csv" in text


def test_a_failure_is_said_first_and_what_it_quotes_breaks_nothing() -> None:
    found = page(None, stages=FAILED, failure='DHIS2 answered <b>"no"</b> & nothing else.')

    assert 'The run failed. DHIS2 answered <b>"no"</b> & nothing else.' in found.text
    assert found.text.index("is not up to date") < found.text.index("The run failed.")
    assert found.open == []


def test_the_chart_has_the_last_seven_runs_and_this_one_from_left_to_right() -> None:
    earlier = tuple(
        summary(f"night-{number}", as_of=f"2026-11-{27 - number} 02:00:00") for number in range(9)
    )

    found = page(summary(rejects=[NO_PLACE]), earlier=earlier)

    days = [found.text.rindex(f"2026-11-{day}") for day in range(21, 28)]
    assert days == sorted(days)
    assert "2026-11-20" not in found.text
    assert found.elements.count("rect") == 2 * 8 + 2
