-- title: Do samples consist of words?
-- caption: Share of the words drawn that the training text has (bars; words cut by the ends of a window do not count) beside the entropy in nats of the characters drawn, all positions pooled (dots). Dotted lines: held-out text, and the unigram entropy. Many words at a low entropy is repetition. A row is a prompt or probe and a sampler; numbers at the end of a name are predictor calls. Means over n training seeds with the 90 % Student t interval.
WITH named AS (
  SELECT run_id, replace(label, 'transformer', 'trained') || ' (n = ' || n || ')' AS panel FROM done_runs),
counts AS (
  SELECT panel, probe, substr(quantity, 1, instr(quantity, '.') - 1) AS sampler,
         quantity LIKE '%.word_rate' AS is_rate, value, exact, row_number() OVER () AS at
  FROM information JOIN named USING (run_id)
  WHERE quantity LIKE '%.word_rate' OR quantity LIKE '%.token_entropy_nats'),
means AS (
  SELECT panel, probe, sampler, is_rate, avg(value) AS mean, avg(exact) AS exact, count(*) AS n, min(at) AS at
  FROM counts GROUP BY panel, probe, sampler, is_rate),
spread AS (
  SELECT m.*, coalesce(sum((value - mean) * (value - mean)) / (n - 1), 0) AS var
  FROM means m JOIN counts USING (panel, probe, sampler, is_rate) GROUP BY m.panel, m.probe, m.sampler, m.is_rate),
rows_ AS (
  SELECT probe, sampler, row_number() OVER (ORDER BY min(at)) + 0.5 * (dense_rank() OVER (ORDER BY first) - 1) AS y,
         probe || ', ' || replace(sampler, '-', ' ') AS name
  FROM (SELECT *, min(at) OVER (PARTITION BY probe) AS first FROM means) GROUP BY probe, sampler)
-- block: bar
SELECT panel, y, max(iif(is_rate, mean, NULL)) AS rate, max(iif(is_rate, var, NULL)) AS rate_var,
       max(iif(is_rate, NULL, mean)) AS entropy, max(iif(is_rate, NULL, var)) AS entropy_var, max(n) AS n,
       max(iif(is_rate, exact, NULL)) AS held_out, max(iif(is_rate, NULL, exact)) AS unigram
FROM spread JOIN rows_ USING (probe, sampler) GROUP BY panel, y ORDER BY panel, y;
-- block: name
SELECT y, name FROM rows_ ORDER BY y;
-- block: caption
SELECT group_concat(words, '; ') || printf('. Held-out text: %.3f, %.2f nats.', max(held), max(unigram)) AS finding,
       'Bars of word rates with dots of letter entropy. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT panel || ': ' || group_concat(name || printf(' %.2f (%.2f nats)', rate, entropy), ', ') AS words, max(held) AS held, max(unigram) AS unigram
      FROM (SELECT panel, y, name, max(iif(is_rate, mean, NULL)) AS rate, max(iif(is_rate, NULL, mean)) AS entropy,
                   max(iif(is_rate, exact, NULL)) AS held, max(iif(is_rate, NULL, exact)) AS unigram
            FROM means JOIN rows_ USING (probe, sampler) GROUP BY panel, y ORDER BY panel, y)
      GROUP BY panel);
