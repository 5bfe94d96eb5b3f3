#!/bin/sh
# A throw-away Slurm on this machine: two nodes on loopback, all of it in one folder. As root, with
# the packages slurm-wlm and munge.
# usage: cluster.sh start FOLDER | kill-node FOLDER N | stop FOLDER
set -eu
verb=$1 folder=$2 nodes=2 port=${SLURM_TEST_PORT:-17300}
export SLURM_CONF="$folder/slurm.conf" PATH="$PATH:/usr/sbin"

pid_of() { cat "$folder/$1.pid" 2>/dev/null || true; }
children() { # of a process, and theirs
    for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do
        echo "$child"
        children "$child"
    done
}

case $verb in
start)
    mkdir -p "$folder/state" "$folder/spool.n1" "$folder/spool.n2"
    chmod 755 "$folder"
    head -c 1024 /dev/urandom >"$folder/munge.key"
    chmod 600 "$folder/munge.key"
    host=$(hostname -s)
    cat >"$SLURM_CONF" <<END
ClusterName=marginalia
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
CryptoType=crypto/munge
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
StateSaveLocation=$folder/state
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmdLogFile=$folder/slurmd.%n.log
SlurmdSpoolDir=$folder/spool.%n
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=2
ReturnToService=2
SlurmdTimeout=5
MessageTimeout=3
KillWait=2
SlurmdParameters=config_overrides
END
    for n in $(seq $nodes); do
        echo "NodeName=n$n NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + n)) CPUs=2 RealMemory=1000"
    done >>"$SLURM_CONF"
    echo "PartitionName=main Nodes=n[1-$nodes] Default=YES State=UP" >>"$SLURM_CONF"
    munged --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
        --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    slurmctld -f "$SLURM_CONF"
    for n in $(seq $nodes); do slurmd -N "n$n" -f "$SLURM_CONF"; done
    for _ in $(seq 150); do
        [ "$(sinfo -h -o '%D %t' 2>/dev/null)" != "$nodes idle" ] || exit 0
        sleep 0.2
    done
    echo "the nodes did not come up; see $folder"
    exit 1
    ;;
kill-node) # the node's daemon and all that it started, as when its power goes
    for job in $(squeue -h -w "n$3" -t R -o %A); do
        for pid in $(scontrol listpids "$job" "n$3" 2>/dev/null | awk '$1 ~ /^[0-9]+$/ {print $1}'); do
            step=$(ps -o ppid= -p "$pid" 2>/dev/null | tr -d ' ')
            case $(ps -o comm= -p "${step:-0}" 2>/dev/null) in slurmstepd*) echo "$step" ;; esac
            echo "$pid"
            children "$pid"
        done
    done | sort -u >"$folder/victims"
    # shellcheck disable=SC2046
    kill -KILL "$(pid_of "slurmd.n$3")" $(cat "$folder/victims") 2>/dev/null || true
    ;;
stop)
    timeout 5 scancel -u "$(id -un)" 2>/dev/null || true
    for _ in $(seq 50); do
        [ -n "$(timeout 5 squeue -h 2>/dev/null)" ] || break
        sleep 0.2
    done
    for daemon in slurmd.n1 slurmd.n2 slurmctld munged; do
        pid=$(pid_of $daemon)
        [ -z "$pid" ] || kill "$pid" 2>/dev/null || continue
        for _ in $(seq 50); do
            [ -n "$pid" ] && grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$pid/status" || break
            sleep 0.2
        done
    done
    ;;
esac
