#!/bin/sh
# Faults of the world: each has its exit code and a sentence that says what to do, and leaves every
# folder as it was.
. "$(dirname "$0")/lib.sh"
# Left out: what the tests write, and what SQLite keeps beside a database that was only read.
list() {
    find . -type f ! -name out ! -name errors ! -name before ! -name after ! -name 'a.db-*' \
        -exec cksum {} + | sort -k 3
}

# refuse CODE TEXT COMMAND...: the exit code, the text among the errors, and nothing made or changed.
refuse() {
    code=$1 text=$2
    shift 2
    list >before
    expect "$code" "$@"
    says "$text" errors
    list >after
    same "files around: $*" "$(cat before)" "$(cat after)"
}
# faulty TEXT SOURCE PREDICTOR MEASURES: an experiment file that run and check refuse with the text.
faulty() {
    printf '{"marginalia": 1, "name": "f", "source": {%s}, "predictor": {%s}, "measure": [%s]}\n' \
        "$2" "$3" "$4" >f.json
    refuse 2 "$1" "$PROGRAM" run f.json --db new/f.db
    refuse 2 "$1" "$PROGRAM" check f.json
}
law() { printf '{"kind": "law", "name": "l", "samplers": [{"name": "s", %s}]}' "$1"; }
chain() { printf '"kind": "markov", "length": %s, "transition": %s, "start": %s' "${3:-4}" "$1" "$2"; }

rows='"kind": "sequences", "rows": [{"tokens": "A B C", "count": 3}, {"tokens": "B A C", "count": 1}]'
oracle='"kind": "oracle"'
good=$(chain '[[0.9, 0.1], [0.3, 0.7]]' '"stationary"')
l2r=$(law '"order": "left_to_right", "per_step": 2')

# ---- experiment files ----
refuse 2 "absent.json: No such file" "$PROGRAM" run absent.json --db new/f.db
refuse 2 "not a regular file" "$PROGRAM" run . --db new/f.db
printf '{"marginalia": 1,\n "name": "f",' >cut.json
refuse 2 "cut.json:2:14: error: the text ends" "$PROGRAM" run cut.json --db new/f.db
printf '{"marginalia": 1, "name": "f",}' >comma.json
refuse 2 "comma.json:1:31: error: found '}'" "$PROGRAM" run comma.json --db new/f.db
printf '{"marginalia": 1, "name": "f", "name": "g"}' >twice.json
refuse 2 'twice.json:1:32: error' "$PROGRAM" run twice.json --db new/f.db
faulty '/predictor/kind: unknown word "oracel"; did you mean "oracle"?' "$rows" '"kind": "oracel"' "$pair"
faulty '/measure/0/targest: unknown key; did you mean "targets"?' "$rows" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "_ _ C", "targest": [0, 1]}'
faulty '/source/rows/1/tokens: has 2 tokens, the first row has 3' \
    '"kind": "sequences", "rows": [{"tokens": "A B C", "count": 3}, {"tokens": "B A", "count": 1}]' "$oracle" "$pair"
faulty '/measure/0/context: unknown token "Q" at position 2' "$rows" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "_ _ Q", "targets": [0, 1]}'
faulty '/measure/0/context: has 2 tokens' "$rows" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "_ _", "targets": [0, 1]}'
faulty '/measure/0/context: has probability 0 under the source' "$rows" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "C _ _", "targets": [1, 2]}'
faulty 'width 33 is not divisible by 2 heads' "$rows" '"kind": "transformer", "width": 33, "heads": 2' "$pair"
faulty 'width 6 over 2 heads gives the odd head size 3' "$rows" '"kind": "transformer", "width": 6, "heads": 2' "$pair"

# ---- laws ----
both='[[0.9, 0.2], [1.1, -0.1]]'
faulty '/source/transition/0: row 0 sums to 1.1, not to 1 (off by 0.1)' "$(chain "$both" '[0.5, 0.6]')" "$oracle" "$l2r"
says '/source/transition/1/1: row 1 has the negative entry -0.1' errors
says '/source/start: the start sums to 1.1, not to 1 (off by 0.1)' errors
faulty 'the chain is reducible' "$(chain '[[1, 0], [0, 1]]' '"stationary"')" "$oracle" "$l2r"
faulty 'row 0 sums to 0.999' "$(chain '[[0.9, 0.099999], [0.3, 0.7]]' '"stationary"')" "$oracle" "$l2r"

# ---- samplers ----
faulty '/per_step: 5 is larger than the length, 4' "$good" "$oracle" "$(law '"order": "random", "per_step": 5')"
faulty '/steps: 5 is larger than the length, 4' "$good" "$oracle" "$(law '"order": "random", "steps": 5')"
faulty '/partition: position 3 is missing' "$good" "$oracle" \
    "$(law '"order": "fixed", "partition": [[0, 1], [1, 2]]')"
