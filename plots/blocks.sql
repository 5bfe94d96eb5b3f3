-- title: Blocks: what they mend and what they cost
-- caption: KL(source || sampler), in nats per sequence, against the size of the semi-autoregressive block; both logarithmic, with what is below 1e-9 on the dotted line labelled 0. Lines: one order at a number of tokens a step; the largest block is the whole sequence. Horizontal lines at the right: samplers without blocks with their mean predictor calls (NFE). Random orders are judged as the law of the random sampler, a mixture. Exact where no n is given.
WITH samplers AS (
  SELECT run_id, sampler, block,
         CASE rule WHEN 'low_confidence' THEN 'LLaDA''s rule' ELSE replace(rule, '_', ' ') END ||
         coalesce(', ' || per_step || ' a step', '') AS series
  FROM sampler_settings),
means AS (
  SELECT panel, series, sampler, block, avg(nfe) AS calls,
         CASE WHEN avg(kl_nats) > 1e-9 THEN avg(kl_nats) ELSE 0 END AS kl
  FROM sampler_error JOIN done_runs USING (run_id) JOIN samplers USING (run_id, sampler)
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
