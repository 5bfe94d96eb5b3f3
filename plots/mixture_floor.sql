-- title: Divergence of one step against the number of products the head can mix
-- caption: Kullback-Leibler divergence, in nats, of what one step from all masks draws from the source, with a head that answers with a mixture of R products; exact for each trained network. Dots are training seeds (light) and their mean with the 90 % Student t interval. Line: the exact floor, the best that any mixture of R products can do; where it is not known it is left out. Dashed: the bound on it, total correlation less (n - 1) log R. No component puts mass on the mask token.
WITH points AS (
  SELECT s.value AS source, CAST(c.value AS INTEGER) AS R, r.run_id, replicate
  FROM runs r JOIN params s ON s.run_id = r.run_id AND s.path = 'source.name'
       JOIN params c ON c.run_id = r.run_id AND c.path = 'predictor.components'
  WHERE status = 'done'),
steps AS (
  SELECT CASE source WHEN 'toy' THEN 'toy, a coupled pair' ELSE source || ', a coupled pair' END AS panel,
         R, replicate, value AS kl
  FROM points JOIN information USING (run_id)
  WHERE probe = 'pair' AND quantity = 'kl_exact_product_nats'
  UNION ALL
  SELECT source || ', the whole row', R, replicate, kl_nats
  FROM points JOIN sampler_error USING (run_id) WHERE sampler = 'steps-1' AND source <> 'copy'),
means AS (SELECT panel, R, avg(kl) AS mean, count(*) AS n FROM steps GROUP BY panel, R),
known(panel, R, floor, correlation, tokens) AS (VALUES
  ('toy, a coupled pair', 1, 0.619101, 0.619101, 2), ('toy, a coupled pair', 2, 0, 0.619101, 2),
  ('toy, a coupled pair', 3, 0, 0.619101, 2), ('toy, a coupled pair', 4, 0, 0.619101, 2),
  ('toy, a coupled pair', 8, 0, 0.619101, 2), ('toy, a coupled pair', 16, 0, 0.619101, 2),
  ('toy, the whole row', 1, 1.331631, 1.331631, 3), ('toy, the whole row', 2, 0.093430, 1.331631, 3),
  ('toy, the whole row', 3, 0, 1.331631, 3), ('toy, the whole row', 4, 0, 1.331631, 3),
  ('toy, the whole row', 8, 0, 1.331631, 3), ('toy, the whole row', 16, 0, 1.331631, 3),
  ('copy, a coupled pair', 1, ln(8), ln(8), 2), ('copy, a coupled pair', 2, ln(4), ln(8), 2),
  ('copy, a coupled pair', 3, 0.75 * ln(3) + 0.25 * ln(2), ln(8), 2),
  ('copy, a coupled pair', 4, ln(2), ln(8), 2), ('copy, a coupled pair', 8, 0, ln(8), 2),
  ('copy, a coupled pair', 16, 0, ln(8), 2))
-- block: mean
SELECT panel, R, mean, coalesce(sum((kl - mean) * (kl - mean)) / (n - 1), 0) AS var, n
FROM means JOIN steps USING (panel, R) GROUP BY panel, R ORDER BY panel DESC, R;
-- block: seed
SELECT panel, R, kl FROM steps ORDER BY panel DESC, R, replicate;
-- block: floor
SELECT panel, R, floor, max(0, correlation - (tokens - 1) * ln(R)) AS bound
FROM known WHERE panel IN (SELECT panel FROM means) ORDER BY panel DESC, R;
-- block: caption
SELECT group_concat(panel || printf(': one product %.3f, ', one) || printf('two %.4f, sixteen %.4f', two, most), '; ') || ' nats.' AS finding,
       'Divergence of one step falls with the number of products, along the exact floor.' AS alt
FROM (SELECT panel, max(mean) FILTER (WHERE R = 1) AS one, max(mean) FILTER (WHERE R = 2) AS two,
             max(mean) FILTER (WHERE R = 16) AS most
      FROM means GROUP BY panel ORDER BY panel DESC);
