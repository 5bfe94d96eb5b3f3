#!/bin/sh
# View run_labels tells points apart in few words, and each figure of plots/ draws an experiment
# that has rows for it, trained and exact, without a word from gnuplot.
. "$(dirname "$0")/lib.sh"

# Points of one source kind without names look alike: the second is numbered. Replicates share.
chain() { echo "{\"kind\": \"markov\", $1 \"transition\": [[$2, $3], [0.3, 0.7]], \"start\": \"stationary\", \"length\": 3}"; }
points() { # NAME SWEEP
    cat <<END
{"marginalia": 1, "name": "$1", "source": $(chain '"name": "base",' 0.5 0.5), "predictor": {"kind": "oracle"},
 "measure": [{"kind": "joint", "name": "pair", "context": "_ _ _", "targets": [0, 1]}], $2
 "claims": [{"about": "T", "name": "one", "accept": [0, 1], "exact": true, "query": "SELECT 1"}]}
END
}
points plain '' >plain.json
points alike "\"sweep\": {\"matrix\": {\"source\": [$(chain '' 0.5 0.5), $(chain '' 0.9 0.1)]}}," >alike.json
points named "\"sweep\": {\"matrix\": {\"source\": [$(chain '"name": "slow",' 0.5 0.5), $(chain '"name": "fast",' 0.9 0.1)]}}," >named.json
tiny seeds 1 "$pair" 2 '"sweep": {"matrix": {"predictor.width": [8, 16], "train.batch": [8]}},' >seeds.json
expect 0 "$PROGRAM" run plain.json alike.json named.json seeds.json --db "$db"
labels=$(ask "SELECT experiment || ': ' || label || ' x ' || count(*) FROM runs JOIN run_labels USING (run_id)
              GROUP BY experiment, label ORDER BY 1" | tr -d '"')
same labels "$labels" "alike: markov #2 x 1
alike: markov x 1
named: fast x 1
named: slow x 1
plain: base x 1
seeds: width 16 x 2
seeds: width 8 x 2"

# done_runs says which of them a panel counts.
panels=$(ask "SELECT experiment || ': ' || panel || ', ' || source_name FROM runs JOIN done_runs USING (run_id)
              WHERE experiment IN ('named', 'seeds') GROUP BY 1 ORDER BY 1" | tr -d '"')
same panels "$panels" "named: fast, fast
named: slow, slow
seeds: width 16 (n = 2), sequences
seeds: width 8 (n = 2), sequences"

command -v gnuplot >/dev/null || exit "$faults"
cat >all.json <<END
{"marginalia": 1, "name": "all",
 "source": $(chain '"name": "sticky",' 0.9 0.1 | sed 's/"length": 3/"length": 5/'),
 "predictor": {"kind": "transformer", "layers": 1, "width": 8, "heads": 2, "hidden": 8},
 "train": {"steps": 3, "batch": 8, "lr": 0.003},
 "measure": [
  {"kind": "joint", "name": "near", "context": "_ _ _ _ _", "targets": [0, 1]},
  {"kind": "joint", "name": "far", "context": "_ _ _ _ _", "targets": [0, 4]},
  {"kind": "distance", "name": "left", "left": 1, "run": 4, "contexts": 4},
  {"kind": "distance", "name": "both", "left": 1, "right": 1, "run": 3, "contexts": 4},
  {"kind": "likelihood", "name": "nelbo"},
  {"kind": "bidirectional", "name": "right", "left": 1, "right": 1, "run": 1, "contexts": 4},
  {"kind": "order", "name": "middle", "middle": 1, "draws": 4, "samplers": [
   {"name": "sampled-5", "order": "low_confidence", "per_step": 1, "block": 5}]},
  {"kind": "samples", "name": "free", "draws": 10, "samplers": [{"name": "one", "order": "random", "steps": 1}]},
  {"kind": "law", "name": "law", "samplers": [
   {"name": "left-1", "order": "left_to_right", "steps": 1},
   {"name": "left-5", "order": "left_to_right", "per_step": 1},
   {"name": "sampled-2", "order": "low_confidence", "per_step": 1, "block": 2},
   {"name": "sampled-5", "order": "low_confidence", "per_step": 1, "block": 5},
   {"name": "threshold-07", "order": "threshold", "tau": 0.7}]}],
 "sweep": {"matrix": {"predictor.kind": ["oracle", "transformer"]}}, "replicates": 2,
 "claims": [{"about": "T", "name": "one", "accept": [0, 1], "exact": true, "query": "SELECT 1"}],
 "figures": ["kl_nfe", "ledger", "law_coherence_nfe", "blocks", "homogenization", "middle",
  "position_pairs", "spacing", "joint_vs_product", "marginals", "coherence_nfe", "training_loss",
  "position_spread", "phase_diagram", "reading_order", "right_gain", "drawn_token_bias"]}
END
expect 0 "$PROGRAM" run all.json --db "$db"
expect 0 "$PROGRAM" plot all.json --db "$db" --out figures
same "pictures that were drawn" "$(grep -c ' drawn ' out)" 17
same "settings of the samplers" "$(ask "SELECT DISTINCT sampler, rule, steps, per_step, block, tau FROM sampler_settings
    JOIN runs USING (run_id) WHERE experiment = 'all' ORDER BY 1")" "left-1,left_to_right,1,,,
left-5,left_to_right,,1,,
one,random,1,,,
sampled-2,low_confidence,,1,2,
sampled-5,low_confidence,,1,5,
threshold-07,threshold,,,,0.7"

# A database of an older schema has fewer views; whoever may write to it brings it up to date.
sqlite3 "$db" "DROP VIEW done_runs; PRAGMA user_version = 6"
expect 0 "$PROGRAM" plot --db "$db" --out again
same "pictures of an older database" "$(grep -c ' drawn ' out)" 17

# A first experiment: one sampler that errs by nothing, or one on a text, whose law nobody knows.
cat >exact.json <<END
{"marginalia": 1, "name": "exact", "source": $(chain '' 0.9 0.1), "predictor": {"kind": "oracle"},
 "measure": [{"kind": "law", "name": "law", "samplers": [{"name": "one", "order": "left_to_right", "per_step": 1}]}],
 "figures": ["kl_nfe", "ledger", "law_coherence_nfe"]}
END
awk 'BEGIN { srand(1); for (i = 0; i < 8000; i++) { if (rand() < 0.5) c = int(4 * rand())
    printf "%s%s", substr("abcd", c + 1, 1), i % 60 == 59 ? "\n" : "" } }' >letters.txt
cat >text.json <<END
{"marginalia": 1, "name": "text", "source": {"kind": "text", "corpus": "letters.txt", "length": 12, "held_out": 0.2},
 "predictor": {"kind": "transformer", "layers": 1, "width": 16, "heads": 2, "hidden": 16},
 "train": {"steps": 300, "batch": 16, "lr": 0.01},
 "measure": [{"kind": "distance", "name": "left", "left": 1, "contexts": 32},
  {"kind": "law", "name": "law", "draws": 8, "samplers": [{"name": "one", "order": "left_to_right", "per_step": 1}]}],
 "figures": ["homogenization", "text_speed", "text_distance"]}
END
expect 0 "$PROGRAM" run exact.json text.json --db "$db"
expect 0 "$PROGRAM" report exact.json text.json --db "$db" --out first.html
same "figures of a first experiment" "$(grep -c '<figure id=' first.html)" 6
# The prediction goes from .27 to .02 of the unigram law: that is forgetting, at its own rate.
says "(fitted to the predictions)" first.html
says "<h3>Samplers</h3>" first.html
says "MB of memory" first.html
exit "$faults"
