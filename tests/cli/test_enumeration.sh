#!/bin/sh
# Oracle, law and ledger against a brute-force enumeration in another language (enumeration.py).
command -v python3 >/dev/null 2>&1 && python3 -c 'import sqlite3' 2>/dev/null ||
    { echo "no python3 with sqlite3 here"; exit 77; }
exec python3 "$(dirname "$0")/enumeration.py" "$1" "${SOURCES:-60}" "${SEED:-1}"
