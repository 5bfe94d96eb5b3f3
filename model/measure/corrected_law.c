/* corrected_law.c - see corrected_law.h. */
#include "model/measure/corrected_law.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/step_law.h"
#include "model/measure/space.h"
#include "model/measure/whole_law.h"
#include "model/numeric/arena.h"

enum { ROWS_AT_ONCE = 1024 };

static const double MOVES_MAX = 134217728.0; /* 2^27 */

/* What tokens are drawn from in every context, at the sampler's temperature. */
struct kernel {
    const struct mg_sampler *sampler;
    struct mg_space space;
    size_t *masks;     /* (count) of each context */
    size_t components; /* R */
    double *weights;   /* (count, R) */
    double *tempered;  /* (count, R, L, V) read at masked positions */
    int *row;          /* (L) the context at hand */
    double *now;       /* (count) law over contexts */
    double *next;      /* (count) */
};

enum mg_status mg_corrected_law_check(const struct mg_sampler *sampler, size_t length, size_t vocab,
                                      struct mg_error *err)
{
    const enum mg_corrector_form form = mg_corrector_form(sampler);
    const double L = (double)length;
    const double V = (double)vocab;
    const double moves = form == MG_CORRECTOR_SWEEP
                             ? (double)sampler->sweeps * L * pow(V, L + 1.0)
                             : (double)sampler->steps * pow(3.0 * V + 1.0, L);

    if (form == MG_CORRECTOR_REMASK_DOUBT) {
        return mg_fail(err, MG_EUSAGE,
                       "law of %s: corrector %s remembers how sure it was of each token, so its "
                       "law is no product of kernels; measure its samples",
                       sampler->name, sampler->corrector->name);
    }
    if (!mg_space_fits(length, vocab) || !(moves <= MOVES_MAX)) {
        return mg_fail(err, MG_EUSAGE,
                       "law of %s: a corrector's kernel on %.4g contexts in %.4g moves is too "
                       "large (limits 1e5 and %.4g); measure its samples",
                       sampler->name, mg_space_size(length, vocab), moves, MOVES_MAX);
    }
    return MG_OK;
}

/* Predict the rows of the contexts [from, from + n) that have a mask. */
static enum mg_status fill_some(struct kernel *kernel, struct mg_predictor *predictor, int *rows,
                                struct mg_step_laws *answers, size_t from, size_t n,
                                struct mg_error *err)
{
    const size_t length = kernel->space.length;
    const size_t R = kernel->components;

    for (size_t k = 0; k < n; k++) {
        kernel->masks[from + k] = mg_space_row(rows + k * length, &kernel->space, from + k);
    }
    mg_step_laws_ask(answers, predictor, rows, n);
    if (!mg_step_laws_finite(answers, n)) {
        return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
    }
    for (size_t k = 0; k < n; k++) {
        const struct mg_step_law answer = mg_step_laws_at(answers, k);

        memcpy(kernel->weights + (from + k) * R, answer.weights, R * sizeof(double));
        mg_step_law_temper(kernel->tempered + (from + k) * R * length * kernel->space.vocab,
                           &answer, rows + k * length, kernel->sampler->temperature);
    }
    return MG_OK;
}

static enum mg_status kernel_init(struct kernel *kernel, struct mg_predictor *predictor,
                                  const struct mg_sampler *sampler, struct mg_error *err)
{
    const size_t cells = predictor->length * predictor->vocab;
    int *rows = mg_allocate(ROWS_AT_ONCE * predictor->length, sizeof(rows[0]));
    struct mg_step_laws answers;
    enum mg_status status = MG_OK;

    *kernel = (struct kernel){.sampler = sampler, .components = mg_predictor_components(predictor)};
    mg_step_laws_init(&answers, predictor, ROWS_AT_ONCE);
    mg_space_init(&kernel->space, predictor->length, predictor->vocab);
    kernel->masks = mg_allocate(kernel->space.count, sizeof(size_t));
    kernel->weights = mg_allocate(kernel->space.count * kernel->components, sizeof(double));
    kernel->tempered =
        mg_allocate(kernel->space.count * kernel->components * cells, sizeof(double));
    kernel->row = mg_allocate(predictor->length, sizeof(int));
    kernel->now = mg_allocate(kernel->space.count, sizeof(double));
    kernel->next = mg_allocate(kernel->space.count, sizeof(double));
    for (size_t from = 0; from < kernel->space.count && status == MG_OK; from += ROWS_AT_ONCE) {
        const size_t left = kernel->space.count - from;

        status = fill_some(kernel, predictor, rows, &answers, from,
                           left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE, err);
    }
    mg_step_laws_release(&answers);
    free(rows);
    return status;
}

static void kernel_release(struct kernel *kernel)
{
    free(kernel->next);
    free(kernel->now);
    free(kernel->row);
    free(kernel->tempered);
    free(kernel->weights);
    free(kernel->masks);
    mg_space_release(&kernel->space);
}

/* Send weight from a context to all it may become, from position `at` on; `to` as far as decided.
 */
