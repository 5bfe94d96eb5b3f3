#!/bin/sh
# Measures along a training ("at"): one training, the same numbers as at the end, kept apart.
. "$(dirname "$0")/lib.sh"

# along NAME STEPS AT SAMPLES_AT: at a constant rate, step s of a long training is the end of one of s.
along() {
    tiny "$1" "$2" "$(printf '%s' "$pair" | sed "s/}/${3:+, \"at\": [$3]}}/"), $(printf '%s' "$free" | sed "s/20,/20,${4:+ \"at\": [$4],}/")" 2 |
        sed 's/"lr": 0.003/"lr": 0.003, "warmup": 0, "lr_final": 1/'
}
# What a run has under a name: RUN'S EXPERIMENT, NAME.
digests() { ask "SELECT results.digest FROM results JOIN runs USING (run_id) WHERE experiment = '$1' AND name = '$2' ORDER BY replicate" "$3"; }

along plain 90 "" "" >plain.json
along short 40 "" "" >short.json
along long 90 "20, 40, 90" "40" >long.json
expect 0 "$PROGRAM" run plain.json short.json --db "$db"
expect 0 "$PROGRAM" run long.json --db b.db -j 2 --threads 2
same "measured at step 40 and at the end of 40 steps" "$(digests long pair@40 b.db)" "$(digests short pair)"
same "samples drawn at step 40 and at the end of 40 steps" "$(digests long free@40 b.db)" "$(digests short free)"
for name in train pair free; do
    same "$name with and without steps on the way" "$(digests long $name b.db)" "$(digests plain $name)"
done
same "the last step is the end" "$(digests long pair@90 b.db)" ""

# Steps that are asked for later: trained again to the same digest, everything else cached.
along plain 90 "20, 40, 90" "40" >plain.json
expect 0 "$PROGRAM" run plain.json --db "$db"
says "training again to the same digest" errors
for name in train pair pair@20 pair@40 free free@40; do
    same "$name asked for later" "$(digests plain $name)" "$(digests long $name b.db)"
done
expect 0 "$PROGRAM" run plain.json --db "$db"
says "2 of them cached" errors

# The views of the end have the end alone; those along the way have all, with the step.
same "steps" "$(ask "SELECT DISTINCT probe, train_step, early FROM information_along WHERE probe = 'pair' ORDER BY train_step" b.db)" "pair,20,1
pair,40,1
pair,90,"
same "rows of the end" "$(ask "SELECT count(*) FROM information" b.db)" "$(ask "SELECT count(*) FROM information_along WHERE train_step = 90" b.db)"
columns() { sqlite3 b.db "SELECT group_concat(name) FROM pragma_table_info('$1')"; }
views=$(sqlite3 b.db "SELECT substr(name, 1, length(name) - 5) FROM sqlite_schema
                      WHERE type = 'table' AND name GLOB '*_data' AND name <> 'metrics_data'")
for view in $views; do
    sqlite3 b.db "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = '$view'" >sql
    says "FROM ${view}_along WHERE early IS NULL" sql
    same "columns of $view" "$(columns "${view}_along")" "run_id,train_step,early,$(columns "$view" | cut -d, -f2-)"
done
[ "$(echo "$views" | wc -l)" -ge 13 ] || { echo "only $views"; faults=$((faults + 1)); }

# Another database takes the steps along.
expect 0 "$PROGRAM" merge c.db b.db
same "steps of a merged database" "$(ask "SELECT name, digest FROM results ORDER BY run_id, name" c.db)" "$(ask "SELECT name, digest FROM results ORDER BY run_id, name" b.db)"

# A claim may ask either.
sed 's/SELECT replicate, value FROM information JOIN/SELECT replicate, value FROM information_along JOIN/; s/quantity =/train_step = 20 AND quantity =/' long.json >claim.json
expect 0 "$PROGRAM" run claim.json --db b.db
expect 0 "$PROGRAM" verify claim.json --db b.db
exit "$faults"
