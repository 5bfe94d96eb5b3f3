/* law_held_out.c - see law_held_out.h. */
#include "model/measure/law_held_out.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/measure/replay_draws.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"
#include "model/source/text.h"

enum mg_status mg_law_held_out_check(const struct mg_sampler *sampler, struct mg_error *err)
{
    if (mg_corrector_form(sampler) != MG_CORRECTOR_NONE || sampler->order->looks_at_drawn ||
        sampler->draft > 0) {
        return mg_fail(err, MG_EUSAGE,
                       "law of %s: on a source without an oracle sequences are replayed, and a "
                       "sampler that looks at the tokens it draws, or draws them again, has "
                       "another law; measure its samples",
                       sampler->name);
    }
    return MG_OK;
}

struct sums {
    const struct mg_sampler *sampler;
    double *tempered;           /* (R, L, V) the answer's parts at the sampler's temperature */
    double *log_path;           /* (draws) log path(x) */
    const struct mg_text *text; /* NULL: not a text, which has no characters */
    double characters;          /* of all draws */
    double calls;
    bool by_chance; /* a draw has met a choice */
};

static void add_step(void *ctx, const struct mg_reveal *reveal)
{
    struct sums *sums = ctx;

    mg_step_law_temper(sums->tempered, reveal->answer, reveal->context, sums->sampler->temperature);
    sums->log_path[reveal->draw] =
        mg_step_law_log_joint(sums->log_path[reveal->draw], reveal->answer, sums->tempered,
                              reveal->set, reveal->n_set, reveal->tokens);
    if (sums->text != NULL) { /* every position is revealed once */
        for (size_t i = 0; i < reveal->n_set; i++) {
            sums->characters += mg_text_characters(sums->text, reveal->tokens + reveal->set[i], 1);
        }
    }
    sums->calls += 1.0;
    sums->by_chance = sums->by_chance || reveal->by_chance;
}

enum mg_status mg_law_held_out(const struct mg_measure_input *input,
                               const struct mg_sampler *sampler, size_t draws, struct mg_error *err)
{
    const double length = (double)input->source->length;
    const size_t cells =
        mg_predictor_components(input->predictor) * input->source->length * input->source->vocab;
    struct sums sums = {.sampler = sampler,
                        .text = mg_source_text(input->source),
                        .tempered = mg_allocate(cells, sizeof(double)),
                        .log_path = mg_allocate(draws, sizeof(double))};
    struct mg_moments nll = {0};
    enum mg_status status;

    assert(draws >= 2);
    status = mg_draws_replay(input->predictor, input->source, sampler, draws, input->streams->order,
                             add_step, &sums, err);
    for (size_t d = 0; d < draws; d++) {
        mg_moments_add(&nll, -sums.log_path[d] / length);
    }
    if (status == MG_OK) {
        MG_EMIT(input->sink, MG_TABLE_likelihoods, mg_text(sampler->name),
                mg_real(sums.calls / (double)draws), mg_int((int64_t)draws), mg_real(nll.mean),
                mg_real_if(isfinite(nll.mean), mg_moments_sd(&nll) / sqrt((double)draws)),
                mg_text(sums.by_chance ? "path_bound" : "monte_carlo"),
                mg_real_if(sums.text != NULL, nll.mean * length * (double)draws / sums.characters));
    }
    free(sums.log_path);
    free(sums.tempered);
    return status;
}
