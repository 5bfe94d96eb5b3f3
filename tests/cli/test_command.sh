#!/bin/sh
# Predictors in other processes: the same numbers, nothing started unasked, and faults that are named.
examples=$(cd "$(dirname "$0")/../../experiments/commands" && pwd)
. "$(dirname "$0")/lib.sh"
cp "$examples"/oracle.* .

# Every measure has the digest that it has over the oracle built in: twelve of them, each twice.
expect 2 "$PROGRAM" run oracle.json --db "$db"
says "run with --allow-commands" errors
[ ! -e "$db" ] || { echo "a refused run made a database"; faults=$((faults + 1)); }
expect 0 "$PROGRAM" check oracle.json
expect 0 "$PROGRAM" run oracle.json --db "$db" --allow-commands -j 2
same "digests" "$(ask "SELECT count(*), count(DISTINCT digest) FROM result WHERE kind <> 'train'")" "24,12"
expect 0 "$PROGRAM" run oracle.json --db "$db" --allow-commands
says "2 of them cached" errors

# Its files count by content, and so do its answers: another comment, another predictor.
key() { ask "SELECT key FROM result WHERE kind = 'train'" "$1"; }
before=$(key "$db")
echo '# changed' >>oracle.awk
expect 0 "$PROGRAM" run oracle.json --db "$work/b.db" --allow-commands --only predictor.kind=command
same "keys that both have (the oracle's)" "$(printf '%s\n' "$before" | grep -cF "$(key "$work/b.db")")" 1

# one NAME BODY [KEYS]: an experiment whose program is a shell script; greeted, it says 3 tokens.
one() {
    cat >"$1.sh" <<END
read -r greeting
echo '{"vocab":3}'
$2
END
    cat >"$1.json" <<END
{"marginalia": 1, "name": "$1",
 "source": {"kind": "sequences", "rows": [{"tokens": "A B C", "count": 3}, {"tokens": "B A C", "count": 1}]},
 "predictor": {"kind": "command", "argv": ["sh", "$1.sh"]${3:-}},
 "measure": [$pair]}
END
}
# lies NAME ANSWER COMPLAINT: the answer to the first request, three masked positions.
lies() {
    one "$1" "read -r request; printf '%s\n' '$2'; read -r end"
    expect 1 "$PROGRAM" run "$1.json" --db "$work/lies.db" --allow-commands
    says "$3" errors
}
u='[0.5,0.25,0.25]'
lies rows '{"probs":[]}' '"probs": must be an array of 1 rows, has 0'
lies cells "{\"probs\":[[$u,$u]]}" 'row 0 of request 2, "probs": must be an array of 3 distributions, one a masked position, has 2'
lies few "{\"probs\":[[$u,[0.5,0.5],$u]]}" 'row 0 of request 2, position 1: must be an array of 3 probabilities, has 2'
lies mask "{\"probs\":[[$u,$u,[0.5,0.25,0.2,0.05]]]}" 'position 2: 4 probabilities for 3 tokens; the mask is none'
lies negative "{\"probs\":[[$u,[1.5,-0.25,-0.25],$u]]}" 'position 1: token 1: the probability -0.25 is negative'
lies sums "{\"probs\":[[$u,$u,[0.5,0.25,0.2]]]}" 'position 2: probabilities sum to 0.95'
lies nothing "{\"probs\":[[$u,$u,[0.5,0.5,null]]]}" 'position 2: token 2: must be a number, is null'
lies nan "{\"probs\":[[$u,$u,[NaN,0.5,0.5]]]}" 'answer to request 2:1:'
lies words '{"error":"out of memory"}' 'answer to request 2: out of memory'
lies other '{"answers":1}' '"probs": must be an array of 1 rows, is missing'
one two "read -r request; printf '{\"probs\":[]}\n{}\n'; read -r end"
expect 1 "$PROGRAM" run two.json --db "$work/lies.db" --allow-commands
says "answers more than one line" errors
one dead "read -r request; exit 3"
expect 1 "$PROGRAM" run dead.json --db "$work/lies.db" --allow-commands
says "predictor.argv (sh): ended with exit code 3 without an answer" errors
one killed 'read -r request; kill -9 $$'
expect 1 "$PROGRAM" run killed.json --db "$work/lies.db" --allow-commands
says "was killed by signal 9" errors
one slow "sleep 20" ', "timeout_s": 0.3'
expect 1 "$PROGRAM" run slow.json --db "$work/lies.db" --allow-commands
says "no answer within 0.3 s (predictor.timeout_s)" errors
expect 4 "$PROGRAM" run slow.json --db "$work/none.db" --allow-commands --set 'predictor.argv=["no-such-program"]'
says "no-such-program cannot be started" errors
expect 2 "$PROGRAM" check slow.json --set 'predictor.argv=[]'
says "must not be empty" errors

# A fault after the first answers fails the measure, not what was measured before.
one late 'for i in 1 2 3 4; do read -r request; printf "%s\n" "$request" | awk -f oracle.awk; done'
expect 1 "$PROGRAM" run late.json --db "$work/late.db" --allow-commands
same "states" "$(ask "SELECT kind, status, n_rows FROM result ORDER BY kind DESC" "$work/late.db")" \
    "train,done,0
joint,failed,0"

# It may not answer otherwise once there are results: the script reads a file that argv does not name.
cp "$examples"/oracle.awk .
one via 'while IFS= read -r request; do printf "%s\n" "$request" | awk -f oracle.awk; done'
expect 0 "$PROGRAM" run via.json --db "$work/via.db" --allow-commands
sed -i 's/"3 1"/"1 1"/' oracle.awk
expect 0 "$PROGRAM" run via.json --db "$work/via.db" --allow-commands
sed 's/"targets": \[0, 1\]/"targets": [1, 0]/' via.json >more.json
expect 1 "$PROGRAM" run more.json --db "$work/via.db" --allow-commands
says "answers otherwise than when its results were recorded" errors

# Sums within 1e-4 of 1 are made 1, farther ones are refused.
cp "$examples"/oracle.awk near.awk
sed -i 's|/ total))|* 1.00005 / total))|' near.awk
sed 's/1.00005/1.0002/' near.awk >far.awk
for file in near far; do
    one $file "while IFS= read -r request; do printf '%s\n' \"\$request\" | awk -f $file.awk; done"
done
expect 0 "$PROGRAM" run near.json --db "$work/near.db" --allow-commands
same "marginals" "$(ask "SELECT position, token, round(p_model, 12), round(p_exact, 12) FROM marginals" "$work/near.db")" \
    "0,A,0.75,0.75
0,B,0.25,0.25
0,C,0,0
1,A,0.25,0.25
1,B,0.75,0.75
1,C,0,0"
expect 1 "$PROGRAM" run far.json --db "$work/far.db" --allow-commands
says "probabilities sum to 1.0002" errors

# It ends with the driver.
one stays 'echo $$ >pid; exec sleep 60'
"$PROGRAM" run stays.json --db "$work/stays.db" --allow-commands 2>/dev/null &
driver=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s pid ] && break; sleep 0.1; done
kill -9 "$driver"
wait "$driver" 2>/dev/null
sleep 0.3
[ -s pid ] && ! grep -q '^State:.[^Z]' "/proc/$(cat pid)/status" 2>/dev/null || { echo "the program outlives the driver"; faults=$((faults + 1)); }
[ "$faults" = 0 ]
