-- The statuses that each current claim passed, with the dates that openIMIS has of them.
CREATE TEMP VIEW claim_status AS
WITH version AS (
    SELECT "LegacyID" AS claim, "ClaimStatus" AS status, "ValidityTo" AS ended
    FROM "tblClaim" WHERE "ValidityTo" IS NOT NULL AND "LegacyID" <> "ClaimID"
), known AS (
    SELECT c.*,
        EXISTS (SELECT FROM version v WHERE v.claim = c."ClaimID" AND v.status = 4) AS was_checked,
        EXISTS (SELECT FROM version v WHERE v.claim = c."ClaimID" AND v.status = 8) AS was_processed,
        COALESCE(c."SubmitStamp", (SELECT MAX(v.ended) FROM version v WHERE v.claim = c."ClaimID" AND v.status = 2))::DATE AS checked,
        COALESCE(c."ProcessStamp"::DATE, c."DateProcessed") AS processed,
        COALESCE((SELECT b."RunDate"::DATE FROM "tblBatchRun" b WHERE b."RunID" = c."RunID"),
            c."ProcessStamp"::DATE, c."DateProcessed") AS valuated,
        COALESCE((SELECT MAX(v.ended) FROM version v WHERE v.claim = c."ClaimID" AND v.status <> 1),
            c."ProcessStamp", c."SubmitStamp")::DATE AS rejected
    FROM current_claim c
), passed AS (
    SELECT "ClaimID", 'Entered' AS status, 1 AS rank, "DateClaimed" AS own FROM known
    UNION ALL
    SELECT "ClaimID", 'Checked', 2, checked FROM known WHERE checked IS NOT NULL
        AND ("ClaimStatus" IN (4, 8, 16) OR "ClaimStatus" = 1 AND ("ProcessStamp" IS NOT NULL OR was_checked))
    UNION ALL
    SELECT "ClaimID", 'Processed', 3, processed FROM known WHERE processed IS NOT NULL
        AND ("ClaimStatus" = 8 OR "ClaimStatus" = 16 AND "RunID" <> 0 OR was_processed)
    UNION ALL
    SELECT "ClaimID", 'Valuated', 4, valuated FROM known WHERE valuated IS NOT NULL AND "ClaimStatus" = 16
    UNION ALL
    SELECT "ClaimID", 'Rejected', 5, rejected FROM known WHERE "ClaimStatus" = 1
)
SELECT *, MAX(own) OVER places AS day, ROW_NUMBER() OVER places AS place,
    COUNT(*) OVER (PARTITION BY "ClaimID") AS places
FROM passed WINDOW places AS (PARTITION BY "ClaimID" ORDER BY rank);
