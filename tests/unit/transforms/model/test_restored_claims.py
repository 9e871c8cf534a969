"""A rejected claim that was entered again is one bill with the new claim: the newest one counts."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.builders import deleted, history_of, snapshot, uuid
from tests.support.reading import Row, read
from transforms.core.errors import CountryError
from transforms.core.fields import Treatment
from transforms.model.desired import desired
from transforms.model.options import options
from transforms.model.privacy import policy_of
from transforms.model.resources import CLAIM_ENROLLMENTS, CLAIM_EVENTS, CLAIM_ITEMS, CLAIM_SERVICES
from transforms.openimis.country import Country, Root, country_of
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.package.metadata import package

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
KEY = "a key of the ministry that is long enough"
FILE = Path(__file__).parents[4] / "docs/countries/restored-claims.toml"
ASKING = country_of(tomllib.loads(FILE.read_text()), FILE.name)
SILENT = Country(root=ROOT)
REPLACING = "Replacing claims"
REJECTED = {"ClaimStatus": 1}
RESOURCES = (CLAIM_EVENTS, CLAIM_SERVICES, CLAIM_ITEMS)

Claims = Sequence[Mapping[str, Any]]


def found(source: Tables, country: Country = ASKING) -> dict[str, list[Row]]:
    frames = desired(
        register_of(source), as_of=dt.date(2023, 12, 31), country=country, pseudonym_key=KEY,
        window=None,
    )  # fmt: skip
    return {each.name: read(frames[each.name], each) for each in (*RESOURCES, CLAIM_ENROLLMENTS)}


def replaced(claims: Claims, country: Country = ASKING) -> dict[int, str | None]:
    """Return the number of a claim to how many stand in its place; each event says the same."""
    rows = found(snapshot(Claim=claims, Insuree=[{}, {}]), country)[CLAIM_EVENTS.name]
    numbers = {uuid("tblClaim", number): number for number in range(1, 10)}
    by_claim = {numbers[row["parent"]]: row[REPLACING] for row in rows}
    assert len({(row["parent"], row[REPLACING]) for row in rows}) == len(by_claim)
    return by_claim


def restoring(key: int, **changes: Any) -> dict[str, Any]:
    return {"RestoredClaim": key} | changes


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param([REJECTED, restoring(1)], {1: "1", 2: None}, id="once"),
        pytest.param(
            [REJECTED, restoring(1, **REJECTED), restoring(1)],
            {1: "2", 2: "1", 3: None},
            id="twice, the second time after another rejection",
        ),
        pytest.param(
            [REJECTED, restoring(1, **REJECTED), restoring(2)],
            {1: "1", 2: "1", 3: None},
            id="a claim that restored one is restored itself",
        ),
        pytest.param([REJECTED, restoring(1) | deleted()], {1: None}, id="by one that was deleted"),
        pytest.param(
            [REJECTED, restoring(1, InsureeID=2)], {1: None, 2: None}, id="by one of another person"
        ),
        pytest.param(
            [REJECTED, restoring(9), history_of(1, ClaimID=9)], {1: "1", 2: None}, id="as a copy"
        ),
        pytest.param([{}, {}], {1: None, 2: None}, id="not at all"),
    ],
)  # fmt: skip
def test_a_claim_says_how_many_stand_in_its_place_where_it_was_restored(
    claims: Claims, expected: dict[int, str | None]
):
    assert replaced(claims) == expected


def test_both_claims_stay_current_and_are_sent_and_the_new_one_names_the_old():
    """OpenIMIS makes a new claim of a rejected one, and changes nothing of the rejected one."""
    rows = found(snapshot(Claim=[REJECTED, restoring(1)]))

    assert len(rows[CLAIM_ENROLLMENTS.name]) == 2
    names = {row["parent"]: row["Restored from claim"] for row in rows[CLAIM_EVENTS.name]}
    assert names == {uuid("tblClaim", 1): None, uuid("tblClaim", 2): uuid("tblClaim", 1)}


def test_the_lines_of_a_claim_say_it_too():
    lines: dict[str, Any] = {
        "ClaimServices": [{"ClaimID": 1}, {"ClaimID": 2}],
        "ClaimItems": [{"ClaimID": 1}, {"ClaimID": 2}],
    }

    rows = found(snapshot(Claim=[REJECTED, restoring(1)], **lines))

    for each in (CLAIM_SERVICES, CLAIM_ITEMS):
        assert {row["parent"]: row[REPLACING] for row in rows[each.name]} == {
            uuid("tblClaim", 1): "1",
            uuid("tblClaim", 2): None,
        }


def test_nothing_of_it_is_made_unless_the_country_file_asks():
    assert replaced([REJECTED, restoring(1)], SILENT) == {1: None, 2: None}


def test_it_leaves_with_the_claim_that_is_restored_and_by_no_name_of_its_own():
    assert policy_of(ASKING)["replacing_claims"] is Treatment.SEND
    assert policy_of(SILENT)["replacing_claims"] is Treatment.DROP
    with pytest.raises(CountryError, match=REPLACING):
        policy_of(Country(root=ROOT, privacy={REPLACING: Treatment.SEND}))


def test_a_claim_waits_where_nobody_can_read_whose_the_claim_is_that_restores_it():
    source = dict(snapshot(Claim=[REJECTED, restoring(1)], ClaimItems=[{"ClaimID": 1}]))
    is_new = pl.col("ClaimID") == 2
    source["tblClaim"] = source["tblClaim"].with_columns(
        pl.when(~is_new).then("InsureeID").alias("InsureeID"),
        pl.when(is_new).then(pl.lit("InsureeID")).alias(UNREADABLE),
    )

    rows = found(source)

    for each in (CLAIM_EVENTS, CLAIM_ITEMS):
        old = [row for row in rows[each.name] if row["parent"] == uuid("tblClaim", 1)]
        assert [row["faults"] for row in old] == [["source_row_unreadable"]] * len(old)
        assert old
    [enrollment] = [
        row for row in rows[CLAIM_ENROLLMENTS.name] if row["key"] == uuid("tblClaim", 1)
    ]
    assert enrollment["faults"] == []


@pytest.mark.parametrize(("country", "counted"), [(SILENT, "twice"), (ASKING, "once")])
def test_figures_count_a_bill_once_where_the_country_sends_what_was_restored(
    country: Country, counted: str
):
    known = options(register_of(snapshot())).collect()

    rows = package(known, country)["programIndicators"]

    of_claims = [row for row in rows if row["program"]["id"] == "vPjOO7Jl6jC"]
    conditions = ["firstNonNull" in row["filter"] for row in of_claims]
    others = [row for row in rows if row not in of_claims]
    assert of_claims
    assert all(conditions) if counted == "once" else not any(conditions)
    assert not any("firstNonNull(#{J6HPLSiv7Ij" in row["filter"] for row in others)
