-- Enrollments in the claims program: one a current claim.
SELECT i."InsureeUUID" AS person, c.facility AS "orgUnit", 'COMPLETED' AS status,
    c."DateClaimed"::TEXT AS "enrolledAt"
FROM current_claim c
LEFT JOIN "tblInsuree" i ON i."InsureeID" = c.person
