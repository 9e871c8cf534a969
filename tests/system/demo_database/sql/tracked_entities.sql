-- Tracked entities: one a person; who is kept for a claim alone has nothing but the Insuree ID.
WITH numbered AS (
    SELECT i.*, ENCODE(HMAC(TRIM(i."CHFID"), CURRENT_SETTING('demo.pseudonym_key'), 'sha256'), 'hex') AS number,
        COUNT(*) OVER (PARTITION BY TRIM(i."CHFID")) AS holders
    FROM "tblInsuree" i WHERE i."ValidityTo" IS NULL
)
SELECT p."InsureeUUID" AS "Insuree ID",
    p.place AS "orgUnit",
    f."FamilyUUID" AS "Family ID",
    CASE WHEN n.holders = 1 THEN n.number END AS "CHFID",
    CASE WHEN n.holders = 1 THEN n.number END AS "Insurance number",
    CASE f."Poverty" WHEN TRUE THEN 'Yes' WHEN FALSE THEN 'No' END AS "Poverty status",
    NULLIF(TRIM(f."FamilyType"), '') AS "Family/Group type",
    CASE WHEN NOT p.is_current THEN NULL WHEN h.head IS NULL THEN 'No' ELSE 'Yes' END AS "Household head",
    EXTRACT(YEAR FROM n."DOB") || '-01-01' AS "Date of birth",
    (SELECT g."Code" FROM "tblGender" g WHERE g."Code" = TRIM(n."Gender")) AS "Gender",
    CASE TRIM(n."Marital") WHEN 'M' THEN 'Married' WHEN 'S' THEN 'Single' WHEN 'D' THEN 'Divorced'
        WHEN 'W' THEN 'Widowed' WHEN 'N' THEN 'Not specified' END AS "Marital status",
    hf."HfUUID" AS "First service point",
    NULLIF(n."Education", 0)::TEXT AS "Education",
    NULLIF(n."Profession", 0)::TEXT AS "Profession",
    NULLIF(TRIM(n."TypeOfId"), '') AS "Identification type"
FROM person p
LEFT JOIN numbered n ON n."InsureeID" = p."InsureeID"
LEFT JOIN family_of fo ON fo.key = n."FamilyID"
LEFT JOIN "tblFamilies" f ON f."FamilyID" = fo.live
LEFT JOIN head h ON h.family = fo.live AND h.head = p."InsureeID"
LEFT JOIN facility_of ho ON ho.key = n."HFID"
LEFT JOIN "tblHF" hf ON hf."HfID" = ho.live
