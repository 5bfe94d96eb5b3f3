-- title: Training strategies and decoding orders
-- caption: Error of a sampler in nats per token, split into factorization (tokens revealed together are drawn independently; the same whatever the training) and model (the network's marginals are not the true ones), a panel for each training objective (b: tokens of a block). Samplers are in groups of equal predictor calls (NFE), fewer calls below. The number and the cross are the sum, a mean over n training seeds, the line its 90 % Student t interval; what goes beyond the axis is cut and has only the number. Random orders: mean over orders, an upper bound.
WITH trained AS (
  SELECT r.run_id, r.seq_len, replace(r.objective, '_', ' ') ||
         coalesce(', b = ' || b.value, '') AS words
  FROM runs r LEFT JOIN params b ON b.run_id = r.run_id AND b.path = 'train.block'
  WHERE r.status = 'done' AND r.objective IS NOT NULL),
named AS (
  SELECT *, min(run_id) OVER (PARTITION BY words) AS place,
         words || ' (n = ' || count(*) OVER (PARTITION BY words) || ')' AS panel FROM trained),
errors AS (
  SELECT panel, place, sampler, nfe, factorization_nats / seq_len AS factorization,
         model_nats / seq_len AS model, kl_nats / seq_len AS kl
  FROM sampler_error JOIN named USING (run_id)
  WHERE kl_nats IS NOT NULL AND factorization_nats IS NOT NULL),
sums AS (
  SELECT panel, place, sampler, avg(factorization) AS factorization, avg(model) AS model,
         avg(kl) AS kl, avg(nfe) AS calls, count(*) AS n
  FROM errors GROUP BY panel, place, sampler),
groups AS (
  SELECT sampler, round(avg(calls), 2) AS calls, avg(factorization) AS factorization
  FROM sums GROUP BY sampler),
rows_ AS (
  SELECT sampler, row_number() OVER (ORDER BY calls DESC, factorization DESC, sampler) +
         0.6 * (dense_rank() OVER (ORDER BY calls DESC) - 1) AS y
  FROM groups)
-- block: total
SELECT panel, y, s.kl, coalesce(sum((e.kl - s.kl) * (e.kl - s.kl)) / (n - 1), 0) AS var, n,
       printf('%.3g', s.kl) AS words
FROM sums s JOIN errors e USING (panel, sampler) JOIN rows_ USING (sampler)
GROUP BY panel, sampler ORDER BY s.place, y;
-- block: part
SELECT panel, y, factorization, factorization + model AS both
FROM sums JOIN rows_ USING (sampler) ORDER BY place, y;
-- block: name
SELECT y, sampler FROM rows_ ORDER BY y;
-- block: caption
SELECT group_concat(panel || ': best ' || sampler || printf(' with %.3g nats a token, %.0f %% of it model error', kl, 100 * model / kl), '; ') || '.' AS finding,
       'Stacked horizontal bars, one for each sampler. ' ||
       group_concat(panel || printf(': from %.3g to %.3g nats a token', kl, most), '; ') || '.' AS alt
FROM (SELECT panel, sampler, min(kl) AS kl, model, (SELECT max(kl) FROM sums m WHERE m.panel = s.panel) AS most
      FROM sums s GROUP BY panel ORDER BY place);
