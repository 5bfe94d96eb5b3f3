/*
 * samples.c - the measure `samples`: drawn sequences, and how many of them could have occurred.
 *
 * A draw is coherent when the source gives it positive probability. rate is the share of coherent
 * draws, nfe the mean number of predictor calls of a draw; exact_rate is the coherence of the same
 * sampler with a perfect predictor, from its exact output law, where that is quickly enumerated.
 * Coherence says nothing where every sequence can occur, so draws are also scored by the source:
 * nll_nats_per_token is the mean of -log P(draw | context) over the revealed tokens, infinite with
 * one incoherent draw; without a context a perfect sampler has H(X) / L, the exact value of
 * entropy_nats_per_token in `information` (value: NULL). bigram_tv see bigram.h. Of a
 * text, whose law nobody knows, the words are counted (lexicon.h). For drafts (draft.h) also what
 * they save: revealed tokens over batched calls, over rows evaluated. A predictor call is one
 * answer to one row, so a step of a guided sampler counts two.
 */
#include "model/measure/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/draft.h"
#include "model/diffusion/sampler.h"
#include "model/measure/bigram.h"
#include "model/measure/law.h"
#include "model/measure/lexicon.h"
#include "model/numeric/arena.h"

enum { DRAWS_AT_ONCE = 1024 };

static const double EXACT_MOVES_MAX = 1048576.0; /* a fraction of a second */

static int *prompt_new(const struct mg_measure_spec *spec, size_t length)
{
    int *prompt = mg_allocate(length, sizeof(prompt[0]));

    for (size_t i = 0; i < length; i++) {
        prompt[i] = spec->context == NULL ? MG_MASK : spec->context[i];
    }
    return prompt;
}

static enum mg_status samples_check(const struct mg_measure_spec *spec,
                                    const struct mg_source *source, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    int *prompt = prompt_new(spec, source->length);
    size_t masked = 0;

    for (size_t i = 0; i < source->length; i++) {
        masked += prompt[i] == MG_MASK;
    }
    if (spec->n_samplers == 0 || spec->draws == 0) {
        status = mg_fail(err, MG_EUSAGE, "samples: needs samplers and draws");
    } else if (masked == 0) {
        status = mg_fail(err, MG_EUSAGE, "samples: the context has no mask to reveal");
    } else if (mg_source_has_oracle(source) && !isfinite(mg_source_log_mass(source, prompt))) {
        status = mg_fail(err, MG_EUSAGE, "samples: the context has probability zero in the source");
    }
    free(prompt);
    return status;
}

/* What the draws of one sampler add up to. */
struct tally {
    size_t calls;
    size_t rows; /* evaluated, of drafts */
    size_t coherent;
    double nll_nats;            /* sum over draws, given the prompt */
    struct mg_bigrams *bigrams; /* NULL where the source's are not known */
    struct mg_lexicon *lexicon; /* NULL where the source is no text */
    const bool *given;          /* (L) positions of the prompt */
};

/* Emit some draws and count them. */
static void emit_draws(struct tally *tally, const struct mg_measure_input *input,
                       const struct mg_sampler *sampler, const int *tokens, const size_t *nfe,
                       size_t n, size_t first_draw)
{
    const struct mg_source *source = input->source;
    const bool known = mg_source_has_oracle(source);

    for (size_t d = 0; d < n; d++) {
        const int *row = tokens + d * source->length;
        const double log_mass = known ? mg_source_log_mass(source, row) : 0.0;
        const bool possible = known && isfinite(log_mass);

        tally->calls += nfe[d];
        tally->coherent += possible;
        tally->nll_nats -= log_mass;
        if (tally->bigrams != NULL) {
            mg_bigrams_add(tally->bigrams, row);
        }
        if (tally->lexicon != NULL) {
            mg_lexicon_add(tally->lexicon, row, tally->given, source->length);
        }
        MG_EMIT(input->sink, MG_TABLE_samples, mg_text(sampler->name), mg_int((int64_t)nfe[d]),
                mg_int((int64_t)(first_draw + d)), mg_tokens(row, source->length),
                known ? mg_int(possible) : mg_null());
    }
}

/* Coherence with the oracle as predictor, or NULL when the replay takes too long or is none. */
static struct mg_cell exact_rate(const struct mg_source *source, const struct mg_sampler *sampler,
                                 const int *prompt)
{
    struct mg_cell rate = mg_null();
    struct mg_predictor *oracle;
    struct mg_predictor *steered;
    struct mg_law *law = NULL;
    struct mg_error ignored = {0};

    if (!mg_source_has_oracle(source) || mg_corrector_form(sampler) != MG_CORRECTOR_NONE ||
        sampler->draft > 0 || !(mg_law_moves(source, sampler, prompt) <= EXACT_MOVES_MAX)) {
        return rate;
    }
    oracle = mg_oracle_new(source);
    if (mg_law_walk(&law, mg_sampler_hear(&steered, oracle, sampler, prompt), source, sampler,
                    prompt, EXACT_MOVES_MAX, &ignored) == MG_OK) {
        rate = mg_real(law->coherence);
    }
    mg_law_free(law);
    mg_predictor_free(steered);
    mg_predictor_free(oracle);
    return rate;
}

