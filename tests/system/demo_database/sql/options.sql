-- Options: the codes of live rows, deleted ones included; fixed sets have the words of DHIS2's package.
WITH listed AS (
    SELECT 'Gender' AS option_set, "Code"::TEXT AS code, "Gender" AS label, TRUE AS is_current, 0 AS key FROM "tblGender"
    UNION ALL SELECT 'Profession', "ProfessionId"::TEXT, "Profession", TRUE, 0 FROM "tblProfessions" WHERE "ProfessionId" <> 0
    UNION ALL SELECT 'Education', "EducationId"::TEXT, "Education", TRUE, 0 FROM "tblEducations" WHERE "EducationId" <> 0
    UNION ALL SELECT 'Family/Group type', "FamilyTypeCode"::TEXT, "FamilyType", TRUE, 0 FROM "tblFamilyTypes"
    UNION ALL SELECT 'Identification type', "IdentificationCode"::TEXT, "IdentificationTypes", TRUE, 0 FROM "tblIdentificationTypes"
    UNION ALL SELECT 'Product', "ProductCode", "ProductName", "ValidityTo" IS NULL, "ProdID" FROM "tblProduct"
        WHERE "ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "ProdID"
    UNION ALL SELECT 'ICD', "ICDCode", "ICDName", "ValidityTo" IS NULL, "ICDID" FROM "tblICDCodes"
        WHERE "ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "ICDID"
    UNION ALL SELECT 'Item', "ItemCode", "ItemName", "ValidityTo" IS NULL, "ItemID" FROM "tblItems"
        WHERE "ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "ItemID"
    UNION ALL SELECT 'Service', "ServCode", "ServName", "ValidityTo" IS NULL, "ServiceID" FROM "tblServices"
        WHERE "ValidityTo" IS NULL OR "LegacyID" IS NULL OR "LegacyID" = "ServiceID"
), filled AS (
    SELECT DISTINCT ON (option_set, TRIM(code)) option_set, TRIM(code) AS code,
        TRIM(TRIM(code) || ' ' || TRIM(COALESCE(label, ''))) AS name
    FROM listed WHERE TRIM(code) <> '' ORDER BY option_set, TRIM(code), is_current DESC, key DESC
), fixed AS (
    SELECT option_set, UNNEST(STRING_TO_ARRAY(words, ', ')) AS code FROM (VALUES
        ('Marital status', 'Married, Single, Divorced, Widowed, Not specified'),
        ('Visit type', 'Emergency, Referral, Other'),
        ('Policy stage', 'New policy, Renewed policy'),
        ('Policy status', 'Idle, Active, Suspended, Expired, Ready'),
        ('Claim status', 'Entered, Checked, Processed, Valuated, Rejected'),
        ('Yes/No', 'Yes, No'),
        ('Pay type', 'Bank, Cash, Mobile phone'),
        ('Payer type', 'Co-operative, Donor, Government, Local authority, Private organisation, Other, Household')
    ) AS words (option_set, words)
)
SELECT option_set AS "option set", code, name FROM filled
UNION ALL SELECT option_set, code, code FROM fixed
