-- One event for each current item of a current claim.
WITH valuation AS (
    SELECT "ClaimID", COUNT("PriceValuated") AS valuated_lines FROM claim_line GROUP BY "ClaimID"
)
SELECT i."InsureeUUID" AS person, l.facility AS "orgUnit", 'COMPLETED' AS status,
    l."DateFrom" || 'T00:00' AS "occurredAt", TRIM(l."ClaimCode") AS claim,
    TRIM(t."ItemCode") AS "Claimed item",
    TRIM_SCALE(l."QtyProvided")::TEXT AS "Item quantity",
    TRIM_SCALE(l."PriceAsked")::TEXT AS "Item price",
    TRIM_SCALE(l."DeductableAmount")::TEXT AS "Deductible amount - Item",
    CASE WHEN l."ExceedCeilingAmount" IS NOT NULL OR l."ExceedCeilingAmountCategory" IS NOT NULL
        THEN TRIM_SCALE(COALESCE(l."ExceedCeilingAmount", 0) + COALESCE(l."ExceedCeilingAmountCategory", 0))::TEXT
    END AS "Exceed ceiling amount - Item",
    CASE WHEN l."ClaimStatus" <> 2 THEN TRIM_SCALE(ROUND(l.adjusted, 2))::TEXT END AS "Adjusted amount - Item",
    CASE WHEN l."ClaimStatus" <> 2 THEN TRIM_SCALE(ROUND(l.approved, 2))::TEXT END AS "Approved amount - Item",
    CASE l."ClaimStatus" WHEN 1 THEN '0' WHEN 16 THEN TRIM_SCALE(l."RemuneratedAmount")::TEXT END AS "Remunerated amount - Item",
    CASE l."ClaimStatus" WHEN 1 THEN '0' WHEN 16
        THEN TRIM_SCALE(CASE WHEN valuated_lines > 0 THEN l."PriceValuated" ELSE ROUND(l.approved, 2) END)::TEXT
    END AS "Valuated amount - Item",
    ROW_NUMBER() OVER (PARTITION BY "ClaimID" ORDER BY l.key)::TEXT AS "Sequence ID"
FROM claim_line l
JOIN valuation USING ("ClaimID")
LEFT JOIN "tblInsuree" i ON i."InsureeID" = l.person
LEFT JOIN "tblItems" o ON o."ItemID" = l.thing
LEFT JOIN "tblItems" t ON t."ItemID" = COALESCE(o."LegacyID", o."ItemID")
WHERE l.kind = 'item'
