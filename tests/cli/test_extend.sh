#!/bin/sh
# What is added is tested and shown: each kind of source, task, objective, reveal order, corrector
# and measure is named in a test, each figure of plots/ in an experiment or a test, and figures are whole.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/lib.sh"

choices() { "$PROGRAM" describe "$1" | sed -n '/^  choices:/,$s/^    \([a-z0-9_]*\) .*/\1/p'; }
for key in source.kind source.task train.objective measure.kind measure.samplers.order measure.samplers.corrector; do
    words=$(choices "$key")
    [ -n "$words" ] || { echo "no choices of $key"; faults=$((faults + 1)); }
    for word in $words; do
        upper=$(echo "$word" | tr a-z A-Z)
        grep -rqE "\"$word\"|[A-Z]_$upper\b|mg_[a-z_]*$word|_$word\(" "$root"/tests/*.c "$root"/tests/support "$root"/tests/cli "$root"/tests/golden ||
            { echo "$key $word: no test names it"; faults=$((faults + 1)); }
    done
done
for gp in "$root"/plots/*.gp; do
    name=$(basename "$gp" .gp)
    [ "$name" = style ] && continue
    grep -rq "\"$name\"" "$root"/experiments "$root"/tests/cli || { echo "figure $name: no experiment or test shows it"; faults=$((faults + 1)); }
    for line in '-- title: ' '-- caption: ' '-- block: caption'; do
        grep -q -e "^$line" "${gp%.gp}.sql" || { echo "figure $name: no line $line"; faults=$((faults + 1)); }
    done
done
exit "$faults"
