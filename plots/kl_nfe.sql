-- title: Error of a sampler against predictor calls
-- caption: Kullback-Leibler divergence of the sampler's law from the source, nats per sequence, against the mean number of predictor calls (NFE); both axes logarithmic. Values below 1e-6 (exact samplers) are drawn at 1e-6. Points: means over training seeds with the 90 % Student t interval, single seeds in light. The title says how the number was computed: law (enumerated), closed_form, path_bound (an upper bound on a random order) or monte_carlo.
WITH varied AS (
  SELECT path FROM params WHERE length(value) <= 40 AND path <> 'predictor.kind'
  GROUP BY path HAVING count(DISTINCT value) > 1),
labelled AS (
  SELECT run_id, replicate, predictor, predictor || coalesce(
    (SELECT ', ' || group_concat(replace(value, '.tsv', ''), ', ')
     FROM params JOIN varied USING (path)
     WHERE params.run_id = runs.run_id AND path NOT LIKE 'measure.%'), '') AS label
  FROM runs WHERE status = 'done'),
counted AS (
  SELECT label, label || ' (n = ' || count(DISTINCT replicate) || ')' AS point
  FROM labelled GROUP BY label),
named AS (SELECT run_id, replicate, predictor, point FROM labelled JOIN counted USING (label)),
points AS (
  SELECT point || ', ' || kind AS panel, rtrim(rtrim(sampler, '0123456789'), '-') AS series,
         sampler, replicate, nfe, max(kl_nats, 1e-6) AS kl
  FROM sampler_error JOIN named USING (run_id) WHERE kl_nats IS NOT NULL),
means AS (
  SELECT panel, series, sampler, avg(nfe) AS calls, avg(kl) AS mean, count(*) AS n
  FROM points GROUP BY panel, series, sampler)
-- block: mean
SELECT panel, series, calls, mean, coalesce(sum((kl - mean) * (kl - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, sampler)
GROUP BY panel, series, sampler ORDER BY panel, series, calls;
-- block: seed
SELECT panel, series, nfe, kl, replicate FROM points ORDER BY panel, series, nfe, replicate;
-- block: caption
SELECT group_concat(panel || ': best of ' || n || ' samplers ' || series ||
                    printf(' with %.4g nats at %.3g calls', mean, calls), '; ') || '.' AS finding,
       'Divergence of samplers from the source against predictor calls, one line for each kind of sampler.' AS alt
FROM (SELECT panel, series, calls, min(mean) AS mean, count(*) AS n FROM means GROUP BY panel ORDER BY panel LIMIT 6);
