"""Token ids by Hugging Face's `tokenizers`, which test_tokenizer compares with ours.

Writes beside itself: NAME.json, small vocabularies of each form, strings.txt, the strings in hex,
NAME.ids, for each string its token ids, and classes.txt, what code points are to it. Needs Python's package tokenizers (made with 0.23.3).
The same version writes the same bytes.
"""

import hashlib
import json
import pathlib
import random

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Regex

HERE = pathlib.Path(__file__).parent
N_RANDOM = 3900
LLADA = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"
    r"|\s*[\r\n]|\s+(?!\S)|\s+"
)
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")
TEXT = """In the beginning was the word, and the word wasn't alone: it's said that they've all gone.
The quick brown fox jumps over the lazy dog; we'll see what I'd done in 1984, 2001 and 31337.
    for (int i = 0; i < n; i++) { sum += values[i] * weights[i]; }\n\n\treturn sum;\n
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Çà et là, déjà vu, naïve façade.
Съешь же ещё этих мягких французских булок да выпей чаю. Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία.
我能吞下玻璃而不伤身体。私はガラスを食べられます。それは私を傷つけません。나는 유리를 먹을 수 있어요.
أنا قادر على أكل الزجاج و هذا لا يؤلمني. मैं काँच खा सकता हूँ और मुझे उससे कोई चोट नहीं पहुंचती.
"""

HAND = [
    "", " ", "  ", "\n", "\r\n", " \n", "\n ", "\t\t x", "   \n\n  a", "a  b   c    ", "\u00a0\u3000 x",
    "it's IT'S It\u2019s don't we'LL they'Ve 'tis 's\u017f '\u017f x'\u017f 'K\u212a", "'", "''s", "'ll'",
    "1", "12", "123", "1234567", "\u0661\u0662\u0663", "\u2167\u00bd\u2460", "x1y22z333", "3.14e-10",
    "caf\u00e9", "cafe\u0301", "\u1e69", "s\u0323\u0307", "s\u0307\u0323", "\u212b\u2126", "\uac00",
    "\u1100\u1161\u11a8", "q\u0307\u0323 \u0344", "\U0001109a", "\U00011099\U000110ba",
    "\U00011935\U00011930", "\U00011938", "a\u1dfa\u0323", "\u0b47\u0b56", "\ufb1d\u2adc",
    "\U0001f600\U0001f469\u200d\U0001f4bb \u2764\ufe0f", "\U0001f1e9\U0001f1ea",
    "\u180e\n", "a\u180e\n\u180e", "\u0000x\u0001\u007f\u0080\u009f", "\ufeffbom", "\u180e \u200b \u2028 \u2029 \u0085", "\uffff\U0010ffff",
    "\ud7ff\ue000", "<|mdm_mask|>", "a<|mdm_mask|>b", "<|mdm_mask|><|mdm_mask|>", "<|mdm_", "<|a|><|a|b|>",
    "  [L]  x", "x  [L]", "x  [R]  y", "[R][R]  [L]", "[R]   [L]   [R]", "x[W] [W]x [W] \u00e9[W]", "[W][W]",
    "_[W] \u200d[W] \u0300[W] 9[W] \U00031351[W] \u2460[W] \u24d0[W] -[W]", "N\u0303[N] \u00d1[N]",
    "N\u0303\u00d1 [N\u0303]", "<s> <s>x</s>", "\u2581\u2581x \u2581", "hello world" * 20, "a" * 300,
    "ab" * 150, " " * 200 + "x", "\n" * 50 + " ", "the" * 60, "\u0301" * 40 + "\u0323" * 40,
]
NEW = [0x1C89, 0xA7CB, 0x105C0, 0x10D4A, 0x113B7, 0x11F04, 0x13460, 0x16D40, 0x1E030, 0x2EBF0, 0x31350,
       0x10D40, 0x116D0, 0x11F50, 0x1D2C0, 0x1E4F0, 0x897, 0x1ABF, 0x11F41, 0x1E08F, 0x1E4EC]
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF),
          (0xE00, 0xFFF), (0x1100, 0x11FF), (0x1E00, 0x20CF), (0x2100, 0x2BFF), (0x3040, 0x30FF),
          (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x1F300, 0x1FAFF), (0x10000, 0x323AF),
          (0, 0xD7FF), (0xE000, 0x10FFFF)]
WORDS = TEXT.split() + ["'s", "'LL", "1984", "  ", "   ", "\n", "\r\n", "\t", " \n ", "\u3000", "\u0301",
                        "\u0323", "e\u0301", "\u00e9", "<|mdm_mask|>", "<|a|>", "<|a|b|>", "[L]", "[R]",
                        "[W]", "[N]", "<s>", "_", "\u2581", "\u00a0", "\u200d"]


def strings():
    pick = random.Random(20261121)
    out = list(HAND)
    for c in NEW:
        out += [chr(c), "a" + chr(c), " " + chr(c) + "1", chr(c) + "'s", "e" + chr(c) + "\u0301\u0323"]
    for n in range(N_RANDOM):
        text = ""
        for _ in range(pick.randint(1, 6 if n % 3 else 12)):
            kind = pick.randrange(10)
            if kind < 4:
                text += pick.choice(WORDS)
            elif kind < 6:
                text += pick.choice([" ", " ", "  ", "\n", "\t", "\r", "'", "_"])
            elif kind < 7:
                text += "".join(chr(pick.randint(0x20, 0x7E)) for _ in range(pick.randint(1, 5)))
            elif kind < 8:
                text += chr(pick.choice(NEW) + pick.randint(0, 3))
            else:
                lo, hi = pick.choice(RANGES)
                text += "".join(chr(pick.randint(lo, hi)) for _ in range(pick.randint(1, 3)))
        out.append(text)
    return out


