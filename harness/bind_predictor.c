/* bind_predictor.c - predictor and training of a point. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bind.h"
#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/inherit.h"

/* By enum mg_predictor_kind. */
static const struct {
    const char *word, *help;
} KINDS[] = {
    [MG_PREDICTOR_ORACLE] = {"oracle", "the source's own conditionals, exact; not of a text"},
    [MG_PREDICTOR_UNIFORM] = {"uniform", "all tokens equally likely: the null model"},
    [MG_PREDICTOR_TRANSFORMER] = {"transformer", "a network, trained as \"train\" says"},
    [MG_PREDICTOR_CHECKPOINT] = {"checkpoint", "a network read from disk"},
    [MG_PREDICTOR_COMMAND] = {"command", "another program, asked over a pipe"},
    [MG_PREDICTOR_TRACE] = {"trace", "a file of what was decoded elsewhere"},
};

/* By enum mg_positions. */
static const char *const POSITIONS[] = {
    [MG_POSITIONS_BOS] = "bos",
    [MG_POSITIONS_ABSOLUTE] = "absolute",
    [MG_POSITIONS_ROPE] = "rope",
};

const char *mg_predictor_kind_word(size_t i)
{
    return i < sizeof(KINDS) / sizeof(KINDS[0]) ? KINDS[i].word : NULL;
}

const char *mg_predictor_kind_help(size_t i)
{
    return KINDS[i].help;
}

const char *mg_positions_word(size_t i)
{
    return i < sizeof(POSITIONS) / sizeof(POSITIONS[0]) ? POSITIONS[i] : NULL;
}

/* Index of a word that the table has checked. */
static size_t index_of(const char *word, const char *(*words)(size_t))
{
    size_t i = 0;

    while (words(i) != NULL && strcmp(words(i), word) != 0) {
        i++;
    }
    assert(words(i) != NULL);
    return i;
}

/* At the width, unless only the number of heads was written. */
static bool check_heads(const struct mg_binding *binding, size_t width, size_t heads)
{
    const bool heads_only = mg_settings_get(binding->resolved->given, "predictor.width") == NULL &&
                            mg_settings_get(binding->resolved->given, "predictor.heads") != NULL;
    const char *path = heads_only ? "predictor.heads" : "predictor.width";

    if (width % heads != 0) {
        mg_bound_refuse(binding, path, "width %zu is not divisible by %zu heads", width, heads);
        return false;
    }
    if (width / heads % 2 != 0) {
        mg_bound_refuse(binding, path,
                        "width %zu over %zu heads gives the odd head size %zu; rotary positions "
                        "turn pairs",
                        width, heads, width / heads);
        return false;
    }
    return true;
}

static bool bind_transformer(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    struct mg_transformer_config *network = &point->network;
    const struct mg_setting *causal = mg_resolved_get(binding->resolved, "predictor.causal");

    *network = (struct mg_transformer_config){
        .layers = mg_bound_size(binding, "predictor.layers"),
        .width = mg_bound_size(binding, "predictor.width"),
        .heads = mg_bound_size(binding, "predictor.heads"),
        .hidden = mg_bound_size(binding, "predictor.hidden"),
        .positions = (enum mg_positions)index_of(mg_bound_text(binding, "predictor.positions"),
                                                 mg_positions_word),
        .causal = mg_json_bool(causal->value),
        .rope_theta = mg_bound_number(binding, "predictor.rope_theta"),
        .norm_eps = mg_bound_number(binding, "predictor.norm_eps"),
        .components = mg_bound_size(binding, "predictor.components"),
        .window = mg_bound_size(binding, "predictor.window"),
    };
    if (point->source != NULL) {
        network->vocab = point->source->vocab;
        network->length = point->source->length;
    }
    if (network->causal && network->components > 1) {
        mg_bound_refuse(binding, "predictor.components",
                        "a causal network answers one position at a time: it has no joint to mix");
        return false;
    }
    return check_heads(binding, network->width, network->heads);
}

