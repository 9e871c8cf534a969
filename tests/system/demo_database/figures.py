"""Figures that a ministry would check: each asked of openIMIS in one short query, and of DHIS2."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from tests.system.demo_database.comparison import Row, Rows

Figures = dict[str, str]


@dataclass(frozen=True)
class Question:
    """Something to ask of both.

    Attributes:
        text: What is asked.
        sql: The query on openIMIS: a label and a number or date a row.
        answer: The same of the rows that DHIS2 holds.
    """

    text: str
    sql: str
    answer: Callable[[Rows], dict[str, Any]]


def asked_of_openimis(conninfo: str) -> dict[str, Figures]:
    """Return question → label → figure."""
    with psycopg.connect(conninfo, options="-c TimeZone=UTC") as connection:
        return {
            question.text: _figures(connection.execute(question.sql.encode()).fetchall())
            for question in QUESTIONS
        }


def asked_of_dhis2(held: Rows) -> dict[str, Figures]:
    """Return question → label → figure."""
    return {question.text: _figures(question.answer(held).items()) for question in QUESTIONS}


def _figures(rows: Iterable[tuple[Any, Any]]) -> Figures:
    return {str(label): _figure(value) for label, value in rows}


def _figure(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _count(rows: Iterable[Row], name: str) -> Counter[str]:
    return Counter(row.get(name, "(none)") for row in rows)


def _sum(rows: Iterable[Row], by: str, name: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if name in row:
            sums[row[by]] = sums.get(row[by], Decimal(0)) + Decimal(row[name])
    return sums


def _range(rows: Iterable[Row], name: str) -> dict[str, str]:
    days = [row[name][:10] for row in rows if name in row]
    return {"first": min(days), "last": max(days)}


def _distinct(rows: Iterable[Row], by: str, name: str) -> Counter[str]:
    return Counter(label for label, _ in {(row[by], row[name]) for row in rows})


def _with(rows: Iterable[Row], name: str, value: str) -> list[Row]:
    return [row for row in rows if row.get(name) == value]


_LINES = """
    SELECT "ClaimID", "QtyProvided" * "PriceAsked" AS asked, "PriceValuated", "RemuneratedAmount"
    FROM "tblClaimServices" WHERE "ValidityTo" IS NULL
    UNION ALL
    SELECT "ClaimID", "QtyProvided" * "PriceAsked", "PriceValuated", "RemuneratedAmount"
    FROM "tblClaimItems" WHERE "ValidityTo" IS NULL
"""

QUESTIONS: tuple[Question, ...] = (
    Question(
        "current people by gender",
        """SELECT TRIM("Gender"), COUNT(*) FROM "tblInsuree"
        WHERE "ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _count(
            [row for row in held["tracked_entities"] if "Household head" in row], "Gender"
        ),
    ),
    Question(
        "heads of household",
        """SELECT 'Yes', COUNT(*) FROM "tblInsuree" WHERE "IsHead" AND "ValidityTo" IS NULL""",
        lambda held: _count(
            _with(held["tracked_entities"], "Household head", "Yes"), "Household head"
        ),
    ),
    Question(
        "families",
        """SELECT 'families', COUNT(*) FROM "tblFamilies" WHERE "ValidityTo" IS NULL""",
        lambda held: {
            "families": len({row.get("Family ID") for row in held["tracked_entities"]} - {None})
        },
    ),
    Question(
        "current people by village",
        """SELECT l."LocationUUID", COUNT(*)
        FROM "tblInsuree" i JOIN "tblFamilies" f USING ("FamilyID") JOIN "tblLocations" l
        ON l."LocationId" = COALESCE(NULLIF(i."CurrentVillage", 0), f."LocationId")
        WHERE i."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _count(held["insuree_enrollments"], "orgUnit"),
    ),
    Question(
        "policies by product",
        """SELECT TRIM("ProductCode"), COUNT(*)
        FROM "tblPolicy" p JOIN "tblProduct" USING ("ProdID")
        WHERE p."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _distinct(held["policy_events"], "Product", "Policy ID"),
    ),
    Question(
        "value of policies",
        """SELECT 'Active', SUM("PolicyValue") FROM "tblPolicy" WHERE "ValidityTo" IS NULL""",
        lambda held: _sum(
            _with(held["policy_events"], "Policy status", "Active"),
            "Policy status",
            "Policy Value",
        ),
    ),
    Question(
        "expiry dates of insuree policies",
        """SELECT UNNEST(ARRAY['first', 'last']),
        UNNEST(ARRAY[MIN("ExpiryDate"), MAX("ExpiryDate")]) FROM "tblInsureePolicy"
        WHERE "ValidityTo" IS NULL""",
        lambda held: _range(held["policy_events"], "Expiry Date"),
    ),
    Question(
        "claims by visit type",
        """SELECT CASE TRIM("VisitType") WHEN 'E' THEN 'Emergency' WHEN 'R' THEN 'Referral'
        WHEN 'O' THEN 'Other' ELSE '(none)' END, COUNT(*)
        FROM "tblClaim" WHERE "ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _count(_with(held["claim_events"], "Claim status", "Entered"), "Visit type"),
    ),
    Question(
        "claims by health facility",
        """SELECT h."HfUUID", COUNT(*) FROM "tblClaim" c JOIN "tblHF" h ON h."HfID" = c."HFID"
        WHERE c."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _count(held["claim_enrollments"], "orgUnit"),
    ),
    Question(
        "claimed amount by main diagnosis",
        f"""SELECT "ICDCode", SUM(asked) FROM ({_LINES}) line JOIN "tblClaim" c USING ("ClaimID")
        JOIN "tblICDCodes" USING ("ICDID") WHERE c."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _sum(
            _with(held["claim_events"], "Claim status", "Entered"),
            "Main diagnosis",
            "Claim amount",
        ),
    ),
    Question(
        "remunerated amount of valuated claims",
        f"""SELECT 'Valuated', SUM("RemuneratedAmount") FROM ({_LINES}) line
        JOIN "tblClaim" c USING ("ClaimID")
        WHERE c."ValidityTo" IS NULL AND c."ClaimStatus" = 16""",
        lambda held: _sum(
            _with(held["claim_events"], "Claim status", "Valuated"),
            "Claim status",
            "Remunerated amount",
        ),
    ),
    Question(
        "quantity of services by code",
        """SELECT TRIM("ServCode"), SUM("QtyProvided") FROM "tblClaimServices" l
        JOIN "tblClaim" c USING ("ClaimID") JOIN "tblServices" USING ("ServiceID")
        WHERE l."ValidityTo" IS NULL AND c."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _sum(held["claim_services"], "Claimed service", "Service quantity"),
    ),
    Question(
        "quantity of items by code",
        """SELECT TRIM("ItemCode"), SUM("QtyProvided") FROM "tblClaimItems" l
        JOIN "tblClaim" c USING ("ClaimID") JOIN "tblItems" USING ("ItemID")
        WHERE l."ValidityTo" IS NULL AND c."ValidityTo" IS NULL GROUP BY 1""",
        lambda held: _sum(held["claim_items"], "Claimed item", "Item quantity"),
    ),
    Question(
        "days of claims",
        """SELECT UNNEST(ARRAY['first', 'last']),
        UNNEST(ARRAY[MIN("DateClaimed"), MAX("DateClaimed")]) FROM "tblClaim"
        WHERE "ValidityTo" IS NULL""",
        lambda held: _range(held["claim_enrollments"], "enrolledAt"),
    ),
)  # fmt: skip
