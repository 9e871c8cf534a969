"""Claims and their lines: 0.6 a year of cover, about three lines each, in all statuses.

Claims of the scheme's first half were handled by openIMIS's old procedures (no history; amounts
valuated line by line), those of the second half by the newer backend (history of claim and lines;
a header amount that multiplies items by services).
"""

from typing import Final

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.plan import AUDIT_USER, Plan, Table, money, numbered, where

REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16

_A_YEAR: Final = 0.6
_ENDS: Final = {VALUATED: 78, PROCESSED: 5, CHECKED: 4, ENTERED: 4, REJECTED: 9}
_ITEMS: Final = {0: 10, 1: 35, 2: 35, 3: 15, 4: 5}
_SERVICES: Final = {0: 12, 1: 52, 2: 26, 3: 10}
_NULL_MOMENT: Final = pl.lit(None, schema.TIMESTAMP)


def claims(
    plan: Plan, insuree_policies: pl.DataFrame, catalogue: dict[str, pl.DataFrame]
) -> tuple[Table, Table, Table]:
    """tblClaim, tblClaimItems and tblClaimServices.

    `catalogue` holds the live frames of tblHF, tblLocations, tblBatchRun, tblICDCodes, tblItems
    and tblServices by their names.
    """
    rows = _visits(plan, insuree_policies, catalogue)
    rows = _with_course(plan, _with_runs(plan, rows, catalogue))
    items = _lines(plan, rows, catalogue["tblItems"], _ITEM)
    services = _lines(plan, rows, catalogue["tblServices"], _SERVICE)
    rows = _with_amounts(rows, items, services)
    rows = _with_paper(plan, rows, catalogue)
    return _with_history(plan, rows, items, services)


# What happened, when --------------------------------------------------------------------------


