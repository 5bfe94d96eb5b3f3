#!/bin/sh
# SIGKILL of driver or worker at any moment loses nothing: the sweep ends with the digests of one
# that nobody disturbed. KILLS and RUNS make it longer, SEED gives other moments.
. "$(dirname "$0")/lib.sh"
kills=${KILLS:-30} runs=${RUNS:-60} seed=${SEED:-1}
digests="SELECT r.replicate, p.value, s.name, s.digest FROM runs r JOIN params p ON p.run_id = r.run_id AND p.path = 'train.steps' JOIN results s ON s.run_id = r.run_id ORDER BY 1, 2, 3"
# Most are short; those of 3000 steps live through several kills from their states on disk.
along=$(printf "%s" "$pair" | sed "s,},\, \"at\": [50\, 150]},")
tiny k 300 "$along, $free" $((runs / 2)) '"sweep": {"matrix": {"train.steps": [200, 3000]}},' >k.json
expect 0 "$PROGRAM" run k.json --db whole.db -j 2
ask "$digests" whole.db >whole.csv
same "results" "$(wc -l <whole.csv)" $((runs / 2 * 2 * 5))

# Moments from 5 to 100 ms after the start; every third kill is for a worker.
moments=$(awk -v n="$kills" -v seed="$seed" 'BEGIN { srand(seed); while (n-- > 0) printf "%.3f\n", 0.005 + 0.095 * rand() }')
at=0 hits=0
for moment in $moments; do
    at=$((at + 1))
    "$PROGRAM" run k.json --db "$db" -j 2 --checkpoint 0.02 >out 2>errors &
    driver=$!
    sleep "$moment"
    if [ $((at % 3)) = 0 ]; then
        worker=$(pgrep -P "$driver" | head -n 1)
        [ -n "$worker" ] && kill -KILL "$worker" 2>/dev/null
        sleep 0.02
    fi
    kill -KILL "$driver" 2>/dev/null && hits=$((hits + 1))
    wait "$driver" 2>/dev/null
done
[ "$hits" -gt $((kills / 2)) ] || {
    echo "only $hits of $kills drivers were alive when they were to be killed"
    faults=$((faults + 1))
}
left=$(ask "SELECT count(*) FROM runs WHERE status <> 'done'")
expect 0 "$PROGRAM" run k.json --db "$db" -j 2
ask "$digests" | diff whole.csv - >differences || {
    echo "digests differ after $hits kills ($left runs were left):"
    head differences
    faults=$((faults + 1))
}
same "integrity" "$(python3 -c "import sqlite3; print(sqlite3.connect('$db').execute('PRAGMA integrity_check').fetchone()[0])")" ok
same "unfinished runs" "$(ask "SELECT count(*) FROM runs WHERE status <> 'done'")" 0
same "states left on disk" "$(find models -name '*.resume' | wc -l)" 0
same "models" "$(find models -name model.safetensors | grep -vcE '\.(new|old)-')" "$runs"
exit "$faults"
