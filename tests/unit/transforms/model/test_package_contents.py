"""Packages of services and items: the price is the line's, and what was given stands beside it."""

import datetime as dt
import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.figures.snapshots import made_of
from tests.support.builders import deleted, history_of, snapshot
from tests.support.openimis_sample import sample, write_sqlite
from tests.support.reading import Row, read
from transforms.core.fields import Treatment
from transforms.model.desired import desired
from transforms.model.resources import CLAIM_EVENTS, CLAIM_SERVICES
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country, Root, country_of
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE

COUNTRIES = Path(__file__).parents[4] / "docs/countries"
ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
KEY = "a key of the ministry that is long enough"
TODAY = dt.date(2026, 1, 1)
SERVICES, ITEMS = "Services in package", "Items in package"
QUANTITIES = ("Quantity of services in package", "Quantity of items in package")
ASKING = Country(root=ROOT, privacy=dict.fromkeys((SERVICES, ITEMS, *QUANTITIES), Treatment.SEND))
SILENT = Country(root=ROOT)
TABLES = {"tblClaimServicesService", "tblClaimServicesItems"}
CHECKED = 4

Contents = Sequence[Mapping[str, Any]]


def of(source: Tables, country: Country = ASKING) -> list[Row]:
    frames = desired(
        register_of(source), as_of=TODAY, country=country, pseudonym_key=KEY, window=None
    )
    return read(frames[CLAIM_SERVICES.name], CLAIM_SERVICES)


def package(services: Contents = (), items: Contents = (), **tables: Any) -> Tables:
    """A claim of one package, with these contents; the price of the package is 500."""
    line = {"QtyProvided": Decimal(1), "PriceAsked": Decimal(500)}
    listed = {"Services": [{"ServCode": "P1"}, {"ServCode": "S2"}, {"ServCode": "S1"}]}
    return snapshot(
        Claim=[{"ClaimStatus": CHECKED}],
        ClaimServices=[line],
        ClaimServicesService=[{"claimServiceID": 1, "qty_displayed": 1} | row for row in services],
        ClaimServicesItems=[{"ClaimServiceID": 1, "qty_displayed": 1} | row for row in items],
        **({**listed, "Items": [{"ItemCode": "I1"}]} | tables),
    )


def test_a_package_says_what_was_given_and_how_much():
    services = [{"ServiceId": 2, "qty_displayed": 2}, {"ServiceId": 3}]
    source = package(services, [{"ItemID": 1, "qty_displayed": 12}])

    [line] = of(source)

    assert (line[SERVICES], line[ITEMS]) == ("S1 x 1; S2 x 2", "I1 x 12")
    assert [line[name] for name in QUANTITIES] == ["3", "12"]
    assert (line["faults"], line["notes"]) == ([], [])


def test_one_thing_in_two_rows_is_listed_once():
    [line] = of(package([{"ServiceId": 2}, {"ServiceId": 2, "qty_displayed": 3}]))

    assert line[SERVICES] == "S2 x 4"


@pytest.mark.parametrize(
    ("entered", "listed", "quantity"),
    [
        pytest.param({"qty_displayed": 0, "qty_provided": 2}, None, None, id="nothing was given"),
        pytest.param({"qty_displayed": None, "qty_provided": 2}, "S2 x 2", "2", id="as defined"),
        pytest.param({"qty_displayed": None}, None, None, id="nobody knows how much"),
        pytest.param(
            {"qty_displayed": 3, "qty_provided": 2}, "S2 x 3", "3", id="more than defined"
        ),
    ],
)
def test_how_much_was_given_is_what_the_facility_entered(
    entered: Any, listed: str | None, quantity: str | None
):
    [line] = of(package([{"ServiceId": 2} | entered]))

    assert (line[SERVICES], line[QUANTITIES[0]]) == (listed, quantity)


def test_contents_change_no_amount_of_the_line_or_the_claim():
    contents = ([{"ServiceId": 2}], [{"ItemID": 1, "qty_displayed": 40}])
    amounts = ("Service price", "Service quantity", "Adjusted amount - Service")

    [bare], [full] = of(package()), of(package(*contents))

    assert [full[name] for name in amounts] == [bare[name] for name in amounts]
    assert full["Service price"] == "500"
    for source in (package(), package(*contents)):
        frames = desired(
            register_of(source), as_of=TODAY, country=ASKING, pseudonym_key=KEY, window=None
        )
        events = read(frames[CLAIM_EVENTS.name], CLAIM_EVENTS)
        assert {row["Claim amount"] for row in events} == {"500"}


def test_a_code_that_openimis_does_not_have_is_left_out_and_the_line_counts():
    [line] = of(package([{"ServiceId": 99, "qty_displayed": 2}, {"ServiceId": 2}]))

    assert (line[SERVICES], line[QUANTITIES[0]]) == ("S2 x 1", "3")
    assert line["notes"] == ["services_in_package_unknown"]
    assert line["faults"] == []


def test_contents_may_name_copies_and_deleted_entries_of_the_list():
    listed = [{"ServCode": "P1"}, {"ServCode": "S2"} | deleted(), history_of(2, ServCode="OLD")]

    [line] = of(package([{"ServiceId": 2}, {"ServiceId": 3}], Services=listed))

    assert line[SERVICES] == "S2 x 2"


