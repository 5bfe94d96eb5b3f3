#!/bin/sh
# Every query of results/README.md answers, in the program and in the sqlite3 shell; and every
# documented view and column exists.
readme=$(cd "$(dirname "$0")/../.." && pwd)/results/README.md
. "$(dirname "$0")/lib.sh"

tiny t 40 "$pair, $free, {\"kind\": \"likelihood\", \"name\": \"nelbo\"}" 2 '"sweep": {"matrix": {"predictor.kind": ["oracle", "transformer"]}},' >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
expect 0 "$PROGRAM" verify t.json --db "$db"
expect 0 "$PROGRAM" export --snapshot copy.db --db "$db"

awk '/^```sql/ {n++; f = sprintf("query%02d", n); next} /^```/ {f = ""} f {print > f}' "$readme"
for query in query*; do
    expect 0 "$PROGRAM" sql "$(cat "$query")" --db "$db"
    if command -v sqlite3 >/dev/null; then
        expect 0 sqlite3 -readonly copy.db ".read $query"
    fi
done
[ -e query15 ] || { echo "fewer than 15 queries"; faults=$((faults + 1)); }

# Queries that must have something to say about such an experiment.
for n in 01 02 03 04 05 06 07 08 09 11 14 15; do
    rows=$("$PROGRAM" sql "$(cat query$n)" --db "$db" | wc -l)
    [ "$rows" -gt 1 ] || { echo "query$n has no answer: $(cat query$n)"; faults=$((faults + 1)); }
done

# The experiment's own view is documented as x_NAME: what is in it depends on the sweep.
same "wide views" "$(ask "SELECT name FROM sqlite_schema WHERE type = 'view' AND name GLOB 'x_*'")" x_t
for view in $(ask "SELECT name FROM sqlite_schema WHERE type = 'view' AND name NOT GLOB 'x_*'"); do
    grep -q "\*\*$view\*\*" "$readme" || { echo "view $view is not documented"; faults=$((faults + 1)); }
    for column in $("$PROGRAM" export "$view" --db "$db" | head -n 1 | tr ',' ' '); do
        grep -qw "$column" "$readme" || { echo "$view.$column is not documented"; faults=$((faults + 1)); }
    done
done
exit "$faults"