def added(normalized):
    token = lambda text, **how: AddedToken(text, **{"normalized": False, "special": True, **how})
    return [
        token("<|mdm_mask|>"), token("<|a|>"), token("<|a|b|>"), token("<|a|b"),
        token("[L]", lstrip=True), token("[R]", rstrip=True), token("[W]", single_word=True),
        token("[N]", special=False, normalized=normalized),
        token("[N\u0303]", special=False, normalized=normalized), token("the", special=False, single_word=True),
    ]


def bytes_model(split, normalizer=None, merges=260, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if split is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(TEXT.split("\n"), trainer)
    tokenizer.add_tokens(added(normalizer is not None))
    return with_seams(json.loads(tokenizer.to_str()))


def with_seams(form):
    """Merges of last rank over the ends of pieces, so that a piece cut elsewhere has other ids."""
    model = form["model"]
    n = len(model["vocab"])
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(0x100) if b not in plain]
    byte = {**{b: chr(b) for b in plain}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}
    lead = [byte[b] for b in range(0xC2, 0xF1)]
    last = [byte[b] for b in range(0x80, 0xC0)]
    pairs = [(a, b) for a in ("a", "1", "\u0120") for b in lead]
    pairs += [(a, b) for a in last for b in ("a", "1", "\u010a", byte[0xF0])]
    pairs = [pair for pair in pairs if "".join(pair) not in model["vocab"]]
    for i, pair in enumerate(pairs):
        model["vocab"]["".join(pair)] = n + i
    model["merges"] += map(list, pairs)
    for i, token in enumerate(form["added_tokens"]):
        token["id"] += 0 if token["content"] in model["vocab"] else len(pairs)
    return form


def ranges(codes):
    out = []
    for code in sorted(codes):
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return out


def classes():
    """Lines "L 41 5A": letters, numbers, white space and word characters; and a digest of NFC."""
    codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    found = {}
    for name, regex in (("L", r"\p{L}"), ("N", r"\p{N}"), ("S", r"\s")):
        rest = pre_tokenizers.Split(Regex(regex), "removed").pre_tokenize_str("".join(map(chr, codes)))
        found[name] = set(codes) - {ord(c) for piece, _ in rest for c in piece}
    alone = Tokenizer(models.BPE(vocab={"-": 0}, merges=[]))
    alone.add_tokens([AddedToken("@@", single_word=True, normalized=False)])
    found["W"] = {c for c in codes if not alone.encode("@@" + chr(c)).ids}
    lines = [f"{name} {lo:X} {hi:X}" for name, hits in found.items() for lo, hi in ranges(hits)]
    nfc = hashlib.sha256()
    for c in codes:
        if c < 0x20000 or 0x2F800 <= c < 0x2FA20:
            text = "b\u0301{0}\u0334b{0}\u0323\u0301\u0945".format(chr(c))
            nfc.update(normalizers.NFC().normalize_str(text).encode())
    return lines + ["NFC " + nfc.hexdigest()]


def marks_model():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False)
    words = [word for line in TEXT.split("\n") for word in line.replace(" ", " \0").split("\0")]
    tokenizer.train_from_iterator([word.strip(" ") for word in words], trainer)
    model = json.loads(tokenizer.to_str())
    model["added_tokens"] = [token for token in model["added_tokens"] if token["id"] < 3]
    model["added_tokens"][2]["normalized"] = True
    return model


def main():
    forms = {
        "llada": bytes_model(LLADA, ignore_merges=False),
        "qwen": bytes_model(QWEN, normalizers.NFC()),
        "gpt2": bytes_model(None),
        "llama3": bytes_model(LLAMA3, ignore_merges=True),
        "smdm": marks_model(),
    }
    for name in ("llada", "gpt2"):  # merges as older files write them
        model = forms[name]["model"]
        model["merges"] = [" ".join(pair) for pair in model["merges"]]
    cut = forms["llama3"]["model"]["merges"]
    del cut[5::9]  # tokens that no merge makes: only ignore_merges finds them
    known = set(forms["llama3"]["model"]["vocab"])
    assert all(a in known and b in known for a, b in cut)
    texts = strings()
    (HERE / "classes.txt").write_text("\n".join(classes()) + "\n")
    (HERE / "strings.txt").write_text("".join(text.encode().hex() + "\n" for text in texts))
    for name, form in forms.items():
        text = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
        (HERE / f"{name}.json").write_text(text + "\n")
        tokenizer = Tokenizer.from_str(text)
        with open(HERE / f"{name}.ids", "w", encoding="ascii") as out:
            for string in texts:
                ids = tokenizer.encode(string, add_special_tokens=False).ids
                out.write(" ".join(map(str, ids)) + "\n")
    print(len(texts), "strings,", len(forms), "forms")


if __name__ == "__main__":
    main()
