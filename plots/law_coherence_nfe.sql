-- title: Coherence and error against predictor calls, enumerated
-- caption: Each sampler's exact output law, no draws. Left: coherence, the mass that it puts on sequences the source can produce. Right: KL(source || sampler) in nats per sequence, logarithmic, with what is below 1e-9 on the dotted line labelled 0. Both against the mean number of predictor calls of a draw (NFE, logarithmic). Lines join one order at several settings (tokens a step, threshold tau, entropy budget gamma), which the key names in the order of their calls. Points of equal value are moved apart sideways.
WITH named AS (
  SELECT run_id, label || CASE WHEN predictor = 'oracle' THEN ''
         ELSE ' (n = ' || count(*) OVER (PARTITION BY label) || ')' END AS panel
  FROM runs JOIN run_labels USING (run_id) WHERE status = 'done'),
settings AS (
  SELECT run_id, substr(rest, 1, length(rest) - length(leaf) - 1) AS sampler, leaf, value
  FROM (SELECT *, replace(rest, rtrim(rest, replace(rest, '.', '')), '') AS leaf
        FROM (SELECT run_id, value, substr(path, instr(path, '.samplers.') + 10) AS rest
              FROM params WHERE path LIKE 'measure.%.samplers.%'))),
samplers AS (
  SELECT run_id, sampler,
         CASE max(CASE leaf WHEN 'order' THEN value END) WHEN 'low_confidence' THEN 'LLaDA''s rule'
         ELSE replace(max(CASE leaf WHEN 'order' THEN value END), '_', ' ') END ||
         coalesce(', blocks of ' || max(CASE leaf WHEN 'block' THEN value END), '') AS family,
         CASE WHEN sum(leaf = 'tau') THEN ', tau ' WHEN sum(leaf = 'gamma') THEN ', gamma '
              WHEN sum(leaf IN ('per_step', 'steps')) THEN ' a step' ELSE '' END AS unit,
         coalesce(max(CASE WHEN leaf IN ('tau', 'gamma') THEN value END),
                  max(CASE WHEN leaf = 'per_step' THEN value END),
                  max(CASE WHEN leaf = 'steps' THEN CASE value WHEN 1 THEN 'all' ELSE 'L/' || value END END), '') AS setting
  FROM settings GROUP BY run_id, sampler),
found AS (
  SELECT panel, family, unit, setting, sampler, avg(nfe) AS calls, avg(coherence) AS coherence,
         CASE WHEN avg(kl_nats) > 1e-9 THEN avg(kl_nats) ELSE 0 END AS kl
  FROM sampler_error JOIN named USING (run_id) JOIN samplers USING (run_id, sampler)
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
