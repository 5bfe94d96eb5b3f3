-- title: Ranking by the drawn token: what it does to the samples
-- caption: Samples of each rule, one token a step and nothing given: mean of -log P(sample) under the true law, in nats per token. A sampler that follows the source is at the dotted line, its entropy; below it samples are too probable, the selection shuts out what is rare. Bars: means, over n training seeds where n is given, with their 90 % Student t interval; the number is the total variation between the samples' bigrams and the source's, which few samples raise a little.
WITH named AS (
  SELECT run_id, source_name AS source, predictor, replace(panel, 'transformer', 'trained') AS panel
  FROM done_runs),
means AS (
  SELECT panel, source, predictor, sampler, avg(nll_nats_per_token) AS mean, avg(bigram_tv) AS tv, count(*) AS n,
         min(draws) AS draws
  FROM coherence JOIN named USING (run_id) WHERE nll_nats_per_token IS NOT NULL GROUP BY panel, sampler),
entropies AS (
  SELECT panel, avg(exact) AS entropy FROM information JOIN named USING (run_id)
  WHERE quantity = 'entropy_nats_per_token' GROUP BY panel),
rows_ AS (SELECT sampler, row_number() OVER (ORDER BY avg(mean)) AS y FROM means GROUP BY sampler)
-- block: bar
SELECT m.panel, y, mean, coalesce(sum((nll_nats_per_token - mean) * (nll_nats_per_token - mean)) / (n - 1), 0) AS var,
       n, entropy, printf('%.2f', tv) AS words
FROM means m JOIN rows_ USING (sampler) JOIN entropies USING (panel) JOIN coherence c USING (sampler)
     JOIN named USING (run_id)
WHERE named.panel = m.panel GROUP BY m.panel, y ORDER BY m.source, m.predictor, y;
-- block: name
SELECT y, replace(sampler, '-', ' ') AS name FROM rows_ ORDER BY y;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding, 'Bars of likelihood beside the entropy. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT panel || printf(': entropy %.3f; ', entropy) || group_concat(replace(sampler, '-', ' ') || printf(' %.3f, bigram TV %.3f', mean, tv), ', ') AS words
      FROM (SELECT * FROM means JOIN rows_ USING (sampler) JOIN entropies USING (panel) ORDER BY source, predictor, y)
      GROUP BY panel ORDER BY source, predictor);
