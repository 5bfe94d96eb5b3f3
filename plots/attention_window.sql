-- title: What a window of attention leaves of likelihood and of the right context
-- caption: Against how many tokens on each side a prediction can know: the window times the layers for a network, the window of the oracle that sees so much; all at the right end. Left: the negative evidence bound (one position a step in random order), on a chain less the entropy. Right: what a prediction gains from tokens on the right, on a chain the divergence between its answers with and without them, on text the gain in log probability of the character that stands there. Trained networks: seeds (light, moved aside) and their mean with the 90 % Student t interval.
WITH points AS (
  SELECT runs.run_id, predictor, replicate, seq_len,
         CASE w.value WHEN 0 THEN seq_len ELSE w.value * coalesce(l.value, 1) END AS reach
  FROM runs JOIN params w ON w.run_id = runs.run_id
       LEFT JOIN params l ON l.run_id = runs.run_id AND l.path = 'predictor.layers'
  WHERE status = 'done' AND w.path = 'predictor.window'),
known AS (SELECT 'NELBO - entropy (nats a token)' AS panel, predictor, reach, replicate, kl_nats / seq_len AS y
  FROM points JOIN sampler_error USING (run_id) WHERE sampler = 'one-by-one'
  UNION ALL
  SELECT 'NELBO (nats a character)', predictor, reach, replicate, nll_nats_per_token
  FROM points JOIN likelihoods USING (run_id) WHERE sampler = 'one-by-one'
  UNION ALL
  SELECT 'right-context gain (nats)', predictor, reach, replicate, value
  FROM points JOIN information USING (run_id)
  WHERE quantity = CASE WHEN EXISTS (SELECT 1 FROM likelihoods) THEN 'right_gain_held_out_nats' ELSE 'right_gain_nats' END),
means AS (
  SELECT panel, reach, avg(y) AS mean, count(*) AS n FROM known
  WHERE predictor = 'transformer' GROUP BY panel, reach)
-- block: mean
SELECT panel, reach, mean, coalesce(sum((y - mean) * (y - mean)) / (n - 1), 0) AS var, n
FROM means JOIN known USING (panel, reach) WHERE predictor = 'transformer'
GROUP BY panel, reach ORDER BY panel, reach;
-- block: seed
SELECT panel, reach, y FROM known WHERE predictor = 'transformer' ORDER BY panel, reach, replicate;
-- block: exact
SELECT panel, reach, y FROM known WHERE predictor = 'oracle' ORDER BY panel, reach;
-- block: caption
SELECT group_concat(panel || printf(': %.4f with %d tokens on each side, %.4f with all', least, near, most), '; ') || '.' AS finding,
       'Likelihood and right-context gain against the reach of attention.' AS alt
FROM (SELECT DISTINCT panel, first_value(mean) OVER up AS least, first_value(reach) OVER up AS near,
             first_value(mean) OVER down AS most
      FROM means WINDOW up AS (PARTITION BY panel ORDER BY reach),
                        down AS (PARTITION BY panel ORDER BY reach DESC) ORDER BY panel);
