"""The sample is sound, has the proportions of life, and is the same every time."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.support.openimis_sample import LEVELS, sample, schema
from tests.support.openimis_sample.chance import Chance
from tests.support.openimis_sample.defects import DEFECTS, Workbench
from tests.support.openimis_sample.plan import Plan
from tests.support.openimis_sample.tests.conftest import AS_OF, Tables

CURRENT = pl.col("ValidityTo").is_null()
HISTORY = pl.col("LegacyID").is_not_null()

REFERENCES = [
    ("tblLocations", "ParentLocationId", "tblLocations"),
    ("tblHF", "LocationId", "tblLocations"),
    ("tblHF", "LegalForm", "tblLegalForms"),
    ("tblHF", "HFSublevel", "tblHFSublevel"),
    ("tblFamilies", "LocationId", "tblLocations"),
    ("tblFamilies", "InsureeID", "tblInsuree"),
    ("tblFamilies", "FamilyType", "tblFamilyTypes"),
    ("tblFamilies", "ConfirmationType", "tblConfirmationTypes"),
    ("tblInsuree", "FamilyID", "tblFamilies"),
    ("tblInsuree", "HFID", "tblHF"),
    ("tblInsuree", "Gender", "tblGender"),
    ("tblInsuree", "Profession", "tblProfessions"),
    ("tblInsuree", "Education", "tblEducations"),
    ("tblInsuree", "Relationship", "tblRelations"),
    ("tblInsuree", "TypeOfId", "tblIdentificationTypes"),
    ("tblPolicy", "FamilyID", "tblFamilies"),
    ("tblPolicy", "ProdID", "tblProduct"),
    ("tblPolicy", "OfficerID", "tblOfficer"),
    ("tblInsureePolicy", "InsureeID", "tblInsuree"),
    ("tblInsureePolicy", "PolicyId", "tblPolicy"),
    ("tblPremium", "PolicyID", "tblPolicy"),
    ("tblProduct", "LocationId", "tblLocations"),
    ("tblClaim", "InsureeID", "tblInsuree"),
    ("tblClaim", "HFID", "tblHF"),
    ("tblClaim", "ClaimAdminId", "tblClaimAdmin"),
    ("tblClaim", "ICDID", "tblICDCodes"),
    ("tblClaim", "ICDID1", "tblICDCodes"),
    ("tblClaim", "ICDID2", "tblICDCodes"),
    ("tblClaim", "RunID", "tblBatchRun"),
    ("tblClaimItems", "ClaimID", "tblClaim"),
    ("tblClaimItems", "ItemID", "tblItems"),
    ("tblClaimItems", "ProdID", "tblProduct"),
    ("tblClaimItems", "PolicyID", "tblPolicy"),
    ("tblClaimServices", "ClaimID", "tblClaim"),
    ("tblClaimServices", "ServiceID", "tblServices"),
    ("tblClaimAdmin", "HFId", "tblHF"),
    ("tblBatchRun", "LocationId", "tblLocations"),
    ("tblOfficer", "LocationId", "tblLocations"),
]
VERSIONED = [
    "tblLocations", "tblHF", "tblFamilies", "tblInsuree", "tblPolicy", "tblInsureePolicy",
    "tblClaim", "tblClaimItems", "tblClaimServices", "tblProduct", "tblItems", "tblServices",
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "to"), REFERENCES)
def test_every_reference_of_the_sound_sample_has_its_row(
    sound_tables: Tables, table: str, column: str, to: str
) -> None:
    named = sound_tables[table][column].drop_nulls().unique()

    assert named.len() > 0
    assert named.is_in(sound_tables[to][schema.key(to)].implode()).all()


@pytest.mark.parametrize("table", VERSIONED)
def test_every_version_names_a_row_that_is_no_version(sound_tables: Tables, table: str) -> None:
    key = schema.key(table)
    versions, others = (sound_tables[table].filter(part) for part in (HISTORY, ~HISTORY))

    assert versions.height > 0
    assert versions["LegacyID"].is_in(others[key].implode()).all()
    assert versions["ValidityTo"].null_count() == 0


def test_keys_and_uuids_are_there_once(tables: Tables, level: str) -> None:
    for table in schema.tables(level):
        unique = [schema.key(table), *filter(None, [schema.uuid_column(table)])]
        for column in unique:
            assert tables[table][column].is_unique().all(), (table, column)
            assert tables[table][column].null_count() == 0, (table, column)


def test_columns_are_those_of_the_level_and_the_required_ones_are_filled(
    tables: Tables, level: str
) -> None:
    for table, frame in tables.items():
        columns = schema.columns(table, level)
        assert frame.columns == [column.name for column in columns]
        assert frame.dtypes == [column.kind.polars for column in columns]
        for column in columns:
            assert column.nullable or frame[column.name].null_count() == 0, (table, column.name)


def test_the_newer_level_has_the_newer_columns() -> None:
    older, newer = (sample(20, seed=1, level=level, as_of=AS_OF) for level in LEVELS)

    assert "status" in newer["tblInsuree"].columns
    assert "status" not in older["tblInsuree"].columns
    assert "RowID" in older["tblPremium"].columns
    assert "RowID" not in newer["tblPremium"].columns
    assert (older["tblInsuree"]["CurrentVillage"] == 0).any()
    assert not (newer["tblInsuree"]["CurrentVillage"] == 0).any()
    assert "tblInsureeStatusReason" not in older


def test_persons_are_as_many_as_asked_and_five_a_family(sound_tables: Tables) -> None:
    persons = sound_tables["tblInsuree"].filter(~HISTORY)
    families = sound_tables["tblFamilies"].filter(~HISTORY)

    assert persons.height == 3000
    assert persons.height / families.height == pytest.approx(5, abs=0.4)


def test_proportions_are_those_of_life(sound_tables: Tables) -> None:
    claims = sound_tables["tblClaim"].filter(~HISTORY)
    lines = sum(
        sound_tables[table].filter(CURRENT).height
        for table in ("tblClaimItems", "tblClaimServices")
    )
    covers = sound_tables["tblInsureePolicy"].filter(
        ~HISTORY, pl.col("EffectiveDate").is_not_null()
    )
    until = pl.min_horizontal("ExpiryDate", pl.lit(AS_OF))
    years = (
        covers.select((until - pl.col("EffectiveDate")).dt.total_days().clip(0).sum()).item() / 365
    )
    families = sound_tables["tblFamilies"].filter(~HISTORY).height

    assert claims.height / years == pytest.approx(0.6, abs=0.03)
    assert lines / claims.height == pytest.approx(3, abs=0.25)
    assert _versions(sound_tables, "tblFamilies") / families == pytest.approx(0.08, abs=0.02)


def test_numbers_changed_for_one_person_in_a_hundred(sound_tables: Tables) -> None:
    rows = sound_tables["tblInsuree"]
    live = rows.filter(~HISTORY).select("InsureeID", now="CHFID")
    before = rows.filter(HISTORY).join(live, left_on="LegacyID", right_on="InsureeID")
    changed = before.filter(pl.col("CHFID") != pl.col("now"))["LegacyID"].n_unique()

    assert changed / live.height == pytest.approx(0.01, abs=0.003)


def test_policies_are_renewed_year_after_year(sound_tables: Tables) -> None:
    policies = sound_tables["tblPolicy"].filter(~HISTORY)
    first = policies.filter(PolicyStage="N").group_by("FamilyID").len()
    a_family = policies.group_by("FamilyID").len()["len"]

    assert (first["len"] == 1).all()
    assert a_family.max() >= 3
    assert set(policies["PolicyStatus"]) == {1, 2, 4, 8, 16}


def test_some_policies_are_past_their_date_and_still_active(sound_tables: Tables) -> None:
    late = sound_tables["tblPolicy"].filter(
        CURRENT, pl.col("PolicyStatus") == 2, pl.col("ExpiryDate") < AS_OF
    )

    assert late.height > 0


def test_claims_have_all_statuses_and_the_stamps_that_belong_to_them(sound_tables: Tables) -> None:
    claims = sound_tables["tblClaim"].filter(~HISTORY)
    stamps = pl.col("SubmitStamp", "ProcessStamp", "RunID").is_not_null()
    has = claims.filter(pl.col("ClaimStatus") != 1).select("ClaimStatus", stamps).unique()

    assert set(claims["ClaimStatus"]) == {1, 2, 4, 8, 16}
    assert sorted(has.rows()) == [
        (2, False, False, False),
        (4, True, False, False),
        (8, True, True, False),
        (16, True, True, True),
    ]


def test_a_claim_claims_what_its_lines_ask(sound_tables: Tables) -> None:
    lines = pl.concat(
        sound_tables[table].filter(CURRENT).select("ClaimID", "QtyProvided", "PriceAsked")
        for table in ("tblClaimItems", "tblClaimServices")
    )
    price, quantity = (pl.col(name).cast(pl.Float64) for name in ("PriceAsked", "QtyProvided"))
    asked = lines.group_by("ClaimID").agg(asked=(price * quantity).sum())
    both = sound_tables["tblClaim"].filter(~HISTORY).join(asked, on="ClaimID", how="left")

    assert both["asked"].null_count() == 0
    assert ((both["asked"] - both["Claimed"].cast(pl.Float64)).abs() < 0.005).all()


def test_a_version_of_a_claim_has_copies_of_its_lines(sound_tables: Tables) -> None:
    for table in ("tblClaimItems", "tblClaimServices"):
        lines = sound_tables[table]
        claims = sound_tables["tblClaim"].select("ClaimID", claim_of="LegacyID")
        copies = lines.filter(HISTORY).join(claims, on="ClaimID")
        originals = lines.filter(~HISTORY).select(schema.key(table), of="ClaimID")
        paired = copies.join(originals, left_on="LegacyID", right_on=schema.key(table))

        assert copies["claim_of"].null_count() == 0
        assert (paired["claim_of"] == paired["of"]).all()


def test_deleted_claims_leave_lines_that_look_alive(sound_tables: Tables) -> None:
    gone = sound_tables["tblClaim"].filter(~CURRENT, ~HISTORY)
    lines = sound_tables["tblClaimItems"].join(gone, on="ClaimID", how="semi")

    assert lines.filter(CURRENT).height > 0


def test_replaced_lines_have_ended_without_being_versions(sound_tables: Tables) -> None:
    for table in ("tblClaimItems", "tblClaimServices"):
        assert sound_tables[table].filter(~CURRENT, ~HISTORY).height > 0


def test_nothing_happened_after_the_last_day(tables: Tables, level: str) -> None:
    for table in schema.tables(level):
        for column in ("ValidityFrom", "ValidityTo", "SubmitStamp", "ProcessStamp", "RunDate"):
            if column in tables[table].columns and tables[table][column].max() is not None:
                assert tables[table][column].max().date() <= AS_OF, (table, column)


def test_both_head_pointers_agree_in_the_sound_sample(sound_tables: Tables) -> None:
    heads = sound_tables["tblFamilies"].filter(CURRENT).select("InsureeID", of="FamilyID")
    marked = sound_tables["tblInsuree"].filter(CURRENT, pl.col("IsHead"))
    both = heads.join(marked, on="InsureeID")

    assert both.height == heads.height == marked.height
    assert (both["of"] == both["FamilyID"]).all()


def test_the_same_seed_gives_the_same_frames(level: str) -> None:
    first, second, other = (sample(100, seed=s, level=level, as_of=AS_OF) for s in (3, 3, 4))

    assert all(first[table].equals(second[table]) for table in first)
    assert not first["tblInsuree"].equals(other["tblInsuree"])


def test_a_sample_ends_on_the_day_it_is_asked_for() -> None:
    early = sample(100, seed=3, level="1.11", as_of=date(2020, 2, 29))

    assert early["tblClaim"]["DateClaimed"].max() <= date(2020, 2, 29)
    assert early["tblClaim"]["DateClaimed"].min() >= date(2017, 2, 28)


@pytest.mark.parametrize("insurees", [1, 2, 7])
def test_the_smallest_samples_are_made_too(insurees: int, level: str) -> None:
    tables = sample(insurees, seed=1, level=level, as_of=AS_OF)

    assert tables["tblInsuree"].filter(~HISTORY).height == insurees


@pytest.mark.parametrize("name", DEFECTS)
def test_there_are_records_with_each_defect(sound_tables: Tables, level: str, name: str) -> None:
    defect = DEFECTS[name]
    if level not in defect.levels:
        pytest.skip(f"The columns of level {level} do not allow it.")
    bench = Workbench(Plan(3000, Chance(7), level, AS_OF), dict(sound_tables))

    keys = defect.make(bench)

    assert keys, defect.says
    changed = [
        table for table in bench.tables if not bench.tables[table].equals(sound_tables[table])
    ]
    assert len(changed) == (0 if name == "deleted_claim_has_live_lines" else 1)


def test_without_defects_there_are_none(sound_tables: Tables) -> None:
    numbers: Any = sound_tables["tblInsuree"].filter(CURRENT)["CHFID"]

    assert numbers.null_count() == 0
    assert numbers.is_unique().all()


def _versions(tables: Tables, table: str) -> int:
    return tables[table].filter(HISTORY)["LegacyID"].n_unique()
