-- title: What a context tells about masked characters, and what the network makes of it
-- caption: Against the distance to the nearest revealed character, up to 16. Information: mean over held-out windows of log q(x)/u(x), with q the network's prediction, x the character that stands there and u the unigram law; below zero the prediction misleads. Lower bound: the same for skip-n-grams counted on the training part, order picked on other windows than it is scored on; the text carries at least this much. Forgetting: total variation between q and u. Points: means over training seeds with the 90 % Student t interval.
WITH points AS (
  SELECT CASE quantity WHEN 'held_out_gain_nats' THEN 'information' ELSE 'forgetting' END AS panel,
         'network, context ' || CASE side WHEN 'both' THEN 'on both sides' ELSE 'on the ' || side END AS series,
         side, quantity, distance, replicate, avg(value) AS value, avg(bound) AS bound
  FROM distance_curves JOIN done_runs USING (run_id)
  WHERE quantity IN ('held_out_gain_nats', 'tv_unconditional') AND distance BETWEEN 1 AND 16
  GROUP BY quantity, side, distance, replicate),
means AS (
  SELECT panel, series, side, distance, avg(value) AS mean, count(*) AS n, avg(bound) AS bound
  FROM points GROUP BY panel, series, distance),
lefts AS (
  SELECT distance, mean, bound, n FROM means WHERE panel = 'information' AND side = 'left')
-- block: mean
SELECT panel, series, distance, mean, coalesce(sum((value - mean) * (value - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, side, distance)
GROUP BY panel, series, distance ORDER BY panel DESC, side DESC, distance;
-- block: bound
SELECT panel, series, distance, bound FROM means WHERE bound IS NOT NULL AND side = 'left'
ORDER BY panel DESC, side DESC, distance;
-- block: caption
SELECT printf('From the left the text carries at least %.2f, %.2f and %.2f nats at distances 1, 3 and 5; the network uses %.2f, %.2f and %.2f (n = %d).',
              max(iif(distance = 1, bound, NULL)), max(iif(distance = 3, bound, NULL)), max(iif(distance = 5, bound, NULL)),
              max(iif(distance = 1, mean, NULL)), max(iif(distance = 3, mean, NULL)), max(iif(distance = 5, mean, NULL)), max(n)) AS finding,
       'Information about a masked character falls with the distance to the context, in the network sooner than in the text; total variation to the unigram law falls likewise.' AS alt
FROM lefts;
