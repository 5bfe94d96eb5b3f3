#!/usr/bin/env python3
"""A masked diffusion model of Hugging Face's as a predictor of marginalia's; see README.md.

Arguments: MODEL MASK_ID [--class AutoModelForMaskedLM] [--shift] [--device cuda]. The source's tokens are the model's: token i of
the experiment is row i of the vocabulary, or, where it is written as a number, the row of that
number (an experiment over 40 tokens of 126464 says "alphabet": ["341", "268", ...]). Then the
probabilities are those of the model given that it answers with one of these.
"""
import argparse
import json
import sys


def ids_of(symbols, vocab):
    """Rows of the model's vocabulary, by how the experiment writes its tokens."""
    return [int(s) for s in symbols] if all(s.isdigit() for s in symbols) else list(range(vocab))


def load(name, model, device):
    """Token ids (n, L) to logits (n, L, rows), in the model's own precision."""
    import torch
    import transformers

    network = getattr(transformers, name).from_pretrained(model, trust_remote_code=True, torch_dtype="auto")
    network = network.to(device).eval()

    def logits(rows):
        with torch.no_grad():
            return network(torch.tensor(rows, device=device)).logits

    return logits


def answer(rows, ids, mask, logits, shift):
    """For each row, for each masked position, the distribution over ids."""
    import torch

    given = logits([[mask if t < 0 else ids[t] for t in row] for row in rows])
    probs = []
    for r, row in enumerate(rows):
        at = [max(i - 1, 0) if shift else i for i, t in enumerate(row) if t < 0]
        chosen = given[r, at][:, ids].double()
        probs.append(torch.softmax(chosen, dim=-1).tolist())
    return probs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("mask", type=int)
    parser.add_argument("--class", dest="name", default="AutoModel", help="of transformers")
    parser.add_argument("--shift", action="store_true", help="row i of the logits is for i + 1")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    greeting = json.loads(sys.stdin.readline())
    ids = ids_of(greeting["symbols"], greeting["vocab"])
    logits = load(options.name, options.model, options.device)
    print(json.dumps({"vocab": len(ids)}), flush=True)
    for line in sys.stdin:
        rows = json.loads(line)["rows"]
        probs = answer(rows, ids, options.mask, logits, options.shift)
        print(json.dumps({"probs": probs}, allow_nan=False), flush=True)


if __name__ == "__main__":
    main()
