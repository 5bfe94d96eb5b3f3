-- title: The conjecture, judged: do distant masks become alike, and do they forget?
-- caption: For each source, the exact mean over contexts of the largest total variation in the far half of a run of R masks after a left context: between any two positions (top, alike), and to the unconditional marginal (bottom, forgetting). Both axes are logarithmic; values below the axis (0 too) are drawn on it. Dash-dotted: the threshold .02. Holds: at most .02 at the largest R; vacuous: at most .02 at every distance already; fails: above, and the last two doublings lose under 10 % each; else undecided.
-- A probe is SIDE-RUN; the side both takes the middle third instead and is told in the finding.
WITH sized AS (
  SELECT run_id, substr(probe, 1, instr(probe, '-') - 1) AS side,
         CAST(substr(probe, instr(probe, '-') + 1) AS INTEGER) AS run,
         CASE WHEN quantity LIKE '%alike%' THEN 'alike' ELSE 'forget' END AS axis,
         quantity LIKE 'run%' AS whole, exact
  FROM information
  WHERE quantity IN ('window_alike_tv', 'window_forget_tv', 'run_alike_tv', 'run_forget_tv')),
last AS (SELECT max(run) AS run FROM sized),
judged AS (
  SELECT run_id, side, axis,
         max(exact) FILTER (WHERE whole AND sized.run = last.run) AS anywhere,
         max(exact) FILTER (WHERE NOT whole AND sized.run = last.run) AS at_last,
         max(exact) FILTER (WHERE NOT whole AND sized.run = last.run / 2) AS at_half,
         max(exact) FILTER (WHERE NOT whole AND sized.run = last.run / 4) AS at_quarter
  FROM sized CROSS JOIN last GROUP BY run_id, side, axis),
verdicts AS (
  SELECT run_id, side, axis,
         CASE WHEN anywhere <= .02 THEN 'vacuous' WHEN at_last <= .02 THEN 'holds'
              WHEN at_last > .9 * at_half AND at_half > .9 * at_quarter THEN 'fails'
              ELSE 'undecided' END AS verdict
  FROM judged),
named AS (
  SELECT run_id, value AS source FROM params WHERE path = 'source.name'),
placed AS (
  SELECT run_id, source, side, axis, verdict,
         CASE axis WHEN 'alike' THEN 'alike' ELSE 'forgets' END || ': ' ||
           CASE WHEN verdict IN ('holds', 'fails') THEN verdict ELSE 'vacuous or undecided' END
           AS place,
         CASE axis WHEN 'alike' THEN 0 ELSE 3 END +
           CASE verdict WHEN 'holds' THEN 1 WHEN 'fails' THEN 2 ELSE 3 END AS cell
  FROM verdicts JOIN named USING (run_id))
-- block: window
SELECT place AS panel,
       source || CASE WHEN verdict IN ('vacuous', 'undecided') THEN ' (' || verdict || ')' ELSE '' END AS series,
       run, exact
FROM placed JOIN sized USING (run_id, side, axis)
WHERE side = 'left' AND NOT whole
ORDER BY cell, source, run;
-- block: caption
SELECT 'After a left context, ' ||
         group_concat(sources || ' of ' || (SELECT count(*) FROM named) || ' sources: ' ||
                      replace(axis, 'forget', 'forgetting') || ' ' || verdict, '; ') ||
         printf('. On %d of them the two axes differ. ', (
           SELECT count(*) FROM placed a JOIN placed f USING (run_id, side)
           WHERE side = 'left' AND a.axis = 'alike' AND f.axis = 'forget' AND a.verdict <> f.verdict)) ||
         coalesce((
           SELECT printf('Between two contexts (middle third of the run) %d of %d verdicts are the same.',
                         sum(l.verdict = b.verdict), count(*))
           FROM placed l JOIN placed b USING (run_id, axis)
           WHERE l.side = 'left' AND b.side = 'both' HAVING count(*) > 0), '') AS finding,
       'Six panels of curves against run length, sorted by axis and verdict; those that hold fall below .02.' AS alt
FROM (SELECT axis, verdict, count(*) AS sources FROM placed WHERE side = 'left'
      GROUP BY axis, verdict ORDER BY axis, min(cell), verdict);
