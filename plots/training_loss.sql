-- title: Training loss
-- caption: Training loss in nats per token (the objective's own weights), averaged over windows of 1/60 of the training. Light lines: single seeds; dark line: their mean. Dashed: the NELBO of the network after each step, mean over seeds: exact where the source is small, else estimated on the same masks of the same 128 held-out sequences every time. Horizontal line: the exact floor, the NELBO of the source's own conditionals, which is its entropy. Markers at the right end: the exact NELBO of the trained networks with the 90 % Student t interval over seeds, where the measure `likelihood` was asked for.
WITH named AS (
  SELECT run_id, replicate, seq_len, label || ' (n = ' || n || ')' AS panel
  FROM done_runs WHERE run_id IN (
    SELECT run_id FROM metrics WHERE name IN ('loss', 'loss_nats_per_token'))),
points AS (
  SELECT panel, run_id, replicate, step, value AS loss,
         max(step) OVER (PARTITION BY panel) AS last
  FROM metrics JOIN named USING (run_id)
  WHERE name IN ('loss', 'loss_nats_per_token') AND value IS NOT NULL),
windows AS (
  SELECT panel, replicate, min(59, CAST(60 * step / (last + 1) AS INTEGER)) AS w,
         avg(step) AS step, avg(loss) AS loss
  FROM points GROUP BY panel, replicate, w),
ends AS (
  SELECT panel, value / seq_len AS nelbo
  FROM information JOIN named USING (run_id)
  WHERE quantity = 'nelbo_nats' AND value IS NOT NULL),
floors AS (
  SELECT panel, min(exact / seq_len) AS floor
  FROM information JOIN named USING (run_id)
  WHERE quantity = 'nelbo_nats' AND exact IS NOT NULL GROUP BY panel),
finals AS (SELECT panel, avg(nelbo) AS mean, count(*) AS n FROM ends GROUP BY panel),
nelbos AS (
  SELECT panel, step, value, max(step) OVER (PARTITION BY panel) AS last
  FROM metrics JOIN named USING (run_id)
  WHERE value IS NOT NULL AND name = CASE WHEN run_id IN (
      SELECT run_id FROM metrics WHERE name = 'nelbo_nats_per_token')
    THEN 'nelbo_nats_per_token' ELSE 'nelbo_held_out' END)
-- block: mean
SELECT panel, avg(step) AS step, avg(loss) AS loss FROM windows GROUP BY panel, w ORDER BY panel, w;
-- block: seed
SELECT panel, replicate AS series, step, loss FROM windows ORDER BY panel, replicate, w;
-- block: nelbo
SELECT panel, step, avg(value) AS nelbo FROM nelbos GROUP BY panel, step ORDER BY panel, step;
-- block: floor
SELECT panel, floor FROM floors ORDER BY panel;
-- block: end
SELECT panel, (SELECT max(last) FROM points WHERE points.panel = finals.panel) AS step, mean,
       coalesce(sum((nelbo - mean) * (nelbo - mean)) / (n - 1), 0) AS var, n
FROM finals JOIN ends USING (panel) GROUP BY panel ORDER BY panel;
-- block: caption
SELECT group_concat(panel || printf(': NELBO %.4f', nelbo) ||
                    coalesce(printf(' against a floor of %.4f', floor), '') || ' nats per token', '; ')
       || '.' AS finding,
       'Training loss falling towards its floor, one line for each seed.' AS alt
FROM (SELECT panel, avg(value) AS nelbo FROM nelbos WHERE step = last GROUP BY panel)
     LEFT JOIN floors USING (panel) ORDER BY panel;
