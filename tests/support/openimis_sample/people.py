"""Families and insurees: who lives where, who is whose head, and what happened to them.

Of the families 5 % moved, 2 % changed heads, 1 % were deleted with all members; of the insurees
15 % were updated, 1 % got another number, 2 % came from another family, 2 % were deleted.
"""

# ruff: noqa: E501 - tables of weights and labels are read by their rows
from datetime import timedelta
from typing import Any, Final

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.names import person_names
from tests.support.openimis_sample.plan import AUDIT_USER, Plan, Table, numbered, where

_SIZES: Final = {1: 3, 2: 7, 3: 12, 4: 18, 5: 22, 6: 17, 7: 11, 8: 6, 9: 3, 10: 1}
"""Members of a family and how often: 5 in the mean."""

_FIRST_NUMBER: Final = 100_000_003


def people(plan: Plan, villages: pl.Series, facilities: pl.Series) -> tuple[Table, Table]:
    """tblFamilies and tblInsuree; exactly `plan.insurees` persons, deleted ones included.

    The live frames keep what the policies need: `joined` (a family's first day) and `entered`
    (the moment a person was first entered).
    """
    families = _families(plan, villages)
    insurees = _insurees(plan, families, villages, facilities)
    heads = insurees.filter("IsHead").select("FamilyID", "InsureeID")
    families = families.join(heads, on="FamilyID", how="inner", maintain_order="left")
    family_table = Table("tblFamilies", families)
    insuree_table = Table("tblInsuree", insurees)
    _move_families(plan, family_table, villages)
    _change_heads(plan, family_table, insuree_table)
    _update_insurees(plan, insuree_table)
    _renumber_insurees(plan, insuree_table)
    _move_insurees(plan, insuree_table)
    _delete(plan, family_table, insuree_table)
    return family_table, insuree_table


def _families(plan: Plan, villages: pl.Series) -> pl.DataFrame:
    """As many families as the persons need; most joined in the first year."""
    chance, most = plan.chance, plan.insurees
    sizes = chance.choices("family size", most, _SIZES)
    count = int((sizes.cum_sum().shift(1, fill_value=0) < plan.insurees).sum())
    early = (chance.shares("joined", count) ** 3 * (365 * 3 - 20)).cast(pl.Int64)
    joined = pl.select(pl.lit(plan.first_day) + pl.duration(days=pl.lit(early))).to_series()
    entered = plan.moments("family entered", joined)
    return numbered(pl.DataFrame({"size": sizes[:count], "joined": joined}), "FamilyID").with_columns(
        ValidityFrom=entered,
        ValidityTo=pl.lit(None, schema.TIMESTAMP),
        LocationId=chance.picks("family village", count, villages),
        Poverty=chance.choices("poverty", count, {None: 4, True: 2, False: 4}),
        FamilyType=chance.choices("family type", count, {"H": 8, None: 2, "C": 1, "S": 1}),
        FamilyAddress=chance.choices("family address", count, {"": 5, "Behind the market": 3, None: 2}),
        ConfirmationType=chance.choices("confirmation", count, {None: 6, "A": 2, "B": 1, "C": 1}),
        ConfirmationNo=chance.choices("confirmation number", count, {None: 6, "": 2, "CN-2031": 1}),
        Ethnicity=pl.lit(None, pl.String),
        isOffline=pl.lit(False),
        AuditUserID=pl.lit(AUDIT_USER),
    )  # fmt: skip


def _insurees(
    plan: Plan, families: pl.DataFrame, villages: pl.Series, facilities: pl.Series
) -> pl.DataFrame:
    """Members in the order of their families; the first of each family is its head."""
    members = (
        families.select("FamilyID", "joined", entered="ValidityFrom", member=pl.int_ranges("size"))
        .explode("member")
        .head(plan.insurees)
    )
    rows = numbered(members, "InsureeID").with_columns(
        IsHead=pl.col("member") == 0,
        ValidityTo=pl.lit(None, schema.TIMESTAMP),
        AuditUserID=pl.lit(AUDIT_USER),
        isOffline=pl.lit(False),
        **_persona(plan, members),
        **_whereabouts(plan, members.height, villages, facilities),
    )
    entered = _entered(plan, rows)
    rows = rows.with_columns(ValidityFrom=entered, entered=entered, DOB=_birth_dates(plan, rows))
    return _with_status(plan, rows).drop("joined", "member")


