#!/usr/bin/env python3
"""Decodes a Markov chain with its exact marginals, most confident first, and writes the trace.

Usage: chain.py [TOP] >chain.jsonl; TOP: likeliest tokens listed, all if absent. Needs nothing but
Python: a template for a writer of one's own.
"""
import json
import random
import sys
from math import fsum

START = [0.5, 0.25, 0.125, 0.0625, 0.0625]
STEP = [[0.8, 0.1, 0.05, 0.025, 0.025],
        [0.2, 0.7, 0.05, 0.025, 0.025],
        [0.2, 0.1, 0.65, 0.025, 0.025],
        [0.2, 0.1, 0.05, 0.625, 0.025],
        [0.2, 0.1, 0.05, 0.025, 0.625]]
LENGTH, PER_STEP, SAMPLES = 8, 2, 12
MASK = -1


def marginals(row):
    """For each position P(token | what is revealed), by sums forward and backward."""
    vocab = range(len(START))
    allowed = [[v for v in vocab if row[i] in (MASK, v)] for i in range(LENGTH)]
    forward = [[START[v] if v in allowed[0] else 0.0 for v in vocab]]
    for i in range(1, LENGTH):
        forward.append([fsum(forward[-1][u] * STEP[u][v] for u in vocab) if v in allowed[i] else 0.0 for v in vocab])
    backward = [[1.0 for _ in vocab]]
    for i in reversed(range(1, LENGTH)):
        backward.insert(0, [fsum(STEP[v][w] * backward[0][w] for w in allowed[i]) for v in vocab])
    products = [[f * b for f, b in zip(*pair)] for pair in zip(forward, backward)]
    return [[p / fsum(ps) for p in ps] for ps in products]


def decode(sample, prompt, top):
    """One line for each masked position of each step; the most confident ones are revealed."""
    row, step = list(prompt), 0
    while MASK in row:
        probs = marginals(row)
        masked = [i for i in range(LENGTH) if row[i] == MASK]
        chosen = sorted(masked, key=lambda i: -max(probs[i]))[:PER_STEP]
        for i in masked:
            likeliest = sorted(range(len(START)), key=lambda v: -probs[i][v])[:top]
            line = {"sample": sample, "step": step, "position": i, "top": [[v, probs[i][v]] for v in likeliest]}
            if i in chosen:
                row[i] = line["revealed"] = random.choices(range(len(START)), probs[i])[0]
            print(json.dumps(line, allow_nan=False))
        step += 1


def main():
    random.seed(1)
    top = int(sys.argv[1]) if len(sys.argv) > 1 else len(START)
    vocab = range(len(START))
    prompts = [[random.choices(vocab, START)[0]] + [MASK] * (LENGTH - 1) for _ in range(SAMPLES)]
    header = {"marginalia_trace": 1, "made_by": "chain.py, exact marginals", "sampler": "confidence-2",
              "length": LENGTH, "symbols": ["a", "b", "c", "d", "e"], "top": top, "prompts": prompts}
    print(json.dumps(header))
    for sample, prompt in enumerate(prompts):
        decode(sample, prompt, top)


if __name__ == "__main__":
    main()
