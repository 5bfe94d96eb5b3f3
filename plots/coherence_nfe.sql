-- title: Coherence against predictor calls
-- caption: Share of drawn sequences that have positive probability under the source, against the mean number of predictor calls of a draw (NFE). Small points: single training seeds; lines: their mean with the 90 % Student t interval; thin lines with crosses: the same sampler with a perfect predictor, exact, where the source has one.
-- Samplers called FAMILY-1, FAMILY-2, ... are one line; a sampler alone in its family is left out
-- where others are lines.
WITH named AS (
  SELECT run_id, replicate, predictor, label || ' (n = ' || n || ')' AS panel FROM done_runs),
points AS (
  SELECT panel, rtrim(rtrim(sampler, '0123456789'), '-') AS series, sampler, nfe, replicate, rate,
         exact_rate
  FROM coherence JOIN named USING (run_id)),
families AS (SELECT series, count(DISTINCT sampler) AS samplers FROM points GROUP BY series),
kept AS (
  SELECT points.* FROM points JOIN families USING (series)
  WHERE samplers > 1 OR (SELECT max(samplers) FROM families) = 1),
means AS (
  SELECT panel, series, sampler, avg(nfe) AS calls, avg(rate) AS mean, count(*) AS n,
         max(exact_rate) AS exact
  FROM kept GROUP BY panel, series, sampler)
-- block: mean
SELECT panel, series, calls, mean, coalesce(sum((rate - mean) * (rate - mean)) / (n - 1), 0) AS var,
       n
FROM means JOIN kept USING (panel, series, sampler)
GROUP BY panel, series, sampler ORDER BY panel, series, calls;
-- block: exact
SELECT panel, series, calls, exact FROM means WHERE exact IS NOT NULL ORDER BY panel, series, calls;
-- block: seed
SELECT panel, series, nfe, rate, replicate FROM kept ORDER BY panel, series, nfe, replicate;
-- block: caption
SELECT group_concat(panel || ': ' || coalesce(printf('%.3f in one call, ', one), '') ||
                    printf('at most %.3f', best), '; ') || '.' AS finding,
       'Coherent share of draws against predictor calls, one line for each kind of sampler.' AS alt
FROM (SELECT panel, max(CASE WHEN calls <= 1 THEN mean END) AS one, max(mean) AS best
      FROM means WHERE panel NOT LIKE 'uniform%' GROUP BY panel ORDER BY panel);