says 'position 1 repeats' errors
faulty 'too many to enumerate' "$(chain '[[0.9, 0.1], [0.3, 0.7]]' '"stationary"' 64)" "$oracle" \
    "$(law '"order": "low_confidence", "per_step": 4')"
faulty 'sequences of 12 tokens; at most' '"kind": "task", "task": "shuffle", "length": 12' "$oracle" "$l2r"
faulty 'targets of 2 tokens have 2.097e+06 outcomes, above the limit 1048576' \
    "$(chain '[[0.9, 0.1], [0.3, 0.7]]' '"stationary"' 21)" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _",
      "targets": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}'

# ---- texts: a corpus and a tokenizer that do not fit ----
text() { printf '"kind": "text", "held_out": 0.5, "corpus": "%s", "length": %s%s' "$1" "$2" "${3:-}"; }
left='{"kind": "distance", "name": "d", "left": 2}'
printf 'in the day\nof the sea\n' >two.txt
printf 'in the day\nof \377\n' >bytes.txt
: >empty.txt
faulty '/source/corpus: none.txt: no such file' "$(text none.txt 4)" '"kind": "uniform"' "$left"
faulty 'empty.txt: error: the corpus is empty' "$(text empty.txt 4)" '"kind": "uniform"' "$left"
faulty 'bytes.txt:2: error: byte 0xFF is not UTF-8' "$(text bytes.txt 4)" '"kind": "uniform"' "$left"
faulty '/source/length: the corpus has 10 tokens to train on and 10 held out' "$(text two.txt 11)" \
    '"kind": "uniform"' "$left"
faulty '/source/sha256: the corpus has the SHA-256' "$(text two.txt 4 ', "sha256": "00"')" \
    '"kind": "uniform"' "$left"
faulty '/measure/0/context: unknown character "9"' "$(text two.txt 4)" '"kind": "uniform"' \
    '{"kind": "joint", "name": "j", "context": {"text": "9"}, "targets": [2]}'
faulty '/source/vocab: the part to train on gives' "$(text two.txt 4 ', "tokens": "bpe", "vocab": 99')" \
    '"kind": "uniform"' "$left"
faulty '/source/tokenizer: none.json: no such file' \
    "$(text two.txt 4 ', "tokens": "tokenizer", "tokenizer": "none.json"')" '"kind": "uniform"' "$left"
printf '{"version": "2.0"}' >old.json
faulty 'old.json:1:2: error: /version: "2.0" is not supported' \
    "$(text two.txt 4 ', "tokens": "tokenizer", "tokenizer": "old.json"')" '"kind": "uniform"' "$left"

# A fault of the context hides none of the targets.
faulty '/measure/0/context: unknown token "Q"' "$rows" "$oracle" \
    '{"kind": "joint", "name": "p", "context": "_ _ Q", "targets": [0, 7, 0]}'
says '/measure/0/targets/1: position 7 is outside the sequence' errors
says '/measure/0/targets/2: position 0 is asked for twice' errors

# ---- databases ----
refuse 3 "none.db: No such file or directory" "$PROGRAM" merge new/all.db none.db
tiny t 20 "$pair" 1 '"figures": ["joint_vs_product"],' >t.json
echo "text, and enough of it that SQLite would look at it: ................................." >text.db
for verb in "run t.json" "verify t.json" status plot report "show 1"; do
    # shellcheck disable=SC2086
    refuse 3 "text.db is not a database of marginalia; it was left as it is" "$PROGRAM" $verb --db text.db
done
mkdir folder.db
for verb in "run t.json" status report; do
    # shellcheck disable=SC2086
    refuse 3 "folder.db: Is a directory" "$PROGRAM" $verb --db folder.db
done
if command -v sqlite3 >/dev/null; then
    sqlite3 other.db "CREATE TABLE t (a); INSERT INTO t VALUES (1)"
    sqlite3 newer.db "PRAGMA journal_mode = WAL; PRAGMA application_id = 1297237838;
                      PRAGMA user_version = 99; CREATE TABLE t (a)" >/dev/null
    for verb in "run t.json" "verify t.json" status plot report "show 1"; do
        # shellcheck disable=SC2086
        refuse 3 "other.db is not a database of marginalia" "$PROGRAM" $verb --db other.db
        # shellcheck disable=SC2086
        refuse 3 "newer.db was written by a newer marginalia (schema 99" "$PROGRAM" $verb --db newer.db
    done
fi
expect 0 "$PROGRAM" run t.json --db "$db"
head -c 20000 a.db >cut.db
expect 3 "$PROGRAM" run t.json --db cut.db
says "cut.db: database disk image is malformed" errors

