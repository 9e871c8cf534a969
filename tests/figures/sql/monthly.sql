-- What the figures of months stand on, besides openimis.sql: people and claims with the words of the categories.

CREATE FUNCTION pg_temp.band(birth DATE, that_day DATE) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS $$
    SELECT CASE WHEN birth IS NULL OR birth > that_day THEN 'unknown'
        WHEN EXTRACT(YEAR FROM AGE(that_day, birth)) < 15 THEN 'age_0_14'
        WHEN EXTRACT(YEAR FROM AGE(that_day, birth)) < 30 THEN 'age_15_29'
        WHEN EXTRACT(YEAR FROM AGE(that_day, birth)) < 45 THEN 'age_30_44' ELSE 'age_45' END
$$;

-- Who is insured, or was: where they live, and what they are.
CREATE TEMP TABLE who AS
SELECT p."InsureeID" AS person, d.district, i.enrolled, COALESCE(i.is_head, FALSE) AS is_head, n."DOB" AS birth, o.live AS family,
    CASE i.gender WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' WHEN 'O' THEN 'other' ELSE 'unknown' END AS sex,
    CASE WHEN i.poverty THEN 'poor' WHEN NOT i.poverty THEN 'non_poor' ELSE 'unknown' END AS poverty
FROM person p JOIN "tblInsuree" l ON l."InsureeID" = p."InsureeID" LEFT JOIN family_of o ON o.key = l."FamilyID"
LEFT JOIN insured i ON i.person = p."InsureeID" LEFT JOIN "tblInsuree" n ON n."InsureeID" = i.person
LEFT JOIN district_of d ON d.place = p.place;

-- Every status of a share in a policy, with the policy's product and stage.
CREATE TEMP VIEW change AS
SELECT c.*, COALESCE(p.product, 'unknown') AS product, p.stage, p.told_of = c.cover AS is_told, w.district, w.sex, w.poverty, w.birth, w.is_head
FROM policy_change c JOIN policy p USING (policy) JOIN who w USING (person);

-- Covers that ended. They can be renewed until as many months after the day after their last day as their product says.
CREATE TEMP TABLE ended AS
SELECT c.*, y.product_key, (c.day + MAKE_INTERVAL(months => COALESCE(y.grace, 0)))::DATE AS due
FROM change c JOIN (
    SELECT y."PolicyID" AS policy, o.live AS product_key, COALESCE(p."GracePeriodRenewal", p."GracePeriod") AS grace
    FROM "tblPolicy" y LEFT JOIN product_of o ON o.key = y."ProdID" LEFT JOIN "tblProduct" p ON p."ProdID" = o.live
) y USING (policy)
WHERE c.status = 8 AND EXISTS (SELECT FROM policy_change a WHERE a.cover = c.cover AND a.status = 2);

CREATE TEMP TABLE due AS
SELECT e.*, EXISTS (
    SELECT FROM policy_change n JOIN "tblPolicy" y ON y."PolicyID" = n.policy JOIN product_of o ON o.key = y."ProdID"
    WHERE n.person = e.person AND n.cover <> e.cover AND n.status = 2 AND n.day <= e.due AND n.expiry >= e.day
        AND (o.live = e.product_key OR o.live = (
            SELECT co.live FROM "tblProduct" p JOIN product_of co ON co.key = p."ConversionProdID" WHERE p."ProdID" = e.product_key))
) AS is_renewed
FROM ended e WHERE e.due <= CURRENT_SETTING('demo.as_of')::DATE;

