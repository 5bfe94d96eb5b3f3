/* options.c - the one table of keys of an experiment file: the rows. */
#include "harness/options.h"

#include "harness/bind.h"
#include "harness/coding.h"
#include "model/diffusion/corrector.h"
#include "model/diffusion/noise.h"
#include "model/diffusion/objective.h"
#include "model/diffusion/order.h"
#include "model/measure/measure.h"
#include "model/network/mixture.h"
#include "model/source/tasks.h"

#define BIT(sizing) (1U << (sizing))
#define LONGEST     65536
#define CHAINS      "markov hmm"
#define BY_KIND     .chooser = "kind"
#define TASK(key)   .task_key = 1 + MG_TASK_##key
#define TRAINS      .chooser = "predictor.kind", .kinds = "transformer"

static const char *objective_word(size_t i)
{
    size_t n;
    const struct mg_objective *table = mg_objectives(&n);

    return i < n ? table[i].name : NULL;
}

static const char *noise_word(size_t i)
{
    size_t n;
    const struct mg_noise *table = mg_noises(&n);

    return i < n ? table[i].name : NULL;
}

static const char *order_word(size_t i)
{
    size_t n;
    const struct mg_order *table = mg_orders(&n);

    return i < n ? table[i].name : NULL;
}

static const char *corrector_word(size_t i)
{
    size_t n;
    const struct mg_corrector *table = mg_correctors(&n);

    return i < n ? table[i].name : NULL;
}

static const char *measure_word(size_t i)
{
    size_t n;
    const struct mg_measure *const *table = mg_measures(&n);

    return i < n ? table[i]->kind : NULL;
}

static const char *objective_help(size_t i)
{
    size_t n;

    return mg_objectives(&n)[i].help;
}

static const char *noise_help(size_t i)
{
    size_t n;

    return mg_noises(&n)[i].help;
}

static const char *order_help(size_t i)
{
    size_t n;

    return mg_orders(&n)[i].help;
}

static const char *task_help(size_t i)
{
    size_t n;

    return mg_tasks(&n)[i].help;
}

static const char *corrector_help(size_t i)
{
    size_t n;

    return mg_correctors(&n)[i].help;
}

static const char *measure_help(size_t i)
{
    size_t n;

    return mg_measures(&n)[i]->help;
}

