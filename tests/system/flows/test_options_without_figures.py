"""A product that is newer than the last set-up has no figures: the run says so, until it has."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from tests.support.scheme.by_flows import FlowScheme

REASON = "option_without_figures"


def add_products(scheme: FlowScheme, codes: Iterable[str]) -> None:
    """Add products like the first one, with other codes."""
    with closing(sqlite3.connect(scheme.database)) as database, database:
        for number, code in enumerate(codes, start=1):
            database.executescript(
                f"""CREATE TEMP TABLE another AS
                  SELECT * FROM "tblProduct" WHERE "ValidityTo" IS NULL LIMIT 1;
                UPDATE another SET "ProdID" = 90000000 + {number}, "ProductCode" = '{code}',
                  "ProductName" = 'Product {code}', "LegacyID" = NULL,
                  "ProdUUID" = '00000000-0000-4000-8000-00000000000{number}';
                INSERT INTO "tblProduct" SELECT * FROM another;
                DROP TABLE another;"""
            )


def change_a_person(scheme: FlowScheme, gender: str) -> None:
    """Let there be something to post."""
    with closing(sqlite3.connect(scheme.database)) as database, database:
        database.execute(
            'UPDATE "tblInsuree" SET "Gender" = ? WHERE "InsureeID" IN ('
            'SELECT "InsureeID" FROM "tblInsuree" WHERE "ValidityTo" IS NULL LIMIT 9)',
            (gender,),
        )


def said(scheme: FlowScheme, run_id: str) -> list[dict[str, Any]]:
    summary = json.loads((scheme.staging_root / "runs" / run_id / "summary.json").read_text())
    return [each for each in summary["rejects"] if each["reason"] == REASON]


def test_products_newer_than_set_up_are_counted_until_set_up_has_made_their_figures(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first")
    add_products(scheme, ["NEW1", "NEW2"])
    change_a_person(scheme, "F")
    scheme.sync(run_id="second")
    scheme.set_up()
    change_a_person(scheme, "M")
    scheme.sync(run_id="third")

    assert said(scheme, "first") == said(scheme, "third") == []
    [note] = said(scheme, "second")
    assert (note["stage"], note["resource"], note["count"]) == ("note", "options", 2)
    assert "Run set-up-dhis2" in note["hint"]
    listed = (
        scheme.staging_root / "runs" / "second" / "rejects" / "options.figures.csv"
    ).read_text()
    assert listed.count("tblProduct") == 2