static void spread(struct kernel *kernel, const double *tempered, struct mg_remask_rates rates,
                   size_t at, size_t to, double weight)
{
    const struct mg_space *space = &kernel->space;

    if (weight <= 0.0) {
        return;
    }
    if (at == space->length) {
        kernel->next[to] += weight;
    } else if (kernel->row[at] == MG_MASK) {
        const double *q = tempered + at * space->vocab;

        spread(kernel, tempered, rates, at + 1, to, weight * (1.0 - rates.reveal));
        for (size_t v = 0; v < space->vocab; v++) {
            spread(kernel, tempered, rates, at + 1, to - (space->vocab - v) * space->place[at],
                   weight * rates.reveal * q[v]);
        }
    } else {
        const size_t token = (size_t)kernel->row[at];

        spread(kernel, tempered, rates, at + 1, to, weight * (1.0 - rates.remask));
        spread(kernel, tempered, rates, at + 1, to + (space->vocab - token) * space->place[at],
               weight * rates.remask);
    }
}

/* All moves out of context c. */
static void leave(struct kernel *kernel, struct mg_remask_rates rates, size_t c)
{
    const size_t cells = kernel->space.length * kernel->space.vocab;

    (void)mg_space_row(kernel->row, &kernel->space, c);
    for (size_t k = c * kernel->components; k < (c + 1) * kernel->components; k++) {
        spread(kernel, kernel->tempered + k * cells, rates, 0, c,
               kernel->now[c] * kernel->weights[k]);
    }
}

/* All steps of a remasking sampler; nfe counts steps that meet a mask. */
static double *remasked_law(struct kernel *kernel, double *nfe)
{
    const struct mg_space *space = &kernel->space;

    *nfe = 0.0;
    kernel->now[space->count - 1] = 1.0;
    for (size_t step = 0; step < kernel->sampler->steps; step++) {
        const struct mg_remask_rates rates = mg_remask_rates(kernel->sampler, step);
        double *swap = kernel->now;

        memset(kernel->next, 0, space->count * sizeof(double));
        for (size_t c = 0; c < space->count; c++) {
            if (kernel->now[c] > 0.0) {
                *nfe += kernel->masks[c] > 0 ? kernel->now[c] : 0.0;
                leave(kernel, rates, c);
            }
        }
        kernel->now = kernel->next;
        kernel->next = swap;
    }
    return mg_space_complete(space, kernel->now);
}

/* Probability of token v at a masked position of a context. */
static double redrawn(const struct kernel *kernel, size_t context, size_t position, size_t v)
{
    const struct mg_space *space = &kernel->space;
    double sum = 0.0;

    for (size_t k = context * kernel->components; k < (context + 1) * kernel->components; k++) {
        sum += kernel->weights[k] *
               kernel->tempered[(k * space->length + position) * space->vocab + v];
    }
    return sum;
}

/* Redraw one position of every sequence: nu (V^L) in and out, stride its place in the index. */
static void redraw(struct kernel *kernel, double *nu, size_t n, size_t position, size_t stride)
{
    const size_t length = kernel->space.length;
    const size_t vocab = kernel->space.vocab;

    for (size_t x = 0; x < n; x++) {
        size_t context = 0;
        size_t rest = x;
        double mass = 0.0;

        if (x / stride % vocab != 0) { /* the sequences that differ here alone, once */
            continue;
        }
        for (size_t i = length; i-- > 0; rest /= vocab) {
            context += (i == position ? vocab : rest % vocab) * kernel->space.place[i];
        }
        for (size_t v = 0; v < vocab; v++) {
            mass += nu[x + v * stride];
        }
        for (size_t v = 0; v < vocab; v++) {
            nu[x + v * stride] = mass * redrawn(kernel, context, position, v);
        }
    }
}

static void sweep(struct kernel *kernel, double *nu)
{
    const size_t length = kernel->space.length;
    size_t n = 1;

    for (size_t i = 0; i < length; i++) {
        n *= kernel->space.vocab;
    }
    for (size_t k = 0; k < kernel->sampler->sweeps; k++) {
        size_t stride = n;

        for (size_t i = 0; i < length; i++) {
            stride /= kernel->space.vocab;
            redraw(kernel, nu, n, i, stride);
        }
    }
}

enum mg_status mg_corrected_law(double **nu, double *nfe, struct mg_predictor *predictor,
                                const struct mg_sampler *sampler, struct mg_error *err)
{
    const bool sweeps = mg_corrector_form(sampler) == MG_CORRECTOR_SWEEP;
    struct kernel kernel;
    enum mg_status status = kernel_init(&kernel, predictor, sampler, err);

    assert(sweeps || mg_corrector_form(sampler) == MG_CORRECTOR_REMASK);
    *nu = NULL;
    if (status == MG_OK && sweeps) {
        status = mg_whole_law(nu, nfe, predictor, sampler, NULL, err);
        if (status == MG_OK) {
            sweep(&kernel, *nu);
            *nfe += (double)(sampler->sweeps * predictor->length);
        }
    } else if (status == MG_OK) {
        *nu = remasked_law(&kernel, nfe);
    }
    kernel_release(&kernel);
    return status;
}
