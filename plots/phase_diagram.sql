-- title: Where semi-autoregressive decoding wins, and why
-- caption: KL(source || sampler), in nats per sequence (on text, whose law is unknown: held-out nats per token), for block sizes and numbers of tokens a step, a panel for each rule that ranks the positions inside a block; equal columns make equally many predictor calls (NFE). Top row of a panel: no blocks; lowest cell of a column: contiguous tokens at once, from left to right, under every rule. Colour: what is lost against the top cell of its column, so blue is where blocks win and orange where they cost; frame: the best cell of a column (all that are within 1e-9). Letter: the largest part of the error, S selection (the rule looks at the tokens it drew), F factorization (tokens of a step are drawn independently), M model. Random is judged as a law, a mixture of orders.
WITH named AS (
  SELECT run_id, seq_len, predictor <> 'oracle' AS place,
         replace(replace(label, 'transformer', 'trained'), 'kind ', '') AS point
  FROM done_runs),
errors AS (
  SELECT run_id, sampler, nfe, kl_nats AS nats, selection_nats AS s, factorization_nats AS f, model_nats AS m
  FROM sampler_error
  UNION ALL SELECT run_id, sampler, nfe, nll_nats_per_token, NULL, NULL, NULL FROM likelihoods),
means AS (
  SELECT place, point, rule, coalesce(block, seq_len) AS block,
         coalesce(per_step, seq_len / steps) AS k, avg(nfe) AS calls,
         iif(avg(nats) > 1e-9, avg(nats), 0) AS kl, count(*) AS n, avg(s) AS s, avg(f) AS f, avg(m) AS m
  FROM errors JOIN named USING (run_id) JOIN sampler_settings USING (run_id, sampler)
  WHERE nats IS NOT NULL AND coalesce(per_step, steps) IS NOT NULL GROUP BY point, rule, 4, 5),
cells AS (
  SELECT *, CASE rule WHEN 'low_confidence' THEN 'LLaDA''s rule' ELSE replace(rule, '_', ' ') END ||
         ', ' || point AS panel,
         first_value(kl) OVER (PARTITION BY point, rule, k ORDER BY block DESC) AS whole,
         kl <= min(kl) OVER (PARTITION BY point, rule, k) + 1e-9 AS best,
         min(block) OVER (PARTITION BY point, rule, k) AS least,
         dense_rank() OVER (ORDER BY block) AS y, dense_rank() OVER (ORDER BY k) AS x
  FROM means)
-- block: cell
SELECT panel, x, y, kl - whole AS d, best, 
       CASE WHEN kl = 0 THEN '0' WHEN kl < 0.9995 THEN substr(printf('%.3f', kl), 2) ELSE printf('%.2f', kl) END AS words,
       CASE WHEN kl = 0 OR f IS NULL THEN ' ' WHEN s >= f AND s >= m THEN 'S' WHEN f >= m THEN 'F' ELSE 'M' END AS part,
       k, block, calls, n
FROM cells ORDER BY place, point, instr('low_confidence confidence', rule) = 0, rule <> 'low_confidence', rule, x, y;
-- block: caption
SELECT group_concat(panel || ': ' || words, '; ') || '.' AS finding,
       'Heat maps of divergence by block size and tokens a step. ' || group_concat(panel || ': ' || words, '; ') || '.' AS alt
FROM (SELECT panel, group_concat(printf('%d a step, blocks of %d %s nats (%.3g against %.3g)', k, least,
                                        iif(kl <= whole, 'save', 'cost') || printf(' %.3g', abs(kl - whole)), kl, whole), ', ') AS words
      FROM (SELECT * FROM cells WHERE block = least AND block < (SELECT max(block) FROM cells) AND abs(kl - whole) > 1e-9
            ORDER BY place, point, rule, k)
      GROUP BY panel ORDER BY place, point, rule);