# ---- checkpoints: a folder that is missing, broken, or for other tokens; its content is its identity ----
key=$(ask "SELECT key FROM results WHERE kind = 'train'")
saved='"kind": "checkpoint", "path"'
faulty "nowhere/config.json: No such file" "$rows" "$saved: \"nowhere\"" "$pair"
mkdir broken
cp "models/$key/config.json" broken/
head -c 500 "models/$key/model.safetensors" >broken/model.safetensors
faulty "broken/model.safetensors" "$rows" "$saved: \"broken\"" "$pair"
faulty 'token 1 is "B", in the source "C"' \
    "$(printf '%s' "$rows" | sed 's/B/X/g; s/"alphabet/&/')" "$saved: \"models/$key\"" \
    "$(printf '%s' "$pair" | sed 's/_ _ C/_ _ _/')"
faulty 'a model of 3 positions and 3 tokens; the source has 3 and 27' "$(text two.txt 3)" \
    "$saved: \"models/$key\"" "$left"
rm -r broken

# ---- a network that is lost and does not come out the same ----
if command -v sqlite3 >/dev/null; then
    cp a.db lost.db
    sqlite3 lost.db "UPDATE result SET digest = 'other' WHERE kind = 'train'"
    mv models kept
    sed 's/"targets": \[0, 1\]/"targets": [1, 0]/' t.json >turned.json
    for again in 1 2; do
        expect 1 "$PROGRAM" run turned.json --db lost.db
        says "was it made on another kind of machine?" errors
        same "networks after try $again" "$(find models -name model.safetensors)" ""
    done
    rm -r models
    mv kept models
fi

# ---- no gnuplot ----
mkdir none
refuse 4 "gnuplot is not installed" env PATH="$work/none" "$PROGRAM" plot --db "$db"
refuse 4 "gnuplot is not installed" env PATH="$work/none" "$PROGRAM" report --db "$db"
expect 4 env PATH="$work/none" "$PROGRAM" doctor --db "$db"
says "gnuplot is not installed" errors

# ---- a folder of another user ----
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
    expect 0 "$PROGRAM" export --snapshot snapshot.db --db "$db"
    cp a.db read.db
    chmod 755 .
    chmod 600 f.json
    # shellcheck disable=SC2086
    {
        refuse 2 "f.json: Permission denied" $nobody "$PROGRAM" check f.json
        refuse 3 "Permission denied" $nobody "$PROGRAM" run t.json
        refuse 3 "b.db.lock: Permission denied" $nobody "$PROGRAM" run t.json --db b.db
        refuse 3 "Permission denied" $nobody "$PROGRAM" run t.json --db "$db"
        refuse 3 "a folder that cannot be written" $nobody "$PROGRAM" sql "SELECT 1" --db read.db
        refuse 3 "drawn: Permission denied" $nobody "$PROGRAM" plot --db snapshot.db --out drawn
        refuse 3 "Permission denied" $nobody "$PROGRAM" report --db snapshot.db
        expect 0 $nobody "$PROGRAM" sql "SELECT count(*) FROM runs" --db snapshot.db
    }
fi

# ---- what a page would replace ----
expect 3 "$PROGRAM" report --db "$db" --out folder.db
says "folder.db: not a regular file; it was left as it is" errors

# ---- a full disk ----
# disk SIZE: an empty disk of that size at ./disk; fails where that is not allowed.
disk() {
    mkdir -p disk
    mount -t tmpfs -o "size=$1" none disk 2>/dev/null
}
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
if disk 64k; then
    expect 3 "$PROGRAM" run t.json --db disk/new/f.db # no room for a database
    says "database or disk is full" errors
    same "after a database that did not fit" "$(find disk -type f)" disk/new/f.db.lock
    umount disk
    disk 400k
    sed 's/"width": 8, "heads": 2, "hidden": 8/"width": 128, "heads": 2, "hidden": 512/' t.json >wide.json
    expect 3 "$PROGRAM" run wide.json --db disk/f.db # room for the database, not for the model
    says "No space left on device" errors
    same "after a model that did not fit" "$(find disk -type f | sort | tr '\n' ' ')" "disk/f.db disk/f.db.lock "
    same "state of its run" "$(ask "SELECT status FROM runs" disk/f.db)" pending
    umount disk
    for size in 8k 16k 40k 80k; do
        disk $size
        if command -v gnuplot >/dev/null; then
            expect 3 "$PROGRAM" plot --db "$db" --out disk/figures
            same "pictures on a disk of $size" "$(find disk -type f)" ""
        fi
        expect 3 "$PROGRAM" export --snapshot disk/s.db --db "$db"
        says "snapshot disk/s.db" errors
        same "snapshot on a disk of $size" "$(find disk -type f)" ""
        umount disk
    done
    expect 0 "$PROGRAM" report --db "$db"
    disk 8k
    expect 3 "$PROGRAM" report --db "$db" --out disk/deep/report.html
    says "disk/deep/report.html: No space left on device" errors
    same "report" "$(find disk -type f)" ""
    umount disk
fi
exit "$faults"
