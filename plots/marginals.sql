-- title: Marginals against the exact conditionals
-- caption: One point for every token of every masked position of every probe and seed: the predictor's probability against the exact one. A perfect predictor lies on the diagonal.
WITH named AS (
  SELECT run_id, replicate, predictor, label || ' (n = ' || n || ')' AS point FROM done_runs)
-- block: point
SELECT point AS panel, probe AS series, p_exact, p_model FROM marginals JOIN named USING (run_id)
WHERE p_exact IS NOT NULL ORDER BY panel, series, p_exact, p_model, replicate;
-- block: caption
SELECT group_concat(panel || printf(': largest difference %.3f', worst), '; ') || '.' AS finding,
       'Scatter of predicted against exact probabilities around the diagonal.' AS alt
FROM (SELECT point AS panel, max(abs(p_model - p_exact)) AS worst
      FROM marginals JOIN named USING (run_id) WHERE p_exact IS NOT NULL
      GROUP BY panel ORDER BY panel);
