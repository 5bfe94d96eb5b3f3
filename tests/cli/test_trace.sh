#!/bin/sh
# Decodings recorded elsewhere: the example, its identity, what is refused, and nothing made then.
examples=$(cd "$(dirname "$0")/../../experiments/traces" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/lib.sh"
cp "$examples"/chain* .

# The example: its numbers are the chain's, and the figures of native decodings draw it.
expect 0 "$PROGRAM" check chain.json
expect 0 "$PROGRAM" run chain.json --db "$db"
expect 0 "$PROGRAM" verify chain.json --db "$db"
same "verdicts" "$(ask "SELECT group_concat(DISTINCT verdict), count(*) FROM claims")" "reproduced,4"
same "runs" "$(ask "SELECT DISTINCT source, predictor, seq_len FROM runs")" "markov,trace,8"
same "samples" "$(ask "SELECT DISTINCT sampler, count(*), min(coherent), max(nfe) FROM samples GROUP BY run_id")" \
    "confidence-2,12,1,4"
whole="run_id = (SELECT run_id FROM params WHERE path = 'predictor.path' AND value = 'chain.jsonl')"
same "views" "$(ask "SELECT (SELECT count(*) FROM reveals WHERE $whole), (SELECT count(*) FROM position_pairs),
 (SELECT count(DISTINCT quantity) FROM distance_curves WHERE $whole),
 (SELECT group_concat(DISTINCT run_id || bound) FROM certificates WHERE bound = 'tv')")" "7,21,13,1tv"

# Of a list that is cut no number is guessed.
same "known, bounded" "$(ask "SELECT quantity, count(*) FROM distance_curves WHERE NOT $whole
 AND (quantity LIKE 'tv_next%' OR quantity = 'top1') GROUP BY quantity")" "top1,7
tv_next_least,6
tv_next_most,6"
expect 0 "$PROGRAM" plot chain.json --db "$db" --out figures
for figure in trace homogenization reading_order; do
    [ -s "figures/trace-chain/$figure.svg" ] || { echo "no figure $figure"; faults=$((faults + 1)); }
done

# A writer in plain Python: the files of the repository are what it writes.
if command -v python3 >/dev/null 2>&1; then
    python3 chain.py >again.jsonl
    python3 chain.py 2 >again-cut.jsonl
    same "what chain.py writes" "$(cat again.jsonl again-cut.jsonl | cksum)" "$(cat chain.jsonl chain-cut.jsonl | cksum)"
fi

# Identity is the content: another name, the same key; another digit, another.
key() { ask "SELECT key FROM result WHERE kind = 'train'" "$1"; }
one() { # NAME KEYS
    cat >"$1.json" <<END
{"marginalia": 1, "name": "$1", "source": {"kind": "trace"},
 "predictor": {"kind": "trace", "path": "$1.jsonl"}, "measure": [{"kind": "trace", "name": "recorded"}]${2:-}}
END
}
one same
mkdir elsewhere
cp chain.jsonl same.jsonl
cp chain.jsonl elsewhere/other.jsonl
expect 0 "$PROGRAM" run same.json --db "$work/b.db"
expect 0 "$PROGRAM" run same.json --db "$work/b.db" --set predictor.path=elsewhere/other.jsonl
says "1 of them cached" errors
before=$(key "$work/b.db")
sed -i 's/exact marginals/exact  marginals/' same.jsonl
expect 0 "$PROGRAM" run same.json --db "$work/c.db"
[ "$before" != "$(key "$work/c.db")" ] || { echo "another file, the same key"; faults=$((faults + 1)); }

# Without a source: ids and lengths are the trace's; nobody knows the truth, so nothing is violated.
one alone
sed '1s/"symbols": \[[^]]*\]/"vocab": 5/' chain.jsonl >alone.jsonl
expect 0 "$PROGRAM" run alone.json --db "$work/d.db"
same "tokens" "$(ask "SELECT tokens NOT GLOB '*[^0-4 ]*' FROM samples LIMIT 1" "$work/d.db")" "1"
same "unknown" "$(ask "SELECT count(*) > 0, count(exact), count(violations) FROM certificates" "$work/d.db")" "1,0,0"
same "curves" "$(ask "SELECT group_concat(DISTINCT quantity) FROM distance_curves" "$work/d.db")" \
    '"top1,same_argmax,tail_mass,entropy_nats,tv_next,js_next,tv_window_max"'

# Only the order.
one order
cat >order.jsonl <<END
{"marginalia_trace":1,"made_by":"by hand","sampler":"right-to-left","length":2,"vocab":3,"top":0}
{"sample":0,"step":1,"position":0,"revealed":2}
{"sample":0,"step":0,"position":1,"revealed":1}
END
expect 0 "$PROGRAM" run order.json --db "$work/e.db"
same "tau" "$(ask "SELECT value FROM information WHERE quantity = 'right-to-left.tau'" "$work/e.db")" "-1"
same "no more" "$(ask "SELECT (SELECT count(*) FROM certificates), (SELECT count(*) FROM distance_curves)" "$work/e.db")" "0,0"

# The example of the README is one.
sed -n 's/^    \({.*}\)$/\1/p' "$examples/README.md" >readme.jsonl
one readme
expect 0 "$PROGRAM" check readme.json

# Every fault of a file at once, each with its line; nothing runs, nothing is made.
one broken
sed '3s/0\.[0-9]*/1.5/; 4s/"step": 0/"step": 9/; 5s/^/x/' chain.jsonl >broken.jsonl
expect 2 "$PROGRAM" run broken.json --db "$work/none.db"
says "broken.jsonl:3: error: \"top\", entry 0: the probability 1.5 is not in [0, 1]" errors
says "broken.jsonl:4: error: \"step\": must be an integer in [0, 7], is 9" errors
says "broken.jsonl:5: error: column 1: no JSON" errors
same "faults" "$(grep -c 'broken.jsonl:[0-9]*: error' errors)" 3
[ ! -e "$work/none.db" ] || { echo "a refused run made a database"; faults=$((faults + 1)); }

# What does not fit together is said where the experiment says it.
refuses() { # NAME SED COMPLAINT
    sed -e '/"sweep"/d' -e "$2" chain.json >"$1.json"
    expect 2 "$PROGRAM" check "$1.json"
    says "$3" errors
}
refuses length 's/"length": 8/"length": 9/' 'the trace has rows of 8 positions over 5 tokens, the source of 9 over 5'
refuses letters 's/"a", "b"/"a", "x"/' 'token 1 is written "b" in the trace, "x" by the source'
refuses kind 's/"kind": "trace", "name": "recorded"/"kind": "distance", "name": "d"/' \
    'the predictor "trace" answers only what it recorded: the measure "trace"'
refuses oracle 's/"kind": "trace", "path": "chain.jsonl"/"kind": "oracle"/' 'needs the predictor "trace"'
refuses nowhere 's/chain.jsonl/nowhere.jsonl/' 'nowhere.jsonl'
refuses folder 's/chain.jsonl/figures/' 'figures'
sed -e '/"sweep"/d' -e 's/"path": "chain.jsonl"/"path": "gone.jsonl", "if_missing": "not_run"/' chain.json >gone.json
expect 0 "$PROGRAM" check gone.json
cat >source.json <<END
{"marginalia": 1, "name": "s", "source": {"kind": "trace"}, "predictor": {"kind": "uniform"}, "measure": [$free]}
END
expect 2 "$PROGRAM" check source.json
says 'a source known only from a trace needs the predictor "trace"' errors

# PyTorch decodes, the trace is read; the checkpoint is decoded here: the same tokens in the same
# steps, and predictions alike as far as single precision goes (seen: 1.1e-6).
"${PYTHON:-python3}" "$here/torch_trace.py" . >out 2>errors
case $? in
0)
    expect 0 "$PROGRAM" run there.json here.json --db "$work/f.db"
    same "tokens and steps" "$(ask "SELECT (SELECT count(DISTINCT tokens) || count(*) FROM samples),
 (SELECT count(*) FROM reveals), (SELECT count(*) FROM (SELECT DISTINCT position, mean_step FROM reveals))" "$work/f.db")" "12,18,9"
    same "predictions" "$(ask "SELECT count(*) > 80, max(abs(a.value - b.value)) < 2e-5 FROM distance_curves a
 JOIN distance_curves b USING (quantity, position) WHERE a.run_id < b.run_id" "$work/f.db")" "1,1"
    ;;
77) ;; # no torch here
*)
    cat out errors
    faults=$((faults + 1))
    ;;
esac
[ "$faults" = 0 ]
