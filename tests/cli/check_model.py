"""Run a saved model without marginalia: LLaDA's forward pass in float64, with numpy only.

Reads DIR/config.json and DIR/model.safetensors itself and prints, for each CONTEXT ("A _ C", `_` a
mask), one line `context TAB position TAB token TAB probability` for every token of every masked
position. With --compare it reads such lines from a file, recomputes each probability, prints the
largest difference and exits 1 if that exceeds the tolerance; 77 when numpy is missing.

usage: check_model.py DIR CONTEXT...
       check_model.py DIR --compare FILE [TOLERANCE]
"""
import json
import os
import struct
import sys

try:
    import numpy as np
except ImportError:
    print("numpy is missing")
    sys.exit(77)

TYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read_tensors(path):
    with open(path, "rb") as file:
        blob = file.read()
    (size,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8:8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(blob[8 + size + begin:8 + size + end], TYPES[entry["dtype"]])
        if entry["dtype"] == "BF16":
            values = (values.astype("<u4") << 16).view("<f4")
        tensors[name] = values.astype(np.float64).reshape(entry["shape"])
    return tensors


def softmax(x):
    p = np.exp(x - x.max(-1, keepdims=True))
    return p / p.sum(-1, keepdims=True)


class Model:
    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        self.own = self.config["marginalia"]
        self.tensors = read_tensors(os.path.join(folder, "model.safetensors"))
        self.alphabet = self.own["alphabet"]

    def weight(self, name, block=None):
        part = "" if block is None else "blocks.%d." % block
        return self.tensors["model.transformer.%s%s.weight" % (part, name)]

    def norm(self, h, weight):
        mean = np.mean(h * h, axis=-1, keepdims=True)
        return h / np.sqrt(mean + self.config["rms_norm_eps"]) * weight

    def rotate(self, x):  # (T, heads, size), half-split
        half = x.shape[2] // 2
        angle = np.outer(np.arange(len(x)), self.config["rope_theta"] ** (-np.arange(half) / half))
        cosine, sine = np.cos(angle)[:, None, :], np.sin(angle)[:, None, :]
        a, b = x[..., :half], x[..., half:]
        return np.concatenate([a * cosine - b * sine, b * cosine + a * sine], axis=-1)

    def attend(self, n, block):
        heads, T = self.config["n_heads"], len(n)
        q, k, v = ((n @ self.weight(w, block).T).reshape(T, heads, -1)
                   for w in ("q_proj", "k_proj", "v_proj"))
        q, k = self.rotate(q), self.rotate(k)
        scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(q.shape[2])
        if self.own["causal"]:
            scores = np.where(np.tril(np.ones((T, T), bool)), scores, -np.inf)
        window = self.own.get("window", 0)
        if window:  # and begin-of-sequence, which is seen by all and sees itself alone
            apart = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))
            if self.own["causal"] or self.own["positions"] == "bos":
                apart[0, 1:], apart[1:, 0] = window + 1, 0
            scores = np.where(apart <= window, scores, -np.inf)
        out = np.einsum("hij,jhd->ihd", softmax(scores), v).reshape(T, -1)
        return out @ self.weight("attn_out", block).T

    def predict(self, context):
        """{position: probabilities over the alphabet} of the masked positions of a context."""
        symbols = context.split(" ")
        assert len(symbols) == self.own["length"], "a context has %d tokens" % self.own["length"]
        ids = [self.config["mask_token_id"] if s == "_" else self.alphabet.index(s) for s in symbols]
        causal = self.own["causal"]  # reads begin-of-sequence, then the row, one place to the right
        bos = self.own["positions"] == "bos" and not causal
        h = self.weight("wte")[([self.config["bos_token_id"]] if bos or causal else []) +
                               (ids[:-1] if causal else ids)]
        if self.own["positions"] == "absolute":
            h = h + self.weight("wpe")
        for block in range(self.config["n_layers"]):
            h = h + self.attend(self.norm(h, self.weight("attn_norm", block)), block)
            n = self.norm(h, self.weight("ff_norm", block))
            gate, up = n @ self.weight("ff_proj", block).T, n @ self.weight("up_proj", block).T
            h = h + (gate / (1 + np.exp(-gate)) * up) @ self.weight("ff_out", block).T
        h = self.norm(h, self.weight("ln_f"))[int(bos):]
        V, masked = len(self.alphabet), [i for i, s in enumerate(symbols) if s == "_"]
        heads = [self.weight("ff_out")[:V]]
        weights = np.ones(1)
        if self.own.get("components", 1) > 1:  # the marginals of a mixture of products
            heads += np.split(self.weight("ff_out_components"), self.own["components"] - 1)
            weights = softmax(self.weight("mixture") @ h[masked].mean(0)) if masked else weights
        p = sum(w * softmax(h @ head.T) for w, head in zip(weights, heads))
        if causal:  # it has seen clean prefixes only: nothing to say after the first mask
            p[masked[1:]] = 1 / V
        return {i: p[i] for i in masked}


def main(folder, *rest):
    model = Model(folder)
    if rest[0] != "--compare":
        for context in rest:
            for position, p in model.predict(context).items():
                for token, value in zip(model.alphabet, p):
                    print("%s\t%d\t%s\t%.17g" % (context, position, token, value))
        return 0
    tolerance, worst, n, predicted = float(rest[2]) if rest[2:] else 1e-6, 0.0, 0, {}
    with open(rest[1], encoding="utf-8") as file:
        for line in file:
            context, position, token, value = line.rstrip("\n").split("\t")
            if context not in predicted:
                predicted[context] = model.predict(context)
            p = predicted[context][int(position)][model.alphabet.index(token)]
            worst, n = max(worst, abs(p - float(value))), n + 1
    print("%d probabilities, largest difference %.3g" % (n, worst))
    return 0 if n > 0 and worst <= tolerance else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
