"""What the sample has nothing of, and figures of months are made of: added by SQL."""

# ruff: noqa: E501 - a statement is read by its lines
from typing import Final

import psycopg

from transforms.openimis.service_groups import ServiceGroup

ITEM_GROUPS: Final = {"drugs": ServiceGroup(name="Two items", codes=["I0001", "I0002"])}

_ROWS: Final[tuple[str, ...]] = (
    # Periods of grace, a product that is converted into another, and ceilings of every kind.
    """UPDATE "tblProduct" SET "GracePeriodRenewal" = CASE "ProdID" % 3 WHEN 0 THEN 1 WHEN 1 THEN 2 END,
        "GracePeriod" = 1, "ConversionProdID" = CASE "ProdID" WHEN 1 THEN 2 END, "Threshold" = 3,
        "CeilingInterpretation" = CASE "ProdID" % 2 WHEN 0 THEN 'H' ELSE 'I' END,
        "MaxPolicy" = CASE "ProdID" WHEN 1 THEN 20000 END, "MaxInsuree" = CASE "ProdID" WHEN 2 THEN 15000 END,
        "MaxIPPolicy" = CASE "ProdID" WHEN 3 THEN 5000 END, "MaxOPInsuree" = CASE "ProdID" WHEN 4 THEN 4000 END,
        "MaxPolicyExtraMember" = 5000, "MaxCeilingPolicy" = CASE "ProdID" WHEN 1 THEN 27500 END
    WHERE "ValidityTo" IS NULL""",
    """INSERT INTO "tblPayer" ("PayerID", "PayerUUID", "PayerType", "PayerName", "AuditUserID", "ValidityFrom")
    SELECT n, 'payer-' || n, (ARRAY['D', 'G', 'C', 'Z'])[n], 'Payer ' || n, 1, '2020-01-01' FROM GENERATE_SERIES(1, 4) n""",
    """UPDATE "tblPremium" SET "PayerID" = CASE WHEN "PremiumId" % 5 = 0 THEN 1 + "PremiumId" % 4 END,
        "isPhotoFee" = "PremiumId" % 13 = 0, "PayDate" = "PayDate" + ("PremiumId" % 4) * 15,
        "PayType" = CASE WHEN "PremiumId" % 11 = 0 THEN 'F' ELSE "PayType" END""",
    """UPDATE "tblPremium" m SET "PayDate" = y."ExpiryDate" + 3 FROM "tblPolicy" y
    WHERE y."PolicyID" = m."PolicyID" AND "PremiumId" % 17 = 0 AND y."ExpiryDate" < '2025-11-25'""",
    # A policy that was paid for and is not in force yet.
    """UPDATE "tblPolicy" SET "PolicyStatus" = 1, "EffectiveDate" = NULL
    WHERE "ValidityTo" IS NULL AND "PolicyStatus" = 2 AND "PolicyID" % 19 = 0""",
    """INSERT INTO "tblFeedback" ("FeedbackID", "FeedbackUUID", "Asessment", "FeedbackDate", "ClaimID", "AuditUserID", "ValidityFrom", "ValidityTo")
    SELECT "ClaimID", 'feedback-' || "ClaimID", CASE WHEN "ClaimID" % 5 > 0 THEN "ClaimID" % 7 - 1 END, "DateClaimed" + 10, "ClaimID", 1,
        '2020-01-01', CASE WHEN "ClaimID" % 4 = 0 THEN '2025-12-01'::DATE END
    FROM "tblClaim" WHERE "ValidityTo" IS NULL AND "ClaimID" % 3 = 0""",
    """INSERT INTO "tblFeedbackPrompt" ("FeedbackPromptID", "FeedbackPromptDate", "ClaimID", "ValidityFrom")
    SELECT "ClaimID", "DateClaimed" + 5, "ClaimID", '2020-01-01' FROM "tblClaim" WHERE "ValidityTo" IS NULL AND "ClaimID" % 2 = 0""",
)  # fmt: skip


def add_rows_of_figures(connection: psycopg.Connection, *, to_each: bool = True) -> None:
    """Add what figures of months are made of to a sample in PostgreSQL.

    Args:
        connection: Of the sample.
        to_each: Whether the sample is so large that every statement changes something.
    """
    for statement in _ROWS:
        done = connection.execute(statement.encode())
        assert done.rowcount > 0 or not to_each, f"nothing was changed by {statement}"
