"""A data manager's morning: is last night's data in DHIS2, and if not, what is to be done?"""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, Log
from prefect.client.schemas.sorting import LogSort

from flows.prefect_support.service.home import ServiceHome
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme.by_flows import FlowScheme
from tests.support.service import a_service, client_of, is_over, settings_of, state_of, wait_until
from tests.system.flows.prefect_runs import subflows_of
from tests.ui.prefect_pages import CHROMIUM, PrefectPages, a_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium: see make test-ui"),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHome]:
    with a_service(tmp_path_factory.mktemp("ui") / "home") as home:
        yield home


@pytest.fixture(scope="module")
def scheme(service: ServiceHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlowScheme]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = FlowScheme(tmp_path_factory.mktemp("scheme"), sandbox)
        scheme.source.write(sample(120, seed=7, level="1.4", as_of=date(2026, 1, 1)))
        with settings_of(service):
            scheme.save_blocks()
            scheme.set_up()
        yield scheme


@pytest.fixture(scope="module")
def pages(service: ServiceHome, scheme: FlowScheme) -> Iterator[PrefectPages]:
    with a_browser() as page:
        pages = PrefectPages(page, service, scheme.staging_root)
        pages.log_in()
        yield pages


def run_from_the_form(service: ServiceHome, scheme: FlowScheme, pages: PrefectPages) -> FlowRun:
    """Start `sync/daily` from its form, and go on to the page of the run."""
    pages.open_deployment("sync", "daily")
    pages.picture("deployment")
    pages.open_form()
    pages.picture("form")
    pages.field("country").fill(str(scheme.country_file))
    pages.field("staging_root").fill(str(scheme.staging_root))
    run_id = pages.submit()
    with client_of(service) as client:
        return client.read_flow_run(run_id)


def await_end(service: ServiceHome, pages: PrefectPages, run: FlowRun) -> None:
    pages.look_away()
    wait_until(lambda: is_over(service, run), f"{state_of(service, run)}: it did not end")


def stage_of(service: ServiceHome, run: FlowRun, name: str) -> FlowRun:
    with settings_of(service):
        [stage] = [each for each in subflows_of(run) if each.name.startswith(name)]
    return stage


def log_of(service: ServiceHome, run: FlowRun) -> list[Log]:
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
    with client_of(service) as client:
        return client.read_logs(of_run, sort=LogSort.TIMESTAMP_ASC)


def test_a_run_from_the_form_leads_to_its_result(
    service: ServiceHome, scheme: FlowScheme, pages: PrefectPages
) -> None:
    run = run_from_the_form(service, scheme, pages)
    await_end(service, pages, run)
    pages.open_run(run.id)
    pages.wait_for("CompletedWithRejects")
    pages.picture("run")
    pages.open_tab("Subflow")
    pages.wait_for("load ministry")
    pages.picture("stages")
    pages.open_artifact("result-ministry")

    pages.wait_for("ministry is up to date")
    pages.wait_for("runs in a row")
    pages.picture("result")


def test_a_failed_load_is_seen_and_retry_completes_it(
    service: ServiceHome, scheme: FlowScheme, pages: PrefectPages
) -> None:
    scheme.next_day(day=date(2026, 1, 2))
    scheme.sandbox.cues.add(
        path="/api/tracker", method="POST", occurrences=list(range(2, 1_000)), status=401
    )
    run = run_from_the_form(service, scheme, pages)
    await_end(service, pages, run)
    pages.open_run(run.id)
    pages.wait_for("Failed")
    pages.picture("failed")
    load = stage_of(service, run, "load")
    pages.open_run(load.id)
    pages.show("DHIS2 does not know the login")
    pages.picture("failed-load")
    log = log_of(service, load)
    assert [each.level for each in log].count(logging.ERROR) == 1
    assert log[-1].level == logging.ERROR
    assert not [each for each in log if "Traceback" in each.message or "deployment" in each.message]

    scheme.sandbox.cues.clear()
    pages.retry()

    wait_until(lambda: state_of(service, load) != "Failed", "Retry did nothing")
    await_end(service, pages, load)
    pages.open_run(load.id)
    pages.wait_for("Completed")
    pages.picture("retried")
    pages.open_run(run.id)
    pages.wait_for("CompletedWithRejects")
    pages.open_artifact("result-ministry")
    pages.wait_for("ministry is up to date")
    assert "is not up to date" not in pages.text()


def test_the_pages_ask_nobody_but_for_one_configuration(pages: PrefectPages) -> None:
    """Prefect 3.8 asks for it whatever is set; docs/what-lies-on-the-machine.md says so."""
    assert pages.strangers <= {"sr-client-cfg.amplitude.com"}


def test_the_pictures_of_the_docs_are_small() -> None:
    pictures = list((Path(__file__).parents[2] / "docs" / "pictures").glob("*.png"))

    assert [each.name for each in pictures if each.stat().st_size > 150_000] == []
