#!/bin/sh
# What is added is tested and shown: each kind of source, task, objective, reveal order, corrector
# and measure is named in a test, each figure of plots/ in an experiment or a test, and figures are whole.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/lib.sh"

choices() { "$PROGRAM" describe "$1" | sed -n '/^  choices:/,$s/^    \([a-z0-9_]*\) .*/\1/p'; }
for key in source.kind source.task train.objective measure.kind measure.samplers.order measure.samplers.corrector; do
    words=$(choices "$key")
    [ -n "$words" ] || { echo "no choices of $key"; faults=$((faults + 1)); }
    for word in $words; do
        upper=$(echo "$word" | tr a-z A-Z)
        grep -rqE "\"$word\"|[A-Z]_$upper\b|mg_[a-z_]*$word|_$word\(" "$root"/tests/*.c "$root"/tests/support "$root"/tests/cli "$root"/tests/golden ||
            { echo "$key $word: no test names it"; faults=$((faults + 1)); }
    done
done
for gp in "$root"/plots/*.gp; do
    name=$(basename "$gp" .gp)
    [ "$name" = style ] && continue
    grep -rq "\"$name\"" "$root"/experiments "$root"/tests/cli || { echo "figure $name: no experiment or test shows it"; faults=$((faults + 1)); }
    for line in '-- title: ' '-- caption: ' '-- block: caption'; do
        grep -q -e "^$line" "${gp%.gp}.sql" || { echo "figure $name: no line $line"; faults=$((faults + 1)); }
    done
done

# Every claim of the paper is a topic of experiments/paper, with claims of its own; what the words
# of a topic look up, and the figures it names, exist.
python - "$root" <<'END' || faults=$((faults + 1))
import glob, json, re, sys
files = [json.load(open(f)) for f in sorted(glob.glob(sys.argv[1] + "/experiments/*/*.json"))]
paper = [json.load(open(f)) for f in sorted(glob.glob(sys.argv[1] + "/experiments/paper/*.json"))]
claims = {f"{d['name']}/{c['name']}" for d in files for c in d.get("claims", [])}
figures = {f"{d['name']}/{g}" for d in files for g in d.get("figures", [])}
topics = [t for d in paper for t in d.get("topics", [])]
abouts = {re.sub("[a-z]+$", "", c["about"]) for d in paper for c in d.get("claims", [])}
bad = [f"C{i}: no topic or no claim" for i in range(1, 14)
       if f"C{i}" not in abouts or [t["about"] for t in topics].count(f"C{i}") != 1]
for t in topics:
    words = " ".join(t.get(k, "") for k in ("says", "short", "answer"))
    bad += [f"{t['about']}: no claim {k}" for k in re.findall("{(.*?)}", words) if k not in claims]
    bad += [f"{t['about']}: no figure {g}" for g in t.get("figures", []) if g not in figures]
print("\n".join(bad))
sys.exit(bool(bad))
END
finish
