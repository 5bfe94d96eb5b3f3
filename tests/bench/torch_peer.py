"""The peer of the speed check: the same network in PyTorch, float32, run in the fastest way found.

Pre-norm blocks (RMSNorm, half-split RoPE, attention, SwiGLU), no biases, untied head; masked
diffusion with weight 1/t, AdamW, the head at masked positions only. Started by peer.c with the
number of threads; answers lines on its input, one line each:

  (at the start)                                          version and libraries
  prepare KIND V L LAYERS WIDTH HEADS HIDDEN BATCH ROUNDS SECONDS     the way that was fastest
  time SECONDS                                            median seconds of a call

The ways are eager, traced (torch.jit) and compiled (torch.compile), each with two or three forms
of attention; those that do not work here are left out.
"""
import os
import sys
import warnings

THREADS = int(sys.argv[1])
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(THREADS)  # read when the libraries are loaded
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.join(HERE, "../../build/bench-inductor"))
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # no helpers beside what is timed
os.environ["TORCH_CPP_LOG_LEVEL"] = "ERROR"
warnings.filterwarnings("ignore")

import logging  # noqa: E402
import math  # noqa: E402
import time  # noqa: E402

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

EPSILON_T = 1e-3
ATTENTION_LENGTH_MAX = 8  # beyond, products by broadcasting are hopeless


def attend_fused(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


def attend_matmul(q, k, v):
    scores = torch.matmul(q * (1 / math.sqrt(q.shape[-1])), k.transpose(-2, -1))
    return torch.matmul(torch.softmax(scores, -1), v)


def attend_broadcast(q, k, v):
    scores = (q.unsqueeze(3) * k.unsqueeze(2)).sum(-1) * (1 / math.sqrt(q.shape[-1]))
    return (torch.softmax(scores, -1).unsqueeze(-1) * v.unsqueeze(2)).sum(3)


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


class Block(nn.Module):
    def __init__(self, c, attend):
        super().__init__()
        self.heads, self.attend = c["heads"], attend
        self.attn_norm, self.ff_norm = Norm(c["width"]), Norm(c["width"])
        self.qkv = nn.Linear(c["width"], 3 * c["width"], bias=False)
        self.attn_out = nn.Linear(c["width"], c["width"], bias=False)
        self.gate_up = nn.Linear(c["width"], 2 * c["hidden"], bias=False)
        self.ff_out = nn.Linear(c["hidden"], c["width"], bias=False)

    def forward(self, x, cosine, sine):
        rows, length, width = x.shape
        qkv = self.qkv(self.attn_norm(x)).view(rows, length, 3, self.heads, width // self.heads)
        qkv = qkv.permute(2, 0, 3, 1, 4)  # (3, rows, heads, length, size)
        a, b = qkv[:2].chunk(2, -1)
        qk = torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1)
        y = self.attend(qk[0], qk[1], qkv[2]).transpose(1, 2).reshape(rows, length, width)
        x = x + self.attn_out(y)
        gate, up = self.gate_up(self.ff_norm(x)).chunk(2, -1)
        return x + self.ff_out(F.silu(gate) * up)


class Trunk(nn.Module):
    """Everything below the head."""

    def __init__(self, c, attend):
        super().__init__()
        half = c["width"] // c["heads"] // 2
        angle = torch.arange(c["length"])[:, None] * 10000.0 ** (-torch.arange(half) / half)
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())
        self.embed = nn.Embedding(c["vocab"] + 1, c["width"])  # the last is the mask
        self.blocks = nn.ModuleList(Block(c, attend) for _ in range(c["layers"]))
        self.norm = Norm(c["width"])

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        return self.norm(x)


class Network(nn.Module):
    def __init__(self, c, attend):
        super().__init__()
        self.trunk = Trunk(c, attend)
        self.head = nn.Linear(c["width"], c["vocab"], bias=False)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        return self.head(self.trunk(ids))


def traced(module, ids, frozen):
    if not frozen:
        return torch.jit.trace(module, ids)
    with torch.no_grad():
        return torch.jit.optimize_for_inference(torch.jit.trace(module.eval(), ids))


def compiled(module, ids, frozen):
    import torch._inductor.config as inductor

    inductor.freezing = frozen  # weights are constants and may be laid out anew
    run = torch.compile(module, dynamic=False)
    if frozen:
        with torch.no_grad():
            run(ids)
    return run


EXECUTIONS = {"eager": lambda module, ids, frozen: module, "traced": traced, "compiled": compiled}


