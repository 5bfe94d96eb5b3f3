#!/bin/sh
# Tasks and their shards: together they are the whole sweep, merged any number of times, and status
# says what is done, running, lost and missing. Slurm itself: make test-slurm.
. "$(dirname "$0")/lib.sh"
digests="SELECT p.value, replicate, r.digest FROM runs r JOIN params p ON p.run_id = r.run_id AND p.path = 'train.steps' ORDER BY 1, 2"
sweep='"sweep": {"matrix": {"train.steps": [10, 20, 400], "measure.free.draws": [5, 6]}},'
tiny c-1 10 "$pair, $free" 4 "$sweep" >c.json
expect 0 "$PROGRAM" run c.json --db whole/a.db

# A plan's rows without time_s, which is another each time it is measured.
untimed() { cut -d, -f 1-4,7; }
# 24 runs are 12 trainings: the shares are disjoint, complete, and alike in work.
for task in 1 2 3; do
    expect 0 "$PROGRAM" plan c.json --db none.db --task $task/3 --csv
    tail -n +2 out | untimed
done | sort >shares
expect 0 "$PROGRAM" plan c.json --db none.db --csv
same "the shares together" "$(tail -n +2 out | untimed | sort)" "$(cat shares)"
expect 0 "$PROGRAM" plan c.json --db none.db --task 2/3 --csv
same "long trainings of a share of three" "$(grep -c 'steps=400' out)" 2
for wrong in 0/3 4/3 3 1/0 1/x "" 1/99999; do
    expect 2 "$PROGRAM" run c.json --db s.db --task "$wrong"
done
expect 2 "$PROGRAM" run c.json --task 1/2
says "--db SHARD" errors

# The database that was told of the sweep, and its shards.
export TMPDIR="$work/node"
mkdir node
expect 0 "$PROGRAM" submit c.json --slurm --tasks 3 --dry-run
same "a dry run submits nothing" "$(grep -c '' results/marginalia.slurm/tasks.sh)" 11
shard() { "$PROGRAM" run c.json --db results/marginalia.shard-$1-of-3.db --task $1/3 -j 1 2>errors; }
counts() { "$PROGRAM" status --csv | tail -n 1 | cut -d, -f 2-7; }
same "nothing is there" "$(counts)" 24,0,0,0,0,24
shard 1
done=$(ask "SELECT count(*) FROM runs" results/marginalia.shard-1-of-3.db)
same "one task is done" "$(counts)" "24,$done,0,0,0,$((24 - done))"
expect 6 "$PROGRAM" run c.json --db results/marginalia.shard-2-of-3.db --task 2/3 --max-runs 1
mine=$(ask "SELECT count(*) FROM runs" results/marginalia.shard-2-of-3.db)
of=$(ask "SELECT count(*) FROM runs WHERE status = 'done'" results/marginalia.shard-2-of-3.db)
same "one is at work" "$(counts)" "24,$((done + of)),0,$((mine - of)),0,$((24 - done - mine))"
touch -d '2 minutes ago' results/marginalia.shard-2-of-3.db
same "one is lost" "$(counts)" "24,$((done + of)),0,0,$((mine - of)),$((24 - done - mine))"
same "what is left on the node" "$(ls node)" ""

# The task that is begun again goes on from its shard; what comes together is the whole.
shard 2
says "$of of them cached" errors
shard 3
merge() { "$PROGRAM" merge "$@" results/marginalia.shard-*-of-3.db; }
expect 0 merge results/marginalia.db
same "digests of tasks and of one run" "$(ask "$digests" whole/a.db)" "$(ask "$digests" results/marginalia.db)"
same "all are done" "$(counts)" 24,24,0,0,0,0
dump() { sqlite3 "$1" .dump; }
dump results/marginalia.db >once
expect 0 merge results/marginalia.db --csv
same "what came the second time" "$(cut -d, -f 2-5 out | sort -u)" "0,0,0,0
new_results,new_runs,runs_done,differ"
dump results/marginalia.db | diff once - || { echo "merging twice is not merging once"; faults=$((faults + 1)); }
expect 0 merge fresh/a.db # of nothing but shards: experiment, claims and wide view come, too
same "digests in a fresh database" "$(ask "$digests" whole/a.db)" "$(ask "$digests" fresh/a.db)"
same "claims" "$(ask "SELECT name, verdict FROM claims" fresh/a.db)" half,not_run
labels="SELECT label, train_steps, measure_free_draws, replicate, x.digest FROM x_c_1 x JOIN run_labels USING (run_id) ORDER BY 1, 2, 3, 4"
same "labels and wide view" "$(ask "$labels" whole/a.db)" "$(ask "$labels" fresh/a.db)"
expect 0 "$PROGRAM" run c.json --db fresh/a.db
says "24 of them cached" errors
rows="SELECT count(*), printf('%.10g', sum(p_model)), (SELECT count(*) FROM samples), (SELECT printf('%.10g', sum(value)) FROM metrics) FROM marginals"
cells='SELECT count(*), count(digest), count(wall_s), count(max_rss_kb), sum(n_rows), count(error) FROM results'
same "cells of results" "$(ask "$cells" whole/a.db)" "$(ask "$cells" fresh/a.db)"
cells='SELECT count(*), count(created_at), count(cflags), count(DISTINCT core_hash) FROM provenance'
same "cells of provenance" "$(ask "$cells" whole/a.db)" "$(ask "$cells" fresh/a.db)"
same "rows" "$(ask "$rows" whole/a.db)" "$(ask "$rows" fresh/a.db)"
expect 0 "$PROGRAM" submit c.json --slurm --tasks 3
says "nothing was submitted" errors

