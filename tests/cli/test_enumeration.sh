#!/bin/sh
# Oracle, law and ledger against a brute-force enumeration in another language (enumeration.py).
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/lib.sh"
needs_python sqlite3
"$python" -B "$here/enumeration.py" "$PROGRAM" "${SOURCES:-60}" "${SEED:-1}"
