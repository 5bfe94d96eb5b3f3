-- title: The bound, step by step, and its estimates
-- caption: Upper panels: the time-weighted cross entropy in T equal time steps, less the entropy of the source, in nats a sequence; both axes logarithmic, values below 1e-4 drawn there. Horizontal lines: its continuous limit, the NELBO, of the network (dash-dotted; seeds averaged) and the network's exact random-order negative log-likelihood (dotted). Lower panels: two Monte Carlo estimates less the exact NELBO of the same predictor, with 1.96 standard errors; networks by training seed.
WITH named AS (SELECT run_id, source_name AS name, predictor, replicate FROM done_runs),
entropies AS (
  SELECT run_id, max(exact) AS entropy FROM information
  WHERE quantity = 'nelbo_nats' GROUP BY run_id),
steps AS (
  SELECT name AS panel, predictor AS series,
         CAST(replace(quantity, 'nelbo_steps_', '') AS INTEGER) AS steps, replicate,
         i.value - entropy AS excess
  FROM information i JOIN named USING (run_id) JOIN entropies USING (run_id)
  WHERE quantity LIKE 'nelbo_steps_%'),
limits AS (
  SELECT name AS panel, avg(i.value - entropy) FILTER (WHERE quantity = 'nelbo_nats') AS nelbo,
         avg(i.value - entropy) FILTER (WHERE quantity = 'nll_random_order_nats') AS nll,
         count(DISTINCT replicate) AS n
  FROM information i JOIN named USING (run_id) JOIN entropies USING (run_id)
  WHERE predictor NOT IN ('oracle', 'uniform') GROUP BY name),
estimates AS (
  SELECT name AS panel, CASE WHEN m.quantity LIKE '%fixed%' THEN 'fixed count, L/k'
                             ELSE 'independent, 1/t' END AS series,
         predictor, replicate, m.value - e.value AS error, s.value / sqrt(p.value) AS se,
         s.value AS sd
  FROM information m JOIN named USING (run_id)
       JOIN information s ON s.run_id = m.run_id AND s.probe = m.probe AND
            s.quantity = replace(m.quantity, '_nats', '_sd_nats')
       JOIN information e ON e.run_id = m.run_id AND e.probe = m.probe AND
            e.quantity = 'nelbo_nats'
       JOIN params p ON p.run_id = m.run_id AND p.path = 'measure.' || m.probe || '.draws'
  WHERE m.quantity IN ('nelbo_mc_bernoulli_nats', 'nelbo_mc_fixed_nats')),
places AS (
  SELECT predictor, replicate, row_number() OVER (ORDER BY predictor, replicate) AS place
  FROM (SELECT DISTINCT predictor, replicate FROM estimates))
-- block: excess
SELECT panel, series, steps, max(avg(excess), 1e-4) AS mean FROM steps
GROUP BY panel, series, steps ORDER BY panel, series, steps;
-- block: limit
SELECT panel, max(nelbo, 1e-4) AS nelbo, max(nll, 1e-4) AS nll FROM limits ORDER BY panel;
-- block: estimate
SELECT panel, series, place + CASE series WHEN 'fixed count, L/k' THEN 0.12 ELSE -0.12 END AS x,
       error, 1.96 * se AS bar,
       CASE WHEN predictor IN ('oracle', 'uniform') THEN predictor ELSE 'seed ' || replicate END
         AS label, place
FROM estimates JOIN places USING (predictor, replicate) ORDER BY panel, series, place;
-- block: caption
SELECT group_concat(panel || printf(': the network''s NELBO is %.4f nats above the entropy and %.4f above its own negative log-likelihood (mean of %d seeds); a draw of the estimate spreads by %.2f nats with 1/t, %.2f with L/k',
                    nelbo, nelbo - nll, n,
                    (SELECT avg(sd) FROM estimates e WHERE e.panel = l.panel AND series LIKE 'ind%' AND predictor NOT IN ('oracle', 'uniform')),
                    (SELECT avg(sd) FROM estimates e WHERE e.panel = l.panel AND series LIKE 'fix%' AND predictor NOT IN ('oracle', 'uniform'))), '; ') || '.' AS finding,
       'Excess of the discrete bound falling like 1/T to its limit, and two estimates around the exact bound.' AS alt
FROM limits l;
