-- title: What predictions gain from the text on their right
-- caption: The position next to known text on the left, with known text again g tokens further on the right: how much the prediction changes when the right side is shown, KL(p(.|l,r) || p(.|l)) in nats, averaged over contexts, against g. Exact: the information there is, I(X; X_r | X_l). A gain above it is noise; held out is what the change is worth on the token that stands there, which for a perfect predictor tends to the same information. Means over n training seeds with the 90 % Student t interval, single seeds in light. Points are moved apart sideways.
WITH named AS (
  SELECT run_id, replicate, replace(panel, 'transformer', 'trained') AS panel
  FROM done_runs WHERE predictor <> 'oracle'),
gains AS (
  SELECT panel, replicate, distance AS gap,
         CASE quantity WHEN 'right_gain_nats' THEN 'prediction' ELSE 'prediction, held out' END AS series, value, exact
  FROM distance_curves d JOIN named USING (run_id)
  WHERE quantity IN ('right_gain_nats', 'right_gain_held_out_nats')
    AND position = (SELECT min(position) FROM distance_curves o WHERE o.run_id = d.run_id AND o.probe = d.probe)),
means AS (SELECT panel, series, gap, avg(value) AS mean, avg(exact) AS exact, count(*) AS n FROM gains GROUP BY panel, series, gap)
-- block: mean
SELECT m.panel, m.series, m.gap, m.mean, coalesce(sum((value - mean) * (value - mean)) / (n - 1), 0) AS var, n
FROM means m JOIN gains USING (panel, series, gap) GROUP BY panel, series, gap ORDER BY panel, series, gap;
-- block: seed
SELECT panel, series, gap, value, replicate FROM gains ORDER BY panel, series, gap, replicate;
-- block: exact
SELECT panel, 'exact' AS series, gap, exact FROM means WHERE exact IS NOT NULL AND series = 'prediction' ORDER BY panel, gap;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding, 'Gain from the right against its distance. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT panel || ': ' || group_concat(printf('%.3f nats at a distance of %d', mean, gap) || coalesce(printf(', %.2f of what there is', mean / exact), ''), ', ') AS words
      FROM (SELECT * FROM means WHERE series = 'prediction' ORDER BY panel, gap) GROUP BY panel ORDER BY panel);
