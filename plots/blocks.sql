-- title: Blocks: what they mend and what they cost
-- caption: KL(source || sampler), in nats per sequence, against the size of the semi-autoregressive block; both logarithmic, with what is below 1e-9 on the dotted line labelled 0. Lines: one order at a number of tokens a step; the largest block is the whole sequence. Horizontal lines at the right: samplers without blocks with their mean predictor calls (NFE). Random orders are judged as the law of the random sampler, a mixture. Exact where no n is given.
WITH named AS (
  SELECT run_id, label || CASE WHEN predictor = 'oracle' THEN ''
         ELSE ' (n = ' || count(*) OVER (PARTITION BY label) || ')' END AS panel
  FROM runs JOIN run_labels USING (run_id) WHERE status = 'done'),
settings AS (
  SELECT run_id, substr(rest, 1, length(rest) - length(leaf) - 1) AS sampler, leaf, value
  FROM (SELECT *, replace(rest, rtrim(rest, replace(rest, '.', '')), '') AS leaf
        FROM (SELECT run_id, value, substr(path, instr(path, '.samplers.') + 10) AS rest
              FROM params WHERE path LIKE 'measure.%.samplers.%'))),
samplers AS (
  SELECT run_id, sampler, max(CASE leaf WHEN 'block' THEN value END) AS block,
         CASE max(CASE leaf WHEN 'order' THEN value END) WHEN 'low_confidence' THEN 'LLaDA''s rule'
         ELSE replace(max(CASE leaf WHEN 'order' THEN value END), '_', ' ') END ||
         coalesce(', ' || max(CASE leaf WHEN 'per_step' THEN value END) || ' a step', '') AS series
  FROM settings GROUP BY run_id, sampler),
means AS (
  SELECT panel, series, sampler, block, avg(nfe) AS calls,
         CASE WHEN avg(kl_nats) > 1e-9 THEN avg(kl_nats) ELSE 0 END AS kl
  FROM sampler_error JOIN named USING (run_id) JOIN samplers USING (run_id, sampler)
  WHERE kl_nats IS NOT NULL GROUP BY panel, series, sampler, block),
keyed AS (
  SELECT panel, series || printf(' (NFE %.3g)', avg(calls) OVER (PARTITION BY series)) AS series,
         block, kl
  FROM means WHERE block IS NOT NULL)
-- block: mean
SELECT panel, series, block, kl FROM keyed ORDER BY panel, series, block;
-- block: reference
SELECT panel, kl, group_concat(replace(sampler, '-', ' '), ', ') ||
       CASE WHEN kl = 0 THEN ' 0' ELSE printf(' %.3g', kl) END || printf(' (NFE %.3g)', calls) AS words
FROM means WHERE block IS NULL GROUP BY panel, printf('%.3g %.3g', kl, calls) ORDER BY panel, kl;
-- block: caption
SELECT group_concat(series || printf(': %.3g nats in blocks of %d, %.3g in blocks of %d', small, least, large, most), '; ') ||
       coalesce('. Without blocks: ' || (SELECT group_concat(replace(sampler, '-', ' ') || printf(' %.3g', kl), ', ')
         FROM (SELECT * FROM means WHERE block IS NULL ORDER BY panel, kl DESC)), '') || '.' AS finding,
       'One line an order: ' || group_concat(series || CASE WHEN large > small THEN ' rises' ELSE ' falls' END, ', ') || ' with the block size.' AS alt
FROM (SELECT panel, series, min(block) AS least, max(block) AS most,
             (SELECT kl FROM means a WHERE a.panel = m.panel AND a.series = m.series AND block IS NOT NULL ORDER BY block LIMIT 1) AS small,
             (SELECT kl FROM means a WHERE a.panel = m.panel AND a.series = m.series ORDER BY block DESC LIMIT 1) AS large
      FROM means AS m WHERE block IS NOT NULL GROUP BY panel, series ORDER BY panel, series);
