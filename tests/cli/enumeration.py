"""Check marginalia's exact numbers against a brute-force enumeration that shares no code with it.

Draws random sources (weighted sequences, Markov chains, hidden Markov models) and random samplers,
writes one experiment file for each source, lets the program measure them with the oracle, and
compares joints, information, output laws and error ledgers with sums over every sequence, every
subset of positions and every drawn token. Python's standard library only.

usage: enumeration.py PROGRAM [SOURCES] [SEED]
"""
import itertools
import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

TOLERANCE = 1e-10
M = None  # a masked position


class Law:
    """A joint law over sequences, as a dictionary; every question is answered by summing it."""

    def __init__(self, table, length, vocab):
        self.p = {x: v for x, v in table.items() if v > 0}
        self.length, self.vocab = length, vocab
        self.cache = {}

    def mass(self, c):
        return sum(v for x, v in self.p.items() if all(a is M or a == b for a, b in zip(c, x)))

    def conditionals(self, c):
        """One list of V probabilities per position; uniform where c never occurs."""
        if c not in self.cache:
            total = self.mass(c)
            rows = []
            for i in range(self.length):
                if c[i] is not M:
                    rows.append([1.0 if v == c[i] else 0.0 for v in range(self.vocab)])
                elif total == 0:
                    rows.append([1.0 / self.vocab] * self.vocab)
                else:
                    rows.append([self.mass(put(c, {i: v})) / total for v in range(self.vocab)])
            self.cache[c] = rows
        return self.cache[c]


def put(c, values):
    return tuple(values.get(i, a) for i, a in enumerate(c))


def temper(p, t):
    if t == 0:
        best = p.index(max(p))
        return [1.0 if v == best else 0.0 for v in range(len(p))]
    w = [x ** (1.0 / t) if x > 0 else 0.0 for x in p]
    return [x / sum(w) for x in w]


def entropy(p):
    return -sum(x * math.log(x) for x in p if x > 0)