order() { sqlite3 "$1" "SELECT assignment, replicate, ordinal FROM run ORDER BY 1, 2"; }
same "order of the file" "$(order whole/a.db)" "$(order fresh/a.db)"
same "places" "$(order fresh/a.db | sed 's/.*|//' | sort -n | tr '\n' ' ')" "$(seq 0 23 | tr '\n' ' ')"

# What is done stays, what failed is healed.
cp fresh/a.db failed.db
sqlite3 failed.db "UPDATE result SET status = 'failed', digest = NULL, error = 'why' WHERE kind = 'joint';
                   UPDATE run SET status = 'failed', digest = NULL"
expect 0 merge results/marginalia.db
expect 0 "$PROGRAM" merge results/marginalia.db failed.db
same "done stays" "$(ask "$digests" whole/a.db)" "$(ask "$digests" results/marginalia.db)"
same "errors" "$(ask "SELECT count(*) FROM results WHERE status <> 'done'" results/marginalia.db)" 0
expect 0 merge failed.db
same "what failed is done" "$(ask "$digests" whole/a.db)" "$(ask "$digests" failed.db)"
same "rows" "$(ask "$rows" whole/a.db)" "$(ask "$rows" failed.db)"

# Two that do not agree, another core, other files.
sqlite3 fresh/a.db "UPDATE result SET digest = 'other' WHERE result_id = 1"
expect 1 "$PROGRAM" merge results/marginalia.db fresh/a.db
says "1 results were computed twice" errors
same "the first stays" "$(ask "$digests" whole/a.db)" "$(ask "$digests" results/marginalia.db)"
sqlite3 fresh/a.db "UPDATE environment SET core_hash = 'another'"
expect 3 "$PROGRAM" merge new/a.db whole/a.db fresh/a.db
says "another numerical core (another" errors
same "all shards or none" "$(find new -type f)" new/a.db.lock
expect 0 "$PROGRAM" merge new/a.db fresh/a.db --any-core
expect 3 "$PROGRAM" merge new/a.db absent.db
says "absent.db: No such file" errors
expect 3 "$PROGRAM" merge new/a.db c.json
says "c.json is not a database of marginalia" errors
expect 2 "$PROGRAM" merge new/a.db
expect 2 "$PROGRAM" submit c.json
expect 4 env PATH=/nonexistent "$PROGRAM" submit c.json --slurm --db new/b.db

# A task that is asked to stop puts its shard in place, and its trainings' states stand with all
# models; a node without room changes no shard.
tiny long 2000000 "$pair" 1 '"sweep": {"matrix": {"train.steps": [10, 2000000]}},' >long.json
long="run long.json --task 1/1 --db results/long.shard-1-of-1.db -j 2 --checkpoint 0.05"
# shellcheck disable=SC2086
"$PROGRAM" $long >out 2>errors &
driver=$!
n=0
begun() { ls results/models/*.resume >/dev/null 2>&1 && grep -q ' ok ' errors; }
until begun || [ $((n += 1)) -gt 300 ]; do sleep 0.1; done
kill -TERM "$driver"
wait "$driver"
same "exit code of a task that was stopped" "$?" 143
same "its shard" "$(ask "SELECT status FROM runs ORDER BY 1" results/long.shard-1-of-1.db)" "done
pending"
expect 0 "$PROGRAM" plan long.json --db results/long.db
says "resumable" out
cksum results/long.shard* >before
# shellcheck disable=SC2086
expect 3 env TMPDIR="$work/nowhere" "$PROGRAM" $long
says "nowhere/marginalia-" errors
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
mkdir disk
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
    # shellcheck disable=SC2086
    expect 3 env TMPDIR="$work/disk" "$PROGRAM" $long
    same "what is left on a full disk" "$(ls disk)" ""
    umount disk
fi
same "the shard" "$(cat before)" "$(cksum results/long.shard*)"
same "what is left on the node" "$(ls node)" ""
exit "$faults"
