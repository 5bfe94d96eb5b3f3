-- title: What the network says of two coupled positions
-- caption: Probe `_ _ C D _` (measure `cd`). Left: the marginals of the two masked positions; dashes mark the values the paper reports, P(A) = 0.55 and P(B) = 0.69. Right: pairs, largest first. Grey bars: the exact joint; outlined bars: the product of the exact marginals. Points: means over training seeds with the 90 % Student t interval, seeds in light; sampled: share of draws from the same context (samplers probe-one-step and probe-sequential).
WITH varied AS (
  SELECT path FROM params WHERE length(value) <= 40 AND path LIKE 'source.%'
  GROUP BY path HAVING count(DISTINCT value) > 1),
named AS (
  SELECT run_id, replicate, predictor, coalesce(
    (SELECT group_concat(replace(value, '.tsv', ''), ', ') FROM params JOIN varied USING (path)
     WHERE params.run_id = runs.run_id), source) AS panel
  FROM runs WHERE status = 'done' AND predictor <> 'uniform'),
trained AS (SELECT * FROM named WHERE predictor <> 'oracle'),
pairs AS (
  SELECT panel, outcome, max(p_exact) AS joint, max(p_product) FILTER (WHERE predictor = 'oracle') AS product
  FROM joints JOIN named USING (run_id) WHERE probe = 'cd' GROUP BY panel, outcome),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY panel
                               ORDER BY joint DESC, coalesce(product, 0) DESC, outcome) AS x
  FROM pairs WHERE joint > 0.01 OR product > 0.01),
draws AS (
  SELECT run_id, sampler, count(*) AS draws FROM samples
  WHERE sampler IN ('probe-one-step', 'probe-sequential') GROUP BY run_id, sampler),
counted AS (
  SELECT run_id, sampler, substr(tokens, 1, instr(tokens, ' ') - 1) || ' ' ||
         substr(substr(tokens, instr(tokens, ' ') + 1), 1,
                instr(substr(tokens, instr(tokens, ' ') + 1), ' ') - 1) AS outcome,
         count(*) AS hits
  FROM samples WHERE sampler IN ('probe-one-step', 'probe-sequential')
  GROUP BY run_id, sampler, outcome),
answers AS (
  SELECT panel, replicate, x, 1 AS k, 'network: product' AS series, p_product AS p
  FROM joints JOIN trained USING (run_id) JOIN ranked USING (panel, outcome) WHERE probe = 'cd'
  UNION ALL
  SELECT panel, replicate, x, 3, 'network: chain rule', p_chain
  FROM joints JOIN trained USING (run_id) JOIN ranked USING (panel, outcome) WHERE probe = 'cd'
  UNION ALL
  SELECT panel, replicate, x, iif(draws.sampler = 'probe-one-step', 2, 4),
         iif(draws.sampler = 'probe-one-step', 'sampled, one step', 'sampled, sequential'),
         coalesce(1.0 * hits / draws, 0)
  FROM trained JOIN draws USING (run_id) JOIN ranked USING (panel)
       LEFT JOIN counted USING (run_id, sampler, outcome)),
singles AS (
  SELECT panel, position, token, max(p_exact) AS exact,
         row_number() OVER (PARTITION BY panel ORDER BY position, max(p_exact) DESC, token) AS x
  FROM marginals JOIN named USING (run_id) WHERE probe = 'cd' GROUP BY panel, position, token
  HAVING max(p_exact) > 0.01),
one AS (
  SELECT panel, replicate, x, p_model AS p
  FROM marginals JOIN trained USING (run_id) JOIN singles USING (panel, position, token)
  WHERE probe = 'cd'),
means AS (SELECT panel, x, k, avg(p) AS mean, count(*) AS n FROM answers GROUP BY panel, x, k),
one_means AS (SELECT panel, x, avg(p) AS mean, count(*) AS n FROM one GROUP BY panel, x)
-- block: pair
SELECT panel, x, outcome, joint, product FROM ranked ORDER BY panel, x;
-- block: mean
SELECT panel, series, x, k, mean, coalesce(sum((p - mean) * (p - mean)) / (n - 1), 0) AS var, n
FROM means JOIN answers USING (panel, x, k) GROUP BY panel, k, x ORDER BY panel, k, x;
-- block: seed
SELECT panel, series, x, k, p, replicate FROM answers ORDER BY panel, k, x, replicate;
-- block: single
SELECT panel, x, position, token, exact FROM singles ORDER BY panel, x;
-- block: reported
SELECT panel, x, CASE position WHEN 0 THEN 0.55 ELSE 0.69 END AS reported FROM singles
WHERE position = 0 AND token = 'A' OR position = 1 AND token = 'B' ORDER BY panel, x;
-- block: single_mean
SELECT panel, x, mean, coalesce(sum((p - mean) * (p - mean)) / (n - 1), 0) AS var, n
FROM one_means JOIN one USING (panel, x) GROUP BY panel, x ORDER BY panel, x;
-- block: single_seed
SELECT panel, x, p, replicate FROM one ORDER BY panel, x, replicate;
-- block: caption
SELECT group_concat(panel || ': pairs that never occur take '
         || coalesce(printf('%.4f', exact) || ' of a one-step draw with a perfect predictor', '')
         || CASE WHEN exact IS NOT NULL AND network IS NOT NULL THEN ' and ' ELSE '' END
         || coalesce(printf('%.4f', network) || ' with the network', ''), '; ') || '.' AS finding,
       'Bars of the exact joint of two masked tokens beside the product of their marginals; the network follows the product when it draws both at once and the joint when it draws them in turn.' AS alt
FROM (SELECT panel, avg(p) FILTER (WHERE predictor = 'oracle') AS exact,
             avg(p) FILTER (WHERE predictor <> 'oracle') AS network
      FROM (SELECT panel, predictor, sum(p_product) AS p FROM joints JOIN named USING (run_id)
            WHERE probe = 'cd' AND p_exact = 0 GROUP BY run_id)
      GROUP BY panel ORDER BY panel);