def step_size(s, masked, total):
    if s.get("per_step"):
        return min(s["per_step"], masked)
    n, done, sizes = s["steps"], total - masked, []
    for j in range(n):
        sizes.append(total // n + (1 if j < total % n else 0))
    reached = 0
    for size in sizes:
        if reached == done:
            return size
        reached += size
    raise AssertionError


def offsets(n):
    bits = max(1, (n - 1).bit_length())
    out = [int(format(j, "0%db" % bits)[::-1], 2) for j in range(1 << bits)]
    return [o for o in out if o < n]


def ranked(candidates, score, size, ties):
    """Subsets of the given size with the largest scores: a list of (set, probability)."""
    score = {i: round(score[i], 12) for i in candidates}
    if ties == "lowest":
        chosen = sorted(candidates, key=lambda i: (-score[i], i))[:size]
        return [(tuple(sorted(chosen)), 1.0)]
    theta = sorted((score[i] for i in candidates), reverse=True)[size - 1]
    sure = [i for i in candidates if score[i] > theta]
    pool = [i for i in candidates if score[i] == theta]
    subsets = list(itertools.combinations(pool, size - len(sure)))
    return [(tuple(sorted(sure + list(u))), 1.0 / len(subsets)) for u in subsets]


def select(s, c, probs, drawn=None):
    """r(S | c): every set the rule may reveal, with its probability."""
    masked = [i for i, a in enumerate(c) if a is M]
    total = len(c)
    if s.get("block"):
        start = masked[0] // s["block"] * s["block"]
        end = min(start + s["block"], len(c))
        masked = [i for i in masked if i < end]
        total = end - start
    order, ties = s["order"], s.get("ties", "lowest")
    if order == "strided":
        for o in offsets(s["steps"]):
            chosen = [i for i in masked if i % s["steps"] == o]
            if chosen:
                return [(tuple(chosen), 1.0)]
    if order == "bisect":
        chosen, i = [], 0
        while i < len(c):
            if c[i] is M:
                j = i
                while j < len(c) and c[j] is M:
                    j += 1
                chosen.append((i + j) // 2)
                i = j
            else:
                i += 1
        return [(tuple(chosen), 1.0)]
    if order == "fixed":
        for group in s["partition"]:
            chosen = [i for i in group if c[i] is M]
            if chosen:
                return [(tuple(sorted(chosen)), 1.0)]
    top = {i: sorted(probs[i], reverse=True) for i in masked}
    if order == "threshold":
        chosen = [i for i in masked if top[i][0] >= s["tau"] - 1e-12]
        if chosen:
            return [(tuple(chosen), 1.0)]
        return ranked(masked, {i: top[i][0] for i in masked}, 1, ties)
    if order == "entropy_budget":
        h = {i: round(entropy(probs[i]), 12) for i in masked}
        rising = sorted(masked, key=lambda i: (h[i], i))
        n = 1
        while n < len(rising) and sum(h[i] for i in rising[:n]) <= s["gamma"] + 1e-12:
            n += 1
        return ranked(masked, {i: -h[i] for i in masked}, n, ties)
    size = step_size(s, len(masked), total)
    if order == "random":
        subsets = list(itertools.combinations(masked, size))
        return [(u, 1.0 / len(subsets)) for u in subsets]
    score = {
        "left_to_right": lambda i: -i,
        "right_to_left": lambda i: i,
        "confidence": lambda i: top[i][0],
        "margin": lambda i: top[i][0] - top[i][1],
        "entropy": lambda i: -entropy(probs[i]),
        "low_confidence": lambda i: drawn[i],
    }[order]
    return ranked(masked, {i: score(i) for i in masked}, size, ties)


def moves(s, c, law):
    """Every way one step can go: (S, {position: token}, probability)."""
    probs = law.conditionals(c)
    t = s.get("temperature", 1)
    q = {i: temper(probs[i], t) for i, a in enumerate(c) if a is M}
    if s["order"] == "low_confidence":
        masked = sorted(q)
        for tokens in itertools.product(range(law.vocab), repeat=len(masked)):
            w = math.prod(q[i][v] for i, v in zip(masked, tokens))
            if w == 0:
                continue
            y = dict(zip(masked, tokens))
            for chosen, r in select(s, c, probs, {i: probs[i][y[i]] for i in masked}):
                yield chosen, {i: y[i] for i in chosen}, w * r
        return
    for chosen, r in select(s, c, probs):
        for tokens in itertools.product(range(law.vocab), repeat=len(chosen)):
            w = math.prod(q[i][v] for i, v in zip(chosen, tokens))
            if w > 0:
                yield chosen, dict(zip(chosen, tokens)), r * w


def choice_law(s, c, law):
    """r(S | c) with the drawn tokens summed out."""
    out = {}
    for chosen, _, w in moves(s, c, law):
        out[chosen] = out.get(chosen, 0.0) + w
    return out


def spread(start, step):
    """Layers of the walk from `start`: each a dictionary state -> mass, until all is revealed."""
    layers = [start]
    while any(M in c for c in layers[-1]):
        after = {}
        for c, m in layers[-1].items():
            for d, w in ([(c, 1.0)] if M not in c else step(c)):
                after[d] = after.get(d, 0.0) + m * w
        layers.append(after)
    return layers


def kl_of_layer(law, layer):
    """KL(mu || sum over states of nu_t(state) * mu(x | state))."""
    total = 0.0
    mass = {c: law.mass(c) for c in layer}
    for x, p in law.p.items():
        q = sum(m * p / mass[c] for c, m in layer.items()
                if mass[c] > 0 and all(a is M or a == b for a, b in zip(c, x)))
        total += p * math.log(p / q) if q > 0 else math.inf
    return total


def expected(s, law):
    """KL, its parts, coherence and NFE of a sampler with a perfect predictor."""
    start = {(M,) * law.length: 1.0}

    def sampler_step(c):
        return [(put(c, y), w) for _, y, w in moves(s, c, law)]

    def twin_step(c):
        q = {i: temper(row, s.get("temperature", 1)) for i, row in enumerate(law.conditionals(c))}
        for chosen, r in choice_law(s, c, law).items():
            for tokens in itertools.product(range(law.vocab), repeat=len(chosen)):
                w = r * math.prod(q[i][v] for i, v in zip(chosen, tokens))
                if w > 0:
                    yield put(c, dict(zip(chosen, tokens))), w

    def data_step(c):
        total = law.mass(c)
        for chosen, r in choice_law(s, c, law).items():
            for tokens in itertools.product(range(law.vocab), repeat=len(chosen)):
                d = put(c, dict(zip(chosen, tokens)))
                if law.mass(d) > 0:
                    yield d, r * law.mass(d) / total

    layers = spread(start, sampler_step)
    nu = layers[-1]
    kl = kl_of_layer(law, nu)
    twin = spread(start, twin_step)[-1]
    ledger, factorization, model, nfe, before = [], 0.0, 0.0, 0.0, 0.0
    for t, layer in enumerate(spread(start, data_step)[:-1]):
        f = m = 0.0
        for c, mass in layer.items():
            if M not in c:
                continue
            nfe += mass
            rows = law.conditionals(c)
            q = [temper(row, s.get("temperature", 1)) for row in rows]
            for chosen, r in choice_law(s, c, law).items():
                joint = [law.mass(put(c, dict(zip(chosen, v)))) / law.mass(c)
                         for v in itertools.product(range(law.vocab), repeat=len(chosen))]
                f += mass * r * (sum(entropy(rows[i]) for i in chosen) - entropy(joint))
                for i in chosen:
                    m += mass * r * sum(a * (math.log(a / b) if b > 0 else math.inf)
                                        for a, b in zip(rows[i], q[i]) if a > 0)
        after = kl_of_layer(law, layers[min(t + 1, len(layers) - 1)])
        ledger.append((f, m, after - before - f - m))
        before = after
        factorization, model = factorization + f, model + m
    kl_twin = kl_of_layer(law, twin)
    return {
        "kl_nats": kl, "factorization_nats": factorization, "model_nats": model,
        "mixture_nats": kl_twin - factorization - model, "selection_nats": kl - kl_twin,
        "order_nats": kl - factorization - model, "nfe": nfe,
        "coherence": sum(v for x, v in nu.items() if x in law.p), "ledger": ledger,
        "reverse_kl_nats": reverse_kl(law, nu),
        "tv": sum(abs(law.p.get(x, 0) - nu.get(x, 0)) for x in set(law.p) | set(nu)) / 2,
    }


def reverse_kl(law, nu):
    """KL(nu || law), infinite where nu goes astray by more than rounding."""
    if sum(v for x, v in nu.items() if law.p.get(x, 0) == 0) > 1e-12:
        return math.inf
    return sum(v * math.log(v / law.p[x]) for x, v in nu.items() if v > 0 and law.p.get(x, 0) > 0)


def simplex(rng, n, zeros=0.0):
    w = [0.0 if rng.random() < zeros else rng.random() + 0.05 for _ in range(n)]
    if sum(w) == 0:
        w[rng.randrange(n)] = 1.0
    return [x / sum(w) for x in w]


def random_source(rng):
    kind = rng.choice(["sequences", "markov", "hmm"])
    vocab, length = rng.choice([(2, 3), (2, 4), (3, 3), (2, 5), (3, 4)])
    if kind == "sequences":
        table = {}
        while len({v for x in table for v in x}) < vocab:
            for _ in range(rng.randint(2, 7)):
                x = tuple(rng.randrange(vocab) for _ in range(length))
                table[x] = table.get(x, 0) + rng.randint(1, 30)
        total = sum(table.values())
        spec = {"kind": kind, "rows": [{"tokens": " ".join(map(str, x)), "count": n}
                                       for x, n in table.items()]}
        return spec, Law({x: n / total for x, n in table.items()}, length, vocab)
    states = vocab if kind == "markov" else rng.choice([2, 3])
    start = simplex(rng, states)
    transition = [simplex(rng, states, 0.2) for _ in range(states)]
    emission = [simplex(rng, vocab, 0.2) for _ in range(states)]
    spec = {"kind": kind, "transition": transition, "start": start, "length": length}
    if kind == "hmm":
        spec["emission"] = emission
    table = {}
    for path in itertools.product(range(states), repeat=length):
        w = start[path[0]] * math.prod(transition[a][b] for a, b in zip(path, path[1:]))
        if kind == "markov":
            table[path] = w
            continue
        for x in itertools.product(range(vocab), repeat=length):
            e = w * math.prod(emission[a][v] for a, v in zip(path, x))
            table[x] = table.get(x, 0.0) + e
    return spec, Law(table, length, vocab)


def random_sampler(rng, name, length):
    s = {"name": name, "order": rng.choice([
        "random", "left_to_right", "right_to_left", "confidence", "margin", "entropy",
        "low_confidence", "low_confidence", "strided", "bisect", "fixed", "threshold",
        "entropy_budget"])}
    if s["order"] == "fixed":
        groups = [[] for _ in range(rng.randint(1, length))]
        for i in rng.sample(range(length), length):
            rng.choice(groups).append(i)
        s["partition"] = [g for g in groups if g]
    elif s["order"] == "strided":
        s["steps"] = rng.randint(1, length)
    elif s["order"] == "threshold":
        s["tau"] = rng.choice([0.4, 0.6, 0.9])
    elif s["order"] == "entropy_budget":
        s["gamma"] = rng.choice([0.1, 0.5, 1.0])
    elif s["order"] != "bisect":
        s[rng.choice(["per_step", "steps"])] = rng.randint(1, length)
        if "per_step" in s and rng.random() < 0.3:
            s["block"] = rng.randint(max(2, s["per_step"]), length) if s["per_step"] <= length else 2
    s["ties"] = rng.choice(["lowest", "uniform"])
    if rng.random() < 0.3:
        s["temperature"] = rng.choice([0.5, 1.5])
    return s


def random_probe(rng, law):
    x = rng.choice(sorted(law.p))
    masked = sorted(rng.sample(range(law.length), rng.randint(1, law.length)))
    c = tuple(M if i in masked else a for i, a in enumerate(x))
    return c, rng.sample(masked, rng.randint(1, min(3, len(masked))))


def close(a, b):
    if a is None or b is None or math.isinf(b):  # the database has NULL for infinity
        return a is None and (b is None or math.isinf(b))
    return abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    cases, files = {}, []
    folder = tempfile.mkdtemp()
    for k in range(count):
        spec, law = random_source(rng)
        c, targets = random_probe(rng, law)
        samplers = [random_sampler(rng, "s%d" % j, law.length) for j in range(4)]
        context = " ".join("_" if a is M else str(a) for a in c)
        body = {"marginalia": 1, "name": "case%d" % k, "source": spec,
                "predictor": {"kind": "oracle"},
                "measure": [{"kind": "joint", "name": "j", "context": context, "targets": targets},
                            {"kind": "law", "name": "l", "samplers": samplers}]}
        path = os.path.join(folder, "case%d.json" % k)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(body, f)
        files.append(path)
        cases["case%d" % k] = (law, c, targets, samplers)
    db = os.path.join(folder, "r.db")
    subprocess.run([program, "run", *files, "--db", db], check=True, stderr=subprocess.DEVNULL)
    base = sqlite3.connect(db)
    base.row_factory = sqlite3.Row
    compared, wrong = 0, []

    def check(what, got, want):
        nonlocal compared
        compared += 1
        if not close(got, want):
            wrong.append("%s: program %r, enumeration %r" % (what, got, want))

    for name, (law, c, targets, samplers) in cases.items():
        run = base.execute("SELECT run_id FROM runs WHERE experiment = ?", (name,)).fetchone()[0]
        rows = law.conditionals(c)
        for r in base.execute("SELECT * FROM marginals WHERE run_id = ?", (run,)):
            check(name + " marginal", r["p_exact"], rows[r["position"]][int(r["token"])])
        joint = {v: law.mass(put(c, dict(zip(targets, v)))) / law.mass(c)
                 for v in itertools.product(range(law.vocab), repeat=len(targets))}
        for r in base.execute("SELECT * FROM joints WHERE run_id = ?", (run,)):
            v = tuple(map(int, r["outcome"].split()))
            check(name + " joint", r["p_exact"], joint[v])
            check(name + " product", r["p_product"],
                  math.prod(rows[i][a] for i, a in zip(targets, v)))
            check(name + " chain", r["p_chain"], joint[v])
        tc = sum(entropy(rows[i]) for i in targets) - entropy(joint.values())
        r = base.execute("SELECT * FROM information WHERE run_id = ? AND quantity = "
                         "'total_correlation_nats'", (run,)).fetchone()
        check(name + " total correlation", r["exact"], tc)
        for s in samplers:
            want = expected(s, law)
            r = base.execute("SELECT * FROM sampler_error WHERE run_id = ? AND sampler = ?",
                             (run, s["name"])).fetchone()
            for column, value in want.items():
                if column != "ledger":
                    check("%s %s %s" % (name, s, column), r[column], value)
            steps = base.execute("SELECT * FROM ledger WHERE run_id = ? AND sampler = ? "
                                 "ORDER BY step", (run, s["name"])).fetchall()
            check("%s %s steps" % (name, s), len(steps), len(want["ledger"]))
            for r, (f, m, o) in zip(steps, want["ledger"]):
                label = "%s %s step %d " % (name, s, r["step"])
                check(label + "factorization", r["factorization_nats"], f)
                check(label + "model", r["model_nats"], m)
                check(label + "order", r["order_nats"], o)
    for line in wrong[:20]:
        print(line)
    print("%d sources, %d samplers, %d numbers compared, %d differ"
          % (count, 4 * count, compared, len(wrong)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
