#!/bin/sh
# The house rules a machine can check: format, layering, one header one owner, unique file names.
set -u
bad=0
complain() { echo "lint: $1"; bad=1; }
sources=$(git ls-files 'model/*.[ch]' 'harness/*.[ch]' 'tests/*.[ch]')

if command -v clang-format >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    clang-format --dry-run -Werror $sources 2>/dev/null || {
        for f in $sources; do
            clang-format --dry-run -Werror "$f" >/dev/null 2>&1 || complain "$f: run make format"
        done
    }
else
    echo "lint: no clang-format here, format not checked"
fi
hits=$(grep -rnE '#include "harness/' model --include='*.[ch]') && complain "model/ depends on harness/: $hits"
hits=$(grep -rnE '\b(printf|fprintf|fopen|puts|getenv)\(' model --include='*.c') && complain "model/ touches the outside: $hits"
for header in cJSON.h sqlite3.h cblas.h pcre2.h utf8proc.h; do
    owners=$(grep -rlE "#include <([a-z/]*)?$header>" model harness --include='*.[ch]')
    [ "$(printf '%s\n' "$owners" | grep -c .)" -le 1 ] || complain "$header has several owners: $owners"
done
hits=$(grep -rnE '\b(rand|srand|random|drand48)\(' model harness tests --include='*.c') && complain "randomness outside the streams: $hits"
hits=$(grep -rn 'cJSON_GetObjectItem(' harness --include='*.c') && complain "case-insensitive look-up: $hits"
hits=$(grep -rn 'assert_float_equal' tests --include='*.c') && complain "assert_float_equal passes NaN: $hits"
grep -nE '(-ffast-math|-Ofast)' Makefile | grep -v '^[0-9]*:#' && complain "fast-math in the Makefile"
hits=$(printf '%s\n' $sources | sed 's#.*/##' | sort | uniq -d)
[ -z "$hits" ] || complain "file names that are not unique: $hits"
for f in $(git ls-files 'model/*.[ch]' 'harness/*.[ch]'); do
    [ "$(wc -l <"$f")" -le 450 ] || complain "$f has $(wc -l <"$f") lines, more than 450"
done
map=$(sed -n '/^In `harness\/`/,/^|/s/^    \([a-z0-9 ]*[a-z0-9]\)   *.*/\1/p' README.md)
for f in $(git ls-files 'harness/*.[ch]'); do
    known=0
    for word in $map; do
        case $f in "harness/$word"*) known=1 ;; esac
    done
    [ "$known" = 1 ] || complain "$f: no line of README.md's map begins its name"
done
[ "$bad" = 0 ] && echo "lint: clean"
exit "$bad"