def _visits(
    plan: Plan, insuree_policies: pl.DataFrame, catalogue: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """One row a visit: drawn from the insuree policies in proportion to their days of cover."""
    covers = insuree_policies.filter(pl.col("EffectiveDate") < plan.as_of).select(
        "InsureeID",
        "ProdID",
        PolicyID="PolicyId",
        begin="EffectiveDate",
        days=(pl.min_horizontal("ExpiryDate", pl.lit(plan.as_of)) - pl.col("EffectiveDate"))
        .dt.total_days()
        .clip(0),
    )
    reach = covers["days"].cum_sum()
    total = int(covers["days"].sum())
    count = round(total / 365 * _A_YEAR)
    drawn = (plan.chance.shares("visit", count) * total).floor().cast(pl.Int64).sort()
    visits = covers[reach.search_sorted(drawn, side="right")]
    day = pl.col("begin") + pl.duration(
        days=plan.chance.shares("visit day", count) * pl.col("days")
    )
    visits = visits.with_columns(DateFrom=day.cast(pl.Date)).sort("DateFrom", maintain_order=True)
    facility = plan.chance.picks("claim facility", count, catalogue["tblHF"]["HfID"])
    return numbered(visits.with_columns(HFID=facility).drop("begin", "days"), "ClaimID")


def _with_runs(plan: Plan, rows: pl.DataFrame, catalogue: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Moments of entry, check, processing, and the batch run of the month after, if it has been."""
    chance, count = plan.chance, rows.height
    waits = {name: chance.integers(name, count, 0, days) for name, days in _WAITS.items()}
    rows = rows.with_columns(**waits)
    claimed = pl.min_horizontal(
        pl.col("DateFrom") + pl.duration(days="claimed"), pl.lit(plan.as_of)
    )
    rows = rows.with_columns(DateClaimed=claimed)
    entered = plan.moments("claim entered", rows["DateClaimed"])
    rows = rows.with_columns(entered=pl.lit(entered)).with_columns(
        checked=pl.col("entered") + pl.duration(days="checked", hours=1, milliseconds=417)
    )
    rows = rows.with_columns(
        processed=pl.col("checked") + pl.duration(days="processed", hours=2, milliseconds=89)
    )
    month = pl.col("processed").dt.date().dt.truncate("1mo")
    return rows.with_columns(month=month).join(
        _runs(catalogue), on=["HFID", "month"], how="left", maintain_order="left"
    )


_WAITS: Final = {"claimed": 20, "checked": 9, "processed": 40}
"""At most so many days until a claim is entered, checked, processed."""


def _runs(catalogue: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The batch run of each facility (through district and region) and month."""
    districts = catalogue["tblLocations"].filter(LocationType="D")
    facilities = (
        catalogue["tblHF"].join(districts, on="LocationId").select("HfID", "ParentLocationId")
    )
    runs = catalogue["tblBatchRun"].select("RunID", "RunDate", "LocationId", month="month")
    return facilities.join(runs, left_on="ParentLocationId", right_on="LocationId").select(
        "RunID", "RunDate", "month", HFID="HfID"
    )


def _with_course(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The status that a claim has reached by now, its stamps, and whether it is deleted."""
    chance, count = plan.chance, rows.height
    end = pl.lit(plan.end)
    middle = plan.first_day + (plan.as_of - plan.first_day) / 2
    rows = rows.with_columns(
        wanted=chance.choices("claim status", count, _ENDS),
        late_rejection=chance.happens("rejected late", count, 0.3),
        reviewed=chance.happens("reviewed", count, 0.2),
        updated=chance.happens("claim updated", count, 0.03),
        reprocessed=chance.happens("reprocessed", count, 0.01),
        deleted=chance.happens("claim deleted", count, 0.02),
        modern=pl.col("DateFrom") > middle,
    )
    at_once = (pl.col("wanted") == REJECTED) & ~pl.col("late_rejection")
    unvalued = (pl.col("wanted") == VALUATED) & pl.col("RunDate").is_null()
    reached = (
        pl.when(pl.col("checked") > end)
        .then(ENTERED)
        .when(at_once)
        .then(REJECTED)
        .when(pl.col("processed") > end)
        .then(pl.min_horizontal("wanted", pl.lit(CHECKED)))
        .when(unvalued)
        .then(PROCESSED)
        .otherwise("wanted")
    )
    rows = rows.with_columns(ClaimStatus=reached.cast(pl.Int64))
    early = (pl.col("ClaimStatus") == REJECTED) & (pl.col("processed") > end)
    rows = rows.with_columns(late_rejection=pl.col("late_rejection") & ~early)
    return rows.with_columns(_stamps()).with_columns(RunID=pl.when(_IS[VALUATED]).then("RunID"))


_IS: Final = {status: pl.col("ClaimStatus") == status for status in _ENDS}
_AT_CHECK: Final = _IS[REJECTED] & ~pl.col("late_rejection")


def _stamps() -> list[pl.Expr]:
    """SubmitStamp (none on a claim that the newer backend rejects), ProcessStamp and the rest."""
    was_processed = _IS[PROCESSED] | _IS[VALUATED] | (_IS[REJECTED] & pl.col("late_rejection"))
    submitted = ~_IS[ENTERED] & ~(_AT_CHECK & pl.col("modern"))
    day = pl.col("processed").dt.date()
    relative = ~pl.col("modern") | _IS[PROCESSED]
    return [
        pl.when(submitted).then("checked").alias("SubmitStamp"),
        pl.when(was_processed).then("processed").alias("ProcessStamp"),
        pl.when(was_processed & relative).then(day).alias("DateProcessed"),
        pl.when(pl.col("reviewed") & ~_IS[ENTERED] & ~_AT_CHECK)
        .then(pl.col("checked") + pl.duration(hours=3))
        .alias("ValidityFromReview"),
    ]


# Lines -----------------------------------------------------------------------------------------

_ITEM: Final = ("tblClaimItems", "ItemID", "ItemPrice", "ClaimItemStatus", _ITEMS)
_SERVICE: Final = ("tblClaimServices", "ServiceID", "ServPrice", "ClaimServiceStatus", _SERVICES)


def _lines(
    plan: Plan,
    rows: pl.DataFrame,
    catalogue: pl.DataFrame,
    of: tuple[str, str, str, str, dict[int, int]],
) -> Table:
    """The lines of one kind; a claim without an item has a service at least."""
    name, thing, price, status, often = of
    counts = plan.chance.choices(f"{name} count", rows.height, often)
    if thing == "ServiceID":
        no_items = plan.chance.choices("tblClaimItems count", rows.height, _ITEMS) == 0
        counts = where(no_items & (counts == 0), 1, counts)
    lines = rows.select(*_OF_CLAIM, line=pl.int_ranges(pl.lit(counts))).explode("line")
    lines = numbered(lines.drop_nulls("line"), schema.key(name))
    lines = _priced(plan, name, lines, catalogue.select(thing, price))
    lines = _judged(plan, name, lines).rename({"status": status})
    return Table(name, lines)


_OF_CLAIM: Final = (
    "ClaimID", "PolicyID", "ProdID", "ClaimStatus", "modern", "reviewed", "late_rejection",
    "updated",     "deleted", "entered", "checked", "ValidityFromReview",
)  # fmt: skip


def _priced(plan: Plan, name: str, lines: pl.DataFrame, catalogue: pl.DataFrame) -> pl.DataFrame:
    """Quantity and unit price in cents; one price in five is above the list's."""
    chance, count = plan.chance, lines.height
    thing, price = catalogue.columns
    drawn = chance.picks(f"{name} thing", count, catalogue[thing])
    dearer = chance.choices(f"{name} dearer", count, {100: 8, 110: 1, 125: 1})
    quantity = chance.choices(f"{name} quantity", count, {1: 6, 2: 3, 3: 2, 10: 1, 21: 1})
    listed = (pl.col(price).cast(pl.Float64) * 100).round().cast(pl.Int64)
    return (
        lines.with_columns(**{thing: drawn}, quantity=quantity, dearer=dearer)
        .join(catalogue.with_columns(listed=listed), on=thing, how="left", maintain_order="left")
        .with_columns(asked=pl.col("listed") * pl.col("dearer") // 100)
    )


def _judged(plan: Plan, name: str, lines: pl.DataFrame) -> pl.DataFrame:
    """What engine and medical officer made of each line, as far as its claim has come."""
    chance, count = plan.chance, lines.height
    lines = lines.with_columns(
        reason=chance.integers(f"{name} reason", count, 1, 17),
        struck=chance.happens(f"{name} struck", count, 0.06),
        officer=chance.happens(f"{name} officer", count, 0.5) & lines["reviewed"],
        cut=chance.happens(f"{name} cut", count, 0.1),
        relative=chance.happens(f"{name} relative", count, 0.3),
    )
    judged = ~_IS[ENTERED]
    lines = lines.with_columns(
        judged=judged,
        passed=judged & ~_IS[REJECTED] & ~pl.col("struck"),
        valued=(_IS[VALUATED] | (_IS[PROCESSED] & ~pl.col("modern")))
        & (~pl.col("modern") | pl.col("relative")),
    )
    return _with_values(_with_verdict(lines))


def _with_verdict(lines: pl.DataFrame) -> pl.DataFrame:
    """Status and reason; the newer backend leaves status 1 on lines of a claim without cover."""
    failed = pl.col("judged") & ~pl.col("passed")
    uncovered = _AT_CHECK & pl.col("modern")
    by_officer = pl.col("officer") & pl.col("struck")
    reason = pl.when(~failed).then(0).when(uncovered).then(7).when(by_officer).then(-1)
    return lines.with_columns(
        status=pl.when(failed & ~uncovered).then(2).otherwise(1),
        RejectionReason=reason.otherwise("reason"),
        PolicyID=pl.when("passed").then("PolicyID"),
        ProdID=pl.when("passed").then("ProdID"),
    )


def _with_values(lines: pl.DataFrame) -> pl.DataFrame:
    """Unit prices, quantities and line totals, from cents."""
    adjusted = pl.min_horizontal("asked", "listed")
    corrected = pl.col("officer") & pl.col("passed")
    refused = pl.col("judged") & ~pl.col("passed") & ~pl.col("modern")
    halved = (pl.col("quantity") + 1) // 2
    quantity = pl.when(corrected & pl.col("cut")).then(halved).when(refused).then(0)
    lines = lines.with_columns(
        adjusted=pl.when(pl.col("judged")).then(adjusted),
        approved_quantity=quantity,
        approved_price=pl.when(corrected).then(adjusted * 95 // 100),
    )
    each = pl.coalesce("approved_price", "adjusted", "asked")
    number = pl.coalesce("approved_quantity", "quantity")
    total = pl.when("passed").then(each * number).otherwise(0)
    withheld = pl.when("cut").then(total // 20).otherwise(0)
    shown = pl.col("valued") & pl.col("passed")
    paid = shown & _IS[VALUATED]
    return lines.with_columns(
        approved=total,
        worth=pl.when("valued").then(total - withheld * 2),
        QtyProvided=money(pl.col("quantity") * 100),
        PriceAsked=money(pl.col("asked")),
        PriceAdjusted=money(pl.col("adjusted")),
        QtyApproved=money(pl.col("approved_quantity") * 100),
        PriceApproved=money(pl.col("approved_price")),
        PriceValuated=money(pl.when(shown).then(total - withheld * 2)),
        DeductableAmount=money(pl.when(shown).then(withheld)),
        ExceedCeilingAmount=money(pl.when(shown).then(withheld)),
        RemuneratedAmount=money(pl.when(paid).then((total - withheld * 2) * 97 // 100)),
        PriceOrigin=pl.when("judged").then(pl.lit("P")),
        Limitation=pl.when("judged").then(pl.lit("C")),
        LimitationValue=money(pl.when("judged").then(10_000)),
        Availability=pl.lit(True),
        AuditUserID=pl.lit(AUDIT_USER),
        ValidityFrom=pl.col("entered") + pl.duration(milliseconds=34),
        ValidityTo=_NULL_MOMENT,
    )


# The header ------------------------------------------------------------------------------------


def _with_amounts(rows: pl.DataFrame, items: Table, services: Table) -> pl.DataFrame:
    """Header amounts as the two generations of openIMIS write them (neither is the lines' sum)."""
    for kind, table in (("items", items), ("services", services)):
        sums = table.live.group_by("ClaimID").agg(
            pl.len().cast(pl.Int64).alias(f"{kind}_count"),
            (pl.col("asked") * pl.col("quantity")).sum().alias(f"{kind}_asked"),
            pl.col("approved").sum().alias(f"{kind}_approved"),
            pl.col("worth").sum().alias(f"{kind}_worth"),
        )
        rows = rows.join(sums, on="ClaimID", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col(name).fill_null(0) for name in rows.columns if "s_" in name)
    many = pl.col("items_approved") * pl.col("services_count").clip(1)
    many = many + pl.col("services_approved") * pl.col("items_count").clip(1)
    worth = pl.col("items_worth") + pl.col("services_worth")
    cut = pl.col("items_approved") + pl.col("services_approved")
    asked = pl.col("items_asked") + pl.col("services_asked")
    old = pl.when(cut != asked).then(cut)
    judged, done = ~_IS[ENTERED] & ~_IS[REJECTED], _IS[PROCESSED] | _IS[VALUATED]
    return rows.with_columns(
        Claimed=money(asked),
        Approved=money(pl.when(judged).then(pl.when("modern").then(many).otherwise(old))),
        Valuated=money(pl.when(done & pl.col("modern")).then(many)),
        Remunerated=money(pl.when(_IS[VALUATED] & ~pl.col("modern")).then(worth)),
    )


def _with_paper(plan: Plan, rows: pl.DataFrame, catalogue: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Code, diagnoses, visit type, administrator and what else is on the form."""
    chance, count = plan.chance, rows.height
    illness = catalogue["tblICDCodes"]["ICDID"]
    stay = chance.choices("stay", count, {None: 2, 0: 6, 1: 1, 5: 1})
    second = chance.happens("second diagnosis", count, 0.3)
    third = second & chance.happens("third diagnosis", count, 0.2)
    category = chance.choices("category", count, {"V": 5, "C": 3, "H": 1, "O": 1})
    return rows.with_columns(
        ClaimCode=pl.format("C{}", pl.col("ClaimID").cast(pl.String).str.zfill(7)),
        DateTo=pl.col("DateFrom") + pl.duration(days=pl.lit(stay)),
        ICDID=chance.picks("diagnosis", count, illness),
        ICDID1=where(second, chance.picks("diagnosis 1", count, illness)),
        ICDID2=where(third, chance.picks("diagnosis 2", count, illness)),
        VisitType=chance.choices("visit type", count, {"O": 7, "E": 1, "R": 1, None: 1}),
        ClaimCategory=where(rows["ClaimStatus"] != ENTERED, category),
        ClaimAdminId=where(chance.happens("administered", count, 0.96), rows["HFID"]),
        GuaranteeId=chance.choices("guarantee", count, {"": 8, None: 1, "G-17": 1}),
        Explanation=chance.choices("explanation", count, {"": 8, None: 2}),
        CareType=chance.choices("care type", count, {"OPD": 8, "IPD": 1, None: 1}),
        pre_authorization=pl.lit(False),
        Feedback=pl.lit(False),
        FeedbackStatus=pl.lit(1),
        ReviewStatus=pl.when(pl.col("ValidityFromReview").is_not_null()).then(8).otherwise(1),
        ApprovalStatus=pl.lit(1),
        RejectionReason=pl.when(_IS[REJECTED] & pl.col("modern")).then(1).otherwise(0),
        AuditUserID=pl.lit(AUDIT_USER),
        ValidityFrom=pl.col("entered"),
        ValidityTo=_NULL_MOMENT,
    )  # fmt: skip


# History ---------------------------------------------------------------------------------------


def _with_history(
    plan: Plan, rows: pl.DataFrame, items: Table, services: Table
) -> tuple[Table, Table, Table]:
    """Versions of claims with copies of all their lines, then updates and deletions.

    A version's lines name the version's claim and the live line (`LegacyID`).
    """
    versions = _versions(plan, rows)
    for table in (items, services):
        _replace_lines(table)
        _keep_lines(table, versions)
    gone = pl.when("deleted").then(pl.min_horizontal(_gone(), pl.lit(plan.end)))
    rows = rows.with_columns(ValidityTo=gone, ValidityFrom=pl.coalesce(gone, "ValidityFrom"))
    claims_ = pl.concat([rows, versions.drop("live")], how="diagonal_relaxed")
    return Table("tblClaim", claims_), items, services


def _gone() -> pl.Expr:
    last = pl.max_horizontal(
        "entered", "SubmitStamp", "ProcessStamp", "RunDate", "ValidityFromReview"
    )
    return last.dt.offset_by("1h")


def _versions(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """All history rows of claims, with keys of their own; `live` is the live claim's."""
    newer = rows.filter("modern")
    left_entered = newer.filter(~_IS[ENTERED]).with_columns(
        ValidityTo="checked", ClaimStatus=ENTERED
    )
    left_checked = newer.filter(pl.col("ProcessStamp").is_not_null())
    left_checked = left_checked.with_columns(ValidityTo="processed", ClaimStatus=CHECKED)
    before_review = newer.filter(pl.col("ValidityFromReview").is_not_null())
    before_review = before_review.with_columns(
        ValidityTo="ValidityFromReview", ClaimStatus=CHECKED, ReviewStatus=4
    )
    again = newer.filter("reprocessed", _IS[PROCESSED] | _IS[VALUATED])
    again = again.with_columns(
        ValidityTo=pl.col("processed").dt.offset_by("1h"), ClaimStatus=PROCESSED, RunID=None
    )
    updated = rows.filter("updated").with_columns(ValidityTo=_UPDATED, ClaimStatus=ENTERED)
    gone = rows.filter("deleted").with_columns(ValidityTo=_gone().dt.offset_by("-23ms"))
    versions = pl.concat(
        [left_entered, left_checked, before_review, again, updated, gone], how="vertical_relaxed"
    )
    versions = versions.filter(pl.col("ValidityTo") <= plan.end).sort("ValidityTo", "ClaimID")
    versions = versions.rename({"ClaimID": "live"}).with_row_index(
        "ClaimID", offset=rows.height + 1
    )
    return _as_it_was(versions).with_columns(LegacyID="live")  # fmt: skip


_UPDATED: Final = (pl.col("entered") + pl.duration(minutes=20)).cast(schema.TIMESTAMP)
"""A claim is corrected soon after it was entered, before it is submitted."""


def _as_it_was(versions: pl.DataFrame) -> pl.DataFrame:
    """A version knows nothing of what came after it."""
    is_entered, is_checked = _IS[ENTERED], _IS[CHECKED]
    unprocessed = is_entered | is_checked
    blank = {
        "SubmitStamp": is_entered,
        "ProcessStamp": unprocessed,
        "DateProcessed": unprocessed,
        "Approved": is_entered,
        "Valuated": unprocessed,
        "Remunerated": unprocessed,
        "ClaimCategory": is_entered,
        "ValidityFromReview": is_entered,
    }
    kept = [pl.when(~condition).then(name).alias(name) for name, condition in blank.items()]
    return versions.with_columns(*kept, RejectionReason=pl.lit(0), RunID=pl.lit(None, pl.Int64))


def _replace_lines(table: Table) -> None:
    """Lines that an update of the claim replaced: ValidityTo set, LegacyID null, other quantity."""
    old = table.live.filter("updated").with_columns(
        ValidityTo=_UPDATED,
        QtyProvided=money(pl.col("quantity") * 100 + 100),
        **_UNJUDGED,
    )
    key = schema.key(table.name)
    old = old.drop(key).with_row_index(key, offset=table.live.height + 1)
    table.live = pl.concat([table.live, old.select(table.live.columns)], how="vertical_relaxed")


_UNJUDGED: Final = {
    name: pl.lit(None)
    for name in (
        "PriceAdjusted", "QtyApproved", "PriceApproved", "PriceValuated", "DeductableAmount",
        "ExceedCeilingAmount", "RemuneratedAmount", "PriceOrigin", "Limitation", "LimitationValue",
        "PolicyID", "ProdID",
    )
}  # fmt: skip


def _keep_lines(table: Table, versions: pl.DataFrame) -> None:
    """Copies of the lines, current or not, that a claim had at each version."""
    of_version = versions.select(
        ClaimID="live", version="ClaimID", left="ValidityTo", was="ClaimStatus"
    )
    lines = table.live.join(of_version, on="ClaimID", maintain_order="right_left")
    lines = lines.filter(pl.col("ValidityFrom") <= pl.col("left"))
    unpaid = pl.col("was").is_in([ENTERED, CHECKED])
    later = ("PriceValuated", "DeductableAmount", "ExceedCeilingAmount", "RemuneratedAmount")
    judged = [name for name in _UNJUDGED if name not in later]
    lines = lines.with_columns(
        *[pl.when(~unpaid).then(name).alias(name) for name in later],
        *[pl.when(pl.col("was") != ENTERED).then(name).alias(name) for name in judged],
        RejectionReason=pl.when(pl.col("was") == ENTERED).then(0).otherwise("RejectionReason"),
        ClaimID="version",
    )
    moment = lines["left"].dt.offset_by("5ms").alias("moment")
    table.keep_versions(lines.drop("version", "left", "was"), moment)
