-- title: Exact drafts: tokens per batched call and per row evaluated
-- caption: Positions that a sampler with exact drafts reveals per batched call (full line) and per row that the predictor evaluates (dashed), against the number k of positions drafted at once (both axes logarithmic, base 2), a panel for each source, neighbours from weakly to strongly coupled. Lines: perfect predictor; open circles: trained networks, mean over seeds with the 90 % Student t interval. Grey: one, what decoding one position at a time gives, and the most that k could give, k tokens for two calls. The output law is the chain rule's at every point.
WITH named AS (
  SELECT run_id, replicate, source_name || ', length ' || seq_len AS place,
         CASE source_name WHEN 'weak' THEN 1 WHEN 'medium' THEN 2 WHEN 'strong' THEN 3 ELSE 4 END AS rank, predictor
  FROM done_runs),
costs AS (
  SELECT run_id, probe, value, substr(quantity, instr(quantity, '.') + 1) AS what,
         substr(quantity, 1, instr(quantity, '.') - 1) AS sampler
  FROM information WHERE quantity LIKE '%.tokens_per_call' OR quantity LIKE '%.tokens_per_row'),
points AS (
  SELECT place, predictor, rank, what, replicate, rule, draft AS k, value AS tokens
  FROM costs JOIN named USING (run_id) JOIN sampler_settings USING (run_id, sampler)),
means AS (
  SELECT place, predictor, rank, what, rule, k, avg(tokens) AS mean, count(*) AS n
  FROM points GROUP BY place, predictor, what, rule, k)
-- block: call
SELECT place AS panel, replace(rule, '_', ' ') AS series, k, mean,
       coalesce(sum((tokens - mean) * (tokens - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (place, predictor, what, rule, k) WHERE predictor = 'oracle' AND what = 'tokens_per_call'
GROUP BY place, what, rule, k ORDER BY means.rank, place, rule, what, k;
-- block: row
SELECT place AS panel, replace(rule, '_', ' ') AS series, k, mean,
       coalesce(sum((tokens - mean) * (tokens - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (place, predictor, what, rule, k) WHERE predictor = 'oracle' AND what = 'tokens_per_row'
GROUP BY place, what, rule, k ORDER BY means.rank, place, rule, what, k;
-- block: trained
SELECT place AS panel, replace(rule, '_', ' ') AS series, k, mean,
       coalesce(sum((tokens - mean) * (tokens - mean)) / (n - 1), 0) AS var, n
FROM means JOIN points USING (place, predictor, what, rule, k) WHERE predictor <> 'oracle' AND what IN ('tokens_per_call', 'tokens_per_row')
GROUP BY place, what, rule, k ORDER BY means.rank, place, rule, what, k;
-- block: caption
SELECT group_concat(printf('%s: at most %.2f tokens per call, %.2f per row, with k = %d, %s', place, most, per_row, k, replace(rule, '_', ' ')), '; ') || '.' AS finding,
       'Tokens per call rise with k, the more the weaker neighbours are coupled and the farther apart they are drafted; tokens per row fall from one. Trained networks lie on the lines of the perfect predictor.' AS alt
FROM (SELECT place, rank, rule, k, max(mean) AS most,
             (SELECT r.mean FROM means r WHERE r.place = m.place AND r.predictor = 'oracle' AND r.rule = m.rule
              AND r.k = m.k AND r.what = 'tokens_per_row') AS per_row
      FROM means m WHERE what = 'tokens_per_call' AND predictor = 'oracle' GROUP BY place ORDER BY rank);
