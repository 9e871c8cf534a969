-- One event for each current service of a current claim.
WITH valuation AS (
    SELECT "ClaimID", COUNT("PriceValuated") AS valuated_lines FROM claim_line GROUP BY "ClaimID"
)
SELECT i."InsureeUUID" AS person, l.facility AS "orgUnit", 'COMPLETED' AS status,
    l."DateFrom" || 'T00:00' AS "occurredAt", TRIM(l."ClaimCode") AS claim,
    TRIM(t."ServCode") AS "Claimed service",
    TRIM_SCALE(l."QtyProvided")::TEXT AS "Service quantity",
    TRIM_SCALE(l."PriceAsked")::TEXT AS "Service price",
    TRIM_SCALE(l."DeductableAmount")::TEXT AS "Deductible amount - Service",
    CASE WHEN l."ExceedCeilingAmount" IS NOT NULL OR l."ExceedCeilingAmountCategory" IS NOT NULL
        THEN TRIM_SCALE(COALESCE(l."ExceedCeilingAmount", 0) + COALESCE(l."ExceedCeilingAmountCategory", 0))::TEXT
    END AS "Exceed ceiling amount - Service",
    CASE WHEN l."ClaimStatus" <> 2 THEN TRIM_SCALE(ROUND(l.adjusted, 2))::TEXT END AS "Adjusted amount - Service",
    CASE WHEN l."ClaimStatus" <> 2 THEN TRIM_SCALE(ROUND(l.approved, 2))::TEXT END AS "Approved amount - Service",
    CASE l."ClaimStatus" WHEN 1 THEN '0' WHEN 16 THEN TRIM_SCALE(l."RemuneratedAmount")::TEXT END AS "Remunerated amount - Service",
    CASE l."ClaimStatus" WHEN 1 THEN '0' WHEN 16
        THEN TRIM_SCALE(CASE WHEN valuated_lines > 0 THEN l."PriceValuated" ELSE ROUND(l.approved, 2) END)::TEXT
    END AS "Valuated amount - Service",
    ROW_NUMBER() OVER (PARTITION BY "ClaimID" ORDER BY l.key)::TEXT AS "Sequence ID"
FROM claim_line l
JOIN valuation USING ("ClaimID")
LEFT JOIN "tblInsuree" i ON i."InsureeID" = l.person
LEFT JOIN "tblServices" o ON o."ServiceID" = l.thing
LEFT JOIN "tblServices" t ON t."ServiceID" = COALESCE(o."LegacyID", o."ServiceID")
WHERE l.kind = 'service'