-- Claims, and each status into which they came.
CREATE TEMP TABLE a_claim AS
SELECT c.claim, c.person, c.facility, c.claimed_on, c.visited_on, c.claimed, c.approved, c.valuated, c.remunerated,
    COALESCE(c.product, 'unknown') AS product, f.district AS facility_district, w.district AS home, w.family, w.sex, w.birth,
    CASE c.visit_type WHEN 'E' THEN 'emergency' WHEN 'R' THEN 'referral' WHEN 'O' THEN 'other' ELSE 'unknown' END AS visit_type,
    -- openIMIS 1.4 has no CareType.
    CASE TRIM(TO_JSONB(o) ->> 'CareType') WHEN 'IPD' THEN 'in_patient' WHEN 'OPD' THEN 'out_patient' ELSE 'unknown' END AS care_type,
    LOWER(REGEXP_REPLACE(c.reason, '[^A-Za-z0-9]+', '_', 'g')) AS reason, o."ClaimStatus" AS status, b."RunDate"::DATE AS paid_on,
    o."DateTo" > o."DateFrom" AS stayed, h."HFLevel" = 'H' AS at_hospital
FROM claim c JOIN "tblClaim" o ON o."ClaimID" = c.claim LEFT JOIN "tblBatchRun" b ON b."RunID" = o."RunID"
LEFT JOIN who w ON w.person = c.person LEFT JOIN district_of f ON f.place = c.facility LEFT JOIN "tblHF" h ON h."HfUUID" = c.facility;

CREATE TEMP VIEW came AS
SELECT a.*, LOWER(p.status) AS claim_status, p.day FROM a_claim a JOIN passed p USING (claim);

-- Lines, with their codes.
CREATE TEMP TABLE a_line AS
SELECT l.kind, l.key, l."QtyProvided" AS quantity, l.asked, TRIM(COALESCE(s."ServCode", t."ItemCode")) AS code, a.person, a.facility, a.visited_on, a.sex,
    a.status AS claim_status, l.status, l."RejectionReason", l."ClaimID" AS claim,
    LOWER(REGEXP_REPLACE(pg_temp.reason(l."RejectionReason"), '[^A-Za-z0-9]+', '_', 'g')) AS reason
FROM claim_line l JOIN a_claim a ON a.claim = l."ClaimID"
LEFT JOIN "tblServices" so ON l.kind = 'service' AND so."ServiceID" = l.thing LEFT JOIN "tblServices" s ON s."ServiceID" = COALESCE(so."LegacyID", so."ServiceID")
LEFT JOIN "tblItems" io ON l.kind = 'item' AND io."ItemID" = l.thing LEFT JOIN "tblItems" t ON t."ItemID" = COALESCE(io."LegacyID", io."ItemID");

CREATE TEMP TABLE code_group (code_group TEXT, kind TEXT, code TEXT);

-- What was paid for policies, in the district of the household's village.
CREATE TEMP TABLE paid AS
SELECT m."PremiumId" AS payment, y."FamilyID" AS family, d.district, m."Amount" AS amount, m."PayDate" AS day, m."PayType" = 'F' AS is_fund,
    COALESCE(TRIM(p."ProductCode"), 'unknown') AS product, y."EffectiveDate" AS effective, y."ExpiryDate" AS expiry,
    y."PolicyStatus" IN (1, 16) OR y."EffectiveDate" IS NULL AS is_waiting,
    CASE TRIM(m."PayType") WHEN 'B' THEN 'bank' WHEN 'C' THEN 'cash' WHEN 'M' THEN 'mobile_phone' ELSE 'unknown' END AS pay_type,
    CASE WHEN COALESCE(m."PayerID", 0) = 0 THEN 'household' ELSE CASE TRIM(r."PayerType") WHEN 'C' THEN 'co_operative' WHEN 'D' THEN 'donor'
        WHEN 'G' THEN 'government' WHEN 'L' THEN 'local_authority' WHEN 'P' THEN 'private_organisation' WHEN 'O' THEN 'other' ELSE 'unknown' END END AS payer_type
FROM "tblPremium" m
JOIN policy_of po ON po.key = m."PolicyID" JOIN "tblPolicy" y ON y."PolicyID" = po.live
LEFT JOIN family_of fo ON fo.key = y."FamilyID" LEFT JOIN "tblFamilies" f ON f."FamilyID" = fo.live
LEFT JOIN location_of lo ON lo.key = f."LocationId" LEFT JOIN location l ON l."LocationId" = lo.live LEFT JOIN district_of d ON d.place = l."LocationUUID"
LEFT JOIN product_of o ON o.key = y."ProdID" LEFT JOIN "tblProduct" p ON p."ProdID" = o.live
LEFT JOIN "tblPayer" r ON r."PayerID" = m."PayerID"
WHERE m."ValidityTo" IS NULL AND y."ValidityTo" IS NULL AND NOT COALESCE(m."isPhotoFee", FALSE);

