#!/bin/sh
# A sweep on a Slurm of two nodes, one of which is killed in the middle: after the merge every
# digest is that of a run on this machine alone. usage: run.sh PROGRAM
here=$(cd "$(dirname "$0")" && pwd)
for tool in slurmctld slurmd munged sbatch; do
    PATH="$PATH:/usr/sbin" command -v $tool >/dev/null || {
        echo "skip  test-slurm: no $tool here (Debian: apt-get install slurm-wlm munge)"
        exit 0
    }
done
[ "$(id -u)" = 0 ] || {
    echo "skip  test-slurm: a Slurm of one's own needs root"
    exit 0
}
. "$here/../cli/lib.sh"
trap 'sh "$here/cluster.sh" stop "$work/slurm"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"
sh "$here/cluster.sh" start "$work/slurm" || exit 1
export SLURM_CONF="$work/slurm/slurm.conf"
digests="SELECT p.value, replicate, r.digest FROM runs r JOIN params p ON p.run_id = r.run_id AND p.path = 'train.steps' ORDER BY 1, 2"
wait_for() { # SECONDS COMMAND...: until it succeeds
    end=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $end ] || return 1
        sleep 0.2
    done
}
state() { "$PROGRAM" status --csv | tail -n 1 | cut -d, -f "$1"; }

tiny s 10 "$pair, $free" 10 '"sweep": {"matrix": {"train.steps": [300, 6000, 20000]}},' >s.json
expect 0 "$PROGRAM" run s.json --db local/a.db
expect 0 "$PROGRAM" submit s.json --slurm --tasks 6 --sbatch-args "--cpus-per-task=1 --time=10"
cat out
merge_job=$(awk 'NR == 2 {print $4}' out)

# Both nodes are at work: one goes.
busy() { [ "$(squeue -h -t R -w "$1" -o %A | wc -l)" -gt 0 ]; }
begun() { [ "$(ls results/*.shard-*.db 2>/dev/null | wc -l)" -ge 3 ] && busy n1 && busy n2; }
wait_for 60 begun || echo "warning: the nodes were not both busy"
sh "$here/cluster.sh" kill-node "$work/slurm" 2
echo "killed node n2 and $(wc -l <"$work/slurm/victims") processes; then: done $(state 3), running $(state 5), lost $(state 6), missing $(state 7)"
over() { ! squeue -h -o %A | grep -qx "$merge_job"; }
wait_for 240 over || {
    echo "the merge job did not come to its end:"
    squeue
    faults=$((faults + 1))
}
cat results/marginalia.slurm/merge.log
[ "$(state 3)" = 30 ] || { # a task that Slurm did not begin again: so does the same command
    "$PROGRAM" status
    expect 0 "$PROGRAM" submit s.json --slurm --tasks 6
    merge_job=$(awk 'NR == 2 {print $4}' out)
    wait_for 240 over
}
same "runs that are done" "$(state 3)" 30
same "digests of the cluster and of this machine" "$(ask "$digests" local/a.db)" "$(ask "$digests" results/marginalia.db)"
again=$(grep -l 'begun [1-9]' results/marginalia.slurm/task-*.log | wc -l)
if [ "$faults" = 0 ]; then
    echo "ok    test-slurm: 30 runs of 6 tasks, the same digests; $again tasks begun again on another node"
else
    tail -n 5 results/marginalia.slurm/*.log
fi
exit "$faults"
