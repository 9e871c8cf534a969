-- One event for each current payment for a current policy, of the head of the policy's family; photo
-- fees and funding are none. A policy that does not exist, or a family without head, is wanted too: as
-- a reject.
SELECT i."InsureeUUID" AS person, p.place AS "orgUnit", 'COMPLETED' AS status,
    m."PayDate" || 'T00:00' AS "occurredAt",
    TRIM_SCALE(m."Amount")::TEXT AS "Contribution amount",
    CASE TRIM(m."PayType") WHEN 'B' THEN 'Bank' WHEN 'C' THEN 'Cash' WHEN 'M' THEN 'Mobile phone' END
        AS "Contribution pay type",
    CASE WHEN COALESCE(m."PayerID", 0) = 0 THEN 'Household' ELSE
        CASE TRIM(y."PayerType") WHEN 'C' THEN 'Co-operative' WHEN 'D' THEN 'Donor' WHEN 'G' THEN 'Government'
            WHEN 'L' THEN 'Local authority' WHEN 'P' THEN 'Private organisation' WHEN 'O' THEN 'Other' END
    END AS "Contribution payer type",
    TRIM(r."ProductCode") AS "Product",
    o."PolicyUUID" AS "Policy ID"
FROM "tblPremium" m
LEFT JOIN policy_of po ON po.key = m."PolicyID"
LEFT JOIN "tblPolicy" o ON o."PolicyID" = po.live
LEFT JOIN product_of pr ON pr.key = o."ProdID"
LEFT JOIN "tblProduct" r ON r."ProdID" = pr.live
LEFT JOIN family_of fo ON fo.key = o."FamilyID"
LEFT JOIN head h ON h.family = fo.live
LEFT JOIN "tblInsuree" i ON i."InsureeID" = h.head
LEFT JOIN person p ON p."InsureeID" = h.head
LEFT JOIN "tblPayer" py ON py."PayerID" = m."PayerID"
LEFT JOIN "tblPayer" y ON y."PayerID" = COALESCE(py."LegacyID", py."PayerID")
WHERE m."ValidityTo" IS NULL AND o."ValidityTo" IS NULL
    AND NOT COALESCE(m."isPhotoFee", FALSE) AND COALESCE(TRIM(m."PayType"), '') <> 'F'
