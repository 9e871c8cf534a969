-- Claim events: one for each status that a claim passed.
WITH amount AS (
    SELECT "ClaimID", SUM(asked) AS asked, SUM(adjusted) AS adjusted, SUM(approved) AS approved,
        COALESCE(SUM("PriceValuated"), SUM(approved)) AS valuated, SUM("RemuneratedAmount") AS remunerated
    FROM claim_line GROUP BY "ClaimID"
), product AS (
    SELECT DISTINCT ON (l."ClaimID") l."ClaimID", TRIM(p."ProductCode") AS code
    FROM claim_line l JOIN product_of o ON o.key = l."ProdID" JOIN "tblProduct" p ON p."ProdID" = o.live
    GROUP BY l."ClaimID", TRIM(p."ProductCode")
    ORDER BY l."ClaimID", SUM(l.asked) DESC, TRIM(p."ProductCode")
), stamp AS (
    SELECT "ClaimID", MAX(own) FILTER (WHERE status = 'Checked') AS checked,
        MAX(own) FILTER (WHERE status = 'Processed') AS processed,
        MAX(own) FILTER (WHERE status = 'Valuated') AS valuated,
        MAX(own) FILTER (WHERE status = 'Rejected') AS rejected
    FROM claim_status GROUP BY "ClaimID"
)
SELECT i."InsureeUUID" AS person, c.facility AS "orgUnit", 'COMPLETED' AS status,
    s.day || 'T00:' || LPAD(s.place::TEXT, 2, '0') AS "occurredAt",
    s.status AS "Claim status",
    TRIM_SCALE(ROUND(a.asked, 2))::TEXT AS "Claim amount",
    CASE WHEN s.rank >= 2 THEN TRIM_SCALE(ROUND(a.adjusted, 2))::TEXT END AS "Adjusted amount",
    CASE WHEN s.rank = 5 THEN '0' WHEN s.rank >= 2 THEN TRIM_SCALE(ROUND(a.approved, 2))::TEXT END AS "Approved amount",
    CASE s.rank WHEN 5 THEN '0' WHEN 4 THEN TRIM_SCALE(ROUND(a.valuated, 2))::TEXT END AS "Valuated amount",
    CASE s.rank WHEN 5 THEN '0' WHEN 4 THEN TRIM_SCALE(ROUND(a.remunerated, 2))::TEXT END AS "Remunerated amount",
    CASE WHEN s.rank >= 2 THEN t.checked::TEXT END AS "Claim checked date",
    CASE WHEN s.rank >= 3 THEN t.processed::TEXT END AS "Claim processed date",
    CASE WHEN s.rank = 4 THEN t.valuated::TEXT END AS "Claim valuation date",
    CASE WHEN s.rank = 5 THEN t.rejected::TEXT END AS "Claim rejection date",
    COALESCE(LEAD(s.day) OVER (PARTITION BY c."ClaimID" ORDER BY s.place) - 1, '2099-12-31')::TEXT AS "Status until",
    TRIM(c."ClaimCode") AS "Claim number",
    d."ICDCode" AS "Main diagnosis", d1."ICDCode" AS "Secondary diagnosis 1", d2."ICDCode" AS "Secondary diagnosis 2",
    d3."ICDCode" AS "Secondary diagnosis 3", d4."ICDCode" AS "Secondary diagnosis 4",
    CASE TRIM(c."VisitType") WHEN 'E' THEN 'Emergency' WHEN 'R' THEN 'Referral' WHEN 'O' THEN 'Other' END AS "Visit type",
    admin."ClaimAdminUUID" AS "Claim administrator",
    product.code AS "Claim product",
    p.village AS "Village of the insuree"
FROM claim_status s
JOIN current_claim c USING ("ClaimID")
LEFT JOIN "tblInsuree" i ON i."InsureeID" = c.person
LEFT JOIN person p ON p."InsureeID" = c.person
JOIN stamp t USING ("ClaimID")
LEFT JOIN amount a USING ("ClaimID")
LEFT JOIN product USING ("ClaimID")
LEFT JOIN "tblICDCodes" d ON d."ICDID" = c."ICDID"
LEFT JOIN "tblICDCodes" d1 ON d1."ICDID" = c."ICDID1"
LEFT JOIN "tblICDCodes" d2 ON d2."ICDID" = c."ICDID2"
LEFT JOIN "tblICDCodes" d3 ON d3."ICDID" = c."ICDID3"
LEFT JOIN "tblICDCodes" d4 ON d4."ICDID" = c."ICDID4"
LEFT JOIN "tblClaimAdmin" a0 ON a0."ClaimAdminId" = c."ClaimAdminId"
LEFT JOIN "tblClaimAdmin" admin ON admin."ClaimAdminId" = COALESCE(a0."LegacyID", a0."ClaimAdminId")