/* Are all keys of an object there? A faulty one has been reported. */
static bool has_all(const struct mg_binding *binding, const char *object)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);
    const char *kind = mg_bound_text(binding, "predictor.kind");

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], object) &&
            (table[i].fallback != NULL || table[i].required) &&
            mg_option_applies(&table[i], kind) &&
            mg_resolved_get(binding->resolved, "%s", table[i].path) == NULL) {
            return false;
        }
    }
    return true;
}

/* The checkpoint's hash: part of the identity of what it computes. */
static enum mg_status put_hash(struct mg_binding *binding, const struct mg_checkpoint *checkpoint,
                               struct mg_error *err)
{
    struct mg_reading *reading = binding->reading;
    struct mg_point *point = binding->point;
    const struct mg_hashed *known = reading->hashed;
    char sha256[MG_KEY_TEXT];
    const char *note = mg_checkpoint_note(checkpoint);
    struct mg_hashed *hashed;
    enum mg_status status;

    while (known != NULL && strcmp(known->path, point->checkpoint_path) != 0) {
        known = known->next;
    }
    if (known == NULL) {
        status = mg_checkpoint_hash(sha256, point->checkpoint_path, err);
        if (status != MG_OK) {
            return status;
        }
        hashed = mg_heap_array(binding->heap, 1, sizeof(*hashed));
        *hashed = (struct mg_hashed){reading->hashed, point->checkpoint_path,
                                     mg_heap_text(binding->heap, sha256),
                                     note != NULL ? mg_heap_text(binding->heap, note) : NULL};
        reading->hashed = hashed;
        known = hashed;
    }
    point->predictor_sha256 = known->sha256;
    return MG_OK;
}

/* predictor.precision, which says it to every reader of the numbers. */
static enum mg_status put_precision(struct mg_binding *binding,
                                    const struct mg_checkpoint *checkpoint, struct mg_error *err)
{
    const struct mg_setting *demanded = mg_resolved_get(binding->resolved, "predictor.precision");
    const char *precision = mg_checkpoint_precision(checkpoint);
    char *quoted;

    if (demanded != NULL && strcmp(mg_json_string(demanded->value), precision) != 0) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: computes with \"%s\", predictor.precision asks for \"%s\"",
                       binding->point->checkpoint_path, precision, mg_json_string(demanded->value));
    }
    quoted = mg_json_quote(precision);
    mg_resolved_put(binding->resolved, "predictor.precision", quoted);
    free(quoted);
    return MG_OK;
}

/*
 * Is the tokenizer of the text that of the model? Its mask must not be a token that text has; and
 * where the model's folder brings a tokenizer, it is to be that one.
 */
static enum mg_status check_tokenizer(const struct mg_binding *binding,
                                      struct mg_checkpoint *checkpoint, struct mg_error *err)
{
    const char *folder = binding->point->checkpoint_path;
    const struct mg_setting *given = mg_resolved_get(binding->resolved, "source.tokenizer");
    const struct mg_setting *used = mg_resolved_get(binding->resolved, "source.tokens_sha256");
    const struct mg_transformer *network = mg_checkpoint_transformer(checkpoint);
    const size_t mask = mg_transformer_config(network)->relative.mask_row; /* 0: ours */
    char *own = mg_format("%s/tokenizer.json", folder);
    struct mg_tokenizer *tokenizer = NULL;
    char sha256[MG_KEY_TEXT];
    enum mg_status status = MG_OK;

    if (mask > 0 && mg_tokenizer_is_plain(binding->coding.tokenizer, mask)) {
        char *symbol = mg_tokenizer_symbol(binding->coding.tokenizer, (uint32_t)mask);

        status = mg_fail(err, MG_EUSAGE,
                         "%s: its mask is token %zu, which source.tokenizer finds in texts, as"
                         " \"%s\": it is another model's",
                         folder, mask, symbol);
        free(symbol);
    } else if (given != NULL && access(own, F_OK) == 0) {
        status = mg_tokenizer_read(&tokenizer, sha256, own, err);
        mg_tokenizer_free(tokenizer);
        if (status == MG_OK && strcmp(sha256, mg_json_string(used->value)) != 0) {
            status = mg_fail(err, MG_EUSAGE, "%s: the model's, differs from source.tokenizer", own);
        }
    }
    free(own);
    return status;
}

