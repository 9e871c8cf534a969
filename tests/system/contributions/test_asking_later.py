"""A country that asks for payments after its first load: set-up has to make room for them first."""

from collections.abc import Iterator

import pytest

from staging.rejects import read_rejects
from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.support.scheme import COUNTRY
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import tracker
from tests.system.contributions.conftest import GIVEN, PayingScheme
from transforms.model.tables.programs import CONTRIBUTION_STAGE, FUNDING_PROGRAM, FUNDING_STAGE

ASKING_FOR_BOTH = f"contributions = true\nfunding = true\n{COUNTRY}"
STAGES = {CONTRIBUTION_STAGE.uid, FUNDING_STAGE.uid}


@pytest.fixture(scope="module", params=["2.40", "2.42"])
def silent_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PayingScheme]:
    with running_sandbox(version=request.param, users=[LOADER_USER]) as sandbox:
        yield PayingScheme(tmp_path_factory.mktemp("silent"), sandbox, COUNTRY, *GIVEN)


@pytest.fixture
def silent(silent_once: PayingScheme) -> PayingScheme:
    silent_once.back_to(silent_once.after_first)
    silent_once.country = COUNTRY
    return silent_once


def payments_in_dhis2(scheme: PayingScheme) -> set[str]:
    """The stages of which DHIS2 has events, among those of payments."""
    events = tracker(scheme.sandbox)["events"].values()
    return {row["programStage"] for row in events} & STAGES


def test_a_country_that_says_nothing_has_neither_stage_nor_program_nor_option_set(
    silent: PayingScheme,
):
    metadata = silent.sandbox.metadata

    assert metadata("programStages").keys().isdisjoint(STAGES)
    assert FUNDING_PROGRAM.uid not in metadata("programs")
    assert not {"Pay type", "Payer type"} & {
        each["name"] for each in metadata("optionSets").values()
    }
    assert payments_in_dhis2(silent) == set()


def test_before_set_up_the_payments_wait_and_nothing_else_does(silent: PayingScheme):
    silent.country = ASKING_FOR_BOTH
    silent.next_day(seed=1)

    silent.bring("asking")

    rejects = read_rejects(silent.run("asking")).collect()
    waiting = rejects.filter(reason="program_stage_not_open")["resource"].unique().to_list()
    waiting += rejects.filter(reason="program_not_open")["resource"].unique().to_list()
    assert sorted(waiting) == ["contributions", "funding"]
    assert payments_in_dhis2(silent) == set()
    assert_acknowledged_is_held(silent)


def test_after_set_up_all_of_them_come(silent: PayingScheme):
    silent.country = ASKING_FOR_BOTH
    silent.set_up()

    silent.bring("asking")

    assert payments_in_dhis2(silent) == STAGES
    assert_acknowledged_is_held(silent)
    program = silent.sandbox.metadata("programs")[FUNDING_PROGRAM.uid]
    assert program["programType"] == "WITHOUT_REGISTRATION"


def test_set_up_a_second_time_writes_nothing(silent: PayingScheme):
    silent.country = ASKING_FOR_BOTH
    silent.set_up()
    before = silent.writes()

    silent.set_up()

    assert silent.writes() == before


def test_set_up_of_a_country_that_asks_no_longer_takes_nothing_away(silent: PayingScheme):
    silent.country = ASKING_FOR_BOTH
    silent.set_up()
    silent.country = COUNTRY

    silent.set_up()

    assert silent.sandbox.metadata("programStages").keys() >= STAGES
    stages = silent.sandbox.metadata("programs")["IR5BiEXrBD7"]["programStages"]
    assert CONTRIBUTION_STAGE.uid in {each["id"] for each in stages}
