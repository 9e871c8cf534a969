-- Figures of months: one query a figure, of what is counted, written of the figure's words alone.
-- Heading: `=== key, key … | what is done with it`. A query gives `thing` (counted once), `place` (UUID), `who` (the person or
-- household behind it; of a sum, if it has a part of it), `amount` where it is summed, and the columns of the figure's categories.
-- %(start)s and %(end)s are the first and the last day of the period.

=== insured | count
SELECT (s.person, product) AS thing, district AS place, s.person AS who, COALESCE(product, 'unknown') AS product, sex, pg_temp.band(birth, %(end)s) AS age_band
FROM pg_temp.status_on(%(end)s) s JOIN who USING (person) JOIN policy USING (policy) WHERE s.status = 2

=== insured_people | count
SELECT s.person AS thing, district AS place, s.person AS who, sex, pg_temp.band(birth, %(end)s) AS age_band, poverty
FROM pg_temp.status_on(%(end)s) s JOIN who USING (person) WHERE s.status = 2

=== enrolled | count
SELECT person AS thing, district AS place, person AS who, sex, pg_temp.band(birth, %(end)s) AS age_band, poverty FROM who WHERE enrolled <= %(end)s

=== newly_insured | count
SELECT (person, product) AS thing, district AS place, person AS who, product, sex, pg_temp.band(birth, %(end)s) AS age_band FROM change
WHERE stage = 'N' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== renewed | count
SELECT (person, product) AS thing, district AS place, person AS who, product, sex, pg_temp.band(birth, %(end)s) AS age_band FROM change
WHERE stage = 'R' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== newly_insured_people | count
SELECT person AS thing, district AS place, person AS who, sex, pg_temp.band(birth, %(end)s) AS age_band, poverty FROM change
WHERE stage = 'N' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== renewed_people | count
SELECT person AS thing, district AS place, person AS who, sex, pg_temp.band(birth, %(end)s) AS age_band, poverty FROM change
WHERE stage = 'R' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== covers_due | count
SELECT cover AS thing, district AS place, person AS who, product, sex, poverty FROM due WHERE due BETWEEN %(start)s AND %(end)s

=== covers_renewed | count
SELECT cover AS thing, district AS place, person AS who, product, sex, poverty FROM due WHERE is_renewed AND due BETWEEN %(start)s AND %(end)s

=== covers_dropped | count
SELECT cover AS thing, district AS place, person AS who, product, sex, poverty FROM due WHERE NOT is_renewed AND due BETWEEN %(start)s AND %(end)s

=== households | count
SELECT person AS thing, district AS place, person AS who, poverty FROM who WHERE is_head AND enrolled <= %(end)s

=== households_insured | count
SELECT s.person AS thing, district AS place, s.person AS who, sex, poverty
FROM pg_temp.status_on(%(end)s) s JOIN who USING (person) WHERE s.status = 2 AND is_head

=== households_insured_by_product | count
SELECT (s.person, product) AS thing, district AS place, s.person AS who, COALESCE(product, 'unknown') AS product
FROM pg_temp.status_on(%(end)s) s JOIN who USING (person) JOIN policy USING (policy) WHERE s.status = 2 AND is_head

=== policies_in_force | count
SELECT p.policy AS thing, district AS place, s.person AS who, COALESCE(p.product, 'unknown') AS product
FROM pg_temp.status_on(%(end)s) s JOIN policy p ON p.told_of = s.cover JOIN who USING (person) WHERE s.status = 2

=== policies_new | count
SELECT policy AS thing, district AS place, person AS who, product FROM change
WHERE is_told AND stage = 'N' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== policies_renewed | count
SELECT policy AS thing, district AS place, person AS who, product FROM change
WHERE is_told AND stage = 'R' AND status = 2 AND time = 1 AND day BETWEEN %(start)s AND %(end)s

=== policies_expired | count
SELECT policy AS thing, district AS place, person AS who, product FROM change WHERE is_told AND status = 8 AND day BETWEEN %(start)s AND %(end)s

=== policies_suspended | count
SELECT (policy, number) AS thing, district AS place, person AS who, product FROM change WHERE is_told AND status = 4 AND day BETWEEN %(start)s AND %(end)s

=== claims, claims_by_visit | count
SELECT (claim, claim_status) AS thing, facility AS place, person AS who, product, claim_status, visit_type, care_type FROM came
WHERE day BETWEEN %(start)s AND %(end)s

=== claimed_amount, claimed_amount_by_visit | sum
SELECT claim AS thing, claimed AS amount, facility AS place, person AS who, product, claim_status, visit_type, care_type FROM came
WHERE day BETWEEN %(start)s AND %(end)s

=== approved_amount, approved_amount_by_visit | sum
SELECT claim AS thing, approved AS amount, facility AS place, person AS who, product, visit_type, care_type FROM came
WHERE claim_status = 'valuated' AND day BETWEEN %(start)s AND %(end)s

=== valuated_amount, valuated_amount_by_visit | sum
SELECT claim AS thing, valuated AS amount, facility AS place, person AS who, product, visit_type, care_type FROM came
WHERE claim_status = 'valuated' AND day BETWEEN %(start)s AND %(end)s

