"""Small random checkpoints of every model family, and their logits in PyTorch.

Writes FOLDER/CASE/{config.json, tokenizer.json, *.safetensors} with Python's safetensors, and
FOLDER/CASE.logits: a line of token ids (-1 where masked), then a line of logits for each masked
position. Where transformers is there, the logits are those of its own Qwen2, Qwen3 and Llama
classes, with attention in both directions; SMDM, which it lacks, is computed by the formula here.

usage: torch_families.py FOLDER
"""
import json
import os
import sys

try:
    import torch
    from safetensors.torch import save_file
    from transformers import (LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM,
                              Qwen3Config, Qwen3ForCausalLM)
except ImportError as missing:
    print("%s is missing" % missing.name)
    sys.exit(77)

T, MAX = 9, 64
LLADA = {"model.embed_tokens": "model.transformer.wte", "model.norm": "model.transformer.ln_f",
         "lm_head": "model.transformer.ff_out"}
LLADA_BLOCK = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ff_norm",
               "self_attn.q_proj": "q_proj", "self_attn.k_proj": "k_proj",
               "self_attn.v_proj": "v_proj", "self_attn.o_proj": "attn_out",
               "mlp.gate_proj": "ff_proj", "mlp.up_proj": "up_proj", "mlp.down_proj": "ff_out"}
LLADA_FIELDS = {
    "activation_type": "silu", "alibi": False, "architectures": ["LLaDAModelLM"],
    "attention_layer_norm": False, "block_group_size": 1, "block_type": "llama",
    "include_bias": False, "include_qkv_bias": False, "input_emb_norm": False,
    "layer_norm_type": "rms", "model_type": "llada", "rope": True, "scale_logits": False,
    "weight_tying": False, "max_sequence_length": MAX}

CASES = {  # class, type of the weights, shards, arguments
    "llada": (LlamaForCausalLM, LlamaConfig, torch.bfloat16, 2, dict(
        vocab_size=61, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5, theta=5e5, mask=57)),
    "a2d-qwen3": (Qwen3ForCausalLM, Qwen3Config, torch.bfloat16, 1, dict(
        vocab_size=53, hidden_size=24, intermediate_size=40, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, head_dim=10, rms_norm_eps=1e-6, theta=1e6,
        tie_word_embeddings=True, mask=50)),
    "a2d-qwen2": (Qwen2ForCausalLM, Qwen2Config, torch.float16, 2, dict(
        vocab_size=47, hidden_size=28, intermediate_size=36, num_hidden_layers=2,
        num_attention_heads=14, num_key_value_heads=2, rms_norm_eps=1e-6, theta=1e6,
        tie_word_embeddings=True, mask=40)),
    "Dream": (Qwen2ForCausalLM, Qwen2Config, torch.float32, 1, dict(
        vocab_size=47, hidden_size=32, intermediate_size=40, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=1, rms_norm_eps=1e-6, theta=1e6,
        tie_word_embeddings=False, mask=44)),
}


def row_of(vocab):
    return [-1 if i % 3 == 0 or i == 4 else (7 * i + 3) % vocab for i in range(T)]


def write_logits(path, row, logits):
    with open(path, "w") as file:
        print(*row, file=file)
        for i, token in enumerate(row):
            if token < 0:
                print(*("%.9g" % x for x in logits[i].tolist()), file=file)


def write_weights(folder, tensors, shards):
    names = sorted(tensors)
    files = ["model-%05d-of-%05d.safetensors" % (i + 1, shards) for i in range(shards)]
    if shards == 1:
        files = ["model.safetensors"]
    for i, file in enumerate(files):
        save_file({n: tensors[n] for n in names[i::shards]}, os.path.join(folder, file),
                  metadata={"format": "pt"})
    if shards > 1:
        size = sum(t.numel() * t.element_size() for t in tensors.values())
        index = {"metadata": {"total_size": size},
                 "weight_map": {n: files[i % shards] for i, n in enumerate(names)}}
        with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
            json.dump(index, file, indent=2)


def renamed(name):
    for old, new in LLADA.items():
        if name == old + ".weight":
            return new + ".weight"
    _, _, layer, leaf = name.split(".", 3)
    return "model.transformer.blocks.%s.%s.weight" % (layer, LLADA_BLOCK[leaf[:-len(".weight")]])


