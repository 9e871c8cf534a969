"""Building the analytics tables of a DHIS2 of each version: waiting, progress, how it ended."""

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.analytics.build_tables import Ending, Progress, build_analytics_tables
from flows.steps.set_up.plan_and_write import set_up
from tests.support.sandbox import Sandbox
from tests.system.set_up.a_country import GENDERS, a_country, choices, places
from tests.system.set_up.conftest import PATIENCE
from transforms.core.errors import TargetError
from transforms.dhis2.tables.metadata_classes import OUTPUT_PERIOD_TYPES
from transforms.openimis.country import Analytics

LIMITS = Analytics(limit_minutes=1, poll_seconds=10)


class Watch:
    """A clock that only waiting moves, and what was told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[Progress] = []

    def build(self, dhis2: Dhis2) -> float:
        return build_analytics_tables(
            dhis2,
            dhis2.system_info(),
            LIMITS,
            lambda progress, seconds: self.told.append(progress),
            wait=self.wait,
            clock=lambda: self.now,
        )

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def watch(sandbox: Sandbox) -> Watch:
    """On a server that has its period types."""
    with sandbox.state.lock:
        sandbox.state.output_period_types = list(OUTPUT_PERIOD_TYPES)
    return Watch()


def test_the_tables_are_built_whole_and_the_cache_is_cleared_before_and_after(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    watch.build(dhis2)

    posted = [row for row in sandbox.requests if row["method"] == "POST"]
    cleared, built, cleared_again = posted
    assert cleared["path"] == cleared_again["path"] == "/api/maintenance"
    assert built["path"] == "/api/resourceTables/analytics"
    assert "lastYears" not in built["query"]
    assert watch.told[-1].ending is Ending.COMPLETED


def test_a_run_that_takes_long_is_waited_for_with_progress(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    sandbox.analytics.looks = 4

    seconds = watch.build(dhis2)

    assert seconds >= 30
    assert [each.ending for each in watch.told[:3]] == [Ending.UNDER_WAY] * 3
    assert watch.told[-1] == Progress(Ending.COMPLETED, steps=2)


def test_a_run_that_fails_is_told_in_one_sentence_and_figures_stay_in_the_cache(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    sandbox.analytics.fails = True

    with pytest.raises(TargetError, match=r"tables failed.*What was loaded stays"):
        watch.build(dhis2)

    posted = [row["path"] for row in sandbox.requests if row["method"] == "POST"]
    assert posted[-1] == "/api/resourceTables/analytics"


def test_a_run_that_is_not_over_in_time_is_told(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    sandbox.analytics.looks = 1_000

    with pytest.raises(TargetError, match=r"not done after 1 minutes.*DHIS2 goes on"):
        watch.build(dhis2)

    assert watch.now == 60


def test_without_output_period_types_a_2_43_is_not_even_asked(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    with sandbox.state.lock:
        sandbox.state.output_period_types = []

    if dhis2.system_info().release == (2, 43):
        with pytest.raises(TargetError, match="set-up-dhis2"):
            watch.build(dhis2)
        assert not sandbox.posted("/api/resourceTables/analytics")
    else:
        watch.build(dhis2)


def test_a_user_who_may_not_is_told_which_role_is_missing(sandbox: Sandbox, watch: Watch) -> None:
    with sandbox.state.lock:
        sandbox.state.add_user("nobody", "Secret-123", uid="NobodyAAAAA", roles=[])
    server = Dhis2Server(base_url=sandbox.url, username="nobody", password="Secret-123")

    with (
        server.client(patience=PATIENCE) as client,
        pytest.raises(TargetError, match=r"role 'openIMIS Analytics tables'.*stays"),
    ):
        watch.build(client)


def test_a_job_that_is_hidden_is_judged_by_its_notifications(
    sandbox: Sandbox, dhis2: Dhis2, watch: Watch
) -> None:
    sandbox.cues.add(path="/api/jobConfigurations", status=404, body={"status": "ERROR"})

    watch.build(dhis2)

    assert watch.told[-1].ending is Ending.COMPLETED


def test_a_definition_that_set_up_changes_is_not_answered_from_the_cache(
    ready: Sandbox, dhis2: Dhis2
) -> None:
    settled = (a_country(), choices(tblGender=GENDERS), places())
    [indicator, *_] = ready.metadata("programIndicators").values()
    whole = dhis2.get(f"/api/programIndicators/{indicator['id']}", {"fields": ":owner"})
    dhis2.post("/api/metadata", {}, {"programIndicators": [whole | {"filter": "true"}]})
    before = len(ready.posted("/api/maintenance"))

    set_up(dhis2, *settled)
    set_up(dhis2, *settled)

    assert len(ready.posted("/api/maintenance")) == before + 1
