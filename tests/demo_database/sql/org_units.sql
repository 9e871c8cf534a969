-- Org units: every location and health facility that is there or was; the root is not openIMIS's.
WITH unit AS (
    SELECT l."LocationUUID" AS code, l."LocationCode" AS own_code, l."LocationName" AS own_name,
        CASE TRIM(l."LocationType") WHEN 'R' THEN 'Region' WHEN 'D' THEN 'District' WHEN 'W' THEN 'Ward' WHEN 'V' THEN 'Village' END AS kind,
        CASE TRIM(l."LocationType") WHEN 'R' THEN 'ROOT' ELSE parent."LocationUUID" END AS parent,
        l."ValidityTo" AS closed, l."LegacyID" AS legacy, l."LocationId" AS key
    FROM "tblLocations" l
    LEFT JOIN location_of o ON o.key = l."ParentLocationId"
    LEFT JOIN "tblLocations" parent ON parent."LocationId" = o.live
    UNION ALL
    SELECT h."HfUUID", h."HFCode", h."HFName",
        CASE TRIM(h."HFLevel") WHEN 'H' THEN 'Hospitals' WHEN 'C' THEN 'HealthCenter' WHEN 'D' THEN 'Dispensary' END,
        district."LocationUUID", h."ValidityTo", h."LegacyID", h."HfID"
    FROM "tblHF" h
    LEFT JOIN location_of o ON o.key = h."LocationId"
    LEFT JOIN "tblLocations" district ON district."LocationId" = o.live
)
SELECT code AS "orgUnit", kind AS "group", parent,
    LEFT(TRIM(own_code) || ' ' || TRIM(own_name), 230) AS name,
    TRIM(LEFT(TRIM(own_code) || ' ' || TRIM(own_name), 50)) AS "shortName",
    closed::DATE::TEXT AS "closedDate",
    CASE WHEN kind IN ('Hospitals', 'HealthCenter', 'Dispensary') THEN 'Yes' END AS "in the claims program",
    CASE WHEN kind = 'Village' OR EXISTS (SELECT FROM place WHERE place.place = code) THEN 'Yes' END AS "in the insuree program"
FROM unit
WHERE closed IS NULL OR legacy IS NULL OR legacy = key
