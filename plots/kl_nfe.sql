-- title: Error of a sampler against predictor calls
-- caption: KL(source || sampler), in nats per sequence, against the mean number of predictor calls of a draw (NFE); logarithmic, with what is below 1e-9 on the dotted line labelled 0. Lines join the samplers of one order. Enumerated: the output law was summed over every sequence and path. Other kinds: closed form, upper bound (on a random order) or Monte Carlo. Where n is given: means over training seeds with the 90 % Student t interval, single seeds in light. Points of equal value are moved apart sideways.
WITH named AS (
  SELECT run_id, replicate, n AS replicates,
         label || iif(predictor = 'oracle', ' (', ' (n = ' || n || ', ') AS point
  FROM done_runs),
drawn_tokens AS (SELECT run_id, sampler FROM sampler_settings WHERE rule = 'low_confidence'),
points AS (
  SELECT point || CASE kind WHEN 'law' THEN 'enumerated' WHEN 'path_bound' THEN 'upper bound'
                  WHEN 'monte_carlo' THEN 'Monte Carlo' ELSE replace(kind, '_', ' ') END || ')' AS panel,
         rtrim(rtrim(sampler, '0123456789'), '-') ||
         CASE WHEN d.sampler IS NOT NULL THEN ' (LLaDA''s rule)' ELSE '' END AS series,
         sampler, replicate, replicates, nfe, CASE WHEN kl_nats > 1e-9 THEN kl_nats ELSE 0 END AS kl
  FROM sampler_error JOIN named USING (run_id) LEFT JOIN drawn_tokens AS d USING (run_id, sampler)
  WHERE kl_nats IS NOT NULL),
means AS (
  SELECT panel, series, sampler, avg(nfe) AS calls, avg(kl) AS mean, count(*) AS n
  FROM points GROUP BY panel, series, sampler),
lines AS (
  SELECT panel, series, count(*) AS samplers, min(mean) AS best,
         (SELECT calls FROM means m WHERE m.panel = l.panel AND m.series = l.series
          ORDER BY mean, calls LIMIT 1) AS best_calls,
         (SELECT mean FROM means m WHERE m.panel = l.panel AND m.series = l.series
          ORDER BY calls DESC LIMIT 1) AS last, max(calls) AS last_calls
  FROM means AS l GROUP BY panel, series)
-- block: mean
SELECT panel, series, calls, mean, coalesce(sum((kl - mean) * (kl - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, sampler)
GROUP BY panel, series, sampler ORDER BY panel, series, calls;
-- block: seed
SELECT panel, series, nfe, kl, replicate FROM points WHERE replicates > 1
ORDER BY panel, series, nfe, replicate;
-- block: caption
SELECT group_concat(panel || ': ' || coalesce(rising || '; ', '') || coalesce('exact at ' || zero, 'none is exact'),
                    '. ') || '.' AS finding,
       'One line an order. ' || group_concat(panel || ': ' || coalesce(rising, 'no line rises'), '. ') || '.' AS alt
FROM (SELECT panel,
             group_concat(CASE WHEN last > best * 1.01 + 1e-9 THEN
               series || printf(' is least at NFE %.3g (%.3g nats) and rises to %.3g nats at NFE %.3g',
                                best_calls, best, last, last_calls) END, '; ') AS rising,
             (SELECT printf('NFE %.3g: ', min(best_calls)) || group_concat(series, ', ')
              FROM lines z WHERE z.panel = l.panel AND best = 0) AS zero
      FROM lines AS l GROUP BY panel ORDER BY panel LIMIT 6);