-- What policies paid for each valuated claim, and what their products pay at most: for the policy (more for members
-- above a number, up to a maximum) and for a member; for all care, for hospital care and for other care.
CREATE TEMP TABLE benefit AS
SELECT po.live AS policy, c.person, c.day, SUM(COALESCE(l."RemuneratedAmount", l."PriceValuated", l.approved)) AS amount,
    CASE WHEN p."CeilingInterpretation" = 'H' THEN c.at_hospital ELSE COALESCE(c.stayed, FALSE) END AS is_hospital_care
FROM came c JOIN (
    SELECT l.*, COALESCE(s."PolicyID", t."PolicyID") AS policy FROM claim_line l
    LEFT JOIN "tblClaimServices" s ON l.kind = 'service' AND s."ClaimServiceID" = l.key
    LEFT JOIN "tblClaimItems" t ON l.kind = 'item' AND t."ClaimItemID" = l.key
) l ON l."ClaimID" = c.claim
JOIN policy_of po ON po.key = l.policy JOIN "tblPolicy" y ON y."PolicyID" = po.live
JOIN product_of o ON o.key = y."ProdID" JOIN "tblProduct" p ON p."ProdID" = o.live
WHERE c.claim_status = 'valuated' GROUP BY 1, 2, 3, 5;

CREATE TEMP TABLE ceiling AS
SELECT y."PolicyID" AS policy, c.care, c.of_insuree,
    CASE WHEN c.extra_most > 0 THEN LEAST(c.most + c.extra, c.extra_most) ELSE c.most + c.extra END AS most
FROM "tblPolicy" y JOIN product_of o ON o.key = y."ProdID" JOIN "tblProduct" p ON p."ProdID" = o.live
CROSS JOIN LATERAL (
    SELECT GREATEST(0, COUNT(DISTINCT io.live) - p."Threshold") AS over FROM "tblInsureePolicy" ip
    JOIN insuree_of io ON io.key = ip."InsureeID" JOIN policy_of po ON po.key = ip."PolicyId"
    WHERE ip."ValidityTo" IS NULL AND po.live = y."PolicyID"
) m
CROSS JOIN LATERAL (VALUES
    ('all', FALSE, p."MaxPolicy", COALESCE(p."MaxPolicyExtraMember" * m.over, 0), p."MaxCeilingPolicy"),
    ('hospital', FALSE, p."MaxIPPolicy", COALESCE(p."MaxPolicyExtraMemberIP" * m.over, 0), p."MaxCeilingPolicyIP"),
    ('other', FALSE, p."MaxOPPolicy", COALESCE(p."MaxPolicyExtraMemberOP" * m.over, 0), p."MaxCeilingPolicyOP"),
    ('all', TRUE, p."MaxInsuree", 0, NULL), ('hospital', TRUE, p."MaxIPInsuree", 0, NULL), ('other', TRUE, p."MaxOPInsuree", 0, NULL)
) c (care, of_insuree, most, extra, extra_most)
WHERE c.most > 0;

CREATE TEMP TABLE full_ceiling AS
SELECT c.policy, MIN(d.day) AS day FROM ceiling c JOIN benefit d ON d.policy = c.policy
WHERE c.most <= (
    SELECT SUM(b.amount) FROM benefit b WHERE b.policy = c.policy AND b.day <= d.day AND (NOT c.of_insuree OR b.person = d.person)
        AND (c.care = 'all' OR b.is_hospital_care = (c.care = 'hospital'))
) AND (c.care = 'all' OR d.is_hospital_care = (c.care = 'hospital'))
GROUP BY c.policy;

ANALYZE who, due, a_claim, a_line, paid, benefit, full_ceiling;
