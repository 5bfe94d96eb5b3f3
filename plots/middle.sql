-- title: The middle of a run of masks
-- caption: What the predictor says at each position of a run of masks, averaged over contexts. Left: total variation to the unconditional marginal of that position; 0 is a prediction that knows nothing of the context. Right: entropy of the prediction in nats. Revealed: tokens on the left end, on the right end, or on both. Points: the predictor (mean over training seeds with the 90 % Student t interval where n is given); solid lines: the exact values.
WITH named AS (SELECT run_id, replicate, panel AS label FROM done_runs),
points AS (
  SELECT label || CASE quantity WHEN 'entropy_nats' THEN ', entropy' ELSE ', TV to the marginal' END AS panel,
         CASE side WHEN 'both' THEN 'both ends revealed' WHEN 'left' THEN 'left end revealed'
                   WHEN 'right' THEN 'right end revealed' ELSE 'nothing revealed' END AS series,
         label, quantity, side, position, replicate, avg(value) AS value, avg(exact) AS exact
  FROM distance_curves JOIN named USING (run_id)
  WHERE quantity IN ('tv_unconditional', 'entropy_nats') AND position IS NOT NULL
  GROUP BY panel, series, position, replicate),
means AS (
  SELECT panel, series, label, quantity, side, position, avg(value) AS mean, count(*) AS n,
         avg(exact) AS exact
  FROM points GROUP BY panel, series, position),
lowest AS (
  SELECT DISTINCT label, side, first_value(position) OVER w AS position, first_value(mean) OVER w AS least
  FROM means WHERE quantity = 'tv_unconditional' WINDOW w AS (PARTITION BY label, side ORDER BY mean, position))
-- block: mean
SELECT panel, series, position, mean,
       coalesce(sum((value - mean) * (value - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, position)
GROUP BY panel, series, position ORDER BY means.label, means.quantity DESC, series, position;
-- block: exact
SELECT panel, series, position, exact FROM means WHERE exact IS NOT NULL
ORDER BY label, quantity DESC, series, position;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding,
       'Total variation to the marginal and entropy by position. With both ends revealed the curve dips in the middle, with one end it falls to the other end. ' ||
       group_concat(words, '; ') || '.' AS alt
FROM (SELECT label || ': least total variation ' || group_concat(printf('%.3g at position %d', least, position) ||
             CASE side WHEN 'both' THEN ' with both ends revealed' ELSE ' with the ' || side || ' end' END, ', ') AS words
      FROM lowest WHERE side = 'both' OR NOT EXISTS (SELECT 1 FROM lowest WHERE side = 'both')
      GROUP BY label ORDER BY label LIMIT 6);