def write_case(root, kind):
    model_class, config_class, dtype, shards, a = CASES[kind]
    a = dict(a)
    mask, theta = a.pop("mask"), a.pop("theta")
    folder = os.path.join(root, kind)
    os.makedirs(folder)
    config = config_class(max_position_embeddings=MAX, attn_implementation="eager",
                          rope_parameters={"rope_type": "default", "rope_theta": theta},
                          pad_token_id=None, **a)
    model = model_class(config).float().eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_((0.3 * torch.randn(value.shape) + (1 if "norm" in name else 0)).to(dtype))
    row = row_of(a["vocab_size"])
    ids = torch.tensor([[mask if token < 0 else token for token in row]])
    both = torch.zeros(1, 1, T, T)  # nothing is hidden
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=both).logits[0]
    if kind == "Dream":  # the output before a position predicts it
        logits = torch.cat([logits[:1], logits[:-1]])
    write_logits(folder + ".logits", row, logits)
    tensors = {n: t.to(dtype).contiguous() for n, t in model.state_dict().items()
               if n != "lm_head.weight" or not a.get("tie_word_embeddings")}
    if kind == "llada":
        tensors = {renamed(n): t for n, t in tensors.items()}
        fields = dict(LLADA_FIELDS, vocab_size=a["vocab_size"], embedding_size=a["vocab_size"],
                      d_model=a["hidden_size"], n_layers=a["num_hidden_layers"],
                      n_heads=a["num_attention_heads"], n_kv_heads=a["num_key_value_heads"],
                      mlp_hidden_size=a["intermediate_size"], rms_norm_eps=a["rms_norm_eps"],
                      rope_theta=theta, mask_token_id=mask)
    else:
        fields = dict(a, model_type=kind, hidden_act="silu", max_position_embeddings=MAX,
                      rope_theta=theta, rope_scaling=None, use_sliding_window=False)
        if kind == "Dream":
            fields["mask_token_id"] = mask
        with open(os.path.join(folder, "tokenizer.json"), "w") as file:
            json.dump({"added_tokens": [{"id": mask, "content": "<|mask|>"}]}, file)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(fields, file, indent=2)
    write_weights(folder, tensors, shards)


def write_smdm(root):
    d, heads, groups, size, hidden, layers, vocab = 256, 4, 2, 64, 96, 2, 41
    w = {"transformer.wte.weight": (vocab + 1, d), "transformer.ln_f.weight": (d,),
         "lm_head.weight": (vocab, d)}
    for i in range(layers):
        block = {"norm_1": (d,), "attn.attn": ((heads + 2 * groups) * size, d),
                 "attn.proj": (d, heads * size), "norm_2": (d,), "mlp.swiglu.w1": (hidden, d),
                 "mlp.swiglu.w2": (hidden, d), "mlp.swiglu.w3": (d, hidden)}
        w.update({"transformer.h.%d.%s.weight" % (i, n): s for n, s in block.items()})
    w = {n: (0.05 * torch.randn(s) + (1 if len(s) == 1 else 0)).bfloat16() for n, s in w.items()}
    os.makedirs(os.path.join(root, "smdm"))
    save_file(w, os.path.join(root, "smdm", "mdm.safetensors"))
    w = {n: t.float() for n, t in w.items()}

    def rms(x, weight):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5) * weight

    angle = torch.outer(torch.arange(T).float(), 1e4 ** (-torch.arange(0, size, 2).float() / size))
    cos, sin = (f(angle).bfloat16().float()[:, None] for f in (torch.cos, torch.sin))

    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    row = row_of(vocab)
    h = w["transformer.wte.weight"][[vocab if token < 0 else token for token in row]]
    for i in range(layers):
        p = {n[len("transformer.h.%d." % i):-len(".weight")]: t for n, t in w.items()
             if n.startswith("transformer.h.%d." % i)}
        qkv = (rms(h, p["norm_1"]) @ p["attn.attn"].T).view(T, groups, heads // groups + 2, size)
        q, k, v = qkv[:, :, :-2].reshape(T, heads, size), qkv[:, :, -2], qkv[:, :, -1]
        q, k = turn(q), turn(k)
        k, v = (x.repeat_interleave(heads // groups, 1) for x in (k, v))
        a = torch.einsum("ihd,jhd->hij", q, k).div(size ** 0.5).softmax(-1)
        h = h + torch.einsum("hij,jhd->ihd", a, v).reshape(T, -1) @ p["attn.proj"].T
        n = rms(h, p["norm_2"])
        gate = torch.nn.functional.silu(n @ p["mlp.swiglu.w1"].T) * (n @ p["mlp.swiglu.w2"].T)
        h = h + gate @ p["mlp.swiglu.w3"].T
    write_logits(os.path.join(root, "smdm.logits"), row,
                 rms(h, w["transformer.ln_f.weight"]) @ w["lm_head.weight"].T)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(8)
    torch.set_num_threads(1)
    for kind in CASES:
        write_case(sys.argv[1], kind)
    write_smdm(sys.argv[1])
