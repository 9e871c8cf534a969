-- Figures of claims: as in people.sql.

=== claims | count
SELECT claim AS thing, facility AS place FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claims-entered | count
SELECT claim AS thing, facility AS place, gender, visit_type, product, pg_temp.age(birth, claimed_on) AS age FROM claim
WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claimed | sum
SELECT claim AS thing, facility AS place, claimed AS amount, visit_type, product FROM claim
WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claims-checked | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Checked' AND day BETWEEN %(start)s AND %(end)s

=== claims-processed | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Processed' AND day BETWEEN %(start)s AND %(end)s

=== claims-rejected | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Rejected' AND day BETWEEN %(start)s AND %(end)s

=== rejected-value | sum
SELECT claim AS thing, facility AS place, claimed AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Rejected' AND day BETWEEN %(start)s AND %(end)s

=== claims-valuated | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND day BETWEEN %(start)s AND %(end)s

=== valuated | sum
SELECT claim AS thing, facility AS place, valuated AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND day BETWEEN %(start)s AND %(end)s

=== approved | sum
SELECT claim AS thing, facility AS place, approved AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND day BETWEEN %(start)s AND %(end)s

=== reimbursed | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND remunerated > 0 AND day BETWEEN %(start)s AND %(end)s

=== remunerated | sum
SELECT claim AS thing, facility AS place, remunerated AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND day BETWEEN %(start)s AND %(end)s

=== pending | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim)
WHERE status NOT IN ('Rejected', 'Valuated')

=== pending-value | sum
SELECT claim AS thing, facility AS place, claimed AS amount FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim)
WHERE status NOT IN ('Rejected', 'Valuated')

=== pending-older-30 | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim)
WHERE status NOT IN ('Rejected', 'Valuated') AND claimed_on < %(end)s - 30

=== now-entered | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim) WHERE status = 'Entered'

=== now-checked | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim) WHERE status = 'Checked'

=== now-processed | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim) WHERE status = 'Processed'

=== now-rejected | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim) WHERE status = 'Rejected'

=== now-valuated | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim) WHERE status = 'Valuated'

=== pending-of-claim-date | count
SELECT claim AS thing, facility AS place FROM claim JOIN pg_temp.claim_status_on(%(end)s) USING (claim)
WHERE status NOT IN ('Rejected', 'Valuated') AND claimed_on BETWEEN %(start)s AND %(end)s

=== rejected-of-claim-date | count
SELECT claim AS thing, facility AS place, reason FROM claim JOIN passed USING (claim)
WHERE status = 'Rejected' AND claimed_on BETWEEN %(start)s AND %(end)s

=== valuated-of-claim-date | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND claimed_on BETWEEN %(start)s AND %(end)s

=== reimbursed-of-claim-date | count
SELECT claim AS thing, facility AS place FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND remunerated > 0 AND claimed_on BETWEEN %(start)s AND %(end)s

=== remunerated-of-claim-date | sum
SELECT claim AS thing, facility AS place, remunerated AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND claimed_on BETWEEN %(start)s AND %(end)s

=== remunerated-home | sum
SELECT claim AS thing, home AS place, remunerated AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND claimed_on BETWEEN %(start)s AND %(end)s

=== claims-home | count
SELECT claim AS thing, home AS place FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claimed-home | sum
SELECT claim AS thing, home AS place, claimed AS amount FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claims-village | count
SELECT claim AS thing, village AS place FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s AND village IS NOT NULL

=== claimants | count
SELECT person AS thing, facility AS place, gender FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claimants-home | count
SELECT person AS thing, home AS place FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== facilities-with-claims | count
SELECT facility AS thing, facility AS place FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== claim-mean | mean
SELECT claim AS thing, facility AS place, claimed AS amount FROM claim WHERE claimed_on BETWEEN %(start)s AND %(end)s

=== days-to-check | mean
SELECT claim AS thing, facility AS place, day - claimed_on AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Checked' AND day BETWEEN %(start)s AND %(end)s

=== days-to-valuation | mean
SELECT claim AS thing, facility AS place, day - claimed_on AS amount FROM claim JOIN passed USING (claim)
WHERE status = 'Valuated' AND day BETWEEN %(start)s AND %(end)s

=== days-check-to-valuation | mean
SELECT claim AS thing, facility AS place, v.day - c.own AS amount
FROM claim JOIN passed v USING (claim) JOIN passed c USING (claim)
WHERE v.status = 'Valuated' AND c.status = 'Checked' AND v.day BETWEEN %(start)s AND %(end)s

=== services-lines | count
SELECT key AS thing, facility AS place, service FROM service_line WHERE "DateFrom" BETWEEN %(start)s AND %(end)s

=== services-quantity | sum
SELECT key AS thing, facility AS place, "QtyProvided" AS amount, service FROM service_line
WHERE "DateFrom" BETWEEN %(start)s AND %(end)s

=== services-amount | sum
SELECT key AS thing, facility AS place, asked AS amount, service FROM service_line
WHERE "DateFrom" BETWEEN %(start)s AND %(end)s

=== service-people | count
SELECT person AS thing, facility AS place, service FROM service_line WHERE "DateFrom" BETWEEN %(start)s AND %(end)s

=== services-of-claim-date | count
SELECT l.key AS thing, l.facility AS place FROM claim_line l JOIN claim c ON c.claim = l."ClaimID"
WHERE kind = 'service' AND claimed_on BETWEEN %(start)s AND %(end)s

=== items-lines | count
SELECT key AS thing, facility AS place FROM claim_line WHERE kind = 'item' AND "DateFrom" BETWEEN %(start)s AND %(end)s

=== items-quantity | sum
SELECT key AS thing, facility AS place, "QtyProvided" AS amount FROM claim_line
WHERE kind = 'item' AND "DateFrom" BETWEEN %(start)s AND %(end)s

=== items-amount | sum
SELECT key AS thing, facility AS place, asked AS amount FROM claim_line
WHERE kind = 'item' AND "DateFrom" BETWEEN %(start)s AND %(end)s

=== items-of-claim-date | count
SELECT l.key AS thing, l.facility AS place FROM claim_line l JOIN claim c ON c.claim = l."ClaimID"
WHERE kind = 'item' AND claimed_on BETWEEN %(start)s AND %(end)s
