-- title: In which order positions are revealed, with prompts on the left, in the middle, on both sides and without
-- caption: One row a prompt (left, in the middle, both sides, none) and a rule, one position a step. Left: mean step in which each position is revealed, as a share of all steps (colour; grey is the prompt). Right: Kendall's tau between step and position (bar: 1 is left to right, 0 no direction, -1 right to left) and the share of steps that reveal the leftmost mask (dot), each beside the exact value of a random order with the same sizes and prompt (upright line; open circle). max prob: ranking by the largest probability; llada: by that of the token just drawn. Ties: lowest index first unless named. Means over training seeds where n is given, lines their 90 % Student t interval.
WITH named AS (
  SELECT run_id, source_name AS source, predictor, replace(panel, 'transformer', 'trained') AS panel
  FROM done_runs),
orders AS (
  SELECT panel, source, predictor, probe, substr(quantity, 1, instr(quantity, '.') - 1) AS sampler,
         substr(quantity, instr(quantity, '.') + 1) AS what, value, row_number() OVER () AS at
  FROM information JOIN named USING (run_id)
  WHERE quantity LIKE '%.tau%' OR quantity LIKE '%.global_1%'),
rows_ AS (
  SELECT probe, sampler, row_number() OVER (ORDER BY min(at)) + 0.5 * (dense_rank() OVER (ORDER BY first) - 1) AS y,
         probe || ', ' || replace(sampler, '-', ' ') AS name
  FROM (SELECT *, min(at) OVER (PARTITION BY probe) AS first FROM orders) GROUP BY probe, sampler),
shares AS (
  SELECT panel, source, predictor, probe, sampler, position,
         avg(mean_step) / (2 * avg(avg(mean_step)) OVER (PARTITION BY panel, probe, sampler)) AS share
  FROM reveals JOIN named USING (run_id) GROUP BY panel, probe, sampler, position),
means AS (
  SELECT panel, source, predictor, probe, sampler, what, avg(value) AS mean, count(*) AS n
  FROM orders GROUP BY panel, probe, sampler, what),
spread AS (
  SELECT m.*, coalesce(sum((o.value - m.mean) * (o.value - m.mean)) / (m.n - 1), 0) AS var
  FROM means m JOIN orders o USING (panel, probe, sampler, what) GROUP BY panel, probe, sampler, what)
-- block: heat
SELECT panel, y, position, share FROM shares JOIN rows_ USING (probe, sampler)
ORDER BY source, predictor, panel, y, position;
-- block: bar
SELECT panel, y, max(iif(what = 'tau', mean, NULL)) AS tau, max(iif(what = 'tau', var, NULL)) AS tau_var,
       max(iif(what = 'tau_chance', mean, NULL)) AS tau_chance,
       max(iif(what = 'global_1', mean, NULL)) AS leftmost, max(iif(what = 'global_1', var, NULL)) AS leftmost_var,
       max(iif(what = 'global_1_chance', mean, NULL)) AS leftmost_chance, max(n) AS n
FROM spread JOIN rows_ USING (probe, sampler) GROUP BY panel, probe, sampler
ORDER BY source, predictor, panel, y;
-- block: name
SELECT y, name FROM rows_ ORDER BY y;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding,
       'Heat strips of reveal steps beside bars of Kendall''s tau. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT panel || ': ' || group_concat(name || printf(' tau %.2f (chance %.2f), leftmost %.2f (%.2f)', tau, tau_chance, leftmost, leftmost_chance), ', ') AS words
      FROM (SELECT panel, source, predictor, y, name, max(iif(what = 'tau', mean, NULL)) AS tau,
                   max(iif(what = 'tau_chance', mean, NULL)) AS tau_chance,
                   max(iif(what = 'global_1', mean, NULL)) AS leftmost,
                   max(iif(what = 'global_1_chance', mean, NULL)) AS leftmost_chance
            FROM means JOIN rows_ USING (probe, sampler)
            WHERE sampler = (SELECT sampler FROM rows_ ORDER BY y LIMIT 1)
            GROUP BY panel, y ORDER BY source, predictor, y)
      GROUP BY panel ORDER BY source, predictor);
