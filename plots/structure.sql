-- title: Structure that training cannot learn
-- caption: Along the training of each network: left, the largest total variation between the answers at two masked positions of an all-mask row (solid line: the exact value; 0 means the same answer everywhere); right, the exact mass on the source's support of what the network draws one token a step from the left. Points: means over training seeds with the 90 % Student t interval, single seeds in light; steps on a logarithmic axis, the last one the end. Points are moved apart sideways.
WITH named AS (
  SELECT run_id, replicate, label || ' (n = ' || n || ')' AS series
  FROM done_runs WHERE objective IS NOT NULL),
blank AS (
  SELECT m.run_id, m.train_step, m.position, sum(abs(m.p_model - z.p_model)) / 2 AS tv,
         sum(abs(m.p_exact - z.p_exact)) / 2 AS exact
  FROM marginals_along m JOIN marginals_along z
       ON z.run_id = m.run_id AND z.train_step = m.train_step AND z.probe = m.probe
          AND z.token = m.token AND z.position = 0
  WHERE m.probe = 'blank' GROUP BY m.run_id, m.train_step, m.position),
points AS (
  SELECT 'spread of an all-mask row' AS panel, run_id, train_step AS step, max(tv) AS value,
         max(exact) AS exact FROM blank GROUP BY run_id, train_step
  UNION ALL
  SELECT 'sequential coherence', run_id, train_step, coherence, 1.0
  FROM sampler_error_along WHERE sampler = 'left-5' AND train_step IS NOT NULL),
means AS (
  SELECT panel, series, step, avg(value) AS mean, count(*) AS n
  FROM points JOIN named USING (run_id) GROUP BY panel, series, step)
-- block: mean
SELECT panel, series, step, mean, coalesce(sum((value - mean) * (value - mean)) / (n - 1), 0) AS var, n
FROM means JOIN (SELECT * FROM points JOIN named USING (run_id)) USING (panel, series, step)
GROUP BY panel, series, step ORDER BY panel DESC, series, step;
-- block: seed
SELECT panel, series, step, value, replicate FROM points JOIN named USING (run_id)
ORDER BY panel DESC, series, step, replicate;
-- block: exact
SELECT panel, max(exact) AS exact FROM points GROUP BY panel ORDER BY panel DESC;
-- block: caption
SELECT group_concat(series || printf(': spread %.2g, coherence %.3f', spread, coherence), '; ') ||
       printf(' at the end; the exact spread is %.2f.', (SELECT max(exact) FROM points WHERE panel LIKE 'spread%')) AS finding,
       'Two panels against the training step, one line for each network.' AS alt
FROM (SELECT series, max(CASE WHEN panel LIKE 'spread%' THEN mean END) AS spread,
             max(CASE WHEN panel LIKE 'seq%' THEN mean END) AS coherence
      FROM means WHERE step = (SELECT max(step) FROM means) GROUP BY series);
