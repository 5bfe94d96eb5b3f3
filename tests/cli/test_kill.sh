#!/bin/sh
# SIGKILL of driver or worker at any moment loses nothing: the sweep ends with the digests of one
# that nobody disturbed. KILLS and RUNS make it longer, SEED gives other moments.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-30} runs=${RUNS:-200} seed=${SEED:-1}
digests="SELECT p.value, r.replicate, s.name, s.digest, r.digest FROM runs r JOIN params p ON p.run_id = r.run_id AND p.path = 'train.steps' JOIN results s ON s.run_id = r.run_id ORDER BY 1, 2, 3"
# Three of four are short; those of 1500 steps live through kills from their states on disk.
along=$(printf "%s" "$pair" | sed "s/}/, \"at\": [10, 30]}/")
tiny k 300 "$along, $free" $((runs / 4)) '"sweep": {"matrix": {"train.steps": [40, 50, 60, 1500]}},' >k.json
began=$(date +%s%N)
expect 0 "$PROGRAM" run k.json --db whole.db -j 2
took=$(($(date +%s%N) - began))
mv models whole-models
ask "$digests" whole.db >whole.csv
same "results" "$(wc -l <whole.csv)" $((runs / 4 * 4 * 5))

# Each moment is within a tenth of what the whole sweep took, so that a busy machine gets as far as
# an idle one; for every third kill also a worker, as soon as there is one. A sweep that is at its
# end before its driver was killed begins anew.
moments=$(awk -v n="$((10 * kills))" -v seed="$seed" -v took="$took" 'BEGIN { srand(seed); while (n-- > 0) printf "%.4f\n", 1e-10 * took * rand() }')
hits=0 workers=0 ends=0
for moment in $moments; do
    [ "$hits" -lt "$kills" ] || break
    "$PROGRAM" run k.json --db "$db" -j 2 --checkpoint 0.02 >out 2>errors &
    driver=$!
    sleep "$moment"
    if [ $((hits % 3)) = 2 ]; then
        while kill -0 "$driver" 2>/dev/null; do
            worker=$(pgrep -P "$driver" | head -n 1)
            [ -z "$worker" ] || break
        done
        [ -n "$worker" ] && kill -KILL "$worker" 2>/dev/null && workers=$((workers + 1))
        sleep 0.02
    fi
    if kill -KILL "$driver" 2>/dev/null; then
        hits=$((hits + 1))
        wait "$driver" 2>/dev/null
    else
        wait "$driver"
        same "exit code of a sweep at its end" "$?" 0
        ends=$((ends + 1))
        rm -rf "$db"* models
    fi
done
same "drivers that were killed" "$hits" "$kills"
[ "$workers" -ge $((kills / 6)) ] || {
    echo "only $workers workers were killed"
    faults=$((faults + 1))
}
left=$(ask "SELECT count(*) FROM runs WHERE status <> 'done'")
expect 0 "$PROGRAM" run k.json --db "$db" -j 2
ask "$digests" | diff whole.csv - >differences || {
    echo "digests differ after $hits kills ($left runs were left):"
    head differences
    faults=$((faults + 1))
}
same "integrity" "$(sqlite3 "$db" "PRAGMA integrity_check")" ok
same "unfinished runs" "$(ask "SELECT count(*) FROM runs WHERE status <> 'done'")" 0
same "states left on disk" "$(find models -name '*.resume' | wc -l)" 0
same "models" "$(find models -name model.safetensors | grep -vcE '\.(new|old)-')" "$((runs / 4 * 4))"
echo "$hits drivers and $workers workers were killed, $ends sweeps ended before, $left runs were left"
exit "$faults"
