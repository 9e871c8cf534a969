"""Notes and what is counted only are counted every night, and not listed."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import polars as pl
import pytest

from flows.explain import explain
from tests.support.scheme.by_flows import FlowScheme

REASON = "education_unknown"
WORKER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def noted_scheme(scheme: FlowScheme) -> FlowScheme:
    """Two people have an education that is in no list."""
    with closing(sqlite3.connect(scheme.database)) as database, database:
        keys = database.execute(
            'SELECT "InsureeID" FROM "tblInsuree" WHERE "ValidityTo" IS NULL '
            'ORDER BY "InsureeID" LIMIT 2'
        ).fetchall()
        database.executemany('UPDATE "tblInsuree" SET "Education" = 99 WHERE "InsureeID" = ?', keys)
    return scheme


@pytest.fixture
def scheme_with_others(noted_scheme: FlowScheme) -> FlowScheme:
    """One more is nowhere, and one is a fund."""
    with closing(sqlite3.connect(noted_scheme.database)) as database, database:
        for number, chfid in enumerate(("worker", "999999999"), start=1):
            database.executescript(
                f"""CREATE TEMP TABLE another AS
                  SELECT * FROM "tblInsuree" ORDER BY "InsureeID" LIMIT 1;
                UPDATE another SET "InsureeID" = 90000000 + {number}, "CHFID" = '{chfid}',
                  "InsureeUUID" = '00000000-0000-4000-8000-00000000000{number}', "FamilyID" = 0,
                  "CurrentVillage" = 0, "Education" = NULL, "ValidityTo" = NULL, "LegacyID" = NULL;
                INSERT INTO "tblInsuree" SELECT * FROM another;
                DROP TABLE another;"""
            )
    return noted_scheme


def counted_only(scheme: FlowScheme, run_id: str) -> dict[tuple[str, str], int]:
    summary = json.loads((scheme.staging_root / "runs" / run_id / "summary.json").read_text())
    counted = [each for each in summary["rejects"] if each["stage"] == "counted only"]
    return {(each["resource"], each["reason"]): each["count"] for each in counted}


def notes(scheme: FlowScheme, run_id: str) -> pl.DataFrame:
    file = scheme.staging_root / "runs" / run_id / "rejects" / "tracked_entities.csv"
    return pl.read_csv(file, infer_schema=False).filter(stage="note", reason=REASON)


def counted(scheme: FlowScheme, run_id: str) -> list[dict[str, Any]]:
    summary = json.loads((scheme.staging_root / "runs" / run_id / "summary.json").read_text())
    return [each for each in summary["rejects"] if each["reason"] == REASON]


@pytest.mark.large
@pytest.mark.ci
def test_a_note_is_written_on_the_day_its_person_is_sent_and_counted_on_every_other(
    scheme_with_others: FlowScheme,
) -> None:
    noted_scheme = scheme_with_others
    noted_scheme.sync(run_id="first")
    noted_scheme.sync(run_id="second")

    assert notes(noted_scheme, "first").height == 2
    assert notes(noted_scheme, "second").height == 0
    assert [each["count"] for each in counted(noted_scheme, "first")] == [2]
    assert [each["count"] for each in counted(noted_scheme, "second")] == [2]
    assert "correct it in openIMIS" in counted(noted_scheme, "second")[0]["hint"]
    # Of who is nowhere (the sample has one more, with a policy), and of funds, there is one line.
    for run_id in ("first", "second"):
        assert counted_only(noted_scheme, run_id) == {
            ("openimis_rows", "insuree_excluded"): 1,
            ("tracked_entities", "no_place"): 2,
            ("insuree_enrollments", "no_place"): 2,
            ("policy_events", "no_place"): 5,
        }
        file = noted_scheme.staging_root / "runs" / run_id / "rejects" / "tracked_entities.csv"
        assert "no_place" not in file.read_text()
    assert "no_place" in explain(WORKER, "ministry", noted_scheme.staging_root)


@pytest.mark.large
def test_a_person_who_changes_is_noted_again_and_nobody_else(noted_scheme: FlowScheme) -> None:
    noted_scheme.sync(run_id="first")
    with closing(sqlite3.connect(noted_scheme.database)) as database, database:
        first = 'SELECT min("InsureeID") FROM "tblInsuree" WHERE "Education" = 99'
        other = "CASE \"Marital\" WHEN 'D' THEN 'W' ELSE 'D' END"
        database.execute(
            f'UPDATE "tblInsuree" SET "Marital" = {other} WHERE "InsureeID" = ({first})'
        )
    noted_scheme.sync(run_id="second")

    assert notes(noted_scheme, "second").height == 1
    assert [each["count"] for each in counted(noted_scheme, "second")] == [2]
