"""What openIMIS does to claims: entry, submission, review, processing, batch run, correction."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.database import CURRENT, OpenImis, Row, as_date
from tests.support.openimis_sample.plan import AUDIT_USER

REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16

_LINES: Final = {
    "tblClaimItems": ("tblItems", "ItemID", "ItemPrice", "ClaimItemStatus"),
    "tblClaimServices": ("tblServices", "ServiceID", "ServPrice", "ClaimServiceStatus"),
}


def create_claim(imis: OpenImis, insuree_policy: int, now: datetime) -> int:
    """A claim of an insured person, Entered, with an item and a service; no history."""
    insuree = imis.row("tblInsureePolicy", insuree_policy)["InsureeID"]
    facility = imis.chance.choice(
        imis.keys(f'SELECT "HfID" FROM "tblHF" WHERE {CURRENT} ORDER BY 1')
    )
    diagnosis = imis.chance.choice(
        imis.keys(f'SELECT "ICDID" FROM "tblICDCodes" WHERE {CURRENT} ORDER BY 1')
    )
    visit = now.date() - timedelta(days=imis.chance.randint(0, 5))
    claim = imis.insert("tblClaim", {
        "ValidityFrom": now, "AuditUserID": AUDIT_USER, "InsureeID": insuree, "HFID": facility,
        "ClaimAdminId": facility, "ICDID": diagnosis, "VisitType": "O", "DateFrom": visit,
        "DateTo": visit, "DateClaimed": now.date(), "ClaimStatus": ENTERED, "Feedback": False,
        "FeedbackStatus": 1, "ReviewStatus": 1, "ApprovalStatus": 1, "RejectionReason": 0,
        "GuaranteeId": "", "Explanation": "", "pre_authorization": False,
        "ClaimCode": f"N{imis.chance.randrange(10**7):07}",
    })  # fmt: skip
    imis.update(
        "tblClaim", claim, Claimed=sum(add_line(imis, table, claim, now) for table in _LINES)
    )
    return claim


def add_line(imis: OpenImis, table: str, claim: int, now: datetime) -> Decimal:
    """A new line of a claim; returns what it asks for."""
    things, key, price, status = _LINES[table]
    thing = imis.chance.choice(imis.rows(things, CURRENT))
    asked, quantity = Decimal(thing[price]), Decimal(imis.chance.randint(1, 4))
    imis.insert(table, {
        "ClaimID": claim, key: thing[key], status: 1, "Availability": True, "RejectionReason": 0,
        "QtyProvided": quantity, "PriceAsked": asked, "AuditUserID": AUDIT_USER,
        "ValidityFrom": now,
    })  # fmt: skip
    return asked * quantity


def submit_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """2 → 4: history of claim and lines; SubmitStamp; ValidityFrom unmoved."""
    _save_version(imis, claim, now)
    policy = _policy_of(imis, claim)
    for table, line, row in _live_lines(imis, claim):
        imis.update(
            table, line, PriceAdjusted=row["PriceAsked"], PriceOrigin="P", Limitation="C",
            LimitationValue=Decimal(100), **policy,
        )  # fmt: skip
    imis.update(
        "tblClaim", claim, ClaimStatus=CHECKED, SubmitStamp=now, AuditUserIDSubmit=AUDIT_USER,
        ClaimCategory="V", Approved=_approved(imis, claim),
    )  # fmt: skip


def reject_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """2 → 1: history of claim and lines; no SubmitStamp, no other time stamp."""
    _save_version(imis, claim, now)
    for table, line, _ in _live_lines(imis, claim):
        imis.update(table, line, **{_LINES[table][3]: 2, "RejectionReason": 1})
    imis.update("tblClaim", claim, ClaimStatus=REJECTED, RejectionReason=1)


def select_for_review(imis: OpenImis, claim: int, now: datetime) -> None:
    """History; ValidityFrom unmoved."""
    _save_version(imis, claim, now)
    imis.update("tblClaim", claim, ReviewStatus=4)


def review_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """The medical officer strikes the last line and halves the first one's price."""
    _save_version(imis, claim, now)
    lines = _live_lines(imis, claim)
    for place, (table, line, row) in enumerate(lines):
        if place and place == len(lines) - 1:
            imis.update(table, line, **{_LINES[table][3]: 2, "RejectionReason": -1})
        elif not place:
            half = (Decimal(row["PriceAsked"]) / 2).quantize(Decimal("0.01"))
            imis.update(table, line, PriceApproved=half, QtyApproved=row["QtyProvided"])
    imis.update(
        "tblClaim", claim, ReviewStatus=8, ValidityFromReview=now, Approved=_approved(imis, claim)
    )


def process_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """4 → 16, or 8 where prices are relative (every third); ProcessStamp; ValidityFrom unmoved."""
    _save_version(imis, claim, now)
    relative = claim % 3 == 0
    approved = _approved(imis, claim)
    imis.update(
        "tblClaim", claim, ClaimStatus=PROCESSED if relative else VALUATED, ProcessStamp=now,
        AuditUserIDProcess=AUDIT_USER, Approved=approved,
        Valuated=None if relative else approved, DateProcessed=now.date() if relative else None,
    )  # fmt: skip


