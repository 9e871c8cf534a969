"""What clerks, officers and nightly jobs do to the demo database, as openIMIS writes it."""

from typing import Any

Statements = tuple[str, ...]


def history(table: str, key: str, uuid: str, number: int) -> str:
    """Copy a row to a history row, as `save_history` does."""
    return f"""
        INSERT INTO "{table}" SELECT (JSONB_POPULATE_RECORD(r, JSONB_BUILD_OBJECT(
            '{key}', (SELECT MAX("{key}") + 1 FROM "{table}"), '{uuid}', GEN_RANDOM_UUID()::TEXT,
            'ValidityTo', NOW(), 'LegacyID', "{key}"))).*
        FROM "{table}" r WHERE "{key}" = {number}"""


def copied(table: str, key: str, uuid: str, number: int, **changes: Any) -> str:
    """Make a new row that is like another but for `changes`."""
    values = ", ".join(f"'{name}', {value}" for name, value in changes.items())
    return f"""
        INSERT INTO "{table}" SELECT (JSONB_POPULATE_RECORD(r, JSONB_BUILD_OBJECT(
            '{key}', (SELECT MAX("{key}") + 1 FROM "{table}"), '{uuid}', GEN_RANDOM_UUID()::TEXT,
            'ValidityFrom', NOW(), {values}))).*
        FROM "{table}" r WHERE "{key}" = {number}"""


def claim_history(number: int) -> str:
    """Copy a claim to a history row."""
    return history("tblClaim", "ClaimID", "ClaimUUID", number)


def insuree_history(number: int) -> str:
    """Copy an insuree to a history row."""
    return history("tblInsuree", "InsureeID", "InsureeUUID", number)


CLAIM_IS_ENTERED: Statements = (
    copied(
        "tblClaim", "ClaimID", "ClaimUUID", 3, ClaimCode="'NEW-1'", ClaimStatus=2,
        SubmitStamp="NULL", ProcessStamp="NULL",
    ),
    copied(
        "tblClaimServices", "ClaimServiceID", "ClaimServiceUUID", 5,
        ClaimID='(SELECT MAX("ClaimID") FROM "tblClaim")',
    ),
)  # fmt: skip
CLAIM_IS_PROCESSED: Statements = (
    claim_history(3),
    """UPDATE "tblClaim" SET "ClaimStatus" = 8, "ProcessStamp" = NOW() WHERE "ClaimID" = 3""",
)
CLAIM_IS_CHECKED: Statements = (
    claim_history(21),
    """UPDATE "tblClaim" SET "ClaimStatus" = 4, "SubmitStamp" = NOW() WHERE "ClaimID" = 21""",
)
LINE_IS_REVIEWED: Statements = (
    """UPDATE "tblClaimServices" SET "QtyApproved" = 2, "PriceApproved" = 1000
       WHERE "ClaimServiceID" = 5""",
)
CLAIM_IS_DELETED: Statements = (
    claim_history(2),
    """UPDATE "tblClaim" SET "ValidityFrom" = NOW(), "ValidityTo" = NOW() WHERE "ClaimID" = 2""",
)
INSUREE_IS_DELETED: Statements = (
    insuree_history(11),
    """UPDATE "tblInsuree" SET "ValidityFrom" = NOW(), "ValidityTo" = NOW()
       WHERE "InsureeID" = 11""",
    """UPDATE "tblInsureePolicy" SET "ValidityFrom" = NOW(), "ValidityTo" = NOW()
       WHERE "InsureeID" = 11 AND "ValidityTo" IS NULL""",
)
INSUREE_WITH_CLAIM_IS_DELETED: Statements = (
    insuree_history(34),
    """UPDATE "tblInsuree" SET "ValidityFrom" = NOW(), "ValidityTo" = NOW()
       WHERE "InsureeID" = 34""",
    """UPDATE "tblInsureePolicy" SET "ValidityFrom" = NOW(), "ValidityTo" = NOW()
       WHERE "InsureeID" = 34 AND "ValidityTo" IS NULL""",
)
INSUREE_IS_BORN: Statements = (
    copied(
        "tblInsuree", "InsureeID", "InsureeUUID", 3, CHFID="'999999990'", DOB="'2026-01-01'::DATE"
    ),
)
INSUREE_DIES: Statements = (
    """UPDATE "tblInsuree" SET "status" = 'DE', "status_date" = '2026-02-01'
       WHERE "InsureeID" = 16""",
)
NUMBERS_ARE_SWAPPED: Statements = (
    insuree_history(21),
    insuree_history(22),
    """UPDATE "tblInsuree" a SET "CHFID" = b."CHFID", "ValidityFrom" = NOW() FROM "tblInsuree" b
       WHERE a."InsureeID" + b."InsureeID" = 43 AND a."InsureeID" IN (21, 22)""",
)
FAMILY_MOVES: Statements = (
    history("tblFamilies", "FamilyID", "FamilyUUID", 14),
    """UPDATE "tblFamilies" SET "LocationId" = 68, "ValidityFrom" = NOW()
       WHERE "FamilyID" = 14""",
)
HEAD_CHANGES: Statements = (
    """UPDATE "tblFamilies" SET "InsureeID" = 26 WHERE "FamilyID" = 9""",
    """UPDATE "tblInsuree" SET "IsHead" = ("InsureeID" = 26) WHERE "FamilyID" = 9""",
)
POLICY_IS_PROLONGED: Statements = (
    """UPDATE "tblInsureePolicy" SET "ExpiryDate" = '2099-03-19'
       WHERE "PolicyId" = 1 AND "ValidityTo" IS NULL""",
)
POLICY_IS_SUSPENDED: Statements = (
    history("tblPolicy", "PolicyID", "PolicyUUID", 1),
    """UPDATE "tblPolicy" SET "PolicyStatus" = 4 WHERE "PolicyID" = 1""",
)
VILLAGE_IS_RENAMED: Statements = (
    """UPDATE "tblLocations" SET "LocationName" = 'Upper ' || "LocationName", "ValidityFrom" = NOW()
       WHERE "LocationId" = 66""",
)
ITEM_IS_NEW: Statements = (
    copied("tblItems", "ItemID", "ItemUUID", 1, ItemCode="'9999'", ItemName="'New bandage'"),
)
PAYMENTS_BECOME_FUNDING: Statements = (
    """UPDATE "tblPremium" SET "PayType" = 'F' WHERE "PremiumId" IN (
        SELECT m."PremiumId" FROM "tblPremium" m JOIN "tblPolicy" y ON y."PolicyID" = m."PolicyID"
        WHERE m."ValidityTo" IS NULL AND y."ValidityTo" IS NULL ORDER BY 1 DESC LIMIT 2)""",
)
"""Two contributions, since the demo database has no funding."""

A_DAY: Statements = (
    *CLAIM_IS_ENTERED, *CLAIM_IS_PROCESSED, *CLAIM_IS_CHECKED, *LINE_IS_REVIEWED, *CLAIM_IS_DELETED,
    *INSUREE_IS_DELETED, *INSUREE_WITH_CLAIM_IS_DELETED, *INSUREE_IS_BORN, *INSUREE_DIES,
    *NUMBERS_ARE_SWAPPED, *FAMILY_MOVES, *HEAD_CHANGES, *POLICY_IS_PROLONGED,
    *POLICY_IS_SUSPENDED, *VILLAGE_IS_RENAMED, *ITEM_IS_NEW,
    *PAYMENTS_BECOME_FUNDING,
)  # fmt: skip