def _persona(plan: Plan, members: pl.DataFrame) -> dict[str, Any]:
    chance, count = plan.chance, members.height
    blank = {"": 6, None: 2}
    grown = members["member"] < 2
    relation = chance.choices("relationship", count, {4: 8, 1: 1, 2: 1, 7: 1})
    return {
        "CHFID": pl.format("{}", pl.int_range(count) * 7 + _FIRST_NUMBER),
        "LastName": person_names(chance, "last name", count),
        "OtherNames": person_names(chance, "other names", count),
        "Gender": chance.choices("gender", count, {"F": 51, "M": 47, "O": 1, None: 1}),
        "Marital": where(grown, chance.choices("marital", count, {"M": 6, "S": 2, "D": 1, "W": 1, "N": 1, None: 1, "": 1, " ": 1})),
        "Relationship": where(members["member"] == 0, None, where(members["member"] == 1, 8, relation)),
        "Profession": where(grown, chance.choices("profession", count, {None: 3, 1: 2, 2: 3, 3: 2, 4: 1})),
        "Education": chance.choices("education", count, {None: 3, 1: 1, 2: 3, 3: 2, 4: 1, 7: 1}),
        "TypeOfId": where(grown, chance.choices("type of id", count, {None: 5, "N": 3, "P": 1, "V": 1, "D": 1})),
        "passport": chance.choices("passport", count, {**blank, "AB102938": 2}),
        "Phone": chance.choices("phone", count, {**blank, "+000 100 200": 2, "0100200300": 1}),
        "Email": chance.choices("email", count, {**blank, "someone@example.org": 1}),
        "CardIssued": chance.happens("card issued", count, 0.7),
        "Vulnerability": pl.lit(False),
    }  # fmt: skip


def _whereabouts(
    plan: Plan, count: int, villages: pl.Series, facilities: pl.Series
) -> dict[str, Any]:
    """Own village for one in twenty (none is 0 at level 1.4, null at 1.11), first service point."""
    chance = plan.chance
    own = chance.happens("own village", count, 0.05)
    village = chance.picks("current village", count, villages)
    point = chance.picks("first service point", count, facilities)
    return {
        "CurrentVillage": where(own, village, None if plan.modern else 0),
        "HFID": where(chance.happens("has service point", count, 0.6), point),
        "CurrentAddress": chance.choices("address", count, {"": 5, None: 2, "Near the well": 2}),
        "GeoLocation": chance.choices("geo", count, {"": 6, "-1.25 36.75": 1, "0.0 0.0": 1}),
    }


def _entered(plan: Plan, rows: pl.DataFrame) -> pl.Series:
    """With the family; one member in twelve (never the head) up to 400 days later."""
    later = where(
        rows["member"] > 0,
        plan.chance.happens("joined later", rows.height, 1 / 12),
        otherwise=False,
    )
    days = where(later, plan.chance.integers("joined after", rows.height, 20, 400), 0)
    moment = rows["entered"] + pl.select(pl.duration(days=pl.lit(days))).to_series()
    return where(moment <= plan.end, moment, rows["entered"])


def _birth_dates(plan: Plan, rows: pl.DataFrame) -> pl.Series:
    """Head and spouse are 20 to 75, all others younger than 22, nobody born after joining."""
    chance, count = plan.chance, rows.height
    old = chance.integers("age of the grown", count, 20 * 365, 75 * 365)
    young = chance.integers("age of the young", count, 0, 22 * 365)
    age = where(rows["member"] < 2, old, young)
    return pl.select(pl.lit(rows["joined"]) - pl.duration(days=pl.lit(age))).to_series()


