"""A decoding of LLaDA's in PyTorch, and the same asked of the program: two experiment files.

Writes FOLDER/{trace.jsonl, there.json} with experiments/traces/llada.py, of a small random model of
torch_families.py; FOLDER/here.json asks for the same of the checkpoint that was saved. Arg-max
tokens, so nothing is drawn.

usage: torch_trace.py FOLDER (exit code 77: a package is missing)
"""
import argparse
import contextlib
import json
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "..", "experiments", "traces")]
import torch_families  # noqa: E402
import llada  # noqa: E402
import torch  # noqa: E402

LENGTH, PROMPT, BLOCK, STEPS = 12, [3, 7, 11], 3, 6


def experiment(folder, name, vocab, predictor, measures):
    row = [1 / vocab] * vocab
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump({"marginalia": 1, "name": name, "predictor": predictor, "measure": measures,
                   "source": {"kind": "markov", "transition": [row] * vocab, "start": row, "length": LENGTH}}, file)


def main():
    folder = sys.argv[1]
    torch.manual_seed(5)
    torch.set_num_threads(1)
    models = []
    build, *rest = torch_families.CASES["llada"]
    vocab, mask = rest[-1]["vocab_size"], rest[-1]["mask"]
    torch_families.CASES["llada"] = (lambda config: models.append(build(config)) or models[0], *rest)
    torch_families.write_case(folder, "llada")

    def logits(rows):
        both = torch.zeros(1, 1, LENGTH, LENGTH)  # nothing is hidden
        with torch.no_grad():
            return models[0](input_ids=torch.tensor(rows), attention_mask=both).logits

    masks = LENGTH - len(PROMPT)
    options = argparse.Namespace(mask=mask, new=masks, steps=STEPS, block=BLOCK, top=vocab, temperature=0, shift=False)
    with open(os.path.join(folder, "trace.jsonl"), "w") as file, contextlib.redirect_stdout(file):
        print(json.dumps({"marginalia_trace": 1, "made_by": "torch_trace.py", "sampler": "s", "length": LENGTH,
                          "vocab": vocab, "top": vocab, "block": BLOCK, "prompts": [PROMPT + [-1] * masks]}))
        llada.decode(0, PROMPT, logits, options)
    sampler = {"name": "s", "order": "low_confidence", "steps": STEPS, "block": BLOCK, "temperature": 0}
    context = " ".join([str(token) for token in PROMPT] + ["_"] * masks)
    experiment(folder, "there", vocab, {"kind": "trace", "path": "trace.jsonl"}, [{"kind": "trace", "name": "all"}])
    experiment(folder, "here", vocab, {"kind": "checkpoint", "path": "llada"}, [
        {"kind": "order", "name": "order", "context": context, "draws": 1, "samplers": [sampler]},
        {"kind": "samples", "name": "samples", "context": context, "draws": 1, "samplers": [sampler]},
        {"kind": "distance", "name": "distance", "left": " ".join(str(token) for token in PROMPT), "run": masks}])


if __name__ == "__main__":
    main()