def run_batch(imis: OpenImis, region: int, now: datetime) -> None:
    """8 → 16 for the region's claims, with the run's key; no history, ValidityFrom unmoved."""
    run = imis.insert("tblBatchRun", {
        "ValidityFrom": now, "RunDate": now, "AuditUserID": AUDIT_USER, "RunYear": now.year,
        "RunMonth": now.month, "LocationId": region,
    })  # fmt: skip
    for claim in imis.keys(_OF_REGION, PROCESSED, region):
        for table, line, row in _live_lines(imis, claim):
            total = Decimal(row["PriceAsked"]) * Decimal(row["QtyProvided"])
            imis.update(table, line, PriceValuated=_cents(total), RemuneratedAmount=_cents(total))
        worth = _approved(imis, claim)
        imis.update(
            "tblClaim", claim, ClaimStatus=VALUATED, RunID=run, Valuated=worth, Remunerated=worth
        )


_OF_REGION: Final = f"""
    SELECT "ClaimID" FROM "tblClaim" WHERE {CURRENT} AND "ClaimStatus" = ? AND "HFID" IN (
        SELECT f."HfID" FROM "tblHF" f JOIN "tblLocations" d ON d."LocationId" = f."LocationId"
        WHERE d."ParentLocationId" = ?) ORDER BY "ClaimID" """


def undo_batch_run(imis: OpenImis, run: int, now: datetime) -> None:
    """uspCleanBatchRun: 16 → 8, RunID and Remunerated null, the run's row removed; no trace."""
    imis.execute(
        'UPDATE "tblClaim" SET "ClaimStatus" = ?, "RunID" = NULL, "Remunerated" = NULL'
        f' WHERE "RunID" = ? AND "ClaimStatus" = ? AND {CURRENT}',
        PROCESSED, run, VALUATED,
    )  # fmt: skip
    imis.execute('UPDATE "tblClaim" SET "RunID" = NULL WHERE "RunID" = ?', run)
    imis.execute('DELETE FROM "tblBatchRun" WHERE "RunID" = ?', run)


def update_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """History; the old lines end with LegacyID null, new ones begin; ValidityFrom unmoved."""
    _save_version(imis, claim, now)
    for table, line, _ in _live_lines(imis, claim):
        imis.update(table, line, ValidityTo=now)
    claimed = sum(add_line(imis, table, claim, now) for table in _LINES)
    day = as_date(imis.row("tblClaim", claim)["DateFrom"]) - timedelta(days=1)
    imis.update("tblClaim", claim, Claimed=claimed, DateFrom=day, Explanation="Corrected")


def delete_claim(imis: OpenImis, claim: int, now: datetime) -> None:
    """History, ValidityFrom = ValidityTo = now; the lines keep ValidityTo null."""
    _save_version(imis, claim, now)
    imis.update("tblClaim", claim, ValidityFrom=now, ValidityTo=now)


def _save_version(imis: OpenImis, claim: int, now: datetime) -> None:
    """History rows of the claim and all its lines, current or not; each reads the clock anew."""
    version = imis.save_history("tblClaim", claim, now)
    later = now
    for table in _LINES:
        for row in imis.rows(table, '"ClaimID" = ?', claim):
            later += timedelta(milliseconds=3)
            imis.save_history(table, row[schema.key(table)], later, ClaimID=version)


def _live_lines(imis: OpenImis, claim: int) -> list[tuple[str, int, Row]]:
    return [
        (table, row[schema.key(table)], row)
        for table in _LINES
        for row in imis.rows(table, f'"ClaimID" = ? AND {CURRENT}', claim)
    ]


def _policy_of(imis: OpenImis, claim: int) -> Row:
    """The newest policy of the claim's insuree, for its lines."""
    found = imis.execute(
        'SELECT p."PolicyID", p."ProdID" FROM "tblInsureePolicy" i'
        ' JOIN "tblPolicy" p ON p."PolicyID" = i."PolicyId" WHERE i."InsureeID" = ?'
        ' AND i."ValidityTo" IS NULL AND p."ValidityTo" IS NULL ORDER BY 1 DESC LIMIT 1',
        imis.row("tblClaim", claim)["InsureeID"],
    ).fetchone()
    return {"PolicyID": found[0], "ProdID": found[1]} if found else {}


def _approved(imis: OpenImis, claim: int) -> Decimal:
    """The backend's sum: each table's multiplied by the other's number of rows."""
    lines = _live_lines(imis, claim)
    worth = {table: [_worth(row) for name, _, row in lines if name == table] for table in _LINES}
    items, services = worth.values()
    total = sum(items) * max(1, len(services)) + sum(services) * max(1, len(items))
    return _cents(Decimal(total))


def _worth(line: Row) -> Decimal:
    """The backend writes `approved or asked`: an approved 0 counts as not approved."""
    price = Decimal(line["PriceApproved"] or 0) or Decimal(line["PriceAsked"])
    return price * (Decimal(line["QtyApproved"] or 0) or Decimal(line["QtyProvided"]))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
