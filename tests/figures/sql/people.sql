-- Figures of people, households and policies: one query a measure, of what is counted.
-- Heading: `=== key, key … | what is done with it`. A query gives `thing` (counted once), `place` (UUID), `amount`
-- where it is summed or averaged, and what splits need (gender, age, education, family_type, poverty, product).
-- %(start)s and %(end)s are the first and the last day of the period.

=== enrolled | count
SELECT person AS thing, *, pg_temp.age(birth, %(end)s) AS age FROM insured WHERE enrolled <= %(end)s

=== enrolled-new | count
SELECT person AS thing, * FROM insured WHERE enrolled BETWEEN %(start)s AND %(end)s

=== enrolled-before | count
SELECT person AS thing, * FROM insured WHERE enrolled < %(start)s

=== covered | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age, p.product
FROM pg_temp.status_on(%(end)s) s JOIN insured i USING (person) JOIN policy p USING (policy) WHERE s.status = 2

=== not-covered | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age FROM insured i
WHERE enrolled <= %(end)s
    AND i.person NOT IN (SELECT s.person FROM pg_temp.status_on(%(end)s) s WHERE s.status = 2)

=== new | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age
FROM policy_change c JOIN policy p USING (policy) JOIN insured i USING (person)
WHERE p.stage = 'N' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== renewed | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age
FROM policy_change c JOIN policy p USING (policy) JOIN insured i USING (person)
WHERE p.stage = 'R' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== ever-covered | count
SELECT person AS thing, i.place FROM insured i
WHERE EXISTS (SELECT FROM active_day d WHERE d.person = i.person AND d.day <= %(end)s)

=== covered-any-day | count
SELECT person AS thing, i.place FROM insured i
WHERE EXISTS (SELECT FROM active_day d WHERE d.person = i.person AND d.day BETWEEN %(start)s AND %(end)s)

=== expired-people | count
SELECT i.person AS thing, i.place FROM policy_change c JOIN insured i USING (person)
WHERE c.status = 8 AND c.day BETWEEN %(start)s AND %(end)s

=== households | count
SELECT person AS thing, place, poverty FROM insured WHERE is_head AND enrolled <= %(end)s

=== households-new | count
SELECT person AS thing, place FROM insured WHERE is_head AND enrolled BETWEEN %(start)s AND %(end)s

=== households-covered | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age
FROM pg_temp.status_on(%(end)s) s JOIN insured i USING (person) WHERE s.status = 2 AND i.is_head

=== households-not-covered | count
SELECT i.person AS thing, i.*, pg_temp.age(birth, %(end)s) AS age FROM insured i
WHERE is_head AND enrolled <= %(end)s
    AND i.person NOT IN (SELECT s.person FROM pg_temp.status_on(%(end)s) s WHERE s.status = 2)

=== households-with-new | count
SELECT i.person AS thing, i.place FROM policy_change c JOIN policy p USING (policy) JOIN insured i USING (person)
WHERE is_head AND p.stage = 'N' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== households-renewed | count
SELECT i.person AS thing, i.place FROM policy_change c JOIN policy p USING (policy) JOIN insured i USING (person)
WHERE is_head AND p.stage = 'R' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== households-expired | count
SELECT i.person AS thing, i.place FROM policy_change c JOIN insured i USING (person)
WHERE is_head AND c.status = 8 AND c.day BETWEEN %(start)s AND %(end)s

=== policies-in-force | count
SELECT p.policy AS thing, i.place, p.product
FROM pg_temp.status_on(%(end)s) s JOIN policy p ON p.told_of = s.cover JOIN insured i USING (person) WHERE s.status = 2

=== policies-in-force-before | count
SELECT p.policy AS thing, i.place
FROM pg_temp.status_on(%(start)s - 1) s JOIN policy p ON p.told_of = s.cover JOIN insured i USING (person) WHERE s.status = 2

=== policies-in-force-value | sum
SELECT p.policy AS thing, i.place, p.value AS amount
FROM pg_temp.status_on(%(end)s) s JOIN policy p ON p.told_of = s.cover JOIN insured i USING (person) WHERE s.status = 2

=== policies-idle | count
SELECT p.policy AS thing, i.place
FROM pg_temp.status_on(%(end)s) s JOIN policy p ON p.told_of = s.cover JOIN insured i USING (person) WHERE s.status = 1

=== policies-suspended | count
SELECT p.policy AS thing, i.place
FROM pg_temp.status_on(%(end)s) s JOIN policy p ON p.told_of = s.cover JOIN insured i USING (person) WHERE s.status = 4

=== policies-new | count
SELECT p.policy AS thing, i.place FROM policy_change c JOIN policy p ON p.told_of = c.cover JOIN insured i USING (person)
WHERE p.stage = 'N' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== policies-renewed | count
SELECT p.policy AS thing, i.place FROM policy_change c JOIN policy p ON p.told_of = c.cover JOIN insured i USING (person)
WHERE p.stage = 'R' AND c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== policies-expired | count
SELECT p.policy AS thing, i.place FROM policy_change c JOIN policy p ON p.told_of = c.cover JOIN insured i USING (person)
WHERE c.status = 8 AND c.day BETWEEN %(start)s AND %(end)s

=== policies-suspended-in-period | count
SELECT (p.policy, c.number) AS thing, i.place FROM policy_change c JOIN policy p ON p.told_of = c.cover JOIN insured i USING (person)
WHERE c.status = 4 AND c.day BETWEEN %(start)s AND %(end)s

=== policy-value | sum
SELECT p.policy AS thing, i.place, p.value AS amount
FROM policy_change c JOIN policy p ON p.told_of = c.cover JOIN insured i USING (person)
WHERE c.status = 2 AND c.time = 1 AND c.day BETWEEN %(start)s AND %(end)s

=== insured-days | sum
SELECT (d.cover, d.day) AS thing, i.place, 1 AS amount FROM active_day d JOIN insured i USING (person)
WHERE d.day BETWEEN %(start)s AND %(end)s

=== earned-value | sum
SELECT (d.cover, d.day) AS thing, i.place, p.value / (c.expiry - c.effective + 1) AS amount
FROM active_day d JOIN policy p ON p.told_of = d.cover JOIN cover c ON c.cover = d.cover JOIN insured i ON i.person = d.person
WHERE d.day BETWEEN %(start)s AND %(end)s

=== age-mean | mean
SELECT i.person AS thing, i.place, pg_temp.age(birth, %(end)s) AS amount FROM insured i
WHERE enrolled <= %(end)s AND i.person IN (SELECT s.person FROM pg_temp.status_on(%(end)s) s WHERE s.status = 2)

=== contributions | sum
SELECT m.payment AS thing, i.place, m.amount, m.product, m.payer,
    CASE m.pay_code WHEN 'B' THEN 'Bank' WHEN 'C' THEN 'Cash' WHEN 'M' THEN 'Mobile phone' END AS pay_type
FROM payment m
JOIN family_of fo ON fo.key = m.family JOIN head h ON h.family = fo.live JOIN insured i ON i.person = h.head
WHERE COALESCE(m.pay_code, '') <> 'F' AND m.day BETWEEN %(start)s AND %(end)s

=== funding | sum
SELECT given.payment AS thing, given.place, given.amount, given.product, given.payer FROM given
WHERE given.day BETWEEN %(start)s AND %(end)s

=== funds | count
SELECT given.payment AS thing, given.place, given.product FROM given WHERE given.day BETWEEN %(start)s AND %(end)s