def _with_status(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The 1.11 columns: 1 % dead, 1 % inactive; one in four of them without the date."""
    chance, count = plan.chance, rows.height
    status = chance.choices("insuree status", count, {"AC": 98, "IN": 1, "DE": 1})
    left = (status != "AC") & ~rows["IsHead"]
    since = chance.days("status date", count, plan.first_day, plan.as_of)
    dated = left & chance.happens("status dated", count, 0.75)
    return rows.with_columns(
        status=where(left, status, "AC"),
        status_date=where(dated & (since > rows["ValidityFrom"].dt.date()), since),
        StatusReason=where(left, where(status == "DE", 2, 1)),
    )


def _chosen(plan: Plan, table: Table, stream: str, share: float) -> tuple[pl.DataFrame, pl.Series]:
    """A share of the current rows, at least one, and a moment after each was entered."""
    current = table.live.filter(pl.col("ValidityTo").is_null())
    order = plan.chance.shares(f"{stream} who", current.height)
    wanted = max(1, round(share * current.height))
    rows = current.with_columns(order=order).sort("order").head(wanted).drop("order")
    return rows, _after(plan, stream, rows["ValidityFrom"])


def _after(plan: Plan, stream: str, begin: pl.Series) -> pl.Series:
    """A random moment between each of `begin` and the sample's end, to the millisecond."""
    share = plan.chance.shares(f"{stream} when", len(begin))
    frame = pl.DataFrame({"begin": begin, "share": share})
    span = (pl.lit(plan.end) - pl.col("begin")).dt.total_milliseconds()
    later = pl.col("begin") + pl.duration(milliseconds=(span * pl.col("share")).cast(pl.Int64))
    return frame.select(later.cast(schema.TIMESTAMP).alias("moment")).to_series()


def _update(table: Table, rows: pl.DataFrame, **columns: pl.Series) -> None:
    """Writes columns of some live rows, found by key."""
    key = schema.key(table.name)
    changes = pl.DataFrame({key: rows[key], **columns}).with_columns(
        pl.col(name).cast(table.live.schema[name]) for name in columns
    )
    table.live = table.live.update(changes, on=key, how="left", include_nulls=True)


def _move_families(plan: Plan, families: Table, villages: pl.Series) -> None:
    """The family was updated: history row, ValidityFrom moved, another village before."""
    rows, moment = _chosen(plan, families, "family moved", 0.05)
    before = plan.chance.picks("village before", rows.height, villages)
    families.keep_versions(rows.with_columns(LocationId=before), moment)
    _update(families, rows, ValidityFrom=moment)


def _change_heads(plan: Plan, families: Table, insurees: Table) -> None:
    """The second member became head: history rows of all three, no ValidityFrom moved."""
    rows, moment = _chosen(plan, families, "head changed", 0.02)
    second = insurees.live.filter(~pl.col("IsHead")).unique(
        "FamilyID", keep="first", maintain_order=True
    )
    changes = rows.with_columns(moment=moment).join(
        second.select("FamilyID", second="InsureeID"), on="FamilyID"
    )
    families.keep_versions(changes.drop("moment", "second"), changes["moment"])
    for column, was_head in (("InsureeID", True), ("second", False)):
        persons = changes.select(InsureeID=column, moment="moment")
        old = persons.join(insurees.live, on="InsureeID")
        insurees.keep_versions(old.drop("moment"), old["moment"])
        _update(insurees, old, IsHead=pl.repeat(not was_head, old.height, eager=True))
    _update(families, changes, InsureeID=changes["second"])


def _update_insurees(plan: Plan, insurees: Table) -> None:
    """Update insuree writes two identical history rows and moves ValidityFrom."""
    rows, moment = _chosen(plan, insurees, "insuree updated", 0.15)
    before = rows.with_columns(Phone=pl.lit("0"), CardIssued=pl.lit(False))
    for _ in range(2):
        insurees.keep_versions(before, moment)
    _update(insurees, rows, ValidityFrom=moment)


def _renumber_insurees(plan: Plan, insurees: Table) -> None:
    """As an update: the old number is in the history rows."""
    rows, moment = _chosen(plan, insurees, "insuree renumbered", 0.01)
    before = rows.with_columns(CHFID=pl.format("9{}", pl.col("CHFID").str.slice(1)))
    for _ in range(2):
        insurees.keep_versions(before, moment)
    _update(insurees, rows, ValidityFrom=moment)


def _move_insurees(plan: Plan, insurees: Table) -> None:
    """Came from another family: a history row, ValidityFrom unchanged."""
    rows, moment = _chosen(plan, insurees, "insuree moved", 0.02)
    rows = rows.with_columns(moment=moment).filter(~pl.col("IsHead"))
    families = insurees.live["FamilyID"].unique(maintain_order=True)
    before = rows.with_columns(
        FamilyID=plan.chance.picks("family before", rows.height, families),
        Relationship=pl.lit(7),
    )
    insurees.keep_versions(before.drop("moment"), before["moment"])


def _delete(plan: Plan, families: Table, insurees: Table) -> None:
    """Deleted rows have ValidityFrom = ValidityTo and a history row a few milliseconds earlier."""
    rows, moment = _chosen(plan, families, "family deleted", 0.01)
    _bury(families, rows, moment)
    with_family = pl.DataFrame({"FamilyID": rows["FamilyID"], "moment": moment})
    members = insurees.live.join(with_family, on="FamilyID")
    since = pl.max_horizontal("moment", "ValidityFrom")
    _bury(insurees, members.drop("moment"), members.select(since).to_series())
    rows, moment = _chosen(plan, insurees, "insuree deleted", 0.02)
    rows = rows.with_columns(moment=moment).filter(~pl.col("IsHead"))
    _bury(insurees, rows.drop("moment"), rows["moment"])


def _bury(table: Table, rows: pl.DataFrame, moment: pl.Series) -> None:
    table.keep_versions(rows, moment - timedelta(milliseconds=23))
    _update(table, rows, ValidityFrom=moment, ValidityTo=moment)
