-- title: Regret of reveal orders at equal predictor calls
-- caption: Divergence of a sampler's law from the source with a perfect predictor, less that of the best ordered partition in as many predictor calls (NFE), in nats a sequence; logarithmic, values below 1e-4 drawn there. Where the best partition is not searched (more than 12 positions) the divergence itself, which is at least the regret. Rules that agree everywhere are one line. On the long source random is the mean over orders (an upper bound), elsewhere the law.
-- Samplers are called FAMILY-STEPS. Order optimal runs the best partition itself.
WITH named AS (
  SELECT run_id, source_name || ', length ' || seq_len ||
         CASE WHEN EXISTS (SELECT 1 FROM plans WHERE plans.run_id = done_runs.run_id AND
                           rule = 'best_partition') THEN '' ELSE ': divergence' END AS panel
  FROM done_runs),
executed AS (
  SELECT run_id, panel, rtrim(rtrim(sampler, '0123456789'), '-') AS family, round(nfe) AS nfe,
         kl_nats
  FROM sampler_error JOIN named USING (run_id)
  WHERE sampler GLOB '*-[0-9]' OR sampler GLOB '*-[0-9][0-9]'),
points AS (
  SELECT panel, family, e.nfe, e.kl_nats - coalesce(p.kl_nats, 0) AS regret
  FROM executed e LEFT JOIN plans p ON p.run_id = e.run_id AND p.nfe = e.nfe AND
       p.rule = 'best_partition'),
twins AS (
  SELECT a.family AS first, b.family
  FROM points a JOIN points b ON b.panel = a.panel AND b.nfe = a.nfe AND b.family > a.family
  GROUP BY a.family, b.family
  HAVING max(abs(a.regret - b.regret)) < 1e-9 AND count(*) > 2 AND
         count(*) = (SELECT count(*) FROM points c WHERE c.family = b.family)),
heads AS (
  SELECT family, family || coalesce((SELECT ', ' || group_concat(family, ', ') FROM twins t
                                     WHERE t.first = f.family), '') AS label
  FROM (SELECT DISTINCT family FROM points) f WHERE family NOT IN (SELECT family FROM twins))
-- block: regret
SELECT panel, label AS series, nfe, max(regret, 1e-4) AS regret
FROM points JOIN heads USING (family) ORDER BY panel, series, nfe;
-- block: caption
SELECT group_concat(panel || printf(': with %g calls %s loses %.3g nats, %s %.3g', nfe, worst, most, best, least), '; ') || '.' AS finding,
       'Regret against predictor calls, one line for each reveal order, a panel for each source.' AS alt
FROM (
  SELECT panel, nfe, max(max(regret), 0) AS most,
         (SELECT family FROM points w WHERE w.panel = p.panel AND w.nfe = p.nfe ORDER BY regret DESC LIMIT 1) AS worst,
         (SELECT max(min(regret), 0) FROM points w WHERE w.panel = p.panel AND w.nfe = p.nfe AND family <> 'optimal') AS least,
         (SELECT family FROM points w WHERE w.panel = p.panel AND w.nfe = p.nfe AND family <> 'optimal' ORDER BY regret LIMIT 1) AS best
  FROM points p WHERE nfe = 2 GROUP BY panel ORDER BY panel);
