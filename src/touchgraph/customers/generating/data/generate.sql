-- Customers made up from a seed: a view for each table, its rows in their order.
--
-- All chance comes from `chance`, a hash of the seed, of what is drawn and of a number: so nothing depends on the order or
-- the thread in which rows are made. Days are numbers, counted from the year 2000. Numbers of things begin with 0.
--
-- Variables: customers, seed, since and until (the first and the last day of all that happens), live (the time from which
-- on the graph learns of it day by day), wecom (the day from which on there is WeCom), products (their first days), source.
-- Tables: plan, dealer, region, place, surname, given, opinion, stage, option, safe_option, product, phase.

CREATE MACRO chance(what, n) AS md5_number_lower(getvariable('seed') || what || n);
CREATE MACRO bits(x, k) AS ((x >> (16 * k)) % 65536)::BIGINT;  -- one of its four parts, each of 16 bits
CREATE MACRO pick(x, n) AS (x * n) >> 16;                      -- 16 bits as a number below n
CREATE MACRO few(x, y, n) AS pick(pick(x, y), n);              -- the same, small ones more often
CREATE MACRO date_of(n) AS DATE '2000-01-01' + n::INTEGER;
CREATE MACRO known(n) AS greatest(date_of(n)::TIMESTAMP, getvariable('live'));
CREATE MACRO named(kind, n, width) AS kind || ':' || kind[1] || lpad((n + 1)::VARCHAR, width, '0');

-- What holds from day f on and, unless that is null, no longer on day t. That it ended became known when it did: after
-- `live`, there is a record of its own for the time until then.
CREATE MACRO told(spans) AS TABLE
SELECT
    * EXCLUDE (n, f, t, earlier), date_of(f) AS validFrom, CASE WHEN NOT earlier THEN date_of(t) END AS validTo,
    getvariable('source') AS source, known(CASE WHEN earlier THEN f ELSE coalesce(t, f) END) AS recordedFrom,
    CASE WHEN earlier THEN known(t) END AS recordedTo
FROM query_table(spans) CROSS JOIN (VALUES (true), (false)) e(earlier)
WHERE NOT earlier OR known(t) > known(f)
ORDER BY n, f, 2, earlier DESC;

