#!/bin/sh
# Worker processes: they change no number, a crash is one run's failure, and limits stop cleanly.
. "$(dirname "$0")/lib.sh"
digests="SELECT replicate, name, results.digest FROM results JOIN runs USING (run_id) ORDER BY 1, 2"

# Any -j gives the same digests.
tiny w 60 "$pair, $free" 8 >w.json
for jobs in 1 2 5; do
    expect 0 "$PROGRAM" run w.json --db $jobs/a.db -j $jobs
done
same "digests of -j 1 and -j 2" "$(ask "$digests" 1/a.db)" "$(ask "$digests" 2/a.db)"
same "digests of -j 1 and -j 5" "$(ask "$digests" 1/a.db)" "$(ask "$digests" 5/a.db)"

# Limits: exit 6, and the same command goes on. The budget is for 2000000 steps, too.
expect 6 "$PROGRAM" run w.json --db l/a.db --max-runs 3
says "8 runs: 3 done" errors
expect 0 "$PROGRAM" run w.json --db l/a.db
says "3 of them cached" errors
same "digests after a limit" "$(ask "$digests" 1/a.db)" "$(ask "$digests" l/a.db)"
tiny long 2000000 "$pair" 2 >long.json
expect 6 "$PROGRAM" run long.json --db "$db" --time-budget 0.5
expect 0 "$PROGRAM" plan long.json --db "$db"
says "resumable" out
says "of 2000000" out

# wait_for COMMAND...: until it succeeds, five seconds at most.
wait_for() {
    n=0
    until "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 100 ] || return
        sleep 0.05
    done
}
is_training() { [ "$(ask "SELECT count(*) FROM runs WHERE status = 'running'" "$1")" -gt 0 ]; }

# A worker that crashes: its run fails with the signal, the others are done, --failed retries.
tiny crash 30000 "$pair" 1 '"sweep": {"matrix": {"train.steps": [30000, 50]}},' >crash.json
"$PROGRAM" run crash.json --db c/a.db -j 1 >out 2>errors &
driver=$!
wait_for is_training c/a.db
pkill -ABRT -P "$driver"
wait "$driver"
same "exit code after a crash" "$?" 1
says "killed by signal 6" errors
same "states" "$(ask "SELECT min(status) || max(status) FROM runs" c/a.db)" donefailed
same "the failure" "$(ask "SELECT count(*) FROM results WHERE error LIKE 'worker killed by signal 6%'" c/a.db)" 1
expect 1 "$PROGRAM" run crash.json --db c/a.db
expect 0 "$PROGRAM" run crash.json --db c/a.db --failed
expect 0 "$PROGRAM" run crash.json --db whole/a.db
same "digests after a crash" "$(ask "$digests" whole/a.db)" "$(ask "$digests" c/a.db)"

# Ctrl-C: 130, the state is kept, the same command ends as if nothing had been. Workers die with
# a driver that is killed, and do not hold its lock.
rm -r c
"$PROGRAM" run crash.json --db c/a.db -j 1 >out 2>errors &
driver=$!
wait_for is_training c/a.db
sleep 0.3
kill -INT "$driver"
wait "$driver"
same "exit code of Ctrl-C" "$?" 130
same "states of trainings" "$(find c/models -name '*.resume' | wc -l)" 1
"$PROGRAM" run crash.json --db c/a.db -j 1 >out 2>errors &
driver=$!
wait_for is_training c/a.db
worker=$(pgrep -P "$driver")
kill -KILL "$driver"
wait "$driver" 2>/dev/null
gone() { ! kill -0 "$worker"; }
wait_for gone
expect 0 "$PROGRAM" run crash.json --db c/a.db
same "digests after Ctrl-C and a kill" "$(ask "$digests" whole/a.db)" "$(ask "$digests" c/a.db)"
same "states that are not needed" "$(find c/models -name '*.resume' | wc -l)" 0

# As many workers as cores: one on each. With more they go where the kernel puts them. A driver
# that may use one core alone has one worker.
cores=$(nproc)
tiny pinned 2000000 "$pair" $((cores + 1)) >pinned.json
workers_of() { # ARGUMENTS OF run...: cores that its workers may use, a line each
    "$@" --db p/a.db --time-budget 60 >out 2>errors &
    driver=$!
    wait_for is_training p/a.db
    for worker in $(pgrep -P "$driver"); do
        sed -n 's/^Cpus_allowed_list:\s*//p' "/proc/$worker/status"
    done
    kill -INT "$driver"
    wait "$driver"
    rm -r p
}
own=$(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)
workers_of "$PROGRAM" run pinned.json >cores
same "cores of as many workers" "$(sort -u cores | grep -c '^[0-9]*$')" "$cores"
workers_of "$PROGRAM" run pinned.json -j $((cores + 1)) >cores
same "cores of one worker more" "$(sort -u cores)" "$own"
workers_of taskset -c "${own%%[-,]*}" "$PROGRAM" run pinned.json >cores
same "workers of a driver on one core" "$(cat cores)" "${own%%[-,]*}"
exit "$faults"
