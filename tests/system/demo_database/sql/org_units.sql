-- Org units: every location and health facility that is there or was; the root is not openIMIS's.
WITH unit AS (
    SELECT l."LocationUUID" AS code, l."LocationCode" AS own_code, l."LocationName" AS own_name,
        CASE TRIM(l."LocationType") WHEN 'R' THEN 'Region' WHEN 'D' THEN 'District' WHEN 'W' THEN 'Ward' WHEN 'V' THEN 'Village' END AS kind,
        CASE TRIM(l."LocationType") WHEN 'R' THEN 'ROOT' ELSE parent."LocationUUID" END AS parent,
        NULL AS owner, l."ValidityTo" AS closed, l."LegacyID" AS legacy, l."LocationId" AS key
    FROM location l
    LEFT JOIN location_of o ON o.key = l."ParentLocationId"
    LEFT JOIN "tblLocations" parent ON parent."LocationId" = o.live
    UNION ALL
    SELECT h."HfUUID", h."HFCode", h."HFName",
        CASE TRIM(h."HFLevel") WHEN 'H' THEN 'Hospitals' WHEN 'C' THEN 'Health centres' WHEN 'D' THEN 'Dispensaries' END,
        district."LocationUUID",
        CASE TRIM(h."LegalForm") WHEN 'G' THEN 'Public facilities' WHEN 'D' THEN 'Public facilities' WHEN 'P' THEN 'Private facilities' WHEN 'C' THEN 'Private facilities' END,
        h."ValidityTo", h."LegacyID", h."HfID"
    FROM "tblHF" h
    LEFT JOIN location_of o ON o.key = h."LocationId"
    LEFT JOIN "tblLocations" district ON district."LocationId" = o.live
)
SELECT code AS "orgUnit", CONCAT_WS(', ', kind, owner) AS "group", parent,
    LEFT(TRIM(own_code) || ' ' || TRIM(own_name), 230) AS name,
    TRIM(LEFT(TRIM(own_code) || ' ' || TRIM(own_name), 50)) AS "shortName",
    closed::DATE::TEXT AS "closedDate",
    CASE WHEN kind IN ('Hospitals', 'Health centres', 'Dispensaries') THEN 'Yes' END AS "in the claims program",
    CASE WHEN kind = 'Village' OR EXISTS (SELECT FROM place WHERE place.place = code) THEN 'Yes' END AS "in the insuree program"
FROM unit
WHERE closed IS NULL OR legacy IS NULL OR legacy = key
