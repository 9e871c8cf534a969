-- openIMIS as a person at a ministry would tell it, for the figures of people.sql and claims.sql.
-- It stands on the views of tests/system/demo_database/sql/rules.sql and claim_statuses.sql.

-- Places, closed ones included, and the district that each lies in. A facility lies in a district, a village in a ward in one.
CREATE TEMP TABLE district_of AS
WITH RECURSIVE up AS (
    SELECT "LocationId" AS place, "LocationUUID" AS uuid, "LocationId" AS above FROM "tblLocations"
    WHERE "ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "LocationId"
    UNION ALL
    SELECT up.place, up.uuid, o.live FROM up
    JOIN "tblLocations" l ON l."LocationId" = up.above JOIN location_of o ON o.key = l."ParentLocationId"
)
SELECT up.uuid AS place, d."LocationUUID" AS district
FROM up JOIN "tblLocations" d ON d."LocationId" = up.above AND TRIM(d."LocationType") = 'D'
UNION
SELECT h."HfUUID", d."LocationUUID"
FROM "tblHF" h JOIN location_of o ON o.key = h."LocationId" JOIN "tblLocations" d ON d."LocationId" = o.live
WHERE h."ValidityTo" IS NULL OR h."LegacyID" IS NULL OR h."LegacyID" = h."HfID";

CREATE TEMP TABLE family_head AS SELECT family, head FROM head WHERE head IS NOT NULL;

-- The insured: current insurees, each with the first day on which the scheme knew him.
-- A day of birth leaves openIMIS as 1 January of its year (privacy), unless the country sends it whole: ages are those of that day.
CREATE TEMP TABLE insured AS
SELECT p."InsureeID" AS person, p.place,
    NULLIF(TRIM(i."Gender"), '') AS gender,
    DATE_TRUNC(CURRENT_SETTING('demo.birth_to_the'), i."DOB")::DATE AS birth,
    NULLIF(i."Education", 0)::TEXT AS education,
    NULLIF(TRIM(f."FamilyType"), '') AS family_type,
    f."Poverty" AS poverty,
    EXISTS (SELECT FROM family_head h WHERE h.head = p."InsureeID") AS is_head,
    LEAST(
        (SELECT MIN(v."ValidityFrom")::DATE FROM "tblInsuree" v
         WHERE COALESCE(v."LegacyID", v."InsureeID") = p."InsureeID"),
        (SELECT MIN(COALESCE(ip."EnrollmentDate", y."EnrollDate")) FROM "tblInsureePolicy" ip
         JOIN insuree_of o ON o.key = ip."InsureeID"
         LEFT JOIN policy_of po ON po.key = ip."PolicyId" LEFT JOIN "tblPolicy" y ON y."PolicyID" = po.live
         WHERE o.live = p."InsureeID" AND ip."ValidityTo" IS NULL)
    ) AS enrolled
FROM person p
JOIN "tblInsuree" i ON i."InsureeID" = p."InsureeID"
LEFT JOIN family_of o ON o.key = i."FamilyID"
LEFT JOIN "tblFamilies" f ON f."FamilyID" = o.live
WHERE p.is_current;

-- What became of each person's share in a policy, in order: entered, activated on its effective date, what
-- its history says afterwards, expired the day after its last day.
CREATE TEMP TABLE policy_change AS
WITH version AS (
    SELECT COALESCE("LegacyID", "PolicyID") AS policy, "PolicyStatus" AS status, "ValidityFrom"::DATE AS began,
        LAG("ValidityTo"::DATE) OVER history AS since,
        LAG("PolicyStatus") OVER history AS before,
        ROW_NUMBER() OVER history AS number,
        FIRST_VALUE("PolicyStatus") OVER history AS first_status,
        COUNT(*) FILTER (WHERE "PolicyStatus" IN (2, 4)) OVER history AS in_force_by_then,
        COUNT(*) FILTER (WHERE "PolicyStatus" IN (2, 4)) OVER (PARTITION BY COALESCE("LegacyID", "PolicyID")) AS in_force
    FROM "tblPolicy"
    WINDOW history AS (PARTITION BY COALESCE("LegacyID", "PolicyID") ORDER BY "ValidityTo" NULLS LAST, "PolicyID")
), change AS (
    SELECT c.cover, 0.0 AS number, CASE WHEN v.first_status = 16 THEN 16 ELSE 1 END AS status, c.enrolled AS day
    FROM cover c JOIN version v ON v.policy = c.policy AND v.number = 1
    UNION ALL
    -- Activation: at the first version that is in force; a policy that is expired now was in force before.
    SELECT c.cover, COALESCE(MIN(v.number) FILTER (WHERE v.in_force_by_then > 0), 1000000), 2, c.effective
    FROM cover c JOIN version v ON v.policy = c.policy
    WHERE c.effective <= CURRENT_SETTING('demo.as_of')::DATE
    GROUP BY c.cover, c.effective
    HAVING MAX(v.in_force) > 0 OR BOOL_OR(v.status = 8 AND v.number = (SELECT MAX(n.number) FROM version n WHERE n.policy = v.policy))
    UNION ALL
    -- Later versions; the first one that is Active is the activation above.
    SELECT c.cover, v.number + 0.5, v.status, COALESCE(v.since, GREATEST(c.effective, v.began))
    FROM cover c JOIN version v ON v.policy = c.policy
    WHERE v.before IS DISTINCT FROM v.status AND v.status <> 8
        AND NOT (v.number = 1 AND v.status IN (1, 16)) AND NOT (v.status = 2 AND v.in_force_by_then = 1)
        AND NOT (v.status = 4 AND COALESCE(COALESCE(v.since, GREATEST(c.effective, v.began)) > c.expiry, FALSE))
    UNION ALL
    SELECT cover, 2000000, 8, expiry + 1 FROM cover WHERE expiry < CURRENT_SETTING('demo.as_of')::DATE
)
SELECT c.cover, c.person, c.policy, c.expiry, c.effective, change.status, change.number,
    MAX(change.day) OVER (PARTITION BY c.cover ORDER BY change.number) AS day,
    ROW_NUMBER() OVER (PARTITION BY c.cover, change.status ORDER BY change.number) AS time
