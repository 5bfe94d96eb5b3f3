# lib.sh - what the command-line tests share; sourced. PROGRAM is absolute, the folder empty.
PROGRAM=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
db=$work/a.db
faults=0

# expect CODE COMMAND...: the exit code; what the command says goes to out and errors.
expect() {
    want=$1
    shift
    "$@" >out 2>errors
    got=$?
    if [ "$got" != "$want" ]; then
        echo "expected $want, got $got: $*"
        cat out errors
        faults=$((faults + 1))
    fi
}
# says TEXT FILE: the file has the text.
says() {
    grep -qF -- "$1" "$2" || {
        echo "missing in $2: $1"
        head -c 2000 "$2"
        faults=$((faults + 1))
    }
}
same() { # WHAT A B
    [ "$2" = "$3" ] || {
        echo "$1 differ:"
        printf '%s\n--\n%s\n' "$2" "$3"
        faults=$((faults + 1))
    }
}
# What only Python can look at: where there is none it is left out, and the test ends as a skip.
python=${PYTHON:-python3}
left_out=
needs_python() { # MODULE: without it the whole test is a skip
    command -v "$python" >/dev/null 2>&1 && "$python" -c "import $1" 2>/dev/null ||
        { echo "no python3 with $1 here"; exit 77; }
}
python() {
    if command -v "$python" >/dev/null 2>&1; then
        "$python" -B "$@"
    else
        left_out="no python3 here: the rest was looked at"
    fi
}
finish() {
    [ "$faults" = 0 ] && [ -n "$left_out" ] && { echo "$left_out"; exit 77; }
    exit "$faults"
}
ask() { "$PROGRAM" sql "$1" --db "${2:-$db}" | tail -n +2; }

# A small experiment: tiny NAME STEPS MEASURES REPLICATES [SWEEP]
tiny() {
    cat <<END
{"marginalia": 1, "name": "$1",
 "source": {"kind": "sequences", "rows": [{"tokens": "A B C", "count": 3}, {"tokens": "B A C", "count": 1}]},
 "predictor": {"kind": "transformer", "layers": 1, "width": 8, "heads": 2, "hidden": 8},
 "train": {"steps": $2, "batch": 8, "lr": 0.003},
 "measure": [$3],
 ${5:-}
 "replicates": $4,
 "claims": [{"about": "T", "name": "half", "accept": [0, 1],
   "query": "SELECT replicate, value FROM information JOIN runs USING (run_id) WHERE quantity = 'impossible_mass' AND predictor = 'transformer'"}]}
END
}
pair='{"kind": "joint", "name": "pair", "context": "_ _ C", "targets": [0, 1]}'
free='{"kind": "samples", "name": "free", "draws": 20, "samplers": [{"name": "one", "order": "random", "steps": 1}]}'