void mg_emit_draft_cost(struct mg_sink *sink, const char *name, double per_call, double per_row)
{
    char quantity[96];

    (void)snprintf(quantity, sizeof(quantity), "%s.tokens_per_call", name);
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity), mg_real(per_call), mg_null());
    (void)snprintf(quantity, sizeof(quantity), "%s.tokens_per_row", name);
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity), mg_real(per_row), mg_null());
}

/* The coherence row of a sampler whose draws are counted. */
static void emit_tally(const struct mg_measure_input *input, const struct mg_sampler *sampler,
                       const int *prompt, const struct tally *tally)
{
    const struct mg_source *source = input->source;
    const bool known = mg_source_has_oracle(source);
    const double draws = (double)input->spec->draws;
    double nll_nats = tally->nll_nats / draws;
    size_t masked = 0;

    for (size_t i = 0; i < source->length; i++) {
        masked += prompt[i] == MG_MASK;
    }
    if (known) {
        nll_nats += mg_source_log_mass(source, prompt);
    }
    MG_EMIT(input->sink, MG_TABLE_coherence, mg_text(sampler->name),
            mg_real((double)tally->calls / draws), mg_int((int64_t)input->spec->draws),
            mg_real_if(known, (double)tally->coherent / draws), exact_rate(source, sampler, prompt),
            mg_real_if(known, nll_nats / (double)masked),
            tally->bigrams == NULL ? mg_null() : mg_real(mg_bigrams_tv(tally->bigrams)));
    if (sampler->draft > 0) {
        const double tokens = draws * (double)masked;

        mg_emit_draft_cost(input->sink, sampler->name, tokens / (double)tally->calls,
                           tokens / (double)tally->rows);
    }
}

static void sample_one(const struct mg_measure_input *input, const struct mg_sampler *sampler,
                       const int *prompt, struct tally tally)
{
    const struct mg_source *source = input->source;
    const size_t draws = input->spec->draws;
    int *tokens = mg_allocate(DRAWS_AT_ONCE * source->length, sizeof(tokens[0]));
    int *step_of = mg_allocate(DRAWS_AT_ONCE * source->length, sizeof(step_of[0]));
    size_t *nfe = mg_allocate(DRAWS_AT_ONCE, sizeof(nfe[0]));
    struct mg_predictor *steered;
    struct mg_predictor *heard = mg_sampler_hear(&steered, input->predictor, sampler, prompt);

    if (tally.bigrams != NULL) {
        mg_bigrams_clear(tally.bigrams);
    }
    if (tally.lexicon != NULL) {
        mg_lexicon_clear(tally.lexicon);
    }
    for (size_t from = 0; from < draws; from += DRAWS_AT_ONCE) {
        const size_t some = draws - from < DRAWS_AT_ONCE ? draws - from : DRAWS_AT_ONCE;

        mg_sample(tokens, step_of, nfe, heard, sampler, prompt, some, input->streams->sample, from);
        for (size_t d = 0; d < some; d++) {
            nfe[d] *= mg_sampler_calls(sampler);
        }
        for (size_t d = 0; d < some && sampler->draft > 0; d++) {
            tally.rows +=
                mg_sampler_calls(sampler) *
                mg_draft_evaluated(step_of + d * source->length, source->length, sampler->draft);
        }
        emit_draws(&tally, input, sampler, tokens, nfe, some, from);
    }
    emit_tally(input, sampler, prompt, &tally);
    if (tally.lexicon != NULL) {
        mg_lexicon_emit(tally.lexicon, input->sink, sampler->name);
    }
    mg_predictor_free(steered);
    free(nfe);
    free(step_of);
    free(tokens);
}

/* What a perfect sampler's nll_nats_per_token tends to, where that is known. */
static void emit_entropy(const struct mg_measure_input *input)
{
    const double nats = input->spec->context == NULL && mg_source_has_oracle(input->source)
                            ? mg_source_entropy_nats(input->source)
                            : (double)NAN;

    if (!isnan(nats)) {
        MG_EMIT(input->sink, MG_TABLE_information, mg_text("entropy_nats_per_token"), mg_null(),
                mg_real(nats / (double)input->source->length));
    }
}

static enum mg_status samples_run(const struct mg_measure_input *input, struct mg_error *err)
{
    int *prompt = prompt_new(input->spec, input->source->length);
    bool *given = mg_allocate(input->source->length, sizeof(given[0]));
    const struct tally tally = {.bigrams = mg_bigrams_new(input->source, prompt),
                                .lexicon = mg_lexicon_new(input->source),
                                .given = given};

    (void)err;
    for (size_t i = 0; i < input->source->length; i++) {
        given[i] = prompt[i] != MG_MASK;
    }
    for (size_t i = 0; i < input->spec->n_samplers; i++) {
        sample_one(input, &input->spec->samplers[i], prompt, tally);
    }
    emit_entropy(input);
    mg_lexicon_free(tally.lexicon);
    mg_bigrams_free(tally.bigrams);
    free(given);
    free(prompt);
    return MG_OK;
}

const struct mg_measure mg_measure_samples = {
    .kind = "samples",
    .help =
        "draws of each sampler: coherence beside the exact rate, predictor calls, true likelihood, "
        "bigrams",
    .check = samples_check,
    .prefixes_alone = mg_samplers_ask_prefixes,
    .run = samples_run,
};