/* A network that is missing, broken or another's is the file's fault: nothing is to be made then.
 */
static bool bind_checkpoint(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_checkpoint_use use = {
        .batch = 1, .length = point->source != NULL ? point->source->length : 1};
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_error err = {0};
    enum mg_status status;

    point->checkpoint_path =
        mg_path_beside(binding->heap, mg_resolved_place(binding->resolved, "predictor.path").file,
                       mg_bound_text(binding, "predictor.path"));
    if (access(point->checkpoint_path, F_OK) != 0 &&
        strcmp(mg_bound_text(binding, "predictor.if_missing"), "not_run") == 0) {
        point->missing = mg_heap_format(
            binding->heap,
            "the checkpoint %s is not there; --set predictor.path=FOLDER says where it is",
            point->checkpoint_path);
        return false;
    }
    status = mg_checkpoint_load(&checkpoint, point->checkpoint_path, &use, &err);
    if (status == MG_OK && point->source != NULL) {
        status =
            mg_checkpoint_fits(checkpoint, point->checkpoint_path, point->source->length,
                               point->source->vocab, point->symbols, point->has_tokenizer, &err);
    }
    if (status == MG_OK && point->has_tokenizer) {
        status = check_tokenizer(binding, checkpoint, &err);
    }
    if (status == MG_OK) {
        status = put_hash(binding, checkpoint, &err);
    }
    if (status == MG_OK) {
        status = put_precision(binding, checkpoint, &err);
    }
    mg_checkpoint_free(checkpoint);
    if (status != MG_OK) {
        mg_bound_refuse(binding, "predictor.path", "%s", err.text);
    }
    return status == MG_OK;
}

bool mg_bind_predictor(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_setting *kind = mg_resolved_get(binding->resolved, "predictor.kind");

    if (kind == NULL || !has_all(binding, "predictor")) {
        return false;
    }
    point->predictor =
        (enum mg_predictor_kind)index_of(mg_json_string(kind->value), mg_predictor_kind_word);
    point->predictor_word = KINDS[point->predictor].word;
    if (point->predictor == MG_PREDICTOR_CHECKPOINT) {
        return bind_checkpoint(binding);
    }
    if (point->predictor == MG_PREDICTOR_COMMAND) {
        return mg_bind_command(binding);
    }
    if (point->predictor == MG_PREDICTOR_TRACE) {
        return mg_bind_trace(binding);
    }
    if (point->predictor == MG_PREDICTOR_ORACLE && point->source != NULL &&
        !mg_source_has_oracle(point->source)) {
        mg_bound_refuse(binding, "predictor.kind", "this source has no oracle");
        return false;
    }
    if (point->predictor == MG_PREDICTOR_ORACLE) {
        point->network.window = mg_bound_size(binding, "predictor.window");
    }
    return point->predictor != MG_PREDICTOR_TRANSFORMER || bind_transformer(binding);
}

/* A causal network and the objective that trains one need each other. */
static bool check_direction(const struct mg_binding *binding)
{
    const struct mg_objective *objective = binding->point->train.objective;
    const bool causal = binding->point->network.causal;

    if (objective->causal && !causal) {
        mg_bound_refuse(binding, "train.objective",
                        "predicts each token from its prefix and needs \"predictor\": {\"causal\": "
                        "true}: a bidirectional network would see the answers");
    } else if (causal && !objective->causal) {
        mg_bound_refuse(binding, "predictor.causal",
                        "a causal network reads clean prefixes, no masks: it needs \"train\": "
                        "{\"objective\": \"autoregressive\"}");
    }
    return objective->causal == causal;
}

