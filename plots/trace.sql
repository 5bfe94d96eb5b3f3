-- title: What recorded decodings say: first predictions, and what their confidences promise
-- caption: One row a trace. Left: entropy of the first prediction at each masked position, in the middle total variation between it and the next one's, means over the prompts. A bar is what the listed tokens leave open, from the least to the most that any distribution with this list has; without a bar all tokens are listed. Right: what the largest probabilities promise of each step (Frechet's bounds on the probability that all its arg-max tokens are right), means over the samples. Line: the exact value, where the source says it.
WITH named AS (
  SELECT run_id, label FROM done_runs WHERE predictor = 'trace'),
points AS (
  SELECT label, iif(quantity LIKE 'entropy_nats%', 1, 2) AS place, position AS x,
         min(value) AS least, max(value) AS most, max(exact) AS exact
  FROM distance_curves JOIN named USING (run_id)
  WHERE quantity IN ('entropy_nats', 'entropy_nats_least', 'entropy_nats_most', 'tv_next', 'tv_next_least', 'tv_next_most')
  GROUP BY label, place, x
  UNION ALL
  SELECT label, 3, step, min(value), max(value), max(exact)
  FROM certificates JOIN named USING (run_id) WHERE bound IN ('frechet_lower', 'frechet_upper') GROUP BY label, step),
panels AS (
  SELECT *, label || CASE place WHEN 1 THEN ', entropy' WHEN 2 THEN ', TV to the next' ELSE ', promise' END AS panel FROM points)
-- block: range
SELECT panel, place, x, least, most FROM panels ORDER BY label, place, x;
-- block: exact
SELECT panel, place, x, exact FROM panels WHERE exact IS NOT NULL ORDER BY label, place, x;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding,
       'Three panels for each trace, by position and by step. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT label || ': ' || group_concat(printf('%s %.3f to %.3f', CASE place WHEN 1 THEN 'entropy' WHEN 2 THEN 'TV to the next'
               ELSE 'promise' END, least, most), ', ') || ' on average' AS words
      FROM (SELECT label, place, avg(least) AS least, avg(most) AS most FROM points GROUP BY label, place ORDER BY label, place)
      GROUP BY label ORDER BY label);
