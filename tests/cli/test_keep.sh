#!/bin/sh
# What a database tells and keeps: states and reasons, keys from the command line, wide views,
# differences, garbage, older and newer schemas.
. "$(dirname "$0")/lib.sh"
sweep='"sweep": {"matrix": {"predictor.width": [8, 16]}},'
tiny k-1 30 "$pair" 2 "$sweep" >k.json
expect 0 "$PROGRAM" plan k.json --db "$db"
same "new" "$(grep -c ' new ' out)" 4
expect 0 "$PROGRAM" run k.json --db "$db"
cp k.json first.json

# Why something is to be done again.
expect 0 "$PROGRAM" plan k.json --db "$db" --set train.lr=0.01
says "train.lr: 0.003 -> 0.01" out
same "stale" "$(grep -c ' stale ' out)" 4
says "of computing" errors
same "measures without past times" "$(grep -c 'no past times' errors)" 0
tiny k-1 30 "$(printf %s "$pair" | sed 's/_ _ C/A _ _/; s/0, 1/1, 2/')" 2 "$sweep" >k.json
expect 0 "$PROGRAM" plan k.json --db "$db"
says "measure.pair.context: _ _ C -> A _ _" out
cp first.json k.json
sqlite3 "$db" "UPDATE environment SET core_hash = 'another'; UPDATE result SET key = 'x' || key"
expect 0 "$PROGRAM" plan k.json --db "$db"
says "the numerical core changed: another -> " out
expect 0 "$PROGRAM" run k.json --db "$db"

# Keys of the command line.
expect 2 "$PROGRAM" run k.json --db "$db" --set train.lrr=1
says 'did you mean "lr"' errors
expect 2 "$PROGRAM" run k.json --db "$db" --set predictor.width=8
says "the file sweeps this key" errors
expect 2 "$PROGRAM" run k.json --db "$db" --only predictor.width=9
expect 2 "$PROGRAM" run k.json --db "$db" --only predictor.weight=9
says 'no run has the key "predictor.weight"' errors
expect 0 "$PROGRAM" run k.json --db o/a.db --only predictor.width=16 --only replicate=1
same "the run that was meant" "$(ask "SELECT predictor_width, replicate FROM x_k_1 WHERE status = 'done'" o/a.db)" 16,1

# One typed column a swept key.
same "wide view" "$(ask "SELECT predictor_width, typeof(predictor_width), count(*), count(digest) FROM x_k_1 GROUP BY 1")" "8,integer,2,2
16,integer,2,2"

# What differs, and nothing else.
expect 1 "$PROGRAM" diff 1 3 --db "$db" --csv
says "configuration,predictor.width,8,16" out
same "keys that differ" "$(grep -c ^configuration out)" 1
same "environments that differ" "$(grep -cE '^(code|environment)' out)" 0
expect 0 "$PROGRAM" diff 2 2 --db "$db"
expect 2 "$PROGRAM" diff 1 99 --db "$db"

# Garbage: what the first core computed, and what killed processes left.
left=$(find models -mindepth 1 -maxdepth 1 | head -n 1)
mkdir "$left.new-77"
touch "$left.new-77/model.safetensors"
expect 0 "$PROGRAM" gc --db "$db" --dry-run --csv
says "would remove,8,0,1," out
runs=$(ask "SELECT run_id, digest FROM runs ORDER BY 1")
expect 0 "$PROGRAM" gc --db "$db" --csv
says "removed,8,0,1," out
same "runs after gc" "$runs" "$(ask "SELECT run_id, digest FROM runs ORDER BY 1")"
tiny k-1 30 "$pair" 1 >k.json
expect 0 "$PROGRAM" run k.json --db "$db"
cp a.db b.db # shares the models, and wants its own
sqlite3 b.db "PRAGMA foreign_keys = 0; DELETE FROM run; DELETE FROM run_result"
expect 0 "$PROGRAM" gc --db b.db --csv
same "models that another database wants" "$(find models -name model.safetensors | wc -l)" 1
expect 0 "$PROGRAM" gc --db "$db"
expect 0 "$PROGRAM" run k.json --db "$db"
says "1 of them cached" errors

# An older schema is brought up to date after a backup; a newer one is refused.
sqlite3 "$db" "SELECT 'DROP VIEW \"' || name || '\";' FROM sqlite_schema WHERE type = 'view'" | sqlite3 "$db"
sqlite3 "$db" "ALTER TABLE coherence_data DROP COLUMN bigram_tv; DROP TABLE plans_data;
               DROP INDEX run_unfinished; PRAGMA user_version = 1"
expect 0 "$PROGRAM" run k.json --db "$db"
says "1 of them cached" errors
expect 0 "$PROGRAM" run k.json --db fresh/a.db
schema="SELECT type, name FROM sqlite_schema ORDER BY type, name"
same "schemas" "$(ask "$schema" fresh/a.db)" "$(ask "$schema")"
same "columns" "$(ask "SELECT * FROM coherence, plans")" ""
same "version of the backup" "$(sqlite3 a.db.backup-1 "PRAGMA user_version")" 1
sqlite3 "$db" "PRAGMA user_version = 99"
expect 3 "$PROGRAM" run k.json --db "$db"
says "written by a newer marginalia" errors
exit "$faults"