/* Blocks fill the length, and a staged objective has a step for each stage. */
static bool bind_blocks(struct mg_binding *binding)
{
    struct mg_train_config *train = &binding->point->train;
    const struct mg_setting *block = mg_resolved_get(binding->resolved, "train.block");
    size_t length;

    if (!train->objective->blockwise) {
        return true;
    }
    if (block == NULL || binding->point->source == NULL) {
        return false; /* complained about */
    }
    train->block = mg_bound_size(binding, "train.block");
    length = binding->point->source->length;
    if (length % train->block != 0) {
        mg_bound_refuse(binding, "train.block", "blocks of %zu do not fill the length, %zu",
                        train->block, length);
        return false;
    }
    if (train->objective->staged && train->steps < length / train->block) {
        mg_bound_refuse(binding, "train.steps", "%zu steps are fewer than the %zu stages",
                        train->steps, length / train->block);
        return false;
    }
    return true;
}

/* Exactly one of the two keys that say how long to train. */
static bool has_length(const struct mg_binding *binding)
{
    const struct mg_settings *given = binding->resolved->given;
    const bool steps = mg_settings_get(given, "train.steps") != NULL;
    const bool budget = mg_settings_get(given, "train.budget_tokens") != NULL;

    if (steps && budget) {
        mg_bound_refuse(binding, "train.budget_tokens",
                        "give either steps or budget_tokens, not both");
    } else if (!steps && !budget && mg_settings_get(given, "train") != NULL) {
        mg_findings_missing(binding->reading->findings,
                            mg_resolved_place(binding->resolved, "train"), "steps",
                            "missing: a training needs steps or budget_tokens");
    }
    return steps != budget && (mg_resolved_get(binding->resolved, "train.steps") != NULL ||
                               mg_resolved_get(binding->resolved, "train.budget_tokens") != NULL);
}

/* Steps as given, or as many as a budget of tokens pays for. */
static bool bind_steps(const struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_setting *steps = mg_resolved_get(binding->resolved, "train.steps");
    size_t step_tokens;

    if (steps != NULL) {
        point->train.steps = mg_bound_size(binding, "train.steps");
        return true;
    }
    if (point->source == NULL) {
        return false; /* complained about */
    }
    step_tokens = point->train.batch * point->source->length;
    point->train.steps = mg_bound_size(binding, "train.budget_tokens") / step_tokens;
    if (point->train.steps == 0) {
        mg_bound_refuse(binding, "train.budget_tokens", "a single step takes %zu tokens",
                        step_tokens);
    }
    return point->train.steps > 0;
}

/* A network of block diffusion sees the blocks that its objective trains. */
static bool bind_no_suffix(const struct mg_binding *binding)
{
    struct mg_point *point = binding->point;

    if (!point->train.objective->no_suffix) {
        return true;
    }
    if (point->network.components > 1) {
        mg_bound_refuse(binding, "predictor.components",
                        "block diffusion has no mixture: its weights would be pooled from blocks "
                        "that are not seen");
        return false;
    }
    point->network.block = point->train.block;
    return true;
}

bool mg_bind_train(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_setting *kind = mg_resolved_get(binding->resolved, "predictor.kind");
    bool timed;

    point->trains = kind != NULL &&
                    strcmp(mg_json_string(kind->value), KINDS[MG_PREDICTOR_TRANSFORMER].word) == 0;
    if (!point->trains) {
        return true;
    }
    timed = has_length(binding);
    if (!has_all(binding, "train") || !timed) {
        return false;
    }
    point->train = (struct mg_train_config){
        .objective = mg_objective_find(mg_bound_text(binding, "train.objective")),
        .schedule = mg_noise_find(mg_bound_text(binding, "train.schedule")),
        .batch = mg_bound_size(binding, "train.batch"),
        .lr = mg_bound_number(binding, "train.lr"),
        .warmup = mg_bound_size(binding, "train.warmup"),
        .lr_final = mg_bound_number(binding, "train.lr_final"),
        .beta1 = mg_bound_number(binding, "train.beta1"),
        .beta2 = mg_bound_number(binding, "train.beta2"),
        .eps = mg_bound_number(binding, "train.eps"),
        .weight_decay = mg_bound_number(binding, "train.weight_decay"),
        .clip = mg_bound_number(binding, "train.clip"),
    };
    return bind_steps(binding) && bind_blocks(binding) && check_direction(binding) &&
           bind_no_suffix(binding);
}
