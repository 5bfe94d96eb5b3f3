#!/bin/sh
# Every command of README.md does what it says: the program's are run, on the README's own
# experiment (with fewer steps), make's are looked up, and what it names exists.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/lib.sh"
readme=$root/README.md

mkdir build results
ln -s "$PROGRAM" build/marginalia
sed -n '/^    {$/,/^    }$/s/^    //p' "$readme" | sed 's/"steps": 500/"steps": 20/' >mine.json
[ -s mine.json ] || { echo "no experiment in README.md"; exit 1; }

# A query may go on in the next line: lines are joined while a quote is open.
sed -n 's/^    //p' "$readme" | awk '
    joined != "" { joined = joined " " $0 } joined == "" && /^(build\/marginalia|make|git) / { joined = $0 }
    joined != "" { if (gsub(/"/, "\"", joined) % 2 == 0) { print joined; joined = "" } }' >commands
[ "$(grep -c ^build commands)" -ge 8 ] || { echo "few commands"; cat commands; faults=$((faults + 1)); }
while IFS= read -r line; do
    case $line in
    git*)
        [ -e "$root/.git" ] || continue
        line=$(echo "$line" | sed "s# REPOSITORY # --quiet '$root' #")
        expect 0 sh -c "$line && test -f Makefile" ;;
    make*) expect 0 make -C "$root" -n $(echo "$line" | sed 's/^make//') ;;
    *verify*) sh -c "$line" >out 2>errors; case $? in 0 | 1 | 6) ;; *) cat errors; faults=$((faults + 1)) ;; esac ;;
    *report*)
        command -v gnuplot >/dev/null || continue
        expect 0 sh -c "$line" </dev/null ;;
    *) expect 0 sh -c "$line" </dev/null ;;
    esac
done <commands
command -v gnuplot >/dev/null && says "Do A and B come apart when drawn together?" results/report.html

# Its figure of one's own is drawn.
sed -n '/^    -- block: kl$/,/^$/s/^    //p' "$readme" >kl.sql
sed -n 's/^    plot for/plot for/p' "$readme" >kl.gp
tiny own 1 '{"kind": "law", "name": "l", "samplers": [{"name": "one", "order": "random", "steps": 1}]}' 1 \
    '"figures": ["kl"],' >own.json
expect 0 "$PROGRAM" run own.json --db "$db"
if command -v gnuplot >/dev/null; then
    expect 0 "$PROGRAM" plot own.json --db "$db"
    [ -s figures/own/kl.svg ] || { echo "the figure of README.md is not drawn"; faults=$((faults + 1)); }
fi

for target in $(grep -o '`make [a-z]*' "$readme" | cut -c7- | sort -u); do
    grep -q "^[a-z -]*\b$target\b[a-z -]*:" "$root/Makefile" || { echo "no target $target"; faults=$((faults + 1)); }
done
for path in $(grep -oE '(`|\()(model|harness|tests|plots|experiments)/[a-zA-Z0-9_/.-]*' "$readme" | tr -d '`(' | grep -v NAME | sort -u); do
    case $path in *FILE* | *UNIT*) continue ;; esac
    [ -e "$root/$path" ] || { echo "no $path"; faults=$((faults + 1)); }
done
exit "$faults"
