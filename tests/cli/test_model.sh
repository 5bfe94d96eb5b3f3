#!/bin/sh
# Saved models are LLaDA's: other programs (check_model.py: numpy, float64; torch_model.py: PyTorch
# and Python's safetensors, where they are, for LLaDA's own network) read each kind of positions and
# heads, and attention under a window, from models/KEY and find the probabilities that the database
# has.
here=$(cd "$(dirname "$0")" && pwd)
reader=$here/check_model.py
. "$(dirname "$0")/lib.sh"
needs_python numpy

tiny m 150 "$pair, {\"kind\": \"joint\", \"name\": \"all\", \"context\": \"_ _ _\"},
  {\"kind\": \"joint\", \"name\": \"end\", \"context\": \"A _ _\"}" 1 \
    '"sweep": {"matrix": {"predictor.positions": ["bos", "absolute", "rope"], "predictor.layers": [1, 2]},
    "zip": [{"predictor.components": [1, 3, 1, 2], "predictor.window": [0, 0, 1, 1]}]},' |
    sed 's/"layers": 1, "width": 8/"layers": 1, "width": 16/' >m.json
expect 0 "$PROGRAM" run m.json --db "$db"
for run in $(ask "SELECT run_id FROM runs"); do
    key=$(ask "SELECT key FROM results WHERE run_id = $run AND kind = 'train'")
    ask "SELECT c.value || char(9) || position || char(9) || token || char(9) || p_model
         FROM marginals m JOIN params c ON c.run_id = m.run_id AND c.path = 'measure.' || probe || '.context'
         WHERE m.run_id = $run" | tr -d '"' >"told$run"
    same "probabilities of run $run" "$(wc -l <"told$run")" 21
    expect 0 "$python" "$reader" "models/$key" --compare "told$run" 1e-5
    if ! grep -q '"components"\|"window"' "models/$key/config.json" && # LLaDA's network, no more
        "$python" -c 'import torch, safetensors' 2>/dev/null; then
        expect 0 "$python" "$here/torch_model.py" "models/$key" "told$run" 2e-5
    fi
done
same "networks" "$(find models -name model.safetensors | wc -l)" 24
exit "$faults"