=== remunerated_amount, remunerated_amount_by_visit | sum
SELECT claim AS thing, remunerated AS amount, facility AS place, person AS who, product, visit_type, care_type FROM came
WHERE claim_status = 'valuated' AND day BETWEEN %(start)s AND %(end)s

=== reimbursed | count
SELECT claim AS thing, facility AS place, person AS who, product FROM came
WHERE claim_status = 'valuated' AND remunerated > 0 AND day BETWEEN %(start)s AND %(end)s

=== claims_at_end | count
SELECT claim AS thing, facility AS place, person AS who, LOWER(s.status) AS claim_status FROM a_claim JOIN pg_temp.claim_status_on(%(end)s) s USING (claim)

=== claimants | count
SELECT person AS thing, facility AS place, person AS who, sex, pg_temp.band(birth, %(end)s) AS age_band FROM came
WHERE claim_status = 'entered' AND day BETWEEN %(start)s AND %(end)s

=== rejected_by_reason | count
SELECT claim AS thing, facility AS place, person AS who, reason AS rejection_reason FROM came
WHERE claim_status = 'rejected' AND day BETWEEN %(start)s AND %(end)s

=== rejected_lines_by_reason | count
SELECT (kind, key) AS thing, facility AS place, person AS who, reason AS rejection_reason FROM a_line
WHERE visited_on BETWEEN %(start)s AND %(end)s AND (status = 2 OR COALESCE("RejectionReason", 0) <> 0)

=== claims_of_care | count
SELECT claim AS thing, facility AS place, person AS who, product FROM a_claim WHERE visited_on BETWEEN %(start)s AND %(end)s

=== remunerated_of_care | sum
SELECT claim AS thing, remunerated AS amount, facility AS place, person AS who, product FROM a_claim
WHERE status = 16 AND visited_on BETWEEN %(start)s AND %(end)s

=== rejected_of_care | count
SELECT claim AS thing, facility AS place, person AS who, product FROM a_claim WHERE status = 1 AND visited_on BETWEEN %(start)s AND %(end)s

=== claims_paid | count
SELECT claim AS thing, facility AS place, person AS who, product FROM a_claim WHERE status = 16 AND paid_on BETWEEN %(start)s AND %(end)s

=== days_to_payment | sum
SELECT claim AS thing, paid_on - claimed_on AS amount, facility AS place, person AS who, product FROM a_claim
WHERE status = 16 AND paid_on BETWEEN %(start)s AND %(end)s

=== feedbacks_asked | count
SELECT (claim, q."FeedbackPromptDate") AS thing, facility AS place, person AS who FROM "tblFeedbackPrompt" q JOIN a_claim ON claim = q."ClaimID"
WHERE q."ValidityTo" IS NULL AND q."FeedbackPromptDate" BETWEEN %(start)s AND %(end)s

=== feedbacks_answered | count
SELECT (claim, q."FeedbackPromptDate") AS thing, facility AS place, person AS who FROM "tblFeedbackPrompt" q JOIN a_claim ON claim = q."ClaimID"
WHERE q."ValidityTo" IS NULL AND q."FeedbackPromptDate" BETWEEN %(start)s AND %(end)s
    AND EXISTS (SELECT FROM "tblFeedback" f WHERE f."ClaimID" = claim AND f."ValidityTo" IS NULL)

=== feedbacks | count
SELECT f."FeedbackID" AS thing, facility AS place, person AS who FROM "tblFeedback" f JOIN a_claim ON claim = f."ClaimID"
WHERE f."ValidityTo" IS NULL AND f."Asessment" IS NOT NULL AND f."FeedbackDate"::DATE BETWEEN %(start)s AND %(end)s

=== feedback_marks | sum
SELECT f."FeedbackID" AS thing, f."Asessment" AS amount, facility AS place, person AS who FROM "tblFeedback" f JOIN a_claim ON claim = f."ClaimID"
WHERE f."ValidityTo" IS NULL AND f."Asessment" IS NOT NULL AND f."FeedbackDate"::DATE BETWEEN %(start)s AND %(end)s

=== services | count
SELECT key AS thing, facility AS place, person AS who FROM a_line WHERE kind = 'service' AND visited_on BETWEEN %(start)s AND %(end)s

=== services_quantity | sum
SELECT key AS thing, quantity AS amount, facility AS place, person AS who FROM a_line WHERE kind = 'service' AND visited_on BETWEEN %(start)s AND %(end)s

=== services_amount | sum
SELECT key AS thing, asked AS amount, facility AS place, person AS who FROM a_line WHERE kind = 'service' AND visited_on BETWEEN %(start)s AND %(end)s

=== items | count
SELECT key AS thing, facility AS place, person AS who FROM a_line WHERE kind = 'item' AND visited_on BETWEEN %(start)s AND %(end)s

=== items_quantity | sum
SELECT key AS thing, quantity AS amount, facility AS place, person AS who FROM a_line WHERE kind = 'item' AND visited_on BETWEEN %(start)s AND %(end)s

