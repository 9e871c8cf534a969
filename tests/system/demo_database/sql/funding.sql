-- One event for each current payment of type Funding for a current policy, at the place of its product,
-- or at the root. One by a policy that does not exist is wanted too: as a reject.
SELECT COALESCE(l."LocationUUID", 'ROOT') AS "orgUnit", 'COMPLETED' AS status,
    m."PayDate" || 'T00:00' AS "occurredAt",
    TRIM(r."ProductCode") AS "Product",
    TRIM_SCALE(m."Amount")::TEXT AS "Funding amount",
    CASE WHEN COALESCE(m."PayerID", 0) = 0 THEN 'Household' ELSE
        CASE TRIM(y."PayerType") WHEN 'C' THEN 'Co-operative' WHEN 'D' THEN 'Donor' WHEN 'G' THEN 'Government'
            WHEN 'L' THEN 'Local authority' WHEN 'P' THEN 'Private organisation' WHEN 'O' THEN 'Other' END
    END AS "Funding payer type"
FROM "tblPremium" m
LEFT JOIN policy_of po ON po.key = m."PolicyID"
LEFT JOIN "tblPolicy" o ON o."PolicyID" = po.live
LEFT JOIN product_of pr ON pr.key = o."ProdID"
LEFT JOIN "tblProduct" r ON r."ProdID" = pr.live
LEFT JOIN location_of lo ON lo.key = r."LocationId"
LEFT JOIN location l ON l."LocationId" = lo.live
LEFT JOIN "tblPayer" py ON py."PayerID" = m."PayerID"
LEFT JOIN "tblPayer" y ON y."PayerID" = COALESCE(py."LegacyID", py."PayerID")
WHERE m."ValidityTo" IS NULL AND o."ValidityTo" IS NULL
    AND NOT COALESCE(m."isPhotoFee", FALSE) AND TRIM(m."PayType") = 'F'
