-- title: Joint against product of marginals
-- caption: The twelve likeliest outcomes of the masked targets, largest first. Grey bars: the exact joint. Points: the predictor's product of marginals (what one parallel step draws from) and its own chain rule (what it draws when it reveals one token at a time), means over training seeds with the 90 % Student t interval, single seeds in light.
WITH named AS (
  SELECT run_id, replicate, predictor, label || ' (n = ' || n || ')' AS point FROM done_runs),
values_ AS (
  SELECT probe || ': ' || point AS panel, replicate, outcome, p_exact, p_product, p_chain
  FROM joints JOIN named USING (run_id)),
outcomes AS (
  SELECT panel, outcome, max(p_exact) AS joint, avg(p_chain) AS chain, avg(p_product) AS product
  FROM values_ GROUP BY panel, outcome),
ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY panel ORDER BY coalesce(joint, chain) DESC, product DESC, outcome) AS x
  FROM outcomes),
shown AS (SELECT * FROM ranked WHERE x <= 12),
answers AS (
  SELECT panel, 'product of marginals' AS series, x, replicate, p_product AS p
  FROM values_ JOIN shown USING (panel, outcome)
  UNION ALL
  SELECT panel, 'chain rule', x, replicate, p_chain FROM values_ JOIN shown USING (panel, outcome)),
means AS (
  SELECT panel, series, x, avg(p) AS mean, count(*) AS n FROM answers GROUP BY panel, series, x)
-- block: mean
SELECT panel, series, x, mean, coalesce(sum((p - mean) * (p - mean)) / (n - 1), 0) AS var, n
FROM means JOIN answers USING (panel, series, x)
GROUP BY panel, series, x ORDER BY panel, series DESC, x;
-- block: outcome
SELECT panel, x, outcome, coalesce(joint, 0) AS joint FROM shown ORDER BY panel, x;
-- block: seed
SELECT panel, series, x, p, replicate FROM answers ORDER BY panel, series DESC, x, replicate;
-- block: caption
SELECT group_concat(panel || printf(': product and exact joint differ by %.3f in total variation', tv), '; ') || '.' AS finding,
       'Bars of the exact joint, with the product of marginals apart from them and the chain rule close.' AS alt
FROM (SELECT panel, sum(abs(product - joint)) / 2 AS tv FROM outcomes WHERE joint IS NOT NULL
      GROUP BY panel ORDER BY panel LIMIT 6);
