#!/bin/sh
# An experiment file in a folder outside the tree gets its section, figures, verdicts and topic,
# whatever is in its tokens; the page is the same twice, valid, and tells of failed and diverged
# runs; progress as JSON is JSON; the manual page and the schema know every verb and key.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/lib.sh"
command -v gnuplot >/dev/null || { echo "no gnuplot"; exit 77; }

mkdir -p outside/mine
cat >outside/mine/hostile.json <<'END'
{"marginalia": 1, "name": "hostile", "title": "Tokens <b>that</b> bite", "question": "Is \"it\" & that all?",
 "source": {"kind": "sequences", "rows": [{"tokens": "<script>alert(1)</script> `touch$IFS./bitten` '\"-->", "count": 3},
   {"tokens": "@macro{x} $(touch$IFS./bitten) \\\"]]>", "count": 1}]},
 "predictor": {"kind": "oracle"},
 "measure": [{"kind": "joint", "name": "pair", "context": "_ _ _", "targets": [0, 1]},
   {"kind": "samples", "name": "free", "draws": 9, "samplers": [{"name": "one", "order": "random", "steps": 1}]}],
 "claims": [{"about": "mine", "name": "impossible", "accept": [0.37, 0.38], "exact": true, "query":
   "SELECT replicate, value FROM information JOIN runs USING (run_id) WHERE quantity = 'impossible_mass'"}],
 "topics": [{"name": "t", "about": "mine", "title": "My topic", "answer": "It is {hostile/impossible}.",
   "figures": ["hostile/own"]}],
 "figures": ["own", "joint_vs_product"]}
END
cat >outside/mine/own.sql <<'END'
-- title: My own figure
-- caption: Each token by its probability.
-- block: bar
SELECT token, position, p_exact FROM marginals ORDER BY position, token;
-- block: caption
SELECT 'Most likely is ' || token AS finding, 'A bar chart; highest: ' || token AS alt FROM marginals ORDER BY p_exact DESC, token LIMIT 1;
END
cat >outside/mine/own.gp <<'END'
eval figure(480, 300)
set yrange [0:1]
plot $bar using 0:3:xtic(1) with impulses lw 4 title 'exact'
END
expect 0 "$PROGRAM" run outside/mine/hostile.json --db "$db"
expect 0 "$PROGRAM" verify outside/mine/hostile.json --db "$db"
expect 0 "$PROGRAM" report --db "$db" --out one.html
expect 0 "$PROGRAM" report --db "$db" --out two.html
cmp one.html two.html || { echo "two reports differ"; faults=$((faults + 1)); }
[ ! -e bitten ] || { echo "a token was run"; faults=$((faults + 1)); }
says '<h2>Tokens &lt;b&gt;that&lt;/b&gt; bite</h2>' one.html
says '<h2>mine · My topic</h2>' one.html
says '<p>It is 0.375 (exact).</p>' one.html
says '<span class="verdict reproduced">1 reproduced</span>' one.html
says '<figure id="f-1">' one.html
says '<figure id="f-2">' one.html
says 'Figure 1. My own figure.' one.html
says 'Samples: draws 0 to 2' one.html
same "elements of script" "$(grep -c '<script' one.html)" 0
if command -v tidy >/dev/null; then
    same "the validator's words" "$(tidy -q -e one.html 2>&1)" ""
fi

# A learning rate that diverges and a file that fails are told of, and the page is still written.
sed 's/"lr": 0.003/"lr": 10, "clip": 0, "weight_decay": 10/; s/"predictor": {/&"norm_eps": 0.5, /' <<END >wild.json
$(tiny wild 60 "$pair" 2)
END
"$PROGRAM" run wild.json --db "$db" --progress=json >out 2>lines
{ echo '['; sed '$!s/$/,/' lines; echo ']'; } >events.json
same "events" "$(sqlite3 :memory: "SELECT json_extract(value, '$.event') AS event, count(*)
    FROM json_each(readfile('events.json')) WHERE event IN ('begin', 'end') GROUP BY event")" "begin|2
end|2"
expect 0 "$PROGRAM" report --db "$db" --out three.html
says 'Failed and unfinished runs' three.html

sh "$root/.ci/manual" "$PROGRAM" >marginalia.1
for word in $("$PROGRAM" --help | sed -n '/^verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    says ".B $word" marginalia.1
done
if command -v man >/dev/null; then
    same "warnings on the manual" "$(man --warnings -l marginalia.1 2>&1 >/dev/null)" ""
fi
"$PROGRAM" describe --schema >schema.json
same "keys of the schema" "$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('schema.json'), '$.properties')
    WHERE key IN ('topics', 'claims', 'source')")" 3
run=$(ask "SELECT min(run_id) FROM runs WHERE experiment = 'wild'")
expect 0 "$PROGRAM" show "$run" --plot --db "$db"
says 'step' out
same "runs without memory" "$(ask "SELECT count(*) FROM results WHERE status = 'done' AND coalesce(max_rss_kb, 0) < 1000")" 0
exit "$faults"
