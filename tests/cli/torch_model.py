"""A saved model in PyTorch: reads DIR with Python's safetensors and compares log probabilities.

FILE has lines `context TAB position TAB token TAB probability`, as check_model.py reads them.
usage: torch_model.py DIR FILE [TOLERANCE]
"""
import json
import math
import sys

import torch
from safetensors.torch import load_file


def rms(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def turn(x, theta):  # (T, heads, size), half-split
    half = x.shape[-1] // 2
    angle = torch.outer(torch.arange(len(x)).double(), theta ** (-torch.arange(half) / half))
    c, s = angle.cos().float()[:, None], angle.sin().float()[:, None]
    a, b = x.split(half, -1)
    return torch.cat([a * c - b * s, b * c + a * s], -1)


def forward(config, w, ids):  # logits (T, rows)
    eps, heads, base = config["rms_norm_eps"], config["n_heads"], "model.transformer."
    h = w[base + "wte.weight"][ids] + w.get(base + "wpe.weight", torch.zeros(1))
    for i in range(config["n_layers"]):
        p = {n: w["%sblocks.%d.%s.weight" % (base, i, n)] for n in ("attn_norm", "q_proj", "k_proj",
             "v_proj", "attn_out", "ff_norm", "ff_proj", "up_proj", "ff_out")}
        n = rms(h, p["attn_norm"], eps)
        q, k, v = ((n @ p[x].T).view(len(ids), heads, -1) for x in ("q_proj", "k_proj", "v_proj"))
        q, k, v = (x.transpose(0, 1) for x in (turn(q, config["rope_theta"]),
                                               turn(k, config["rope_theta"]), v))
        y = torch.nn.functional.scaled_dot_product_attention(
            q, k, v, is_causal=config["marginalia"]["causal"])
        h = h + y.transpose(0, 1).reshape(len(ids), -1) @ p["attn_out"].T
        n = rms(h, p["ff_norm"], eps)
        gated = torch.nn.functional.silu(n @ p["ff_proj"].T) * (n @ p["up_proj"].T)
        h = h + gated @ p["ff_out"].T
    return rms(h, w[base + "ln_f.weight"], eps) @ w[base + "ff_out.weight"].T


def main(folder, file, tolerance="2e-5"):
    config, w = json.load(open(folder + "/config.json")), load_file(folder + "/model.safetensors")
    own, worst, n = config["marginalia"], 0.0, 0
    bos = [config["bos_token_id"]] if own["positions"] == "bos" else []
    for line in open(file, encoding="utf-8"):
        context, position, token, value = line.rstrip("\n").split("\t")
        ids = [config["mask_token_id"] if s == "_" else own["alphabet"].index(s)
               for s in context.split(" ")]
        logits = forward(config, w, torch.tensor(bos + ids))[len(bos) + int(position)]
        p = torch.log_softmax(logits[:len(own["alphabet"])].double(), 0)
        worst, n = max(worst, abs(p[own["alphabet"].index(token)].item() - math.log(float(value)))), n + 1
    print("%d log probabilities, largest difference %.3g" % (n, worst))
    return 0 if n > 0 and worst <= float(tolerance) else 1


sys.exit(main(*sys.argv[1:]))
