-- title: How predictions forget their context, and grow alike, with distance
-- caption: Left, forgetting: total variation between a masked position's prediction and its unconditional marginal. Right, alikeness: between it and that of the next masked position to the right. Both averaged over contexts, against the distance to the nearest revealed token, logarithmic; below 1e-4 is not drawn. Points: the predictor, by the side of the context (means over training seeds with the 90 % Student t interval where n is given); solid lines: the exact value; dash-dotted: our bounds, one for each side, where below 1; dotted: the one-sided rate fitted to the exact curve, from its value at distance 1, not drawn where the half-distance exceeds the run.
WITH named AS (SELECT run_id, replicate, panel AS label FROM done_runs),
points AS (
  SELECT label || CASE quantity WHEN 'tv_next' THEN ', alike' ELSE ', forgetting' END AS panel,
         CASE side WHEN 'both' THEN 'context on both sides' WHEN 'left' THEN 'context on the left'
                   WHEN 'right' THEN 'context on the right' ELSE 'no context' END AS series,
         label, quantity, side, distance, replicate, avg(value) AS tv, avg(exact) AS exact, avg(bound) AS bound
  FROM distance_curves JOIN named USING (run_id)
  WHERE quantity IN ('tv_unconditional', 'tv_next') AND distance IS NOT NULL
  GROUP BY panel, series, distance, replicate),
means AS (
  SELECT panel, series, label, quantity, side, distance, avg(tv) AS mean, count(*) AS n,
         avg(exact) AS exact, avg(bound) AS bound
  FROM points WHERE tv > 0 GROUP BY panel, series, distance),
rates AS (
  SELECT label, avg(CASE quantity WHEN 'fitted_rate' THEN coalesce(exact, value) END) AS rate,
         avg(CASE quantity WHEN 'half_distance' THEN coalesce(exact, value) END) AS half,
         avg(exact) IS NULL AS own
  FROM information JOIN named USING (run_id)
  WHERE quantity IN ('fitted_rate', 'half_distance') AND probe IN (
    SELECT probe FROM distance_curves WHERE side IN ('left', 'right') LIMIT 1)
  GROUP BY label)
-- block: mean
SELECT panel, series, distance, mean, coalesce(sum((tv - mean) * (tv - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, distance)
GROUP BY panel, series, distance ORDER BY means.label, means.quantity DESC, series, distance;
-- block: exact
SELECT panel, series, distance, exact FROM means WHERE exact > 0 ORDER BY label, quantity DESC, series, distance;
-- block: bound
SELECT panel, series, distance, bound FROM means WHERE bound > 0 AND bound < 1
ORDER BY label, quantity DESC, series, distance;
-- block: guide
SELECT panel, distance, max(start) * pow(rate, distance - 1) AS tv
FROM (SELECT panel, label, distance FROM means WHERE side IN ('left', 'right') GROUP BY panel, distance)
     JOIN (SELECT panel, max(exact) AS start FROM means WHERE side IN ('left', 'right') AND distance = 1
           GROUP BY panel) USING (panel)
     JOIN rates USING (label)
WHERE start > 0 AND half <= (SELECT max(distance) FROM means)
GROUP BY panel, distance ORDER BY label, panel DESC, distance;
-- block: caption
SELECT group_concat(label || printf(': total variation to the marginal %.3f at distance %d, %.2g at distance %d; ', near, first, far, last) ||
                    CASE WHEN half <= last THEN printf('rate %.3f a position, half-distance %.1f', rate, half) ||
                         CASE WHEN own THEN ' (fitted to the predictions)' ELSE '' END ||
                         CASE WHEN slack < 1e-6 THEN ', the one-sided bound holds with equality' ELSE '' END
                         WHEN far > near / 2 THEN 'does not forget on this run'
                         ELSE 'at no fitted rate' END, '. ') || '.' AS finding,
       'Total variation against distance. ' || group_concat(label || CASE WHEN half <= last THEN ' falls at a geometric rate'
         WHEN far > near / 2 THEN ' stays high at every distance' ELSE ' falls' END, ', ') || '.' AS alt
FROM (SELECT DISTINCT label, first_value(distance) OVER near AS first, first_value(mean) OVER near AS near,
             first_value(distance) OVER far AS last, first_value(mean) OVER far AS far
      FROM means WHERE quantity = 'tv_unconditional' AND side = (
        SELECT side FROM means WHERE quantity = 'tv_unconditional' ORDER BY side = 'left' DESC LIMIT 1)
      WINDOW near AS (PARTITION BY label ORDER BY distance),
             far AS (PARTITION BY label ORDER BY distance DESC)
      ORDER BY label) JOIN rates USING (label) LEFT JOIN (
        SELECT label, max(bound - exact) AS slack FROM means
        WHERE quantity = 'tv_unconditional' AND side IN ('left', 'right') GROUP BY label) USING (label);