def make_train(c, execution, attend):
    data = torch.randint(c["vocab"], (16, c["batch"], c["length"]))
    net = Network(c, attend)
    trunk = EXECUTIONS[execution](net.trunk, data[0], False)
    settings = dict(lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    try:
        optimiser = torch.optim.AdamW(net.parameters(), fused=True, **settings)
    except (RuntimeError, TypeError):
        optimiser = torch.optim.AdamW(net.parameters(), foreach=True, **settings)
    state = {"step": 0}

    def call():
        clean = data[state["step"] % 16]
        state["step"] += 1
        t = torch.rand(c["batch"], 1) * (1 - EPSILON_T) + EPSILON_T
        masked = torch.rand(clean.shape) < t
        noisy = torch.where(masked, c["vocab"], clean)
        at = masked.view(-1).nonzero().squeeze(1)
        hidden = trunk(noisy).reshape(-1, c["width"]).index_select(0, at)
        target = clean.reshape(-1).index_select(0, at)
        weight = (1 / t).expand_as(clean).reshape(-1).index_select(0, at)
        entropy = F.cross_entropy(net.head(hidden), target, reduction="none")
        loss = (entropy * weight).sum() / clean.numel()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return loss.item()

    return call


def make_forward(c, execution, attend):
    ids = torch.full((c["batch"], c["length"]), c["vocab"])
    run = EXECUTIONS[execution](Network(c, attend).eval(), ids, True)

    @torch.no_grad()
    def call():
        return run(ids)

    return call


def make_sampler(c, execution, attend):
    mask = c["vocab"]
    ids = torch.full((c["batch"], c["length"]), mask)
    run = EXECUTIONS[execution](Network(c, attend).eval(), ids, True)

    @torch.no_grad()
    def call():
        x = ids.clone()
        done = 0
        for r in range(c["rounds"]):
            probs = torch.softmax(run(x), -1)
            want = (r + 1) * c["length"] // c["rounds"] - done
            done += want
            confidence = probs.amax(-1).masked_fill_(x != mask, -1.0)
            at = confidence.topk(want, -1).indices
            chosen = probs.gather(1, at.unsqueeze(-1).expand(-1, -1, mask))
            drawn = torch.multinomial(chosen.view(-1, mask), 1).view(at.shape)
            x.scatter_(1, at, drawn)
        return x

    return call


MAKERS = {"train": make_train, "forward": make_forward, "sampler": make_sampler}


def time_s(call, seconds):
    times = []
    begin = time.perf_counter()
    while True:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
        spent = time.perf_counter() - begin
        if spent >= seconds and (len(times) > 1 or times[0] >= 2 * seconds):
            break
    times.sort()
    middle = len(times) // 2
    return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2


def prepare(kind, c, seconds):
    """Try the forms of attention eagerly, then the other executions with the best of them."""
    attentions = {"fused": attend_fused, "matmul": attend_matmul}
    if c["length"] <= ATTENTION_LENGTH_MAX:
        attentions["broadcast"] = attend_broadcast
    if not hasattr(F, "scaled_dot_product_attention"):
        del attentions["fused"]
    tried = {}

    def attempt(execution, attention):
        try:
            torch.manual_seed(1)
            torch._dynamo.reset() if execution == "compiled" else None
            call = MAKERS[kind](c, execution, attentions[attention])
            call()
            call()
            tried[execution, attention] = (time_s(call, seconds), call)
        except Exception as error:  # whatever it is, this way does not work here
            reason = str(error).strip().splitlines() or [type(error).__name__]
            print(f"peer: {execution} {attention}: {reason[0][:150]}", file=sys.stderr)

    for attention in attentions:
        attempt("eager", attention)
    best = min(tried, key=lambda way: tried[way][0])[1]
    attempt("traced", best)
    for attention in {best, "matmul"}:
        attempt("compiled", attention)
    best = min(tried, key=lambda way: tried[way][0])
    others = ", ".join(f"{e} {a} {tried[best][0] / tried[e, a][0]:.2f}"
                       for e, a in tried if (e, a) != best)
    return tried[best][1], f"{best[0]} {best[1]} ({others})"


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not look like an answer
    torch.set_num_threads(THREADS)
    torch.set_flush_denormal(True)
    logging.disable(logging.WARNING)
    blas = [word for word in ("mkl", "openblas") if f"BLAS_INFO={word}" in torch.__config__.show()]
    answers.write(f"PyTorch {torch.__version__}, {' '.join(blas) or 'BLAS of the system'}, "
                  f"{torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, 'cpu') else ''}\n")
    call = None
    names = ("vocab", "length", "layers", "width", "heads", "hidden", "batch", "rounds")
    for line in sys.stdin:
        words = line.split()
        if words[0] == "prepare":
            c = dict(zip(names, map(int, words[2:10])))
            call = None  # frees the one before
            call, way = prepare(words[1], c, float(words[10]))
            answers.write(way + "\n")
        else:
            answers.write(f"{time_s(call, float(words[1])):.9g}\n")


if __name__ == "__main__":
    main()
