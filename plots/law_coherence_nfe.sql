-- title: Coherence and error against predictor calls, enumerated
-- caption: Each sampler's exact output law, no draws. Left: coherence, the mass that it puts on sequences the source can produce. Right: KL(source || sampler) in nats per sequence, logarithmic, with what is below 1e-9 on the dotted line labelled 0. Both against the mean number of predictor calls of a draw (NFE, logarithmic). Lines join one order at several settings (tokens a step, threshold tau, entropy budget gamma), which the key names in the order of their calls. Points of equal value are moved apart sideways.
WITH samplers AS (
  SELECT run_id, sampler,
         CASE rule WHEN 'low_confidence' THEN 'LLaDA''s rule' ELSE replace(rule, '_', ' ') END ||
         coalesce(', blocks of ' || block, '') AS family,
         CASE WHEN tau IS NOT NULL THEN ', tau ' WHEN gamma IS NOT NULL THEN ', gamma '
              WHEN coalesce(per_step, steps) IS NOT NULL THEN ' a step' ELSE '' END AS unit,
         coalesce(tau, gamma, per_step, CASE steps WHEN 1 THEN 'all' ELSE 'L/' || steps END, '') AS setting
  FROM sampler_settings),
found AS (
  SELECT panel, family, unit, setting, sampler, avg(nfe) AS calls, avg(coherence) AS coherence,
         CASE WHEN avg(kl_nats) > 1e-9 THEN avg(kl_nats) ELSE 0 END AS kl
  FROM sampler_error JOIN done_runs USING (run_id) JOIN samplers USING (run_id, sampler)
  WHERE kl_nats IS NOT NULL AND coherence IS NOT NULL AND kind = 'law'
  GROUP BY panel, family, sampler),
lines AS (
  SELECT family, family || CASE max(unit) WHEN ' a step' THEN ', ' || group_concat(setting, ' ') || ' a step'
                   ELSE max(unit) || group_concat(setting, ' ') END AS series
  FROM (SELECT family, unit, setting, sum(calls) AS sum FROM found
        GROUP BY family, unit, setting ORDER BY family, sum)
  GROUP BY family),
means AS (SELECT * FROM found JOIN lines USING (family))
-- block: mean
SELECT panel, series, calls, coherence, kl FROM means ORDER BY panel, series, calls, kl;
-- block: caption
SELECT count(DISTINCT sampler) || ' samplers. ' || (
         SELECT group_concat(words, '; ') FROM (
           SELECT panel || ': one call gives ' || coalesce((SELECT printf('%.3g', coherence) FROM means o
                    WHERE o.panel = e.panel AND o.calls < 1.001), '-') || ' coherence, exact soonest at NFE ' ||
                  printf('%.3g', min(calls)) || ' (' || (SELECT group_concat(sampler, ', ') FROM means x
                    WHERE x.panel = e.panel AND x.kl = 0 AND x.calls < min(e.calls) + 0.001) || ')' AS words
           FROM means e WHERE kl = 0 GROUP BY panel)) || '.' AS finding,
       'Coherence rising and divergence falling with predictor calls; the order that is exact soonest differs from source to source.' AS alt
FROM means;