def test_nothing_of_packages_is_read_or_sent_unless_the_country_file_asks():
    [line] = of(package([{"ServiceId": 99}]), SILENT)

    assert [line[name] for name in (SERVICES, ITEMS, *QUANTITIES)] == [None] * 4
    assert line["notes"] == []
    assert TABLES.isdisjoint(selected_columns(SILENT))
    assert TABLES.issubset(selected_columns(ASKING))


def test_a_country_may_send_how_much_and_not_what():
    country = Country(root=ROOT, privacy={QUANTITIES[0]: Treatment.SEND})

    [line] = of(package([{"ServiceId": 2, "qty_displayed": 5}, {"ServiceId": 99}]), country)

    assert (line[SERVICES], line[QUANTITIES[0]], line["notes"]) == (None, "6", [])
    assert {name for name in selected_columns(country) if name in TABLES} == {
        "tblClaimServicesService"
    }


def test_an_openimis_without_packages_gives_nothing():
    older = {name: rows for name, rows in package().items() if name not in TABLES}

    [line] = of(older)

    assert (line[SERVICES], line["faults"]) == (None, [])
    assert not any(each.required for name in TABLES for each in selected_columns(ASKING)[name])


@pytest.mark.parametrize("column", ["qty_displayed", "ServiceId", "idCss"])
def test_a_line_waits_where_what_was_given_cannot_be_read(column: str):
    source = dict(package([{"ServiceId": 2}]))
    rows = source["tblClaimServicesService"]
    source["tblClaimServicesService"] = rows.with_columns(
        pl.lit(None, rows.collect_schema()[column]).alias(column),
        pl.lit(column).alias(UNREADABLE),
    )

    [line] = of(source)

    assert line["faults"] == ["source_row_unreadable"]


# --- a sample as a country has it, counted in SQL ---


def counted(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return sample(150, seed=11, level="1.11", as_of=TODAY, defects=False, country="packages")


@pytest.fixture(scope="module")
def path(tables: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("packages") / "openimis.db"
    write_sqlite(tables, found)
    return found


@pytest.fixture(scope="module")
def sent(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    content = tomllib.loads((COUNTRIES / "packages.toml").read_text())
    country = country_of(content, "packages.toml")
    frames = desired(
        register_of(made_of(tables)), as_of=TODAY, country=country, pseudonym_key=KEY, window=None
    )
    return {name: frame.collect() for name, frame in frames.items()}


LINES = """
SELECT L.ClaimServiceID, C.CODES, C.QUANTITY
FROM tblClaimServices L JOIN tblClaim K ON K.ClaimID = L.ClaimID
JOIN (
  SELECT line, group_concat(code || ' x ' || quantity, '; ') CODES, sum(quantity) QUANTITY
  FROM (
    SELECT P.{line} line, T.{code} code, sum(P.qty_displayed) quantity
    FROM {contents} P JOIN {listed} T ON T.{key} = P.{thing}
    WHERE P.qty_displayed > 0 GROUP BY 1, 2 ORDER BY 1, 2
  ) GROUP BY line
) C ON C.line = L.ClaimServiceID
WHERE L.ValidityTo IS NULL AND K.ValidityTo IS NULL ORDER BY 1
"""
OF_SERVICES = {
    "line": "claimServiceID", "thing": "ServiceId", "contents": "tblClaimServicesService",
    "listed": "tblServices", "key": "ServiceID", "code": "ServCode",
}  # fmt: skip
OF_ITEMS = {
    "line": "ClaimServiceID", "thing": "ItemID", "contents": "tblClaimServicesItems",
    "listed": "tblItems", "key": "ItemID", "code": "ItemCode",
}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "key"), [(OF_SERVICES, "package_services"), (OF_ITEMS, "package_items")]
)
def test_of_a_whole_openimis_each_line_has_what_sql_finds(
    names: dict[str, str], key: str, path: Path, sent: dict[str, pl.DataFrame]
):
    expected = counted(path, LINES.format(**names))

    lines = sent["claim_services"].drop_nulls(f"{key}_quantity")
    found = lines.select(
        pl.col("key").cast(pl.Int64), key, pl.col(f"{key}_quantity").cast(pl.Int64)
    )

    assert len(expected) > 50
    assert found.sort("key").rows() == expected


CLAIMED = """
SELECT K.ClaimUUID, sum(L.amount) FROM tblClaim K JOIN (
  SELECT ClaimID, CAST(round(QtyProvided * PriceAsked * 100) AS INTEGER) amount
  FROM tblClaimServices WHERE ValidityTo IS NULL
  UNION ALL
  SELECT ClaimID, CAST(round(QtyProvided * PriceAsked * 100) AS INTEGER)
  FROM tblClaimItems WHERE ValidityTo IS NULL
) L ON L.ClaimID = K.ClaimID
WHERE K.ValidityTo IS NULL GROUP BY 1 ORDER BY 1
"""


def test_of_a_whole_openimis_a_package_counts_once_in_what_was_claimed(
    path: Path, sent: dict[str, pl.DataFrame]
):
    expected = counted(path, CLAIMED)

    entered = sent["claim_events"].filter(pl.col("claim_status") == "Entered")
    cents = (pl.col("claim_claimed_amount").cast(pl.Float64) * 100).round().cast(pl.Int64)

    assert entered.select("parent", cents).sort("parent").rows() == expected
