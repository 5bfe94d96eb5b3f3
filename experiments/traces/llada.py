#!/usr/bin/env python3
"""Decodes with a masked diffusion model of Hugging Face's and writes the trace; see README.md.

Usage: llada.py MODEL MASK_ID --prompt TEXT [--new 128 --steps 64 --block 32] [--top 20] [--samples 4
--temperature 1] [--class AutoModelForMaskedLM] [--shift] [--device cuda] >trace.jsonl
LLaDA's rule: of the tokens drawn for the masked positions of a block the most probable stay.
"""
import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "commands"))
from huggingface import load  # noqa: E402


def predict(logits, row, shift):
    """Probabilities (L, V) of one row of ids."""
    import torch

    given = logits([row])[0].double()
    given = torch.roll(given, 1, 0) if shift else given
    return torch.softmax(given, dim=-1)


def draw(probs, temperature):
    """A token for each of n positions, (n, V) in."""
    import torch

    if temperature == 0:
        return probs.argmax(-1)
    return torch.multinomial(probs ** (1 / temperature), 1)[:, 0]


def decode(sample, prompt, logits, options):
    """Print a line for each masked position of each step."""
    import torch

    row = prompt + [options.mask] * options.new
    masked = list(range(len(prompt), len(row)))
    step = 0
    for start in range(len(prompt), len(row), options.block):
        width = min(options.block, len(row) - start)
        steps = max(1, options.steps * width // options.new)
        for left in range(steps, 0, -1):
            here = [i for i in masked if start <= i < start + width]
            if not here:
                break
            probs = predict(logits, row, options.shift)
            drawn = draw(probs[here], options.temperature)
            chance = probs[here, drawn]
            stay = chance.topk(-(-len(here) // left)).indices.tolist()
            revealed = {here[k]: int(drawn[k]) for k in stay}
            listed = torch.topk(probs[masked], options.top)
            for i, ps, ids in zip(masked, listed.values.tolist(), listed.indices.tolist()):
                print(json.dumps({"sample": sample, "step": step, "position": i, "top": list(zip(ids, ps)),
                                  "revealed": revealed.get(i)}, allow_nan=False))
            for i, token in revealed.items():
                row[i] = token
            masked = [i for i in masked if i not in revealed]
            step += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("mask", type=int)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--new", type=int, default=128, help="masks behind the prompt")
    parser.add_argument("--steps", type=int, default=64)
    parser.add_argument("--block", type=int, default=32)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--temperature", type=float, default=0, help="0: arg-max")
    parser.add_argument("--class", dest="name", default="AutoModel", help="of transformers")
    parser.add_argument("--shift", action="store_true", help="row i of the logits is for i + 1")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    logits = load(options.name, options.model, options.device)
    prompt = []
    if options.prompt:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(options.model, trust_remote_code=True)
        prompt = tokenizer(options.prompt)["input_ids"]
    row = prompt + [options.mask] * options.new
    header = {"marginalia_trace": 1, "made_by": " ".join(sys.argv), "sampler": "low_confidence",
              "length": len(row), "vocab": logits([row]).shape[-1], "top": options.top, "block": options.block,
              "prompts": [prompt + [-1] * options.new]}
    print(json.dumps(header))
    for sample in range(options.samples):
        decode(sample, prompt, logits, options)


if __name__ == "__main__":
    main()
