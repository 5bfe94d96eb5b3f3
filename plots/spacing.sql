-- title: What revealing two positions together costs, against their distance
-- caption: Two masked positions and nothing revealed. Left: their total correlation in nats, which is the divergence that drawing both in one step adds. Middle and right, the homogenization of the same two positions: once one of them is revealed, how far the prediction for the other is from its unconditional marginal (total variation, averaged over the revealed token), and its entropy in nats, with the unconditional entropy as the dotted line. Distances are logarithmic. All values are the source's own, exact.
-- TV(joint, product) of a pair is the mean over the first token of TV(conditional, marginal), and
-- its conditional entropy is the entropy of the marginal less the total correlation.
WITH named AS (SELECT run_id, label AS series FROM done_runs),
gaps AS (
  SELECT run_id, probe, max(position) - min(position) AS gap
  FROM marginals GROUP BY run_id, probe HAVING count(DISTINCT position) = 2),
entropies AS (
  SELECT run_id, probe, -sum(p_exact * ln(p_exact)) AS nats
  FROM marginals AS m
  WHERE p_exact > 0 AND position = (SELECT max(position) FROM marginals o
                                    WHERE o.run_id = m.run_id AND o.probe = m.probe)
  GROUP BY run_id, probe),
pairs AS (
  SELECT series, gap, avg(CASE quantity WHEN 'total_correlation_nats' THEN exact END) AS cost,
         avg(CASE quantity WHEN 'tv_joint_product' THEN exact END) AS tv, avg(nats) AS marginal
  FROM information JOIN named USING (run_id) JOIN gaps USING (run_id, probe)
       JOIN entropies USING (run_id, probe)
  GROUP BY series, gap)
-- block: pair
SELECT series, gap, cost, tv, marginal - cost AS entropy, marginal FROM pairs
ORDER BY series, gap;
-- block: caption
SELECT group_concat(words, '. ') || CASE WHEN min(falls) THEN
         '. So it is the distant, homogenized masks that can be drawn together at almost no cost, and neighbours, whose predictions are sharp, that cannot.'
         ELSE '.' END AS finding,
       'Total correlation, total variation to the marginal and entropy of two positions against their distance. ' || group_concat(words, '. ') || '.' AS alt
FROM (SELECT DISTINCT series || printf(': drawing neighbours together costs %.3f nats, positions %d apart %.3f nats; the prediction for the other is %.2f and %.2f from its marginal',
               first_value(cost) OVER near, first_value(gap) OVER far, first_value(cost) OVER far,
               first_value(tv) OVER near, first_value(tv) OVER far) AS words,
             first_value(cost) OVER far < 0.1 * first_value(cost) OVER near
               AND first_value(tv) OVER far < 0.1 AS falls
      FROM pairs WINDOW near AS (PARTITION BY series ORDER BY gap),
                        far AS (PARTITION BY series ORDER BY gap DESC));
