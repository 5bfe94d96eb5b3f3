-- title: Do masked positions get different answers?
-- caption: Total variation between the prediction for each masked position and that for position 0, in the same context. Solid line: the exact value. Points: means over training seeds with the 90 % Student t interval, single seeds in light; 0 means the same distribution as position 0. Points are moved apart sideways.
WITH named AS (SELECT run_id, replicate, label || ' (n = ' || n || ')' AS series FROM done_runs),
spread AS (
  SELECT m.run_id, m.probe, m.position, sum(abs(m.p_model - z.p_model)) / 2 AS tv,
         sum(abs(m.p_exact - z.p_exact)) / 2 AS exact
  FROM marginals AS m JOIN marginals AS z
       ON z.run_id = m.run_id AND z.probe = m.probe AND z.token = m.token AND z.position = 0
  GROUP BY m.run_id, m.probe, m.position),
points AS (
  SELECT probe AS panel, series, position, replicate, tv, exact
  FROM spread JOIN named USING (run_id)),
means AS (
  SELECT panel, series, position, avg(tv) AS mean, count(*) AS n FROM points
  GROUP BY panel, series, position)
-- block: mean
SELECT panel, series, position, mean, coalesce(sum((tv - mean) * (tv - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, position)
GROUP BY panel, series, position ORDER BY panel, series, position;
-- block: seed
SELECT panel, series, position, tv, replicate FROM points ORDER BY panel, series, position, replicate;
-- block: exact
SELECT panel, position, max(exact) AS exact FROM points WHERE exact IS NOT NULL
GROUP BY panel, position ORDER BY panel, position;
-- block: caption
SELECT group_concat(series || printf(': at most %.2g', top), '; ') ||
       coalesce((SELECT printf('; exact: %.2g', max(exact)) FROM points), '') || '.' AS finding,
       'Distance of each position''s prediction from that of position 0, one line for each network.' AS alt
FROM (SELECT series, max(mean) AS top FROM means GROUP BY series ORDER BY series);
