"""What openIMIS does to policies, insuree policies and premiums."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.support.openimis_sample.database import CURRENT, OpenImis, Row, as_date
from tests.support.openimis_sample.plan import AUDIT_USER

IDLE, ACTIVE, SUSPENDED, EXPIRED, READY = 1, 2, 4, 8, 16


def pay_premium(imis: OpenImis, policy: int, now: datetime) -> None:
    """The policy becomes active: history, ValidityFrom unmoved; its covers change without trace."""
    row = imis.row("tblPolicy", policy)
    imis.save_history("tblPolicy", policy, now)
    effective = max(now.date(), as_date(row["StartDate"]))
    imis.update("tblPolicy", policy, PolicyStatus=ACTIVE, EffectiveDate=effective)
    imis.insert("tblPremium", {
        "PolicyID": policy, "Amount": Decimal(row["PolicyValue"] or 0), "Receipt": f"RN{policy}",
        "PayDate": now.date(), "CreatedDate": now.date(), "PayType": "C", "isPhotoFee": False,
        "isOffline": False, "AuditUserID": AUDIT_USER, "ValidityFrom": now,
    })  # fmt: skip
    for cover in _covers(imis, policy):
        imis.update("tblInsureePolicy", cover, EffectiveDate=effective)


def approve_policy(imis: OpenImis, policy: int, now: datetime) -> None:
    """Idle → Ready: history, ValidityFrom unmoved."""
    imis.save_history("tblPolicy", policy, now)
    imis.update("tblPolicy", policy, PolicyStatus=READY)


def suspend_policy(imis: OpenImis, policy: int, now: datetime) -> None:
    """History, ValidityFrom unmoved; the covers change without trace."""
    imis.save_history("tblPolicy", policy, now)
    imis.update("tblPolicy", policy, PolicyStatus=SUSPENDED)


def reactivate_policy(imis: OpenImis, policy: int, now: datetime) -> None:
    """Suspended → Active: history, ValidityFrom unmoved."""
    imis.save_history("tblPolicy", policy, now)
    imis.update("tblPolicy", policy, PolicyStatus=ACTIVE)


def update_renewals(imis: OpenImis, policy: int, now: datetime) -> None:
    """The nightly update: every policy past its date becomes Expired, in one statement, no trace.

    `policy` is only one that it will find.
    """
    imis.execute(
        f'UPDATE "tblPolicy" SET "PolicyStatus" = ? WHERE {CURRENT} AND "ExpiryDate" < ?',
        EXPIRED, now.date(),
    )  # fmt: skip


def update_policy(imis: OpenImis, policy: int, now: datetime) -> None:
    """History of policy and covers; ValidityFrom moves on the policy alone."""
    row = imis.row("tblPolicy", policy)
    imis.save_history("tblPolicy", policy, now)
    expiry = as_date(row["ExpiryDate"] or row["StartDate"]) + timedelta(days=30)
    value = Decimal(row["PolicyValue"] or 0) + Decimal("10.50")
    imis.update("tblPolicy", policy, PolicyValue=value, ExpiryDate=expiry, ValidityFrom=now)
    for cover in _covers(imis, policy):
        imis.save_history("tblInsureePolicy", cover, now)
        imis.update("tblInsureePolicy", cover, ExpiryDate=expiry)


def change_policy_product(imis: OpenImis, policy: int, now: datetime) -> None:
    """An update of the product; the covers are not touched."""
    imis.save_history("tblPolicy", policy, now)
    imis.update("tblPolicy", policy, ProdID=_product(imis), ValidityFrom=now)


def renew_policy(imis: OpenImis, policy: int, now: datetime) -> int:
    """A new policy of stage R, Idle, and a cover for each member of the family."""
    old = imis.row("tblPolicy", policy)
    start = max(as_date(old["ExpiryDate"] or old["StartDate"]) + timedelta(days=1), now.date())
    return _enter(imis, old, "R", start, now)


def new_policy(imis: OpenImis, family: int, now: datetime) -> int:
    """A first policy of a family."""
    product = imis.row("tblProduct", _product(imis))
    asked = {"FamilyID": family, "ProdID": product["ProdID"], "PolicyValue": product["LumpSum"]}
    return _enter(imis, asked | {"OfficerID": None}, "N", now.date(), now)


def delete_policy(imis: OpenImis, policy: int, now: datetime) -> None:
    """The policy and its covers: history, ValidityFrom = ValidityTo = now."""
    for cover in _covers(imis, policy):
        imis.delete_history("tblInsureePolicy", cover, now)
    imis.delete_history("tblPolicy", policy, now)


def _enter(imis: OpenImis, like: Row, stage: str, start: date, now: datetime) -> int:
    until = start + timedelta(days=364)
    entered = {"isOffline": False, "AuditUserID": AUDIT_USER, "ValidityFrom": now}
    policy = imis.insert("tblPolicy", {
        "FamilyID": like["FamilyID"], "ProdID": like["ProdID"], "OfficerID": like["OfficerID"],
        "PolicyValue": Decimal(like["PolicyValue"] or 0), "PolicyStage": stage,
        "PolicyStatus": IDLE, "EnrollDate": now.date(), "StartDate": start, "ExpiryDate": until,
        "creationDate": now.date(), **entered,
    })  # fmt: skip
    for member in imis.rows("tblInsuree", f'"FamilyID" = ? AND {CURRENT}', like["FamilyID"]):
        imis.insert("tblInsureePolicy", {
            "InsureeID": member["InsureeID"], "PolicyId": policy, "EnrollmentDate": now.date(),
            "StartDate": start, "ExpiryDate": until, **entered,
        })  # fmt: skip
    return policy


def _product(imis: OpenImis) -> int:
    return imis.chance.choice(
        imis.keys(f'SELECT "ProdID" FROM "tblProduct" WHERE {CURRENT} ORDER BY 1')
    )


def _covers(imis: OpenImis, policy: int) -> list[int]:
    rows = imis.rows("tblInsureePolicy", f'"PolicyId" = ? AND {CURRENT}', policy)
    return [row["InsureePolicyID"] for row in rows]