/* Choosers stand before the keys that depend on them; a key is a few lines, so set by hand. */
/* clang-format off */
static const struct mg_option TABLE[] = {
    {.path = "marginalia", .type = MG_OPTION_INTEGER, .min = 1, .max = 1, .brackets = "[]",
     .required = true, .help = "Version of the file format.", .example = "1"},
    {.path = "name", .type = MG_OPTION_NAME, .required = true,
     .help = "Name of the experiment, unique in a database.", .example = "\"toy-pairs\""},
    {.path = "title", .type = MG_OPTION_TEXT, .help = "Heading in the report; the name if absent.",
     .example = "\"Pairs revealed together\"", .aliases = "heading"},
    {.path = "question", .type = MG_OPTION_TEXT, .help = "What the experiment asks, in a sentence.",
     .example = "\"Does the product of marginals match the joint?\"", .aliases = "description"},
    {.path = "notes", .type = MG_OPTION_TEXT, .help = "Anything worth saying beside the results.",
     .example = "\"Reconstruction B of the toy.\"", .aliases = "note comment"},
    {.path = "extends", .type = MG_OPTION_FILES,
     .help = "Files to merge this one into (RFC 7396: objects merge, null deletes, lists "
             "replace); sweep, claims, topics and figures are not inherited.",
     .example = "\"base.json\"", .aliases = "include base inherits"},

    {.path = "source", .type = MG_OPTION_OBJECT, .required = true,
     .help = "The true law of the sequences.", .example = "{\"kind\": \"sequences\", ...}",
     .aliases = "data dataset"},
    {.path = "source.kind", .type = MG_OPTION_CHOICE, .word = mg_source_kind_word,
     .word_help = mg_source_kind_help, .required = true,
     .help = "What kind of source.", .example = "\"markov\"", .aliases = "type"},
    {.path = "source.name", .type = MG_OPTION_NAME,
     .help = "A label, to tell the sources of a sweep apart in queries and figures; not identity.",
     .example = "\"lazy\"", .aliases = "label"},
    {.path = "source.task", .type = MG_OPTION_CHOICE, .word = mg_task_word,
     .word_help = task_help, .required = true, BY_KIND, .kinds = "task",
     .help = "A synthetic task with a known law.",
     .example = "\"parity\""},
    {.path = "source.rows", .type = MG_OPTION_ROWS, BY_KIND, .kinds = "sequences",
     .help = "Sequences with weights; or give rows_file.",
     .example = "[{\"tokens\": \"A B\", \"count\": 3}]", .aliases = "sequences data"},
    {.path = "source.rows_file", .type = MG_OPTION_TEXT, BY_KIND, .kinds = "sequences",
     .help = "A file of lines count<TAB>tokens, relative to the experiment file.",
     .example = "\"toy.tsv\"", .aliases = "file path rows_path"},
    {.path = "source.transition", .type = MG_OPTION_MATRIX, .min = 0, .max = 1, .brackets = "[]",
     .required = true, BY_KIND, .kinds = CHAINS,
     .help = "Transition matrix, one row per state (hmm: hidden state), each summing to one.",
     .example = "[[0.9, 0.1], [0.3, 0.7]]", .aliases = "transitions matrix P"},
    {.path = "source.emission", .type = MG_OPTION_MATRIX, .min = 0, .max = 1, .brackets = "[]",
     .required = true, BY_KIND, .kinds = "hmm",
     .help = "One row per hidden state: the law of the token it emits.",
     .example = "[[0.8, 0.2], [0.1, 0.9]]", .aliases = "emissions"},
    {.path = "source.start", .type = MG_OPTION_START, .min = 0, .max = 1, .brackets = "[]",
     .required = true, BY_KIND, .kinds = CHAINS,
     .help = "Law of the first state, or \"stationary\".", .example = "\"stationary\"",
     .aliases = "initial init"},
    {.path = "source.corpus", .type = MG_OPTION_TEXT, .required = true, BY_KIND, .kinds = "text",
     .help = "A text file, relative to the experiment file.", .example = "\"kjv.txt\"", .aliases = "file path text"},
    {.path = "source.tokens", .type = MG_OPTION_CHOICE, .word = mg_tokens_word, .word_help = mg_tokens_help, BY_KIND,
     .kinds = "text", .fallback = "\"characters\"", .help = "What is a token.", .example = "\"bpe\""},
    {.path = "source.tokenizer", .type = MG_OPTION_TEXT, .chooser = "tokens", .kinds = "tokenizer",
     .help = "A tokenizer.json, relative to the experiment file; the checkpoint's own if absent.", .example = "\"llada/tokenizer.json\""},
    {.path = "source.tokens_sha256", .type = MG_OPTION_TEXT, .chooser = "tokens", .kinds = "bpe tokenizer",
     .help = "SHA-256 that the tokenizer.json, or the merges learnt, must have, in hex.", .example = "\"6f0a...\""},
    {.path = "source.characters", .type = MG_OPTION_CHOICE, .word = mg_corpus_word, .word_help = mg_corpus_help,
     .fallback = "\"letters\"", .chooser = "tokens", .kinds = "characters bpe", .aliases = "normalize",
     .help = "Which characters of the corpus count.", .example = "\"letters\""},
    {.path = "source.held_out", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "()", .fallback = "0.05",
     BY_KIND, .kinds = "text", .help = "Share of the corpus, its last lines, that is measured on and never trained on.",
     .example = "0.05", .aliases = "validation test_share"},
    {.path = "source.sha256", .type = MG_OPTION_TEXT, BY_KIND, .kinds = "text", .aliases = "hash checksum",
     .help = "SHA-256 that the corpus must have, in hex.", .example = "\"b5c4...\""},
    {.path = "source.if_missing", .type = MG_OPTION_CHOICE, .word = mg_if_missing_word,
     .fallback = "\"error\"", BY_KIND, .kinds = "text",
     .help = "Where there is no such file: an error, or the experiment is not run and says so.",
     .example = "\"not_run\"", .aliases = "optional missing"},
    {.path = "source.length", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST,
     .brackets = "[]", .required = true, BY_KIND, .kinds = CHAINS " text", TASK(LENGTH), .unit = "tokens",
     .help = "Length of a sequence.", .example = "32", .aliases = "seq_len n L size"},
    {.path = "source.vocab", .type = MG_OPTION_INTEGER, .min = 2, .max = 1 << 20, .brackets = "[]",
     .chooser = "tokens", .kinds = "bpe tokenizer", TASK(VOCAB), .unit = "tokens",
     .help = "Number of different tokens; of a tokenizer, the rows of the model if these are more.",
     .example = "2", .aliases = "V n_tokens"},
    {.path = "source.order", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST, .brackets = "[]",
     BY_KIND, TASK(ORDER), .help = "Side of the square.", .example = "4", .aliases = "side"},
    {.path = "source.dimension", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST,
     .brackets = "[]", BY_KIND, TASK(DIMENSION), .unit = "tokens",
     .help = "Free symbols of a code word: any so many fix the rest.", .example = "2",
     .aliases = "k rank"},
    {.path = "source.offset", .type = MG_OPTION_INTEGER, .min = 0, .max = LONGEST,
     .brackets = "[]", BY_KIND, TASK(OFFSET), .unit = "tokens",
     .help = "Every token equals the one so many places before; 0: half the length.",
     .example = "4", .aliases = "shift lag"},
    {.path = "source.stop", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "[]",
     BY_KIND, TASK(STOP), .help = "Probability that the text ends after a word.",
     .example = "0.1", .aliases = "p_stop"},
    {.path = "source.stay", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "[]",
     BY_KIND, TASK(STAY),
     .help = "Probability that a word is repeated, given that the text goes on.",
     .example = "0.5", .aliases = "p_stay"},
    {.path = "source.alphabet", .type = MG_OPTION_TEXTS, BY_KIND, .kinds = "sequences " CHAINS " text",
     .help = "How tokens are written; sequences: the distinct tokens in byte order if absent, "
             "chains: 0 to V-1, text: the characters allowed.",
     .example = "[\"A\", \"B\"]", .aliases = "symbols vocab tokens"},

#include "harness/options_predictor.h"

    {.path = "train", .type = MG_OPTION_OBJECT, TRAINS,
     .help = "How a predictor that trains is trained.", .example = "{\"steps\": 1500}",
     .aliases = "training optimizer"},
    {.path = "train.objective", .type = MG_OPTION_CHOICE, .word = objective_word,
     .word_help = objective_help,
     .fallback = "\"absorbing\"", TRAINS, .help = "How rows are corrupted and losses weighted.",
     .example = "\"absorbing\"", .aliases = "loss"},
    {.path = "train.block", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST,
     .brackets = "[]", .required = true, .chooser = "objective",
     .kinds = "blockwise blockwise_all blockwise_curriculum block_diffusion", .unit = "tokens",
     .help = "Length of a block of a blockwise objective, divides the source's length.",
     .example = "8", .aliases = "block_length block_size"},
    {.path = "train.schedule", .type = MG_OPTION_CHOICE, .word = noise_word,
     .word_help = noise_help,
     .fallback = "\"linear\"", TRAINS, .help = "Noise schedule: the keep probability over time.",
     .example = "\"linear\"", .aliases = "noise noise_schedule"},
    {.path = "train.steps", .type = MG_OPTION_INTEGER, .min = 1, .max = 1e9, .brackets = "[]",
     TRAINS, .unit = "steps", .help = "Updates of the parameters; this or budget_tokens.",
     .example = "1500", .aliases = "n_steps num_steps max_steps iterations iters epochs"},
    {.path = "train.budget_tokens", .type = MG_OPTION_INTEGER, .min = 1, .max = 1e15,
     .brackets = "[]", TRAINS, .unit = "tokens",
     .help = "As many steps as this pays for, batch times length tokens each, rounded down.",
     .example = "2000000", .aliases = "budget tokens max_tokens"},
    {.path = "train.batch", .type = MG_OPTION_INTEGER, .min = 1, .max = 65536, .brackets = "[]",
     .fallback = "64", TRAINS, .unit = "sequences", .help = "Sequences of one step.",
     .example = "64", .aliases = "batch_size bs"},
    {.path = "train.lr", .type = MG_OPTION_NUMBER, .min = 0, .max = 10, .brackets = "(]",
     .fallback = "0.003", TRAINS, .help = "Peak learning rate.", .example = "0.003",
     .aliases = "learning_rate learningrate rate step_size eta alpha"},
    {.path = "train.warmup", .type = MG_OPTION_INTEGER, .min = 0, .max = 1e9, .brackets = "[]",
     .fallback = "50", TRAINS, .unit = "steps", .help = "Linear warm-up.", .example = "50",
     .aliases = "warmup_steps"},
    {.path = "train.lr_final", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "[]",
     .fallback = "0.05", TRAINS, .help = "Share of lr left at the end of the cosine.",
     .example = "0.05", .aliases = "final_lr min_lr lr_min"},
    {.path = "train.beta1", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "[)",
     .fallback = "0.9", TRAINS, .help = "AdamW: decay of the first moment.", .example = "0.9",
     .aliases = "momentum"},
    {.path = "train.beta2", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "[)",
     .fallback = "0.98", TRAINS, .help = "AdamW: decay of the second moment.",
     .example = "0.98"},
    {.path = "train.eps", .type = MG_OPTION_NUMBER, .min = 0, .max = 1, .brackets = "()",
     .fallback = "1e-08", TRAINS, .help = "AdamW: added to the root of the second moment.",
     .example = "1e-08", .aliases = "epsilon"},
    {.path = "train.weight_decay", .type = MG_OPTION_NUMBER, .min = 0, .max = 10,
     .brackets = "[]", .fallback = "0.01", TRAINS, .help = "AdamW: decoupled decay of matrices.",
     .example = "0.01", .aliases = "wd decay l2"},
    {.path = "train.clip", .type = MG_OPTION_NUMBER, .min = 0, .max = 1e9, .brackets = "[]",
     .fallback = "1", TRAINS, .help = "Largest global gradient norm, 0 for none.",
     .example = "1", .aliases = "grad_clip clip_norm max_norm max_grad_norm"},

    {.path = "measure", .type = MG_OPTION_LIST, .required = true,
     .help = "What is asked of the predictor; each entry has a name.",
     .example = "[{\"kind\": \"joint\", \"name\": \"pair\"}]",
     .aliases = "measures measurements probe probes metrics"},
    {.path = "measure.*.name", .type = MG_OPTION_NAME, .required = true,
     .help = "Names the rows: column probe of the views.", .example = "\"cd\""},
    {.path = "measure.*.kind", .type = MG_OPTION_CHOICE, .word = measure_word,
     .word_help = measure_help, .required = true,
     .help = "What is measured.", .example = "\"joint\"", .aliases = "type"},
    {.path = "measure.*.context", .type = MG_OPTION_CONTEXT, .min = 1, .max = LONGEST,
     .brackets = "[]", BY_KIND, .kinds = "joint samples order top law",
     .help = "Tokens separated by one space, _ for a mask; all masked if absent. On text also "
             "{\"text\": \"In the \", \"masks\": 16, \"after\": \"\"}; \"chat\" in place of \"text\" puts a "
             "question into the form of LLaDA Instruct or Qwen3, by the tokenizer's marks.",
     .example = "\"_ _ C D _\"", .aliases = "prompt condition given tokens"},
    {.path = "measure.*.targets", .type = MG_OPTION_INTEGERS, .min = 0, .max = LONGEST,
     .brackets = "[]", BY_KIND, .kinds = "joint",
     .help = "Masked positions asked for, from 0; all masked ones if absent.",
     .example = "[0, 1]", .aliases = "positions target query"},
    {.path = "measure.*.top", .type = MG_OPTION_INTEGER, .min = 1, .max = 1000, .brackets = "[]",
     .fallback = "10", BY_KIND, .kinds = "top", .unit = "tokens",
     .help = "The likeliest so many tokens are listed.", .example = "10", .aliases = "k top_k"},
    {.path = "measure.*.watch", .type = MG_OPTION_TEXTS, BY_KIND, .kinds = "top",
     .help = "Tokens, as the source writes them, whose probabilities are told besides.",
     .example = "[\"<|endoftext|>\"]", .aliases = "tokens"},
    {.path = "measure.*.samplers", .type = MG_OPTION_LIST, .required = true, BY_KIND,
     .kinds = "samples law order certificate", .help = "Ways to run the reverse process.",
     .example = "[{\"name\": \"l2r\", \"order\": \"left_to_right\", \"per_step\": 1}]",
     .aliases = "sampler orders"},
    {.path = "measure.*.draws", .type = MG_OPTION_INTEGER, .min = 1, .max = 1e7, .brackets = "[]",
     .fallback = "1000", BY_KIND,
     .kinds = "samples law likelihood consistency certificate marginal_error order",
     .unit = "sequences",
     .help = "Sequences drawn (samples: with each sampler; law, marginal_error: where there are too "
             "many to walk).",
     .example = "1000", .aliases = "n samples n_samples num_samples count"},
    {.path = "measure.*.left", .type = MG_OPTION_SIDE, .min = 0, .max = LONGEST,
     .brackets = "[]", .fallback = "0", BY_KIND, .kinds = "distance bidirectional order likelihood", .unit = "tokens",
     .help = "Revealed tokens before the run: how many are drawn from the source, or literally.",
     .example = "2", .aliases = "prefix before"},
    {.path = "measure.*.right", .type = MG_OPTION_SIDE, .min = 0, .max = LONGEST,
     .brackets = "[]", .fallback = "0", BY_KIND, .kinds = "distance bidirectional order likelihood", .unit = "tokens",
     .help = "Revealed tokens after the run, likewise.", .example = "0", .aliases = "suffix after"},
    {.path = "measure.*.middle", .type = MG_OPTION_INTEGER, .min = 0, .max = LONGEST,
     .brackets = "[]", .fallback = "0", BY_KIND, .kinds = "order", .unit = "tokens",
     .help = "Revealed tokens in the middle, likewise.", .example = "8", .aliases = "infix center"},
    {.path = "measure.*.run", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST,
     .brackets = "[]", BY_KIND, .kinds = "distance bidirectional", .unit = "tokens",
     .help = "Masked positions between left and right; the rest of the length if absent.",
     .example = "16", .aliases = "masks distance gap"},
    {.path = "measure.*.contexts", .type = MG_OPTION_INTEGER, .min = 1, .max = 1e6,
     .brackets = "[]", .fallback = "256", BY_KIND, .kinds = "distance bidirectional", .unit = "contexts",
     .help = "Contexts averaged over.", .example = "256", .aliases = "n_contexts draws"},

    {.path = "measure.*.at", .type = MG_OPTION_INTEGERS, .min = 1, .max = 1e9, .brackets = "[]",
     TRAINS, .unit = "steps",
     .help = "Training steps after which it is measured, besides the end (views X_along).",
     .example = "[250, 1000]", .aliases = "at_steps eval_steps eval_at along"},

    {.path = "measure.*.samplers.*.name", .type = MG_OPTION_NAME, .required = true,
     .help = "Names the rows: column sampler of the views.", .example = "\"l2r-2\""},
    {.path = "measure.*.samplers.*.order", .type = MG_OPTION_CHOICE, .word = order_word,
     .word_help = order_help,
     .required = true, .help = "Which masked positions a step reveals.",
     .example = "\"left_to_right\"", .aliases = "kind type rule remasking"},
    {.path = "measure.*.samplers.*.per_step", .type = MG_OPTION_INTEGER, .min = 1,
     .max = LONGEST, .brackets = "[]", .chooser = "order",
     .sizings = BIT(MG_SIZING_COUNT), .unit = "tokens",
     .help = "Positions revealed in a step; this or steps.", .example = "2",
     .aliases = "k perstep tokens_per_step"},
    {.path = "measure.*.samplers.*.steps", .type = MG_OPTION_INTEGER, .min = 1,
     .max = LONGEST, .brackets = "[]", .chooser = "order",
     .sizings = BIT(MG_SIZING_COUNT) | BIT(MG_SIZING_STEPS), .unit = "steps",
     .help = "Steps for all positions, as even as possible, larger first, with block evenly over "
             "the blocks first (generate.py's, which wants them to divide); this or per_step.",
     .example = "4", .aliases = "n_steps nfe"},
    {.path = "measure.*.samplers.*.draft", .type = MG_OPTION_INTEGER, .min = 1, .max = LONGEST,
     .brackets = "[]", .unit = "tokens",
     .help = "Draft so many positions at once, accept or reject each: the law of one at a time. In "
             "place of per_step, with an order that looks at no prediction.",
     .example = "4", .aliases = "drafts speculative lookahead"},
    {.path = "measure.*.samplers.*.partition", .type = MG_OPTION_GROUPS, .min = 0,
     .max = LONGEST, .brackets = "[]", .required = true, .chooser = "order",
     .sizings = BIT(MG_SIZING_PARTITION),
     .help = "The positions of each step; every position once.",
     .example = "[[0, 2], [1, 3]]", .aliases = "groups parts"},
    {.path = "measure.*.samplers.*.tau", .type = MG_OPTION_NUMBER, .min = 0, .max = 1,
     .brackets = "(]", .required = true, .chooser = "order", .sizings = BIT(MG_SIZING_TAU),
     .help = "Least largest probability (threshold), least certified one (frechet).",
     .example = "0.9", .aliases = "threshold"},
    {.path = "measure.*.samplers.*.gamma", .type = MG_OPTION_NUMBER, .min = 0, .max = 1e6,
     .brackets = "[]", .required = true, .chooser = "order", .sizings = BIT(MG_SIZING_GAMMA),
     .unit = "nats", .help = "Entropy a step may spend, the largest left out; factor: its f.",
     .example = "0.1", .aliases = "budget"},
    {.path = "measure.*.samplers.*.block", .type = MG_OPTION_INTEGER, .min = 1,
     .max = LONGEST, .brackets = "[]", .unit = "tokens",
     .help = "Confine the order to blocks of this length, from the left.", .example = "8",
     .aliases = "block_length block_size"},
    {.path = "measure.*.samplers.*.temperature", .type = MG_OPTION_NUMBER, .min = 0, .max = 1000,
     .brackets = "[]", .fallback = "1",
     .help = "Tokens are drawn from p^(1/T); 0 is arg-max, of equal ones the first in the alphabet.",
     .example = "1", .aliases = "temp T"},
    {.path = "measure.*.samplers.*.noise", .type = MG_OPTION_CHOICE, .word = mg_noise_word,
     .fallback = "\"inverse\"",
     .help = "How a token is drawn: inverse, by one uniform number in the cumulative p^(1/T). "
             "generate.py adds Gumbel noise of 64 bits to the logits: other draws, the same law.",
     .example = "\"inverse\"", .aliases = "gumbel"},
    {.path = "measure.*.samplers.*.ties", .type = MG_OPTION_CHOICE, .word = mg_ties_word,
     .fallback = "\"lowest\"",
     .help = "Which of equal scores comes first: the lowest position, or any (generate.py leaves it "
             "to torch.topk).",
     .example = "\"lowest\"", .aliases = "tie tie_break"},
    {.path = "measure.*.samplers.*.block_from", .type = MG_OPTION_CHOICE,
     .word = mg_block_from_word, .fallback = "\"row\"",
     .help = "Where blocks begin: at position 0, or behind the prompt (LLaDA's generate.py).",
     .example = "\"prompt\"", .aliases = "block_start block_origin"},
    {.path = "measure.*.samplers.*.guidance", .type = MG_OPTION_NUMBER, .min = 0, .max = 1000,
     .brackets = "[]", .fallback = "0",
     .help = "Classifier-free: logits u + (1 + s)(c - u), u those with the prompt's tokens masked; "
             "0 is none, above it a step costs two predictor calls.",
     .example = "1.5", .aliases = "cfg cfg_scale guidance_scale w"},
    {.path = "measure.*.samplers.*.forbid", .type = MG_OPTION_TEXTS,
     .help = "Tokens that are never drawn (generate.py's logits_eos_inf: the end of text).",
     .example = "[\"<|endoftext|>\"]", .aliases = "suppress suppress_tokens bad_tokens"},
    {.path = "measure.*.samplers.*.defer", .type = MG_OPTION_TEXTS, .chooser = "order",
     .kinds = "low_confidence",
     .help = "Tokens whose confidence counts as 0, so that they are revealed last "
             "(confidence_eos_eot_inf: end of text and of turn; as published, above temperature 0 "
             "only the latter).",
     .example = "[\"<|endoftext|>\", \"<|eot_id|>\"]", .aliases = "delay"},
    {.path = "measure.*.samplers.*.corrector", .type = MG_OPTION_CHOICE, .word = corrector_word,
     .word_help = corrector_help, .fallback = "\"none\"",
     .help = "Second thoughts: revealed tokens that are drawn again.",
     .example = "\"gibbs\"", .aliases = "remask remdm"},
    {.path = "measure.*.samplers.*.eta", .type = MG_OPTION_NUMBER, .min = 0, .max = 1,
     .brackets = "[]", .required = true, .chooser = "corrector",
     .kinds = "remdm_cap remdm_rescale",
     .help = "Probability of remasking a token in a step (cap), or its share of the largest.",
     .example = "0.1", .aliases = "remask_rate"},
    {.path = "measure.*.samplers.*.sweeps", .type = MG_OPTION_INTEGER, .min = 1, .max = 1000,
     .brackets = "[]", .fallback = "1", .chooser = "corrector", .kinds = "gibbs",
     .unit = "sweeps", .help = "Times every position is drawn again.", .example = "1",
     .aliases = "gibbs_sweeps"},

    {.path = "sweep", .type = MG_OPTION_OBJECT, .help = "Several points from one file.",
     .example = "{\"matrix\": {\"predictor.width\": [16, 32]}}", .aliases = "grid"},
    {.path = "sweep.matrix", .type = MG_OPTION_AXES,
     .help = "Dotted keys and their values, all combined; {\"range\": [a, b, step]}, "
             "{\"log2\": [a, b]} and {\"geom\": [a, b, n]} include both ends.",
     .example = "{\"source.length\": {\"log2\": [2, 6]}}", .aliases = "grid product axes"},
    {.path = "sweep.zip", .type = MG_OPTION_AXES,
     .help = "Groups of keys that vary together, in lists of one length.",
     .example = "[{\"predictor.width\": [16, 32], \"predictor.hidden\": [32, 64]}]"},
    {.path = "sweep.exclude", .type = MG_OPTION_AXES,
     .help = "Points left out: all keys of an entry match; $eq $ne $lt $le $gt $ge.",
     .example = "[{\"predictor.width\": {\"$gt\": 16}}]", .aliases = "excludes"},
    {.path = "sweep.include", .type = MG_OPTION_AXES,
     .help = "Points added; keys not listed keep the file's values.",
     .example = "[{\"predictor.width\": 128}]", .aliases = "includes add"},
    {.path = "sweep.expect_points", .type = MG_OPTION_INTEGER, .min = 1, .max = 1e6,
     .brackets = "[]", .unit = "points", .help = "How many points there must be.",
     .example = "2", .aliases = "points expect"},
    {.path = "replicates", .type = MG_OPTION_INTEGER, .min = 1, .max = 10000, .brackets = "[]",
     .fallback = "1", .help = "Training seeds of every point that trains.", .example = "5",
     .aliases = "seeds repeats n_seeds runs replicate"},
    {.path = "seed", .type = MG_OPTION_SEED, .fallback = "\"1\"",
     .help = "Seed of every random number: a 64-bit number, decimal or 0x, as text.",
     .example = "\"1\"", .aliases = "random_seed"},

#include "harness/options_claims.h"
};
/* clang-format on */

const struct mg_option *mg_options(size_t *n)
{
    *n = sizeof(TABLE) / sizeof(TABLE[0]);
    return TABLE;
}
