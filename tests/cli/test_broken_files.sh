#!/bin/sh
# Every broken experiment file of tests/golden: check says all that is wrong with it, word for word,
# run says the same, both exit 2, and nothing is written anywhere.
golden=$(cd "$(dirname "$0")/../golden" && pwd)
. "$(dirname "$0")/lib.sh"
n=0
for folder in spec sql; do
    cp -r "$golden/$folder" .
    cd $folder || exit 1
    find . -type f -exec cksum {} + | sort >../before
    for expected in *.expected; do
        file=${expected%.expected}.json
        n=$((n + 1))
        "$PROGRAM" check "$file" >../out 2>../errors
        same "exit code of check $file" $? 2
        tail -n 1 ../errors | grep -qE '^marginalia: [0-9]+ errors?; nothing was run$' || {
            echo "no closing line: $file"
            faults=$((faults + 1))
        }
        sed '$d' ../errors >../said
        # A line that ends in * is the beginning of what is said: lists grow.
        awk -v said=../said 'function wrong() { print "expected: " $0 "\nsaid:     " line; bad = 1 }
            { if ((getline line < said) <= 0) line = "(nothing)"
              if (sub(/\*$/, "") ? index(line, $0) != 1 : line != $0) wrong() }
            END { while ((getline line < said) > 0) { $0 = "(nothing)"; wrong() } exit bad }' "$expected" || {
            echo "$file: said something else"
            faults=$((faults + 1))
        }
        "$PROGRAM" run "$file" --db ../new/a.db >>../out 2>../errors.run
        same "exit code of run $file" $? 2
        cmp -s ../errors ../errors.run || same "errors of run $file" "$(cat ../errors)" "$(cat ../errors.run)"
        [ ! -s ../out ] || same "answers" "$(cat ../out)" ""
    done
    find . -type f -exec cksum {} + | sort | diff ../before - || faults=$((faults + 1))
    cd ..
done
[ ! -e new ] || same "what was written" "$(find new)" ""
[ "$n" -ge 100 ] || {
    echo "only $n broken files"
    faults=$((faults + 1))
}
exit "$faults"
