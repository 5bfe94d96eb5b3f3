-- title: Where the error of a sampler comes from
-- caption: Each sampler's divergence from the source, in nats per sequence, split into factorization (tokens revealed together are drawn independently), model (the network's marginals are not the true ones) and order (the rule that picks positions; it can be negative and is then drawn below zero). Means over training seeds; the cross is the sum.
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
sums AS (
  SELECT point, sampler, avg(factorization_nats) AS factorization, avg(model_nats) AS model,
         avg(order_nats) AS ordering, avg(kl_nats) AS kl,
         avg(nfe) AS calls, rtrim(rtrim(sampler, '0123456789'), '-') AS family
  FROM sampler_error JOIN named USING (run_id)
  WHERE kl_nats IS NOT NULL AND factorization_nats IS NOT NULL GROUP BY point, sampler),
ranked AS (
  SELECT point AS panel, row_number() OVER (PARTITION BY point ORDER BY family, calls, sampler) AS x, *
  FROM sums)
-- block: bar
SELECT panel, x, sampler, coalesce(factorization, 0) AS factorization, coalesce(model, 0) AS model,
       coalesce(ordering, 0) AS ordering, kl
FROM ranked ORDER BY panel, x;
-- block: caption
SELECT group_concat(panel || printf(': factorization %.0f %%, model %.0f %%, order %.0f %% of all error', 100 * f / kl, 100 * m / kl, 100 * o / kl), '; ') || '.' AS finding,
       'Stacked bars of factorization, model and order error, one bar for each sampler.' AS alt
FROM (SELECT panel, sum(factorization) AS f, sum(model) AS m, sum(ordering) AS o, sum(kl) AS kl
      FROM ranked GROUP BY panel HAVING sum(kl) > 0 ORDER BY panel LIMIT 6);
