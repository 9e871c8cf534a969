"""DHIS2 counts in Nepali or Ethiopian dates; openIMIS keeps ISO dates, and so do people and claims.

The stand-in judges dates as real servers do: by the calendar, though they are kept as ISO dates.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.reconcile import reconcile
from flows.set_up_dhis2 import set_up_dhis2
from tests.support.cases import one_by_default
from tests.support.scheme.by_flows import COUNTRY, FlowScheme, a_flow_scheme
from transforms.core.errors import TargetError
from transforms.model.tables.calendars import CALENDARS
from transforms.model.tables.insuree import DATE_OF_BIRTH
from transforms.model.tables.policy import POLICY_FIELDS
from transforms.openimis.country import Server

OTHERS = sorted(CALENDARS.keys() - {"iso8601"})
SAYS = '\n[dhis2]\ncalendar = "{}"\n'


@pytest.fixture(params=one_by_default(OTHERS))
def calendar(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def abroad(
    prefect_server: None, sample_database: Path, tmp_path: Path, calendar: str
) -> Iterator[FlowScheme]:
    """A sample openIMIS, and an empty DHIS2 that counts in another calendar."""
    country = COUNTRY + SAYS.format(calendar)
    with a_flow_scheme(tmp_path, country=country, calendar=calendar) as scheme:
        scheme.source.copy(sample_database)
        yield scheme


@pytest.mark.large
def test_everything_arrives_and_is_found_again(abroad: FlowScheme) -> None:
    abroad.set_up()

    state = abroad.sync(run_id="first")

    assert state.is_completed()
    mark = len(abroad.written())
    assert abroad.sync(run_id="again").is_completed()
    assert abroad.written()[mark:] == []
    where = (abroad.country_file, abroad.staging_root)
    assert reconcile("ministry", *where, return_state=True).name == "Completed"
    births = {
        person["attributes"].get(DATE_OF_BIRTH.uid)
        for person in abroad.sandbox.tracked_entities().values()
    }
    assert "1953-01-01T00:00:00" in births  # a year that DHIS2's Nepali table does not have
    days = {
        event["dataValues"].get(field.uid, "")[:10]
        for event in abroad.sandbox.events().values()
        for field in POLICY_FIELDS
    }
    assert "2099-12-31" in days


@pytest.mark.large
def test_set_up_and_analytics_say_that_figures_show_nothing(
    abroad: FlowScheme, calendar: str, caplog: pytest.LogCaptureFixture
) -> None:
    abroad.country += "\n[analytics]\npoll_seconds = 0\n"
    caplog.set_level(logging.INFO)
    abroad.set_up()
    assert f"DHIS2 counts in the calendar {calendar!r}, in which its" in caplog.text

    state = abroad.sync(run_id="first", analytics=True)

    assert state.is_failed()
    assert "For the dashboards, load into a DHIS2 that counts in iso8601" in str(state.message)
    assert "What was loaded stays" in str(state.message)


def test_a_country_file_that_names_another_calendar_is_refused_before_anything_is_written(
    abroad: FlowScheme, calendar: str
) -> None:
    abroad.country = COUNTRY

    with pytest.raises(TargetError, match=f'Say calendar = "{calendar}" under .dhis2.'):
        set_up_dhis2("scheme", "administrator", abroad.country_file, abroad.staging_root)

    assert abroad.written() == []


def test_the_country_file_may_name_every_calendar_that_was_tried() -> None:
    assert [Server(calendar=name).calendar for name in CALENDARS] == list(CALENDARS)  # type: ignore[arg-type]
