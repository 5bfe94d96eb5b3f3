-- title: Characters against byte-pair tokens: how far predictions reach, and what parallel steps cost
-- caption: Windows of the same stretch of text, as characters and as byte-pair tokens. Above: total variation between the prediction of a masked token and the unigram law, against its distance from the revealed text on the left, in characters (tokens times their mean length). Below: nats for a character of held-out text against calls of the network for a window; neighbours: the steps reveal runs from the left, spread: tokens far apart. Points: means over training seeds with the 90 % Student t interval.
WITH named AS (
  SELECT r.run_id, r.replicate, n.value AS corpus, iif(t.value = 'bpe', 'byte-pair tokens', 'characters') AS token
  FROM runs r JOIN params n ON n.run_id = r.run_id AND n.path = 'source.name'
  JOIN params t ON t.run_id = r.run_id AND t.path = 'source.tokens' WHERE r.status = 'done'),
lengths AS (SELECT run_id, exact AS characters FROM information WHERE quantity = 'characters_per_token'),
faded AS (
  SELECT corpus AS panel, token AS series, distance, distance * characters AS x, value AS y
  FROM distance_curves JOIN named USING (run_id) JOIN lengths USING (run_id)
  WHERE quantity = 'tv_unconditional' AND distance * characters <= 24),
fades AS (
  SELECT panel, series, distance, x, avg(y) AS mean, count(*) AS n FROM faded GROUP BY panel, series, distance),
paid AS (
  SELECT corpus AS panel,
         token || iif(sampler LIKE 'strided%', ', spread', ', neighbours') AS series, nfe AS x,
         nll_nats_per_character AS y
  FROM likelihoods JOIN named USING (run_id) WHERE nll_nats_per_character IS NOT NULL
  AND (token = 'characters' OR sampler <> 'l2r')),
costs AS (SELECT panel, series, x, avg(y) AS mean, count(*) AS n FROM paid GROUP BY panel, series, x)
-- block: fade
SELECT panel, series, f.x, mean, coalesce(sum((y - mean) * (y - mean)) / (n - 1), 0) AS var, n
FROM fades f JOIN faded USING (panel, series, distance) GROUP BY panel, series, distance
ORDER BY panel, series DESC, distance;
-- block: cost
SELECT panel, series, x, mean, coalesce(sum((y - mean) * (y - mean)) / (n - 1), 0) AS var, n
FROM costs JOIN paid USING (panel, series, x) GROUP BY panel, series, x ORDER BY panel, series DESC, x;
-- block: caption
SELECT printf('With 24 calls for a window of %s a character costs %.2f nats as a letter, %.2f as a byte-pair token, and %.2f and %.2f with 6 (neighbours, n = %d).',
              panel, max(iif(series LIKE 'char%neigh%' AND x = 24, mean, NULL)),
              max(iif(series LIKE 'byte%neigh%' AND x = 24, mean, NULL)),
              max(iif(series LIKE 'char%neigh%' AND x = 6, mean, NULL)),
              max(iif(series LIKE 'byte%neigh%' AND x = 6, mean, NULL)), max(n)) AS finding,
       'Predictions fade to the unigram law within a few tokens, which is three times as many characters with byte-pair tokens; these cost less a character at every number of calls.' AS alt
FROM costs WHERE panel = (SELECT min(panel) FROM costs) GROUP BY panel;
