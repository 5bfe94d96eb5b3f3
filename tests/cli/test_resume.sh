#!/bin/sh
# What is computed is never computed again, never lost, and does not depend on what else is asked.
. "$(dirname "$0")/lib.sh"
digests="SELECT kind, results.digest FROM results JOIN runs USING (run_id) WHERE experiment = 't' AND replicate < 2 AND name IN ('train', 'pair') ORDER BY replicate, kind"

tiny t 40 "$pair" 2 >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
first=$(ask "$digests")
runs=$(ask "SELECT run_id, digest FROM runs ORDER BY run_id")
same "number of digests" "$(printf '%s\n' "$first" | wc -l)" 4

# Run twice: everything is cached.
expect 0 "$PROGRAM" run t.json --db "$db"
says "2 of them cached" errors
same "run digests" "$runs" "$(ask "SELECT run_id, digest FROM runs ORDER BY run_id")"
expect 0 "$PROGRAM" plan t.json --db "$db"
same "states" "$(grep -c cached out)" 2

# Another database, from another folder, with two threads: the same digests.
mkdir elsewhere
(cd elsewhere && expect 0 "$PROGRAM" run ../t.json --db new/b.db --threads 2 -j 2)
same "digests of a second database" "$first" "$(ask "$digests" elsewhere/new/b.db)"

# More measures, points and replicates, another name of a measure: old digests stay.
tiny t 40 "$free, $pair" 3 '"sweep": {"matrix": {"predictor.width": [8, 16]}},' >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
digests="SELECT kind, results.digest FROM results JOIN runs USING (run_id) JOIN params p USING (run_id) WHERE p.path = 'predictor.width' AND p.value = 8 AND experiment = 't' AND replicate < 2 AND name IN ('train', 'pair') ORDER BY replicate, kind"
same "digests after extending the file" "$first" "$(ask "$digests")"
same "runs" "$(ask "SELECT count(*) FROM runs WHERE status = 'done'")" 6

# The old file again: its runs are back, all cached; the others are gone, their results kept.
tiny t 40 "$pair" 2 >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
says "2 of them cached" errors
same "runs of the shorter file" "$(ask "SELECT count(*) FROM runs")" 2

# Another experiment that needs the same trainings shares them; two files in one command.
tiny u 40 "$(printf '%s' "$pair" | sed 's/"pair"/"couple"/')" 2 >u.json
expect 0 "$PROGRAM" run t.json u.json --db "$db"
says "4 of them cached" errors
same "shared digests" "$(ask "SELECT count(DISTINCT digest) FROM runs")" 2

# A model that was deleted is trained again when a new measure needs it, and says so.
rm -r models
tiny t 40 "$pair, $(printf "%s" "$free" | sed "s,20,21,")" 2 >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
says "training again to the same digest" errors
same "models" "$(find models -name model.safetensors | wc -l)" 2

# Verdicts go when the numbers they judged change.
expect 0 "$PROGRAM" verify t.json --db "$db"
same "verdict" "$(ask "SELECT verdict FROM claims WHERE experiment = 't'")" reproduced
tiny t 44 "$pair" 2 >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
same "verdict after a change" "$(ask "SELECT verdict FROM claims WHERE experiment = 't'")" not_run

# Interrupted: exit 130, nothing half-written, the same command goes on.
tiny long 2000000 "$pair" 1 >long.json
"$PROGRAM" run long.json --db "$db" >out 2>errors &
driver=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    [ "$(ask "SELECT status FROM runs WHERE experiment = 'long'")" = running ] && break
done
expect 5 "$PROGRAM" run t.json --db "$db"
says "process $driver" errors
kill -TERM "$driver"
wait "$driver"
same "exit code of an interrupted run" "$?" 143
same "its state" "$(ask "SELECT status FROM runs WHERE experiment = 'long'")" pending
same "its rows" "$(ask "SELECT count(*) FROM metrics JOIN runs USING (run_id) WHERE experiment = 'long'")" 0
tiny long 10 "$pair" 1 >long.json
expect 0 "$PROGRAM" run long.json --db "$db"

# Killed: the next driver repairs the state.
tiny long 2000000 "$pair" 1 >long.json
"$PROGRAM" run long.json --db "$db" >out 2>errors &
driver=$!
sleep 0.5
kill -KILL "$driver"
wait "$driver" 2>/dev/null
tiny long 12 "$pair" 1 >long.json
expect 0 "$PROGRAM" run long.json --db "$db"
same "after a kill" "$(ask "SELECT status FROM runs WHERE experiment = 'long'")" done

# A training that diverges is recorded, the others go on, and the command says no: now, and when
# asked again, until the failed are retried (to the same end).
tiny bad 60 "$pair" 1 '"sweep": {"zip": [{"train.lr": [10, 0.003], "train.weight_decay": [1, 0]}]},' |
    sed 's/"batch": 8, "lr": 0.003/"batch": 8, "warmup": 0/' >bad.json
for again in "" "" --failed; do
    expect 1 "$PROGRAM" run bad.json --db "$db" $again
    says "the gradient is not finite" errors
    says "1 done" errors
    same "states" "$(ask "SELECT min(status) || max(status) FROM runs WHERE experiment = 'bad'")" donefailed
done
same "flags" "$(ask "SELECT count(*) > 0 FROM nonfinite JOIN runs USING (run_id) WHERE experiment = 'bad'")" 1

# A driver that was killed between the commit of a training and the removal of its state left one.
tiny late 20 "$pair" 1 >late.json
expect 0 "$PROGRAM" run late.json --db late.db
key=$("$PROGRAM" sql "SELECT key FROM results WHERE name = 'train'" --db late.db | tail -n 1)
touch "models/$key.resume"
expect 0 "$PROGRAM" run late.json --db late.db
same "states left behind" "$(ls "models/$key.resume" 2>/dev/null)" ""
exit "$faults"
