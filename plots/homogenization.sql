-- title: How predictions forget the context with distance
-- caption: Total variation between the prediction at a distance from the nearest revealed token and the unconditional marginal of that position, averaged over contexts; logarithmic. Points: means over training seeds with the 90 % Student t interval, single seeds in light. Solid line: the exact value; dash-dotted: the bound, where it is below 1.
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
points AS (
  SELECT point AS panel, coalesce(side, 'no context') || ', ' || probe AS series, distance, replicate,
         avg(value) AS tv, avg(exact) AS exact, avg(bound) AS bound
  FROM distance_curves JOIN named USING (run_id)
  WHERE quantity = 'tv_unconditional' AND distance IS NOT NULL
  GROUP BY panel, series, distance, replicate),
means AS (
  SELECT panel, series, distance, avg(tv) AS mean, count(*) AS n, avg(exact) AS exact,
         avg(bound) AS bound
  FROM points WHERE tv > 0 GROUP BY panel, series, distance)
-- block: mean
SELECT panel, series, distance, mean, coalesce(sum((tv - mean) * (tv - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (panel, series, distance)
GROUP BY panel, series, distance ORDER BY panel, series, distance;
-- block: seed
SELECT panel, series, distance, tv, replicate FROM points WHERE tv > 0
ORDER BY panel, series, distance, replicate;
-- block: exact
SELECT panel, series, distance, exact FROM means WHERE exact > 0 ORDER BY panel, series, distance;
-- block: bound
SELECT panel, series, distance, bound FROM means WHERE bound > 0 AND bound < 1
ORDER BY panel, series, distance;
-- block: caption
SELECT group_concat(panel || printf(': %.3f at distance %d, %.3f at distance %d', near, first, far, last), '; ') || '.' AS finding,
       'Total variation to the unconditional marginal falling with distance.' AS alt
FROM (SELECT panel, min(distance) AS first, max(distance) AS last,
             (SELECT avg(mean) FROM means b WHERE b.panel = a.panel AND b.distance = min(a.distance)) AS near,
             (SELECT avg(mean) FROM means b WHERE b.panel = a.panel AND b.distance = max(a.distance)) AS far
      FROM means a GROUP BY panel ORDER BY panel LIMIT 6);
