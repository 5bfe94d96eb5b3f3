#!/bin/sh
# Same inputs, same numbers: a second run computes nothing, a new database gives the same digests,
# and points, measures and replicates added to a file leave every old digest as it was.
set -eu
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

experiment() { # replicates measures predictors
    cat <<JSON
{"marginalia": 1, "name": "identity",
 "source": {"kind": "sequences", "rows": [{"tokens": "A B C", "count": 3}, {"tokens": "B A C", "count": 1},
                                          {"tokens": "B B A", "count": 2}]},
 "predictor": {"kind": "transformer", "layers": 1, "width": 16, "heads": 2, "hidden": 32},
 "train": {"steps": 30, "batch": 8, "lr": 0.003},
 "measure": [{"kind": "joint", "name": "pair", "context": "_ _ C", "targets": [0, 1]}$2],
 "sweep": {"matrix": {"predictor.kind": [$3]}}, "replicates": $1, "seed": "7"}
JSON
}
ask() { sqlite3 "$1" "$2"; }
results="SELECT DISTINCT key || ' ' || digest FROM results ORDER BY 1"

experiment 2 '' '"transformer"' >small.json
"$program" run small.json --db a.db 2>/dev/null
ask a.db "$results" >a.txt
test -s a.txt
runs=$(ask a.db "SELECT group_concat(digest) FROM (SELECT digest FROM runs ORDER BY replicate)")

"$program" run small.json --db a.db 2>again.txt
ask a.db "$results" | cmp - a.txt || { echo "a second run changed a digest"; exit 1; }

"$program" run small.json --db b.db 2>/dev/null
ask b.db "$results" | cmp - a.txt || { echo "a new database has other digests"; exit 1; }
test "$runs" = "$(ask b.db "SELECT group_concat(digest) FROM (SELECT digest FROM runs ORDER BY replicate)")"

experiment 4 ', {"kind": "samples", "name": "free", "draws": 20, "samplers": [{"name": "one", "order": "random", "steps": 1}]},
                {"kind": "likelihood", "name": "bits"}' '"oracle", "transformer", "uniform"' >large.json
for db in a.db c.db; do
    "$program" run large.json --db $db 2>/dev/null
    ask $db "$results" >large.txt
    missing=$(comm -23 a.txt large.txt)
    test -z "$missing" || { echo "adding to the file changed or lost results in $db: $missing"; exit 1; }
    test "$(wc -l <large.txt)" -gt "$(wc -l <a.txt)"
done

# Points and replicates alone leave the digests of whole runs as they were, too.
experiment 4 '' '"oracle", "transformer"' >points.json
"$program" run points.json --db d.db 2>/dev/null
test "$runs" = "$(ask d.db "SELECT group_concat(digest) FROM (SELECT digest FROM runs
                            WHERE predictor = 'transformer' AND replicate < 2 ORDER BY replicate)")" ||
    { echo "adding points and replicates changed a run's digest"; exit 1; }
echo "digests stay"
