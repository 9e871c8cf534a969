-- Enrollments in the claims program: one a current claim, completed on the day of its last status.
SELECT i."InsureeUUID" AS person, c.facility AS "orgUnit", 'COMPLETED' AS status,
    c."DateClaimed"::TEXT AS "enrolledAt", s.day::TEXT AS "completedAt"
FROM current_claim c
LEFT JOIN "tblInsuree" i ON i."InsureeID" = c.person
JOIN claim_status s ON s."ClaimID" = c."ClaimID" AND s.place = s.places
