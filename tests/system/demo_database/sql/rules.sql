-- The rules that several resources share, as views of one session.
-- Setting `demo.as_of` is the day of the snapshot, `demo.pseudonym_key` the secret of the pseudonyms,
-- `demo.zone` the zone whose days count; without it, UTC's do.

CREATE EXTENSION IF NOT EXISTS pgcrypto;
SELECT SET_CONFIG('TimeZone', COALESCE(NULLIF(CURRENT_SETTING('demo.zone', TRUE), ''), 'UTC'), FALSE);

-- A foreign key may name a history row; it stands for the live one.
CREATE TEMP VIEW insuree_of AS SELECT "InsureeID" AS key, COALESCE("LegacyID", "InsureeID") AS live FROM "tblInsuree";
CREATE TEMP VIEW family_of AS SELECT "FamilyID" AS key, COALESCE("LegacyID", "FamilyID") AS live FROM "tblFamilies";
CREATE TEMP VIEW policy_of AS SELECT "PolicyID" AS key, COALESCE("LegacyID", "PolicyID") AS live FROM "tblPolicy";
CREATE TEMP VIEW product_of AS SELECT "ProdID" AS key, COALESCE("LegacyID", "ProdID") AS live FROM "tblProduct";
CREATE TEMP VIEW location_of AS SELECT "LocationId" AS key, COALESCE("LegacyID", "LocationId") AS live FROM "tblLocations";
CREATE TEMP VIEW facility_of AS SELECT "HfID" AS key, COALESCE("LegacyID", "HfID") AS live FROM "tblHF";

