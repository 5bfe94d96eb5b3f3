#!/bin/sh
# Run the speed check. Usage: run.sh BENCH OUT [OPTIONS of bench.c]; PROGRAM names the marginalia.
# The peer is PyTorch from `make bench-deps`, else Debian's, else there is none.
set -u
bench=$1 out=$2 program=${PROGRAM:-build/marginalia}
shift 2
python=
for candidate in build/bench-venv/bin/python python3 /usr/bin/python3; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import torch' 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
done
[ -n "$python" ] || echo "bench: no PyTorch here; make bench-deps brings it"
scratch=$(mktemp -d) || exit 3
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
"$bench" --program "$program" --folder tests/bench --scratch "$scratch" --out "$out" \
    ${python:+--python "$python"} "$@"