FROM change JOIN cover c USING (cover);
CREATE INDEX ON policy_change (cover, number);

-- A policy is told once, of the head if it covers him, else of the member whose share is the oldest.
CREATE TEMP TABLE policy AS
SELECT y."PolicyID" AS policy, COALESCE(NULLIF(TRIM(y."PolicyStage"), ''), 'N') AS stage, y."PolicyValue" AS value, TRIM(p."ProductCode") AS product,
    (SELECT c.cover FROM cover c WHERE c.policy = y."PolicyID"
     ORDER BY (c.person = h.head) DESC NULLS LAST, c.cover LIMIT 1) AS told_of
FROM "tblPolicy" y
LEFT JOIN family_of o ON o.key = y."FamilyID" LEFT JOIN family_head h ON h.family = o.live
LEFT JOIN product_of po ON po.key = y."ProdID" LEFT JOIN "tblProduct" p ON p."ProdID" = po.live
WHERE y."ValidityTo" IS NULL;

-- The status of each share in a policy at the end of a day; none before it was entered. A policy that is
-- not over yet is known up to its last day of cover.
CREATE FUNCTION pg_temp.status_on(that_day DATE)
RETURNS TABLE (cover INT, person INT, policy INT, status INT) LANGUAGE SQL STABLE AS $$
    SELECT cover, person, policy, status FROM (
        SELECT DISTINCT ON (c.cover) c.cover, c.person, c.policy, c.status::INT, c.expiry FROM policy_change c
        WHERE c.day <= that_day ORDER BY c.cover, c.number DESC
    ) latest WHERE status = 8 OR expiry IS NULL OR expiry >= that_day
$$;

-- Every day on which a share in a policy was Active, up to the end of the last period that is asked for.
CREATE TEMP TABLE active_day AS
SELECT days.day::DATE, c.cover, c.person, c.policy
FROM (SELECT *, LEAD(day) OVER (PARTITION BY cover ORDER BY number) AS next_day FROM policy_change) c
CROSS JOIN GENERATE_SERIES(c.day, LEAST(c.next_day - 1, c.expiry, CURRENT_SETTING('demo.last_day')::DATE), INTERVAL '1 day') AS days (day)
WHERE c.status = 2;
CREATE INDEX ON active_day (person, day);

-- openIMIS's codes of why a line is rejected, in our words.
CREATE TEMP TABLE rejection (code INT, word TEXT);
INSERT INTO rejection VALUES
    (-1, 'Rejected in review'), (1, 'Not in the register'), (2, 'Not in the price list'), (3, 'Not covered by a policy'),
    (4, 'Not for this sex or age'), (5, 'Too soon again'), (6, 'Claimed twice'), (7, 'Insuree not insured'),
    (8, 'Diagnosis not in the list'), (9, 'Date of care not valid'), (10, 'Care type not allowed'), (11, 'Too many admissions'),
    (12, 'Too many visits'), (13, 'Too many consultations'), (14, 'Too many surgeries'), (15, 'Too many deliveries'),
    (16, 'Quantity above the limit'), (17, 'Within the waiting period'), (19, 'Too many antenatal contacts'),
    (20, 'Claim not valid'), (21, 'No coverage on the day');

CREATE FUNCTION pg_temp.reason(reason_code INT) RETURNS TEXT LANGUAGE SQL STABLE AS $$
    SELECT CASE WHEN COALESCE(reason_code, 0) = 0 THEN 'No reason given'
        ELSE COALESCE((SELECT word FROM rejection WHERE code = reason_code), 'Another reason') END
$$;

