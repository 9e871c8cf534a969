-- Policy events: one for each status that an insuree policy passed.
WITH version AS (
    SELECT COALESCE("LegacyID", "PolicyID") AS policy, "PolicyID" AS key, "PolicyStatus" AS status,
        "ValidityFrom" AS began, "ValidityTo" AS ended,
        LAG("PolicyStatus") OVER versions AS status_before, LAG("ValidityTo") OVER versions AS ended_before
    FROM "tblPolicy"
    WINDOW versions AS (PARTITION BY COALESCE("LegacyID", "PolicyID") ORDER BY "ValidityTo" NULLS LAST, "PolicyID")
), entry AS (
    SELECT policy, status, began::DATE AS began, ended_before::DATE AS entered,
        ROW_NUMBER() OVER entries AS number,
        ROW_NUMBER() OVER (PARTITION BY policy, status ORDER BY ended NULLS LAST, key) AS time
    FROM version WHERE status_before IS DISTINCT FROM status
    WINDOW entries AS (PARTITION BY policy ORDER BY ended NULLS LAST, key)
), course AS (
    SELECT policy,
        (ARRAY_AGG(status ORDER BY number))[1] AS first_status,
        (ARRAY_AGG(status ORDER BY number DESC))[1] AS live_status,
        (ARRAY_AGG(COALESCE(entered, began) ORDER BY number DESC))[1] AS live_since,
        MIN(number) FILTER (WHERE status IN (2, 4)) AS activated,
        MIN(number) FILTER (WHERE status = 2) AS first_active,
        MIN(number) FILTER (WHERE status = 4) AS first_suspended
    FROM entry GROUP BY policy
), status AS (
    SELECT cover, CASE WHEN first_status IN (1, 16) THEN first_status ELSE 1 END AS status,
        1 AS time, -1 AS rank, enrolled AS own
    FROM cover LEFT JOIN course USING (policy)
    UNION ALL
    SELECT cover, 2, 1, COALESCE(2 * activated, 1000000), effective
    FROM cover JOIN course USING (policy)
    WHERE (activated IS NOT NULL OR live_status = 8)
        AND effective <= CURRENT_SETTING('demo.as_of')::DATE
    UNION ALL
    SELECT cover, e.status,
        CASE WHEN e.status = 1 AND first_status NOT IN (1, 16) THEN e.time + 1
             WHEN e.status = 2 AND first_suspended < first_active THEN e.time + 1
             ELSE e.time END,
        2 * number + 1, COALESCE(e.entered, GREATEST(effective, began))
    FROM cover JOIN course USING (policy) JOIN entry e USING (policy)
    WHERE e.status <> 8
        AND NOT (number = 1 AND e.status IN (1, 16))
        AND NOT (e.status = 2 AND number = activated)
        AND NOT (e.status = 4 AND COALESCE(COALESCE(e.entered, GREATEST(effective, began)) > expiry, FALSE))
    UNION ALL
    SELECT cover, 8, 1, 2000000, COALESCE(expiry + 1, live_since)
    FROM cover LEFT JOIN course USING (policy)
    WHERE expiry < CURRENT_SETTING('demo.as_of')::DATE OR (expiry IS NULL AND live_status = 8)
), dated AS (
    SELECT *, MAX(own) OVER places AS day, ROW_NUMBER() OVER places AS place
    FROM status WINDOW places AS (PARTITION BY cover ORDER BY rank)
), event AS (
    SELECT c.*, d.status, d.time, d.day, d.place, LEAD(d.day) OVER (PARTITION BY cover ORDER BY place) AS next_day
    FROM dated d JOIN cover c USING (cover)
), holder AS (
    SELECT c.policy, COALESCE(MIN(c.cover) FILTER (WHERE c.person = h.head), MIN(c.cover)) AS holder
    FROM cover c JOIN "tblPolicy" y ON y."PolicyID" = c.policy
    LEFT JOIN family_of o ON o.key = y."FamilyID" LEFT JOIN head h ON h.family = o.live
    GROUP BY c.policy
)
SELECT p."InsureeUUID" AS person, p.place AS "orgUnit", 'COMPLETED' AS status,
    e.day || 'T00:' || LPAD(e.place::TEXT, 2, '0') AS "occurredAt",
    CASE COALESCE(NULLIF(TRIM(y."PolicyStage"), ''), 'N') WHEN 'N' THEN 'New policy' WHEN 'R' THEN 'Renewed policy' END AS "Policy stage",
    CASE e.status WHEN 1 THEN 'Idle' WHEN 2 THEN 'Active' WHEN 4 THEN 'Suspended' WHEN 8 THEN 'Expired'
        WHEN 16 THEN 'Ready' END AS "Policy status",
    TRIM(product."ProductCode") AS "Product",
    y."PolicyUUID" AS "Policy ID",
    CASE WHEN v.holder = e.cover THEN TRIM_SCALE(y."PolicyValue")::TEXT END AS "Policy Value",
    e.started::TEXT AS "Policy start date",
    e.effective::TEXT AS "Policy effective date",
    e.expiry::TEXT AS "Expiry Date",
    COALESCE(e.next_day - 1, CASE WHEN e.status <> 8 THEN e.expiry END, '2099-12-31')::TEXT AS "Status until",
    (SELECT COUNT(*) FROM (
        SELECT DISTINCT ON (o.cover) o.status FROM event o
        WHERE o.person = e.person AND o.day <= e.day ORDER BY o.cover, o.place DESC
     ) latest WHERE latest.status = 2)::TEXT AS "Active policies of the person",
    CASE WHEN e.time = 1 THEN 'Yes' ELSE 'No' END AS "First time in this status"
FROM event e
LEFT JOIN person p ON p."InsureeID" = e.person
LEFT JOIN "tblPolicy" y ON y."PolicyID" = e.policy
LEFT JOIN holder v ON v.policy = e.policy
LEFT JOIN product_of po ON po.key = y."ProdID"
LEFT JOIN "tblProduct" product ON product."ProdID" = po.live
