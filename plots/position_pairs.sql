-- title: Position against position: whose predictions are alike?
-- caption: Total variation between the predictions at two masked positions, averaged over contexts; 0 is the same distribution. Above the diagonal: the predictor, a mean over training seeds where n is given; below it: the exact value, blank where the source has none. The word after the comma is the probe.
WITH named AS (SELECT run_id, panel AS label FROM done_runs),
pairs AS (
  SELECT label, probe, position_a AS a, position_b AS b, avg(tv_model) AS model, avg(tv_exact) AS exact
  FROM position_pairs JOIN named USING (run_id) GROUP BY label, probe, position_a, position_b),
kept AS (
  SELECT * FROM pairs WHERE (label, probe) IN (
    SELECT label, probe FROM (SELECT DISTINCT label, probe, dense_rank() OVER (ORDER BY label) AS row,
                                     dense_rank() OVER (ORDER BY probe) AS place FROM pairs)
    WHERE row <= 6 AND place <= 3))
-- block: cell
SELECT label || ', ' || probe AS panel, a AS x, b AS y, model AS tv FROM kept
UNION ALL SELECT label || ', ' || probe, b, a, exact FROM kept
UNION ALL SELECT DISTINCT label || ', ' || probe, p, p, 0
          FROM (SELECT label, probe, a AS p FROM kept UNION SELECT label, probe, b FROM kept)
ORDER BY panel, x, y;
-- block: caption
SELECT group_concat(words, '; ') || '.' AS finding,
       'Heat maps of total variation between positions. ' || group_concat(words, '; ') || '.' AS alt
FROM (SELECT label || group_concat(printf(', %s: neighbours at most %.2f apart, in the middle %.2g', probe, top, middle), '') AS words
      FROM (SELECT label, probe, max(model) AS top,
                   (SELECT avg(model) FROM kept m WHERE m.label = k.label AND m.probe = k.probe
                    AND m.b = m.a + 1 AND abs(m.a - k.centre) <= 1) AS middle
            FROM (SELECT *, avg(a) OVER (PARTITION BY label, probe) AS centre FROM kept
                  WHERE b = a + 1 AND probe = (SELECT min(probe) FROM kept)) AS k
            GROUP BY label, probe ORDER BY label, probe)
      GROUP BY label ORDER BY label LIMIT 6);
