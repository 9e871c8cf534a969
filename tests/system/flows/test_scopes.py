"""Scopes, dates and `until` choose what is posted; they never make the rest look deleted."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date

import pytest

from staging.layout import Run
from staging.runs import recall
from tests.support.scheme.by_flows import FlowScheme

pytestmark = pytest.mark.large


def live(scheme: FlowScheme) -> Counter[str]:
    sandbox = scheme.sandbox
    return Counter(
        {
            "people": len(list(sandbox.tracked_entities())),
            "enrollments": len(list(sandbox.enrollments())),
            "events": len(list(sandbox.events())),
        }
    )


@pytest.mark.ci
def test_a_plan_posts_nothing(scheme: FlowScheme) -> None:
    mark = len(scheme.written())

    state = scheme.sync(run_id="plan", until="transform")

    assert state.is_completed()
    assert scheme.written()[mark:] == []
    assert live(scheme).total() == 0


def test_a_validation_posts_only_what_dhis2_does_not_write(scheme: FlowScheme) -> None:
    mark = len(scheme.written())

    state = scheme.sync(run_id="plan", until="validate")

    assert state.is_completed()
    assert [each["query"]["importMode"] for each in scheme.written()[mark:]] == ["VALIDATE"]
    assert live(scheme).total() == 0


def test_a_plan_can_be_loaded_afterwards(scheme: FlowScheme) -> None:
    scheme.sync(run_id="plan", until="transform")

    scheme.sync(run_id="plan")

    assert live(scheme)["people"] > 0


def test_one_scope_after_the_other_brings_the_same_as_all_at_once(scheme: FlowScheme) -> None:
    for scope in ("optionset", "orgunit", "insuree"):
        scheme.sync(run_id=scope, scopes=[scope])
    people_only = live(scheme)
    for scope in ("policy", "claim"):
        scheme.sync(run_id=scope, scopes=[scope])
    mark = len(scheme.written())

    scheme.sync(run_id="all")

    assert people_only["people"] > 0
    assert people_only["events"] == 0
    assert scheme.written()[mark:] == []


def test_claims_alone_bring_the_people_that_they_name_and_nobody_else(scheme: FlowScheme) -> None:
    scheme.sync(run_id="claims", scopes=["claim"])
    claims = live(scheme)

    scheme.sync(run_id="all")

    assert 0 < claims["people"] < live(scheme)["people"]


def test_a_window_before_everything_posts_nothing_and_deletes_nothing(scheme: FlowScheme) -> None:
    scheme.sync(run_id="first")
    held = live(scheme)
    scheme.next_day(day=date(2026, 1, 2))

    scheme.sync(run_id="window", changed_from=date(1990, 1, 1), changed_to=date(1990, 1, 2))

    assert live(scheme) == held


def test_what_a_window_left_out_comes_with_the_next_run(scheme: FlowScheme) -> None:
    scheme.sync(run_id="window", changed_from=date(2025, 12, 1))
    part = live(scheme)

    scheme.sync(run_id="all")

    assert part["events"] < live(scheme)["events"]


def rename_everything(scheme: FlowScheme) -> None:
    """Give every place, facility and product another name."""
    with closing(sqlite3.connect(scheme.database)) as database:
        for table, column in (
            ("tblLocations", "LocationName"), ("tblHF", "HFName"), ("tblProduct", "ProductName"),
        ):  # fmt: skip
            database.execute(f'UPDATE "{table}" SET "{column}" = "{column}" || ?', (" anew",))
        database.commit()


def renamed(scheme: FlowScheme) -> dict[str, int]:
    """Return how many org units and options have their new name in DHIS2."""
    return {
        kind: sum(
            "anew" in str(each.get("name")) for each in scheme.sandbox.metadata(kind).values()
        )
        for kind in ("organisationUnits", "options")
    }


@pytest.mark.parametrize(
    ("scope", "chosen"),
    [("orgunit", "organisationUnits"), ("optionset", "options"), ("claim", None)],
)
def test_scopes_choose_org_units_and_options_too(
    scheme: FlowScheme, scope: str, chosen: str | None
) -> None:
    scheme.sync(run_id="first")
    rename_everything(scheme)

    scheme.sync(run_id="second", scopes=[scope])
    found = renamed(scheme)
    scheme.sync(run_id="all")

    assert {kind for kind, count in found.items() if count} == ({chosen} if chosen else set())
    assert all(renamed(scheme).values())


def test_what_was_not_asked_is_nothing_in_run_json_and_not_the_word_none(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="open-ended", until="transform", changed_from=date(2020, 1, 1))

    text = Run(scheme.staging_root, "open-ended").run_file.read_text()
    record = recall(Run(scheme.staging_root, "open-ended"))
    assert "None" not in text
    assert (record.changed_from, record.changed_to) == (date(2020, 1, 1), None)
