-- title: Which positions to reveal together on a long chain
-- caption: Divergence of a sampler from the source with a perfect predictor, nats a token, against predictor calls (NFE); both axes logarithmic, values below 1e-7 (exact ones too) drawn there. The key says how a line was computed: closed_form; path_bound, the mean over random orders, above their law; monte_carlo, with 1.96 standard errors.
-- Samplers are called FAMILY-STEPS, or by the family alone.
WITH named AS (SELECT run_id, source_name || ', length ' || seq_len AS panel, seq_len FROM done_runs),
points AS (
  SELECT panel, rtrim(rtrim(sampler, '0123456789'), '-') AS family, kind, nfe,
         kl_nats / seq_len AS nats, coalesce(1.96 * kl_se_nats / seq_len, 0) AS bar
  FROM sampler_error JOIN named USING (run_id)),
families AS (SELECT family, max(kind) AS kind FROM points GROUP BY family)
-- block: chain
SELECT panel, family || ' (' || f.kind || ')' AS series, nfe, max(nats, 1e-7) AS nats, bar
FROM points JOIN families f USING (family) ORDER BY panel, series, nfe;
-- block: caption
SELECT group_concat(panel || ', 8 calls: ' || rules, '; ') || '.' AS finding,
       'Divergence a token against predictor calls, a line for each reveal order, a panel for each chain.' AS alt
FROM (SELECT panel, group_concat(family || printf(' %.3g', nats), ', ') AS rules
      FROM (SELECT panel, family, nats FROM points WHERE nfe = 8 ORDER BY panel, nats DESC)
      GROUP BY panel);