-- openIMIS keeps its funds as insurees, and makes places for them: they are nobody and nowhere.
CREATE TEMP VIEW fund AS
SELECT "InsureeID" FROM "tblInsuree"
WHERE "CHFID" = '999999999' AND ("ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "InsureeID");
CREATE TEMP VIEW location AS
SELECT * FROM "tblLocations"
WHERE NOT COALESCE("LocationName" = 'Funding' AND "LocationCode" = 'F' || "LocationType", FALSE);

-- Live rows: current, or deleted. What is left are the versions of before.
CREATE TEMP VIEW live_insuree AS
SELECT *, "ValidityTo" IS NULL AS is_current FROM "tblInsuree"
WHERE ("ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "InsureeID")
    AND "InsureeID" NOT IN (SELECT "InsureeID" FROM fund);

CREATE TEMP VIEW current_claim AS
SELECT c.*, o.live AS person, h."HfUUID" AS facility
FROM "tblClaim" c
LEFT JOIN insuree_of o ON o.key = c."InsureeID"
LEFT JOIN facility_of f ON f.key = c."HFID"
LEFT JOIN "tblHF" h ON h."HfID" = f.live
WHERE c."ValidityTo" IS NULL AND NOT EXISTS (SELECT FROM fund WHERE fund."InsureeID" = o.live);

-- Where each person is: the first place that is known.
CREATE TEMP VIEW place AS
SELECT found."InsureeID",
    v."LocationUUID" AS village,
    COALESCE(v."LocationUUID", (
        SELECT c.facility FROM current_claim c
        WHERE c.person = found."InsureeID" AND c.facility IS NOT NULL
        ORDER BY c."DateFrom", c."ClaimID" LIMIT 1
    )) AS place
FROM (
    SELECT i."InsureeID",
        COALESCE(
            NULLIF(i."CurrentVillage", 0),
            (SELECT f."LocationId" FROM "tblFamilies" f JOIN family_of o ON o.live = f."FamilyID"
             WHERE o.key = i."FamilyID" AND f."ValidityTo" IS NULL),
            (SELECT h."CurrentVillage" FROM "tblInsuree" h
             WHERE h."LegacyID" = i."InsureeID" AND h."InsureeID" <> i."InsureeID" AND h."CurrentVillage" <> 0
             ORDER BY h."ValidityTo" DESC, h."InsureeID" DESC LIMIT 1),
            (SELECT f."LocationId" FROM "tblFamilies" f JOIN family_of o ON o.live = f."FamilyID"
             WHERE o.key = i.known_family AND f."ValidityTo" IS NULL),
            (SELECT h."LocationId" FROM "tblFamilies" h JOIN family_of o ON o.live = h."LegacyID"
             WHERE o.key = i.known_family AND h."FamilyID" <> o.live AND h."LocationId" IS NOT NULL
             ORDER BY h."ValidityTo" DESC, h."FamilyID" DESC LIMIT 1),
            (SELECT f."LocationId" FROM "tblFamilies" f JOIN family_of o ON o.live = f."FamilyID"
             WHERE o.key = i.known_family AND f."ValidityTo" IS NOT NULL)
        ) AS location
    FROM (
        SELECT l.*, COALESCE(NULLIF(l."FamilyID", 0), (
            SELECT h."FamilyID" FROM "tblInsuree" h
            WHERE h."LegacyID" = l."InsureeID" AND h."InsureeID" <> l."InsureeID" AND h."FamilyID" <> 0
            ORDER BY h."ValidityTo" DESC, h."InsureeID" DESC LIMIT 1
        )) AS known_family
        FROM live_insuree l
    ) i
) found
LEFT JOIN location_of l ON l.key = found.location
LEFT JOIN "tblLocations" v ON v."LocationId" = l.live;

-- The head of each family: the one that the family names, if a current member; else the only one marked.
CREATE TEMP VIEW head AS
WITH member AS (
    SELECT i."InsureeID", i."IsHead", o.live AS family
    FROM "tblInsuree" i JOIN family_of o ON o.key = i."FamilyID"
    WHERE i."ValidityTo" IS NULL
)
SELECT f."FamilyID" AS family,
    COALESCE(
        (SELECT m."InsureeID" FROM member m JOIN insuree_of o ON o.live = m."InsureeID"
         WHERE m.family = f."FamilyID" AND o.key = f."InsureeID"),
        (SELECT MIN(m."InsureeID") FROM member m
         WHERE m.family = f."FamilyID" AND m."IsHead" HAVING COUNT(*) = 1)
    ) AS head
FROM "tblFamilies" f
WHERE f."ValidityTo" IS NULL OR f."LegacyID" IS NULL OR f."LegacyID" = f."FamilyID";

-- The people of DHIS2: current insurees, and those whom a current claim names.
CREATE TEMP VIEW person AS
SELECT i."InsureeID", i."InsureeUUID", i.is_current, p.place, p.village
FROM live_insuree i JOIN place p USING ("InsureeID")
WHERE i.is_current OR EXISTS (SELECT FROM current_claim c WHERE c.person = i."InsureeID");

-- Current insuree policies whose person and policy are current, with the dates that hold.
-- Several current rows of one insuree and one policy are one: from the first day of any to the last of any.
-- One that names a person or policy that does not exist at all is wanted too: as a reject.
CREATE TEMP VIEW cover AS
SELECT MIN(ip."InsureePolicyID") AS cover, i."InsureeID" AS person, p."PolicyID" AS policy,
    COALESCE(MIN(ip."EnrollmentDate"), MIN(p."EnrollDate")) AS enrolled,
    COALESCE(MIN(ip."StartDate"), MIN(p."StartDate")) AS started,
    COALESCE(MIN(ip."EffectiveDate"), MIN(p."EffectiveDate")) AS effective,
    COALESCE(MAX(ip."ExpiryDate"), MAX(p."ExpiryDate")) AS expiry
FROM "tblInsureePolicy" ip
LEFT JOIN insuree_of io ON io.key = ip."InsureeID"
LEFT JOIN "tblInsuree" i ON i."InsureeID" = io.live
LEFT JOIN policy_of po ON po.key = ip."PolicyId"
LEFT JOIN "tblPolicy" p ON p."PolicyID" = po.live
WHERE ip."ValidityTo" IS NULL AND i."ValidityTo" IS NULL AND p."ValidityTo" IS NULL
    AND NOT EXISTS (SELECT FROM fund WHERE fund."InsureeID" = io.live)
GROUP BY i."InsureeID", p."PolicyID",
    CASE WHEN i."InsureeID" IS NULL OR p."PolicyID" IS NULL THEN ip."InsureePolicyID" END;

-- Lines of current claims: a line is wanted while its own row and its claim are current.
CREATE TEMP VIEW claim_line AS
WITH line AS (
    SELECT 'service' AS kind, "ClaimServiceID" AS key, "ClaimID", "ServiceID" AS thing, "ProdID",
        "ClaimServiceStatus" AS status, "RejectionReason", "QtyProvided", "QtyApproved", "PriceAsked",
        "PriceAdjusted", "PriceApproved", "PriceValuated", "DeductableAmount", "ExceedCeilingAmount",
        "ExceedCeilingAmountCategory", "RemuneratedAmount"
    FROM "tblClaimServices" WHERE "ValidityTo" IS NULL
    UNION ALL
    SELECT 'item', "ClaimItemID", "ClaimID", "ItemID", "ProdID",
        "ClaimItemStatus", "RejectionReason", "QtyProvided", "QtyApproved", "PriceAsked",
        "PriceAdjusted", "PriceApproved", "PriceValuated", "DeductableAmount", "ExceedCeilingAmount",
        "ExceedCeilingAmountCategory", "RemuneratedAmount"
    FROM "tblClaimItems" WHERE "ValidityTo" IS NULL
)
SELECT l.*, c."ClaimCode", c."ClaimStatus", c."DateFrom", c.person, c.facility,
    l."QtyProvided" * l."PriceAsked" AS asked,
    l."QtyProvided" * COALESCE(l."PriceAdjusted", l."PriceAsked") AS adjusted,
    CASE WHEN l.status = 1 AND COALESCE(l."RejectionReason", 0) = 0 AND c."ClaimStatus" <> 1
        THEN COALESCE(l."QtyApproved", l."QtyProvided")
            * COALESCE(l."PriceApproved", l."PriceAdjusted", l."PriceAsked")
        ELSE 0 END AS approved
FROM line l JOIN current_claim c USING ("ClaimID");
