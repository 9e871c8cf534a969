-- Enrollments in the insuree program: one a current insuree, since the first day that is known.
-- The place that owns the person in the program follows the person.
-- `status` is a column of the newer schema only.
SELECT p."InsureeUUID" AS person, p.place AS "orgUnit", p.place AS owner,
    CASE WHEN left_scheme THEN 'COMPLETED' ELSE 'ACTIVE' END AS status,
    first_day::TEXT AS "enrolledAt"
FROM person p
JOIN "tblInsuree" i ON i."InsureeID" = p."InsureeID"
CROSS JOIN LATERAL (
    SELECT COALESCE(TO_JSONB(i) ->> 'status' IN ('DE', 'IN'), FALSE) AS left_scheme,
        LEAST(
            (SELECT MIN(v."ValidityFrom")::DATE FROM "tblInsuree" v
             WHERE COALESCE(v."LegacyID", v."InsureeID") = i."InsureeID"),
            (SELECT MIN(COALESCE(ip."EnrollmentDate", y."EnrollDate"))
             FROM "tblInsureePolicy" ip
             JOIN insuree_of o ON o.key = ip."InsureeID"
             LEFT JOIN policy_of po ON po.key = ip."PolicyId"
             LEFT JOIN "tblPolicy" y ON y."PolicyID" = po.live
             WHERE o.live = i."InsureeID" AND ip."ValidityTo" IS NULL)
        ) AS first_day
) days
WHERE p.is_current
