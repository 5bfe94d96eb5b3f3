-- title: What each revealed position tells about the others
-- caption: For every source, against the number j of positions already revealed (at random): h, the mean entropy of one further position, and Z(j + 1) = h(0) - h(j), what the revealed ones save of it. Revealing several positions at once pays the entropy of the first for each of them, so a step costs the area between the curve h and its value at the start of the step. A curve that falls early wants small steps first, one that falls late small steps last.
WITH curve AS (
  SELECT source_name || ', length ' || seq_len AS panel, j, h_nats, h_nats - first_value(h_nats) OVER (
           PARTITION BY run_id, probe ORDER BY j) AS saved, seq_len, run_id
  FROM schedules JOIN done_runs USING (run_id) WHERE h_nats IS NOT NULL)
-- block: curve
SELECT panel, 'h(j), entropy left' AS series, j, h_nats AS nats FROM curve
UNION ALL
SELECT panel, 'Z(j + 1), saved by j reveals', j, -saved FROM curve
ORDER BY panel, series, j;
-- block: caption
SELECT group_concat(panel || printf(': total correlation %.3f, dual %.3f nats', tc, dual), '; ') || '.' AS finding,
       'Falling entropy and rising saving against the number of revealed positions, a panel for each source.' AS alt
FROM (
  SELECT panel, max(i.exact) FILTER (WHERE quantity = 'total_correlation_nats') AS tc,
         max(i.exact) FILTER (WHERE quantity = 'dual_total_correlation_nats') AS dual
  FROM (SELECT DISTINCT panel, run_id FROM curve) JOIN information i USING (run_id)
  GROUP BY panel ORDER BY panel);
