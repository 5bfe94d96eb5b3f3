-- title: Where the error of a sampler comes from
-- caption: KL(source || sampler) of each sampler, in nats per sequence (the cross), split into factorization (tokens revealed together are drawn independently), model (the predictor's marginals are not the true ones), mixture (several paths lead to a sequence: never above 0, drawn to the left) and selection (positions are picked by the value just drawn; either sign); order, where the last two are not told apart. Means over n training seeds, where n is given; otherwise exact.
WITH sums AS (
  SELECT panel, sampler, avg(factorization_nats) AS factorization, avg(model_nats) AS model,
         avg(mixture_nats) AS mixture, avg(selection_nats) AS selection,
         CASE WHEN avg(mixture_nats) IS NULL THEN avg(order_nats) END AS ordering,
         avg(kl_nats) AS kl, avg(nfe) AS calls
  FROM sampler_error JOIN done_runs USING (run_id)
  WHERE kl_nats IS NOT NULL AND factorization_nats IS NOT NULL GROUP BY panel, sampler),
families AS (
  SELECT sampler, rtrim(rtrim(sampler, '0123456789'), '-') AS family, avg(calls) AS calls
  FROM sums GROUP BY sampler),
rows_ AS (
  SELECT sampler, family, row_number() OVER (ORDER BY family, calls, sampler) +
         0.7 * (dense_rank() OVER (ORDER BY family) - 1) AS y
  FROM families),
parts AS (
  SELECT panel, sampler, 1 AS k, 'factorization' AS series, factorization AS nats FROM sums
  UNION ALL SELECT panel, sampler, 2, 'model', model FROM sums
  UNION ALL SELECT panel, sampler, 3, 'mixture', mixture FROM sums
  UNION ALL SELECT panel, sampler, 4, 'selection', selection FROM sums
  UNION ALL SELECT panel, sampler, 5, 'order', ordering FROM sums),
stacked AS (
  SELECT *, sum(nats) OVER (PARTITION BY panel, sampler, nats > 0 ORDER BY k) AS till
  FROM parts WHERE abs(nats) > 1e-9),
extremes AS (
  SELECT panel, k, series || CASE WHEN nats < 0 THEN ' down to' ELSE ' up to' END || printf(' %.3g (', nats) || min(sampler) ||
         CASE WHEN count(*) > 1 THEN printf(' and %d more)', count(*) - 1) ELSE ')' END AS words
  FROM (SELECT *, max(abs(nats)) OVER (PARTITION BY panel, series) AS top FROM stacked)
  WHERE abs(nats) > top * (1 - 1e-9) GROUP BY panel, k, series, nats > 0)
-- block: total
SELECT panel, y, kl FROM sums JOIN rows_ USING (sampler) ORDER BY panel, y;
-- block: part
SELECT panel, series, y, min(till - nats, till) AS low, max(till - nats, till) AS high
FROM stacked JOIN rows_ USING (sampler) ORDER BY panel, k, y;
-- block: name
SELECT y, sampler FROM rows_ ORDER BY y;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding,
       'Stacked horizontal bars of nats, one for each sampler. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT panel || ': ' || group_concat(words, ', ') AS words
      FROM (SELECT * FROM extremes ORDER BY panel, k) GROUP BY panel ORDER BY panel LIMIT 6);
