#!/bin/sh
# Run each fuzzer of a build folder for some seconds. Seeds are tests/fuzz/corpus-NAME; what is
# found new is kept beside the program, and the next run goes on from there.
# usage: run.sh BUILD SECONDS
set -u
bad=0
for fuzzer in "$1"/tests/fuzz/fuzz_*; do
    case $fuzzer in *.o | *.d) continue ;; esac
    [ -x "$fuzzer" ] && [ -f "$fuzzer" ] || continue
    name=${fuzzer##*/fuzz_}
    found=$1/tests/fuzz/corpus-$name
    mkdir -p "$found"
    seeds=tests/fuzz/corpus-$name
    [ "$name" != spec ] || seeds="$seeds tests/golden/spec experiments/quick experiments/paper experiments/beyond"
    log=$1/tests/fuzz/$name.log
    # shellcheck disable=SC2086
    nice -n 19 "$fuzzer" -max_total_time="$2" -max_len=8192 -timeout=60 \
        -artifact_prefix="$1/tests/fuzz/$name-" "$found" $seeds >"$log" 2>&1
    if [ $? = 0 ]; then
        echo "ok    fuzz_$name: $(grep -o 'stat::number_of_executed_units.*\|Done [0-9]* runs.*' "$log" | tail -n 1)"
    else
        tail -n 30 "$log"
        echo "FAIL  fuzz_$name (input in $1/tests/fuzz)"
        bad=1
    fi
done
exit "$bad"
