"""The story of `make test-live`, told to the stand-in as far as it knows the requests."""

import re
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.__main__ import main, steps_of, story_of
from tests.live.context import Live
from tests.live.outcomes import Ending, NotAsItMustBeError, NotDoneError, Outcome, must
from tests.live.report import PAGE, Told, line, named_steps, sections, table, written
from tests.live.story import STEPS, Step, tell
from tests.support.sandbox import ADMIN, running_sandbox
from tests.system.demo_database import needs_demo_database

SHORT = ("explained", "first_compared", "first_again")
QUICK = (
    "set_up_again", "lists_and_singles", "explained", "first_compared", "first_again",
    "pages", "board_user", "repaired_compared", "forms",
)  # fmt: skip
NOT_OF_THE_STAND_IN = {
    "tokens", "first_by_token", "limited_token", "analytics", "figures", "regions",
    "everything_answers", "facility_figures", "district_figures", "board_figures",
    "values_and_persons", "values_as_adx", "payments_analytics", "payments_figures", "translations",
}  # fmt: skip
"""Steps that need what the stand-in does not model: tokens that users make, figures, ADX,
names in the language of a user."""
MOST = 40
"""Of so few people some figures count nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running_sandbox(version="2.42") as sandbox:
        sandbox.app.refuses_unrecorded = False  # the story asks more of a server than the product
        monkeypatch.setenv("DHIS2_URL", sandbox.url)
        monkeypatch.setenv("DHIS2_USER", ADMIN[0])
        monkeypatch.setenv("DHIS2_PASSWORD", ADMIN[1])
        monkeypatch.delenv("OPENIMIS_ODBC", raising=False)
        yield sandbox.url


@pytest.fixture
def live(prefect_server: None, address: str) -> Iterator[Live]:
    with story_of(Namespace(insurees=80, record=None, demo=False)) as live:
        yield live


def told_to(live: Live, steps: Sequence[Step]) -> dict[str, str]:
    """Return the steps that did not pass, and why."""
    outcomes = tell(live, lambda outcome: print(line(outcome)), steps)
    return {each.name: f"{each.ending}: {each.said}" for each in outcomes if not each.passed}


@pytest.mark.large
def test_the_beginning_of_the_story_is_told_of_a_few_people_to_the_stand_in(
    prefect_server: None, address: str
) -> None:
    with story_of(Namespace(insurees=20, record=None, demo=False)) as live:
        assert told_to(live, steps_of(SHORT)) == {}


@pytest.mark.large
@pytest.mark.timeout(900)
def test_the_story_is_told_to_the_stand_in(live: Live) -> None:
    assert told_to(live, steps_of(QUICK)) == {}


@pytest.mark.large
def test_every_cell_of_the_figures_of_a_sample_is_compared_with_sql(
    prefect_server: None, address: str
) -> None:
    with story_of(Namespace(insurees=60, record=None, demo=False)) as live:
        outcomes = tell(live, print, steps_of(["values_corrected"]))

    of_values = {each.name: each for each in outcomes if each.name.startswith("values")}
    assert {each.said for each in outcomes} == {""}
    assert int(of_values["values"].counts["figures"]) > MOST


@pytest.mark.large
def test_payments_arrive_in_the_stand_in_once_the_country_asks(
    prefect_server: None, address: str
) -> None:
    with story_of(Namespace(insurees=60, record=None, demo=False)) as live:
        assert told_to(live, steps_of(["payments_compared"])) == {}


@needs_demo_database[0]
@needs_demo_database[1]
@pytest.mark.large
def test_every_cell_of_the_figures_of_the_demo_database_is_compared_with_sql(
    prefect_server: None, address: str
) -> None:
    with story_of(Namespace(insurees=0, record=None, demo=True)) as live:
        outcomes = tell(live, print, steps_of(["values"]))

    assert {each.name: each.said for each in outcomes if each.said} == {}
    assert int(outcomes[-1].counts["cells compared"]) > 0


@pytest.mark.large
@pytest.mark.timeout(1200)
def test_all_that_the_stand_in_cannot_do_is_named_not_done(live: Live) -> None:
    failed = told_to(live, STEPS)

    assert failed.keys() == NOT_OF_THE_STAND_IN
    assert all(said.startswith(Ending.NOT_DONE) for said in failed.values())


def test_a_server_with_org_units_of_others_is_refused_and_left_alone(live: Live) -> None:
    unit = {"name": "A", "shortName": "A", "openingDate": "2020-01-01"}
    live.server.write("POST", "/api/organisationUnits", unit)
    live.server.proxy.exchanges.clear()

    [claim, plan] = tell(live, print, STEPS[:2])

    assert claim.ending is Ending.FAILED
    assert "1 org units that are not of test-live. Nothing was done to it" in claim.said
    assert plan.ending is Ending.NOT_DONE
    assert not [each for each in live.server.proxy.exchanges if each.writes]


def test_without_an_address_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DHIS2_URL", raising=False)

    assert main([]) == 2

    assert "DHIS2_URL" in capsys.readouterr().err


def test_nothing_that_is_recorded_holds_a_secret(
    prefect_server: None, address: str, tmp_path: Path
) -> None:
    with story_of(Namespace(insurees=40, record=tmp_path, demo=False)) as live:
        told_to(live, steps_of(["loader"]))
        secrets = [each.password for each in live.logins.values()]

    [file] = tmp_path.glob("*.jsonl")
    text = file.read_text()
    assert '"path": "/api/users"' in text
    assert not [
        secret for secret in secrets if secret and secret.startswith("Aa1-") and secret in text
    ]


def test_every_step_has_a_name_of_its_own_a_sentence_and_only_needs_earlier_ones() -> None:
    names = [step.name for step in STEPS]

    assert len(set(names)) == len(names)
    for number, step in enumerate(STEPS):
        assert step.title
        assert set(step.needs) <= set(names[:number]), step.name


def test_the_page_of_tested_servers_names_only_steps_that_there_are() -> None:
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""

    assert named_steps(page) <= {step.name for step in STEPS}
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in sections(page))


def passes(live: Live) -> dict[str, int | str]:
    """It passes."""
    return {"people": 1200}


def fails(live: Live) -> dict[str, int | str]:
    """It fails."""
    raise NotAsItMustBeError("two were found")


def cannot_be_done(live: Live) -> dict[str, int | str]:
    """It cannot be done."""
    raise NotDoneError("this server has none")


def ended() -> list[Outcome]:
    live: Any = SimpleNamespace(server=SimpleNamespace(proxy=SimpleNamespace(step="")))
    steps = (
        Step("one", passes),
        Step("two", fails),
        Step("three", passes, ("two",)),
        Step("four", cannot_be_done),
    )
    return tell(live, print, steps)


def test_what_failed_stops_only_what_needs_it() -> None:
    said = [(each.ending, each.said) for each in ended()]

    assert said == [
        (Ending.PASSED, ""),
        (Ending.FAILED, "two were found"),
        (Ending.NOT_DONE, "it needs two"),
        (Ending.NOT_DONE, "this server has none"),
    ]


def told_of(version: str, *outcomes: Outcome) -> Told:
    return Told(version, date(2026, 2, 3), "abc1234", "a sample", outcomes)


ONE = Outcome("one", "It passes", Ending.PASSED, 1.25, {"people": 1200, "by": "token"})
TWO = Outcome("two", "It fails", Ending.FAILED, 0.5, said="a | b")


def test_a_line_and_the_table_say_how_steps_ended() -> None:
    assert line(ONE) == "  passed    1.2 s  It passes: 1,200 people, by token"
    assert "DHIS2 2.42.5.2: 2 steps: 1 passed, 1 FAILED; 2 s" in table(
        told_of("2.42.5.2", ONE, TWO)
    )
    assert not told_of("2.42.5.2", ONE, TWO).passed


def test_a_run_writes_its_version_and_leaves_the_others() -> None:
    page = written(told_of("2.42.5.2", ONE, TWO), "")
    page = written(told_of("2.40.12", ONE), page)
    page = written(told_of("2.42.5.2", ONE), page)

    assert list(sections(page)) == ["2.40.12", "2.42.5.2"]
    assert named_steps(page) == {"one"}


def test_a_step_that_does_not_hold_says_so() -> None:
    must(True, "never said")
    with pytest.raises(NotAsItMustBeError, match="two"):
        must([], "two")
