#!/bin/sh
# What the program refuses, with which exit code, and that it leaves nothing behind.
. "$(dirname "$0")/lib.sh"

expect 0 "$PROGRAM" --help
says "verify" out
expect 0 "$PROGRAM" --version
says "marginalia" out
expect 2 "$PROGRAM"
for verb in check plan run status show sql verify plot report export describe doctor merge submit gc; do
    expect 0 "$PROGRAM" "$verb" --help
    says "--db" out
done
expect 0 "$PROGRAM" help
says "verify" out
expect 0 "$PROGRAM" help export
says "usage: marginalia export VIEW" out
says "--snapshot" out
same "options of others in the help of export" "$(grep -c -- --slurm out)" 0
expect 2 "$PROGRAM" help exprot
says 'did you mean "export"?' errors
expect 2 "$PROGRAM" export runs --out runs.csv
says "--out means nothing to export, only to: plot report" errors
expect 2 "$PROGRAM" verify --dry-run
expect 2 "$PROGRAM" rum x.json
says 'did you mean "run"?' errors
expect 2 "$PROGRAM" run --thread 2 --dbb x t.json
says "did you mean --db?" errors
expect 2 "$PROGRAM" run t.json --db
says "needs a value" errors
expect 2 "$PROGRAM" run t.json -j 0
expect 2 "$PROGRAM" run
expect 2 "$PROGRAM" sql
expect 2 "$PROGRAM" show x

# Files: every complaint, nothing made.
expect 2 "$PROGRAM" run missing.json --db "$db"
says "missing.json" errors
tiny t 40 "$pair" 1 | sed 's/"steps"/"stpes"/; s/"width"/"widht"/' >t.json
expect 2 "$PROGRAM" run t.json --db "$db"
says 't.json:4:12' errors
says 'steps' errors
says 'width' errors
tiny t 40 "$pair" 1 | sed 's/quantity/quantty/' >t.json
expect 2 "$PROGRAM" check t.json
says '/claims/0/query (half): no such column: quantty; did you mean "quantity"?' errors
tiny t 40 "$pair" 1 >t.json
tiny t 50 "$pair" 1 >u.json
expect 2 "$PROGRAM" run t.json u.json --db "$db"
says 'both call themselves "t"' errors
for verb in status verify plot report; do
    expect 3 "$PROGRAM" "$verb" --db "$db"
    says "there is no database" errors
done
expect 3 "$PROGRAM" sql "SELECT 1" --db "$db"
[ ! -e "$db" ] && [ ! -e "$db.lock" ] && [ ! -e models ] || {
    echo "something was made"
    faults=$((faults + 1))
}

# Databases of others, and folders that cannot be used.
echo "this is no database, and it is long enough to be looked at as one" >other.db
cp other.db kept.db
expect 3 "$PROGRAM" run t.json --db other.db
cmp -s other.db kept.db || faults=$((faults + 1))
expect 3 "$PROGRAM" run t.json --db t.json/x.db
expect 3 "$PROGRAM" run t.json --db /proc/x/y.db

# The name of a database is a path, whatever SQLite could make of it.
for path in "file:kept?mode=memory" ":memory:"; do
    expect 0 "$PROGRAM" run t.json --db "$path"
    expect 0 "$PROGRAM" status --db "$path"
done

# Queries only read.
expect 0 "$PROGRAM" run t.json --db "$db"
expect 2 "$PROGRAM" sql "DELETE FROM run" --db "$db"
expect 2 "$PROGRAM" sql "SELECT nosuch FROM runs" --db "$db"
says "no such column: nosuch" errors
expect 2 "$PROGRAM" sql "SELECT r.statsu FROM runs r" --db "$db"
says 'no such column: r.statsu; did you mean "status"?' errors
expect 2 "$PROGRAM" sql "SELECT 1 FROM informaton" --db "$db"
says 'no such table: informaton; did you mean "information"?' errors
expect 0 "$PROGRAM" sql "SELECT 0.1 + 0.2 AS sum, NULL AS none, 'a,\"b' AS text" --db "$db"
same "CSV" "$(cat out)" 'sum,none,text
0.30000000000000004,,"a,""b"'
expect 0 "$PROGRAM" sql "SELECT 0.1 + 0.2 AS sum, NULL AS none, 1 AS one" --json --db "$db"
same "JSON" "$(cat out)" '[{"sum": 0.30000000000000004, "none": null, "one": 1}]'
expect 0 "$PROGRAM" sql "SELECT 1 AS one WHERE 0" --json --db "$db"
same "empty JSON" "$(cat out)" '[]'
expect 2 "$PROGRAM" export joint --db "$db"
says 'did you mean "joints"?' errors
expect 0 "$PROGRAM" export joints --db "$db"
expect 2 "$PROGRAM" export joints --format xml --db "$db"
# Every bit of every view: numbers read back as the same doubles.
cat >back.py <<'END'
import csv, json, sqlite3, sys
for view in sys.argv[1:]:
    cursor = sqlite3.connect("a.db").execute(f'SELECT * FROM "{view}"')
    names, rows = [c[0] for c in cursor.description], cursor.fetchall()
    assert rows == [tuple(row.values()) for row in json.load(open(f"{view}.json"))], view
    table = list(csv.reader(open(f"{view}.csv", newline="")))
    assert table[0] == names and len(table) == len(rows) + 1, view
    for text, row in zip(table[1:], rows):
        for cell, value in zip(text, row):
            number = isinstance(value, (int, float))
            assert float(cell) == value if number else cell == (value or ""), (view, cell, value)
END
views=$(ask "SELECT name FROM sqlite_schema WHERE type = 'view'")
for view in $views; do
    "$PROGRAM" export "$view" --format json --db "$db" >"$view.json"
    "$PROGRAM" export "$view" --format csv --db "$db" >"$view.csv"
done
# shellcheck disable=SC2086
expect 0 python back.py $views
expect 0 "$PROGRAM" export --snapshot copy.db --db "$db"
expect 3 "$PROGRAM" export --snapshot copy.db --db "$db"
expect 0 "$PROGRAM" show 1 --db "$db"
says "predictor.width" out
expect 2 "$PROGRAM" show 99 --db "$db"
expect 0 "$PROGRAM" status --db "$db"
expect 6 "$PROGRAM" verify --db "$db" # one replicate is inconclusive

# A file that changed since it was run: what is missing is told, by verify and by plot.
tiny t 60 "$pair" 3 '"figures": ["joint_vs_product"],' >changed.json
expect 6 "$PROGRAM" verify changed.json --db "$db"
says "3 of 3 runs are not done" out
if command -v gnuplot >/dev/null; then
    expect 0 "$PROGRAM" plot changed.json --db "$db"
    says "has no rows in this experiment; 3 of 3 runs are not done" out
fi

# In a pipe, no control characters.
"$PROGRAM" run u.json --db "$db" 2>&1 | LC_ALL=C tr -d '\n\302\267 -~' >control
same "control characters" "$(wc -c <control)" 0
if [ -w /dev/full ]; then
    "$PROGRAM" sql "SELECT * FROM marginals" --db "$db" >/dev/full 2>errors
    same "exit code when standard output is full" "$?" 3
fi
finish