-- Ten customers after one another make up one plan, in an order by chance: so many in each stage, so many cars, leads,
-- opinions. `starts` are the first days in the stages that a customer has reached.
CREATE TABLE life AS
WITH planned AS (
    SELECT
        r.n, r.n // 10 AS ten, plan.*, chance('where', r.n) AS w, chance('consent', r.n) AS c,
        [
            1 + few(bits(g, 0), bits(g, 1), 60), 1 + few(bits(g, 1), bits(g, 2), 20), 1 + few(bits(g, 2), bits(g, 3), 90),
            1 + few(bits(g, 3), bits(g, 0), 40), 400 + pick(bits(h, 0), 500)
        ] AS days,
        bits(h, 1) AS began
    FROM (
        SELECT n, chance('order', n // 10) AS o, chance('days', n) AS g, chance('first', n) AS h
        FROM range(getvariable('customers')::BIGINT) t(n)
    ) r
    JOIN plan ON plan.place = ((r.n % 10) * [1, 3, 7, 9][1 + pick(bits(o, 0), 4)] + pick(bits(o, 1), 10)) % 10
), dated AS (
    SELECT *, getvariable('since') + pick(
        began, getvariable('until') - getvariable('since') - coalesce(list_sum(days[:reached - 1]), 0)::BIGINT) AS first
    FROM planned
), consenting AS (
    SELECT
        *, list_transform(range(reached), lambda i: (first + coalesce(list_sum(days[:i]), 0))::BIGINT) AS starts,
        CASE WHEN pick(bits(w, 1), 12) = 0 THEN first + 1 + pick(bits(w, 2), getvariable('until') - first) END AS moved,
        CASE WHEN reached > 1 AND pick(bits(c, 0), 4) > 0 THEN first + days[1] END AS telephone,
        CASE WHEN reached > 1 AND pick(bits(c, 1), 2) = 0
            THEN greatest(first + days[1], getvariable('wecom')) + pick(bits(c, 2), 20) END AS wecom,
        CASE WHEN pick(bits(c, 3), 10) = 0 THEN first + 100 + pick(bits(w, 3), 500) END AS withdrawn
    FROM dated
)
SELECT
    n, ten, place, reached, cars, leads, opinions, first_car, first_lead, first_opinion, starts, moved,
    pick(bits(w, 0), (SELECT count(*) FROM dealer)) AS dealer,
    telephone, CASE WHEN withdrawn > telephone AND withdrawn <= getvariable('until') THEN withdrawn END AS telephone_to,
    CASE WHEN wecom <= getvariable('until') THEN wecom END AS wecom,
    CASE WHEN withdrawn > wecom AND withdrawn <= getvariable('until') THEN withdrawn END AS wecom_to
FROM consenting;

CREATE VIEW customers AS
WITH drawn AS (
    SELECT *, chance('name', n) AS a, chance('home', n) AS b FROM life
), placed AS (
    -- Most live in the city of their dealer, the others somewhere in its region.
    SELECT drawn.*, d.region, CASE WHEN pick(bits(b, 2), 5) > 0 THEN d.slot ELSE pick(bits(b, 3), r.slots) END AS slot,
        pick(bits(a, 0), (SELECT count(*) FROM surname)) AS s, pick(bits(a, 1), (SELECT count(*) FROM given)) AS g,
        pick(bits(a, 2), (SELECT count(*) FROM given)) AS h, pick(bits(b, 0), 5) > 0 AS longer
    FROM drawn JOIN dealer d ON d.number = drawn.dealer JOIN region r ON r.region = d.region
)
SELECT
    named('customer', n, 7) AS id,
    s.zh || g.zh || CASE WHEN longer THEN h.zh ELSE '' END AS nameZh,
    s.pinyin || ' ' || upper(g.pinyin[1]) || g.pinyin[2:] || CASE WHEN longer THEN h.pinyin ELSE '' END AS nameEn,
    2006 - few(bits(a, 3), bits(b, 1), 50) AS birthYear,
    p.province, p.city,
    date_of(starts[1]) AS registeredOn, getvariable('source') AS source, known(starts[1]) AS recordedFrom
FROM placed
JOIN surname s ON s.slot = placed.s
JOIN given g ON g.slot = placed.g
JOIN given h ON h.slot = placed.h
JOIN place p ON p.region = placed.region AND p.slot = placed.slot
ORDER BY n;

CREATE VIEW served AS
SELECT n, named('customer', n, 7) AS customer, d.id AS dealer, starts[1] AS f, moved AS t
FROM life JOIN dealer d ON d.number = life.dealer
UNION ALL
SELECT n, named('customer', n, 7), d.neighbour, moved, NULL
FROM life JOIN dealer d ON d.number = life.dealer WHERE moved IS NOT NULL;
CREATE VIEW dealer_assignments AS FROM told('served');

-- The grade of a lead in each stage: it rises until the deal, and then there is no lead any more.
CREATE VIEW graded AS
SELECT *, CASE WHEN leads = 1 THEN [
    NULL, ['LOW', 'LOW', 'MEDIUM'][1 + pick(bits(g, 0), 3)], ['LOW', 'MEDIUM', 'MEDIUM', 'HIGH'][1 + pick(bits(g, 1), 4)], 'HIGH'
] END AS grades, bits(g, 2) AS fine, chance('through', n) AS x
FROM (SELECT *, chance('grade', n) AS g FROM life);

CREATE VIEW stayed AS
SELECT
    n, named('customer', n, 7) AS customer, s.id AS stage, o.channel, grades[i + 1] AS grade,
    starts[i + 1] AS f, starts[i + 2] AS t
FROM (SELECT *, unnest(range(reached)) AS i FROM graded)
JOIN stage s ON s.number = i
JOIN safe_option o ON o.stage = i AND o.number = pick(bits(x, i % 4), s.safe);
CREATE VIEW stage_history AS FROM told('stayed');

CREATE VIEW consented AS
SELECT n, named('customer', n, 7) AS customer, getvariable('telephone_id') AS channel, telephone AS f, telephone_to AS t
FROM life WHERE telephone IS NOT NULL
UNION ALL
SELECT n, named('customer', n, 7), getvariable('wecom_id'), wecom, wecom_to FROM life WHERE wecom IS NOT NULL;
CREATE VIEW consents AS FROM told('consented');

CREATE VIEW leads AS
SELECT
    named('lead', ten * 4 + first_lead, 7) AS id, date_of(starts[2]) AS createdOn, o.channel,
    named('customer', n, 7) AS customer, getvariable('source') AS source, known(starts[2]) AS recordedFrom
FROM graded
JOIN stage s ON s.number = 1
JOIN safe_option o ON o.stage = 1 AND o.number = pick(bits(x, 1), s.safe)
WHERE leads = 1
ORDER BY n;

CREATE VIEW rated AS
SELECT
    n, named('lead', ten * 4 + first_lead, 7) AS lead, s.pool, grades[i + 1] AS grade,
    CASE grades[i + 1] WHEN 'LOW' THEN 10 WHEN 'MEDIUM' THEN 40 ELSE 70 END + pick((fine >> i) * 8 % 65536, 30) AS score,
    starts[i + 1] AS f, starts[i + 2] AS t
FROM (SELECT *, unnest(range(1, least(reached, 4))) AS i FROM graded WHERE leads = 1)
JOIN stage s ON s.number = i;
CREATE VIEW lead_grades AS FROM told('rated');

-- The first car comes with the retention, the last of three with the repurchase, others in between; some are sold again.
CREATE VIEW car AS
WITH bought AS (
    SELECT *, ten * 12 + first_car + j AS number, chance('car', ten * 12 + first_car + j) AS x
    FROM (SELECT *, unnest(range(cars)) AS j FROM life)
), dated AS (
    SELECT *, CASE j WHEN 0 THEN starts[5] WHEN 2 THEN starts[6]
        ELSE starts[5] + pick(bits(x, 0), getvariable('until') + 1 - starts[5]) END AS f
    FROM bought
)
SELECT *, f - 15 - pick(bits(x, 1), 45) AS built,
    CASE WHEN j = 0 AND pick(bits(x, 2), 8) = 0 AND f + 300 <= getvariable('until') THEN f + 300 END AS t
FROM dated;

CREATE VIEW made AS
SELECT car.*, p.id AS model FROM car
JOIN product p ON p.number = pick(bits(x, 3), len(list_filter(getvariable('products'), lambda d: d <= built)));

CREATE VIEW vehicles AS
SELECT
    named('vehicle', number, 8) AS id, 'LFVSYNTH' || lpad((number + 1)::VARCHAR, 9, '0') AS vin, model,
    date_of(built) AS builtOn, getvariable('source') AS source, known(f) AS recordedFrom
FROM made ORDER BY n, number;

CREATE VIEW owned AS
SELECT n, named('customer', n, 7) AS customer, named('vehicle', number, 8) AS vehicle, f, t FROM car;
CREATE VIEW vehicle_ownerships AS FROM told('owned');

-- Ten for each customer on average, in the stages that it has reached; two neighbours have twenty. What would need a consent
-- that was not given then, or what was not there yet, is something else of the same stage instead.
CREATE VIEW interactions AS
WITH counted AS (
    SELECT *, CASE WHEN n + 1 - n % 2 < getvariable('customers') THEN pick(bits(chance('many', n // 2), 0), 17) - 8 ELSE 0 END
        * (1 - 2 * (n % 2)) AS more
    FROM life
), each AS (
    SELECT *, chance('met', number) AS x FROM (SELECT *, unnest(range(begun, begun + 10 + more)) AS number
        FROM (SELECT *, n // 2 * 20 + n % 2 * (10 - more) AS begun FROM counted))
), dated AS (
    SELECT *, pick(bits(x, 0), reached) AS i, starts[i + 1]
        + pick(bits(x, 1), coalesce(starts[i + 2], getvariable('until') + 1) - starts[i + 1]) AS d
    FROM each
), chosen AS (
    SELECT
        dated.*, s, d >= o.since AND CASE o.channel
            WHEN getvariable('telephone_id') THEN coalesce(telephone <= d AND d < coalesce(telephone_to, d + 1), false)
            WHEN getvariable('wecom_id') THEN coalesce(wecom <= d AND d < coalesce(wecom_to, d + 1), false)
            ELSE true END AS may,
        CASE WHEN may THEN o.touchpoint ELSE f.touchpoint END AS touchpoint,
        CASE WHEN may THEN o.channel ELSE f.channel END AS channel,
        CASE WHEN may THEN o.kind ELSE f.kind END AS kind,
        CASE WHEN may THEN o.local ELSE f.local END AS local
    FROM dated
    JOIN stage s ON s.number = i
    JOIN option o ON o.stage = i AND o.number = pick(bits(x, 3), s.options)
    JOIN safe_option f ON f.stage = i AND f.number = pick(bits(x, 3), s.safe)
)
SELECT
    named('interaction', c.number, 9) AS id,
    -- From eight to ten in the evening in China.
    date_of(d)::TIMESTAMP + to_seconds(pick(bits(x, 2), 50400)) AS "at",
    channel, kind,
    CASE WHEN kind = 'VIEW' THEN 'NONE' WHEN kind IN ('ORDER', 'DELIVERY', 'TEST_DRIVE') THEN 'COMPLETED'
        ELSE ['COMPLETED', 'FOLLOW_UP', 'COMPLETED', 'FOLLOW_UP', 'NOT_REACHED', 'DECLINED'][1 + bits(x, 3) % 6] END AS outcome,
    named('customer', n, 7) AS customer, touchpoint,
    CASE WHEN local THEN CASE WHEN d < coalesce(moved, d + 1) THEN dealer.id ELSE dealer.neighbour END END AS dealer,
    getvariable('source') AS source, greatest("at", getvariable('live')) AS recordedFrom
FROM chosen c JOIN dealer ON dealer.number = c.dealer
ORDER BY c.number;

CREATE VIEW feedback AS
WITH said AS (
    SELECT * EXCLUDE (x), chance('said', n) AS x, starts[5] + pick(bits(chance('said', n), 0), getvariable('until') + 1 - starts[5])
        AS d
    FROM made WHERE j = 0 AND opinions = 1
)
SELECT
    named('feedback', ten * 3 + first_opinion, 7) AS id,
    date_of(d)::TIMESTAMP + to_seconds(pick(bits(x, 1), 50400)) AS "at",
    o.theme, o.text, named('customer', n, 7) AS customer, model AS product,
    CASE WHEN pick(bits(x, 1), 5) > 1 THEN p.id END AS phase,
    CASE WHEN pick(bits(x, 1), 5) > 1 THEN date_of(least(d + 1 + pick(bits(x, 2), 10), getvariable('until'))) END AS routedOn,
    getvariable('source') AS source, greatest("at", getvariable('live')) AS recordedFrom
FROM said
JOIN opinion o ON o.slot = pick(bits(x, 2), (SELECT count(*) FROM opinion))
JOIN phase p ON p.number = pick(bits(x, 3), (SELECT count(*) FROM phase))
ORDER BY n;
