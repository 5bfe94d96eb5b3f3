#!/bin/sh
# Every query of results/README.md answers the same in the program, the sqlite3 shell and Python, on
# a snapshot in a folder that cannot be written; and every documented view and column exists.
readme=$(cd "$(dirname "$0")/../.." && pwd)/results/README.md
. "$(dirname "$0")/lib.sh"

tiny t 40 "$pair, $free, {\"kind\": \"likelihood\", \"name\": \"nelbo\"}" 2 '"sweep": {"matrix": {"predictor.kind": ["oracle", "transformer"]}},' >t.json
expect 0 "$PROGRAM" run t.json --db "$db"
expect 0 "$PROGRAM" verify t.json --db "$db"
expect 0 "$PROGRAM" export --snapshot copy.db --db "$db"

version=$(python3 -c 'import sqlite3; print(*sqlite3.connect("copy.db").execute("PRAGMA user_version").fetchone())')
says "schema version $version)" "$readme"

awk '/^```sql/ {n++; f = sprintf("query%02d", n); next} /^```/ {f = ""} f {print > f}' "$readme"
mkdir published
mv copy.db published
chmod 555 published
chmod 755 .
other= # root may write anywhere
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    other="setpriv --reuid 65534 --regid 65534 --clear-groups"
fi
cat >ask.py <<'END'
import csv, sqlite3, sys
cursor = sqlite3.connect("published/copy.db").execute(open(sys.argv[1]).read())
theirs = [[column[0] for column in cursor.description]] + [list(row) for row in cursor]
ours = list(csv.reader(open("ours")))
def same(value, text): # to the last bit
    return float(text) == value if isinstance(value, (int, float)) and text else text == (value or "")
fine = len(ours) == len(theirs) and all(
    len(a) == len(b) and all(map(same, a, b)) for a, b in zip(theirs, ours))
sys.exit(0 if fine else f"{sys.argv[1]}: {theirs} is not {ours}")
END
for query in query*; do
    expect 0 "$PROGRAM" sql "$(cat "$query")" --db "$db"
    sed 's/""//g' out >ours # the empty text: the others do not tell it from NULL
    # shellcheck disable=SC2086
    {
        expect 0 python ask.py "$query"
        expect 0 $other "$PROGRAM" sql "$(cat "$query")" --db published/copy.db
        sed -i 's/""//g' out
        same "$query, published" "$(cat ours)" "$(cat out)"
        if command -v sqlite3 >/dev/null; then
            expect 0 $other sqlite3 -readonly -csv published/copy.db "$(cat "$query")"
            same "rows of $query in the sqlite3 shell" $(($(wc -l <ours) - 1)) "$(wc -l <out)"
        fi
    }
done
same "what stands beside the published database" "$(ls published)" copy.db
[ -e query15 ] || { echo "fewer than 15 queries"; faults=$((faults + 1)); }

# Queries that must have something to say about such an experiment.
for n in 01 02 03 04 05 06 07 09 10 12 15 16 19; do
    rows=$("$PROGRAM" sql "$(cat query$n)" --db "$db" | wc -l)
    [ "$rows" -gt 1 ] || { echo "query$n has no answer: $(cat query$n)"; faults=$((faults + 1)); }
done

# The experiment's own view is documented as x_NAME: what is in it depends on the sweep.
same "wide views" "$(ask "SELECT name FROM sqlite_schema WHERE type = 'view' AND name GLOB 'x_*'")" x_t
for view in $(ask "SELECT name FROM sqlite_schema WHERE type = 'view' AND name NOT GLOB 'x_*'"); do
    grep -q "\*\*${view%_along}\*\*" "$readme" || { echo "view $view is not documented"; faults=$((faults + 1)); }
    for column in $("$PROGRAM" export "$view" --db "$db" | head -n 1 | tr ',' ' '); do
        grep -qw "$column" "$readme" || { echo "$view.$column is not documented"; faults=$((faults + 1)); }
    done
done
finish