=== items_amount | sum
SELECT key AS thing, asked AS amount, facility AS place, person AS who FROM a_line WHERE kind = 'item' AND visited_on BETWEEN %(start)s AND %(end)s

=== group_lines | count
SELECT (kind, key, code_group) AS thing, facility AS place, person AS who, code_group FROM a_line JOIN code_group USING (kind, code)
WHERE visited_on BETWEEN %(start)s AND %(end)s

=== group_quantity | sum
SELECT key AS thing, quantity AS amount, facility AS place, person AS who, code_group FROM a_line JOIN code_group USING (kind, code)
WHERE visited_on BETWEEN %(start)s AND %(end)s

=== group_amount | sum
SELECT key AS thing, asked AS amount, facility AS place, person AS who, code_group FROM a_line JOIN code_group USING (kind, code)
WHERE visited_on BETWEEN %(start)s AND %(end)s

=== group_people | count
SELECT (person, code_group) AS thing, facility AS place, person AS who, code_group, sex FROM a_line JOIN code_group USING (kind, code)
WHERE visited_on BETWEEN %(start)s AND %(end)s

=== home_claims | count
SELECT claim AS thing, home AS place, person AS who FROM came WHERE claim_status = 'entered' AND day BETWEEN %(start)s AND %(end)s

=== home_claimed_amount | sum
SELECT claim AS thing, claimed AS amount, home AS place, person AS who FROM came WHERE claim_status = 'entered' AND day BETWEEN %(start)s AND %(end)s

=== home_reimbursed | count
SELECT claim AS thing, home AS place, person AS who FROM came
WHERE claim_status = 'valuated' AND remunerated > 0 AND day BETWEEN %(start)s AND %(end)s

=== home_remunerated_amount | sum
SELECT claim AS thing, remunerated AS amount, home AS place, person AS who FROM came
WHERE claim_status = 'valuated' AND day BETWEEN %(start)s AND %(end)s

=== elsewhere_reimbursed | count
SELECT claim AS thing, home AS place, person AS who FROM came
WHERE claim_status = 'valuated' AND remunerated > 0 AND facility_district IS DISTINCT FROM home AND day BETWEEN %(start)s AND %(end)s

=== elsewhere_remunerated_amount | sum
SELECT claim AS thing, remunerated AS amount, home AS place, person AS who FROM came
WHERE claim_status = 'valuated' AND facility_district IS DISTINCT FROM home AND day BETWEEN %(start)s AND %(end)s

=== households_with_claims | count
SELECT c.family AS thing, d.district AS place, c.family AS who FROM came c JOIN "tblFamilies" f ON f."FamilyID" = c.family
JOIN location_of o ON o.key = f."LocationId" JOIN "tblLocations" l ON l."LocationId" = o.live JOIN district_of d ON d.place = l."LocationUUID"
WHERE claim_status = 'entered' AND day BETWEEN %(start)s AND %(end)s

=== households_at_ceiling | count
SELECT (y."FamilyID", product) AS thing, d.district AS place, y."FamilyID" AS who, COALESCE(p.product, 'unknown') AS product
FROM full_ceiling JOIN policy p USING (policy) JOIN "tblPolicy" y ON y."PolicyID" = policy
JOIN family_of fo ON fo.key = y."FamilyID" JOIN "tblFamilies" f ON f."FamilyID" = fo.live
JOIN location_of o ON o.key = f."LocationId" JOIN "tblLocations" l ON l."LocationId" = o.live JOIN district_of d ON d.place = l."LocationUUID"
WHERE day BETWEEN %(start)s AND %(end)s

=== contributions, contributions_by_payer | sum
SELECT payment AS thing, amount, district AS place, family AS who, product, pay_type, payer_type FROM paid
WHERE NOT is_fund AND day BETWEEN %(start)s AND %(end)s

=== contributions_not_allocated | sum
SELECT payment AS thing, amount, district AS place, family AS who, product FROM paid
WHERE NOT is_fund AND (is_waiting OR day > expiry) AND day BETWEEN %(start)s AND %(end)s

=== contributions_earned | sum
SELECT payment AS thing, district AS place, family AS who, product,
    amount * (LEAST(expiry, %(end)s) - GREATEST(effective, %(start)s) + 1) / (expiry - effective + 1) AS amount
FROM paid WHERE NOT is_fund AND NOT is_waiting AND effective <= %(end)s AND expiry >= %(start)s

=== contributions_allocated | sum
SELECT payment AS thing, district AS place, family AS who, product,
    amount * (LEAST(expiry, %(end)s) - GREATEST(effective, day, %(start)s) + 1) / (expiry - GREATEST(effective, day) + 1) AS amount
FROM paid WHERE NOT is_fund AND NOT is_waiting AND day <= expiry AND GREATEST(effective, day) <= %(end)s AND expiry >= %(start)s

=== funding | sum
SELECT payment AS thing, amount, %(root)s AS place, family AS who, product, payer_type FROM paid WHERE is_fund AND day BETWEEN %(start)s AND %(end)s
