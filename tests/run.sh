#!/bin/sh
# Run the test programs given, then the command-line tests in tests/cli; print a line each and a
# closing count. PROGRAM names the marginalia to test.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

report() { # status name
    case $1 in
    0) passed=$((passed + 1)); echo "ok    $2" ;;
    77) echo "skip  $2: $(tail -n 1 "$log")" ;;
    *) failed=$((failed + 1)); cat "$log"; echo "FAIL  $2" ;;
    esac
}
for t in "$@"; do
    "$t" >"$log" 2>&1
    report $? "$(basename "$t") ($(sed -n 's/^\[  PASSED  \] \([0-9]*\) .*/\1/p' "$log" | paste -sd+ -) cases)"
done
for t in tests/cli/test_*.sh; do
    [ -e "$t" ] || continue
    sh "$t" "$PROGRAM" >"$log" 2>&1
    report $? "$(basename "$t")"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