-- Claims, with what was asked for, approved, valuated and paid by their lines.
CREATE TEMP TABLE claim AS
WITH amount AS (
    SELECT "ClaimID", ROUND(SUM(asked), 2) AS claimed, ROUND(SUM(approved), 2) AS approved,
        ROUND(COALESCE(SUM("PriceValuated"), SUM(approved)), 2) AS valuated, ROUND(SUM("RemuneratedAmount"), 2) AS remunerated
    FROM claim_line GROUP BY "ClaimID"
), product AS (
    SELECT DISTINCT ON (l."ClaimID") l."ClaimID", TRIM(p."ProductCode") AS code
    FROM claim_line l JOIN product_of o ON o.key = l."ProdID" JOIN "tblProduct" p ON p."ProdID" = o.live
    GROUP BY l."ClaimID", TRIM(p."ProductCode") ORDER BY l."ClaimID", SUM(l.asked) DESC, TRIM(p."ProductCode")
), rejected_line AS (
    SELECT "ClaimID", "RejectionReason" AS code, pg_temp.reason("RejectionReason") AS word, asked FROM claim_line
    WHERE status = 2 OR COALESCE("RejectionReason", 0) <> 0
), reason AS (
    SELECT DISTINCT ON ("ClaimID") "ClaimID", word FROM rejected_line
    GROUP BY "ClaimID", word ORDER BY "ClaimID", SUM(asked) DESC, MIN(code)
)
SELECT c."ClaimID" AS claim, c.person, c.facility, c."DateClaimed" AS claimed_on, c."DateFrom" AS visited_on,
    TRIM(c."VisitType") AS visit_type, product.code AS product, a.claimed, a.approved, a.valuated, a.remunerated,
    COALESCE(reason.word, pg_temp.reason(c."RejectionReason")) AS reason, p.place AS home, p.village,
    i.gender, i.birth
FROM current_claim c
LEFT JOIN amount a USING ("ClaimID")
LEFT JOIN product USING ("ClaimID")
LEFT JOIN reason USING ("ClaimID")
LEFT JOIN person p ON p."InsureeID" = c.person
LEFT JOIN insured i ON i.person = c.person;

CREATE TEMP VIEW service_line AS
SELECT l.*, TRIM(s."ServCode") AS service
FROM claim_line l LEFT JOIN "tblServices" o ON o."ServiceID" = l.thing
LEFT JOIN "tblServices" s ON s."ServiceID" = COALESCE(o."LegacyID", o."ServiceID")
WHERE l.kind = 'service';

CREATE TEMP TABLE passed AS SELECT "ClaimID" AS claim, status, day, place AS number, own FROM claim_status;

-- The status of each claim at the end of a day.
CREATE FUNCTION pg_temp.claim_status_on(that_day DATE)
RETURNS TABLE (claim INT, status TEXT) LANGUAGE SQL STABLE AS $$
    SELECT DISTINCT ON (p.claim) p.claim, p.status FROM passed p WHERE p.day <= that_day ORDER BY p.claim, p.number DESC
$$;

CREATE FUNCTION pg_temp.age(birth DATE, that_day DATE) RETURNS INT LANGUAGE SQL IMMUTABLE AS $$
    SELECT EXTRACT(YEAR FROM AGE(that_day, birth))::INT
$$;

ANALYZE district_of, insured, policy_change, policy, active_day, claim, passed, family_head;

-- What was paid, photo fees aside: by whom and how, for a policy of which product and family.
CREATE TEMP TABLE payment AS
SELECT m."PremiumId" AS payment, m."PayDate" AS day, m."Amount" AS amount, TRIM(m."PayType") AS pay_code,
    TRIM(r."ProductCode") AS product, r."LocationId" AS location, o."FamilyID" AS family,
    CASE WHEN COALESCE(m."PayerID", 0) = 0 THEN 'Household' ELSE
        CASE TRIM(y."PayerType") WHEN 'C' THEN 'Co-operative' WHEN 'D' THEN 'Donor' WHEN 'G' THEN 'Government'
            WHEN 'L' THEN 'Local authority' WHEN 'P' THEN 'Private organisation' WHEN 'O' THEN 'Other' END
    END AS payer
FROM "tblPremium" m
JOIN policy_of po ON po.key = m."PolicyID" JOIN "tblPolicy" o ON o."PolicyID" = po.live
LEFT JOIN product_of pr ON pr.key = o."ProdID" LEFT JOIN "tblProduct" r ON r."ProdID" = pr.live
LEFT JOIN "tblPayer" y ON y."PayerID" = m."PayerID"
WHERE m."ValidityTo" IS NULL AND o."ValidityTo" IS NULL AND NOT COALESCE(m."isPhotoFee", FALSE);

-- What payers gave for products: of the place of the product, else of the root.
CREATE TEMP TABLE given AS
SELECT m.payment, m.day, m.amount, m.product, m.payer, COALESCE(l."LocationUUID", 'root') AS place
FROM payment m
LEFT JOIN location_of lo ON lo.key = m.location LEFT JOIN location l ON l."LocationId" = lo.live
WHERE m.pay_code = 'F';

-- Regions, and the whole country, lie in no district.
INSERT INTO district_of SELECT l."LocationUUID", 'elsewhere' FROM "tblLocations" l WHERE TRIM(l."LocationType") = 'R';
INSERT INTO district_of VALUES ('root', 'elsewhere');
