-- title: What of distant context a network uses, along its training
-- caption: Total variation between the predictions under two different left contexts, mean over pairs, against the distance to the context; logarithmic, below .002 is not drawn. Solid line: the exact law. Points: the network after so many training steps, means over n seeds with the 90 % Student t interval. Where a curve leaves the exact one and falls, the network has homogenized more than its source. Points are moved apart sideways.
WITH named AS (
  SELECT r.run_id, replicate, coalesce(s.value, label) AS label
  FROM runs r JOIN run_labels USING (run_id) LEFT JOIN params s ON s.run_id = r.run_id AND s.path = 'source.name'
  WHERE status = 'done'),
points AS (
  SELECT label, train_step AS step, distance, replicate, value AS tv, exact
  FROM distance_curves_along JOIN named USING (run_id)
  WHERE quantity = 'sensitivity_tv' AND side = 'left' AND value IS NOT NULL
    AND run_id IN (SELECT run_id FROM distance_curves_along WHERE early = 1)),
means AS (
  SELECT label || ' (n = ' || count(*) || ')' AS panel, label,
         step, distance, avg(tv) AS mean, avg(exact) AS exact, count(*) AS n
  FROM points GROUP BY label, step, distance),
ranked AS (
  SELECT *, dense_rank() OVER (PARTITION BY label ORDER BY step) AS place,
         max(step) OVER (PARTITION BY label) AS last FROM means)
-- block: mean
SELECT panel, CASE r.step WHEN last THEN 'at the end' ELSE 'after ' || r.step || ' steps' END AS series,
       r.distance, mean, coalesce(sum((tv - mean) * (tv - mean)) / (n - 1), 0) AS var, n
FROM ranked r JOIN points p ON p.label = r.label AND p.step = r.step AND p.distance = r.distance
GROUP BY panel, r.step, r.distance ORDER BY panel, r.step, r.distance;
-- block: exact
SELECT panel, distance, max(exact) AS exact FROM means WHERE exact > .002 GROUP BY panel, distance ORDER BY panel, distance;
-- block: caption
SELECT group_concat(label || printf(': half of the exact effect of context is kept to distance %d after %d steps and to %d at the end, step %d',
                    first_horizon, first_step, horizon, last), '; ') || '.' AS finding,
       'Falling curves, one panel for each chain; the network''s leave the exact line at some distance and drop, farther out the longer it was trained.' AS alt
FROM (SELECT label, last, max(CASE WHEN place = 1 THEN step END) AS first_step,
             max(CASE WHEN place = 1 THEN reach END) AS first_horizon, max(CASE WHEN step = last THEN reach END) AS horizon
      FROM (SELECT label, place, step, last, coalesce(min(CASE WHEN mean / exact < .5 THEN distance END) - 1, max(distance)) AS reach
            FROM ranked WHERE exact > 1e-6 GROUP BY label, step) GROUP BY label);
