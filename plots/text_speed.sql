-- title: Nats per character of held-out text against predictor calls
-- caption: Mean over held-out windows of -log of the probability that a sampler produces the window, divided by its characters, against the mean number of predictor calls (NFE, logarithmic). The entropy of the text is not known, so the height is not a divergence, but differences of heights are. Random orders: an upper bound. Lines join the samplers of one order; means over training seeds with the 90 % Student t interval, single seeds in light. Points are moved apart sideways.
WITH points AS (
  SELECT label || ' (n = ' || done_runs.n || ')' AS panel,
         rtrim(rtrim(sampler, '0123456789'), '-') || CASE kind WHEN 'path_bound' THEN ' (upper bound)' ELSE '' END AS series,
         sampler, replicate, nfe, nll_nats_per_character AS nll
  FROM likelihoods JOIN done_runs USING (run_id) WHERE nll_nats_per_character IS NOT NULL),
means AS (
  SELECT panel, series, sampler, avg(nfe) AS calls, avg(nll) AS mean, count(*) AS n
  FROM points GROUP BY panel, series, sampler)
-- block: mean
SELECT panel, series, calls, mean, coalesce(sum((nll - mean) * (nll - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, sampler)
GROUP BY panel, series, sampler ORDER BY panel, series, calls;
-- block: seed
SELECT panel, series, nfe, nll, replicate FROM points WHERE replicate > 0 OR EXISTS (
  SELECT 1 FROM means WHERE n > 1 AND means.panel = points.panel)
ORDER BY panel, series, nfe, replicate;
-- block: caption
SELECT group_concat(printf('%d calls: best %s with %.3f, worst %s with %.3f', round(calls), best, least, worst, most), '; ') || ' nats per character.' AS finding,
       'Nats per character fall with the number of calls; at equal calls the orders differ.' AS alt
FROM (SELECT calls, min(mean) AS least, max(mean) AS most,
             (SELECT sampler FROM means b WHERE abs(b.calls - m.calls) < 0.5 ORDER BY mean LIMIT 1) AS best,
             (SELECT sampler FROM means b WHERE abs(b.calls - m.calls) < 0.5 ORDER BY mean DESC LIMIT 1) AS worst
      FROM means m WHERE calls IN (8, 16, 64) GROUP BY calls ORDER BY calls);
