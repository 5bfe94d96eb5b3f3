-- title: Marginals against the exact conditionals
-- caption: One point for every token of every masked position of every probe and seed: the predictor's probability against the exact one. A perfect predictor lies on the diagonal.
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
named AS (SELECT run_id, replicate, predictor, point FROM labelled JOIN counted USING (label))
-- block: point
SELECT point AS panel, probe AS series, p_exact, p_model FROM marginals JOIN named USING (run_id)
WHERE p_exact IS NOT NULL ORDER BY panel, series, p_exact, p_model, replicate;
-- block: caption
SELECT group_concat(panel || printf(': largest difference %.3f', worst), '; ') || '.' AS finding,
       'Scatter of predicted against exact probabilities around the diagonal.' AS alt
FROM (SELECT point AS panel, max(abs(p_model - p_exact)) AS worst
      FROM marginals JOIN named USING (run_id) WHERE p_exact IS NOT NULL
      GROUP BY panel ORDER BY panel);
