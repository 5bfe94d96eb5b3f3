/* corrector.c - the table of correctors and their rates; see corrector.h. */
#include "model/diffusion/corrector.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static double cap(double s_max, double kept_before, double kept_after, double eta)
{
    (void)s_max;
    (void)kept_before;
    (void)kept_after;
    return eta;
}

static double rescale(double s_max, double kept_before, double kept_after, double eta)
{
    (void)kept_before;
    (void)kept_after;
    return eta * s_max;
}

static double whole(double s_max, double kept_before, double kept_after, double eta)
{
    (void)kept_before;
    (void)kept_after;
    (void)eta;
    return s_max;
}

/* Campbell et al. 2022 as ReMDM writes it: one step back for each step forward. */
static double forward_backward(double s_max, double kept_before, double kept_after, double eta)
{
    (void)eta;
    return kept_before > 0.0 ? (kept_after - kept_before) / kept_before : s_max;
}

static const struct mg_corrector CORRECTORS[] = {
    {"none", "what is revealed stays", MG_CORRECTOR_NONE, NULL},
    {"remdm_cap", "remask with probability min(eta, s_max) (ReMDM)", MG_CORRECTOR_REMASK, cap},
    {"remdm_rescale", "remask with probability eta s_max (ReMDM)", MG_CORRECTOR_REMASK, rescale},
    {"remdm_conf", "share s_max out by the doubt about each token when it was drawn (ReMDM)",
     MG_CORRECTOR_REMASK_DOUBT, whole},
    {"forward_backward", "remask as much as the forward process would, (b - a) / a",
     MG_CORRECTOR_REMASK, forward_backward},
    {"gibbs", "sweeps from the left that draw each token again given all others",
     MG_CORRECTOR_SWEEP, NULL},
};

enum { CORRECTOR_COUNT = sizeof(CORRECTORS) / sizeof(CORRECTORS[0]) };

const struct mg_corrector *mg_correctors(size_t *n)
{
    assert(n != NULL);
    *n = CORRECTOR_COUNT;
    return CORRECTORS;
}

const struct mg_corrector *mg_corrector_find(const char *name)
{
    assert(name != NULL);
    for (size_t i = 0; i < CORRECTOR_COUNT; i++) {
        if (strcmp(CORRECTORS[i].name, name) == 0) {
            return &CORRECTORS[i];
        }
    }
    return NULL;
}

enum mg_corrector_form mg_corrector_form(const struct mg_sampler *sampler)
{
    return sampler->corrector == NULL ? MG_CORRECTOR_NONE : sampler->corrector->form;
}

struct mg_remask_rates mg_remask_rates(const struct mg_sampler *sampler, size_t step)
{
    const double steps = (double)sampler->steps;
    const double before = (double)step / steps;
    const double after = (double)(step + 1) / steps;
    const double s_max = before > 0.0 ? fmin(1.0, (1.0 - after) / before) : 1.0;
    struct mg_remask_rates rates;
    double balance;

    assert(step < sampler->steps);
    rates.remask = fmin(s_max, sampler->corrector->remask(s_max, before, after, sampler->eta));
    /* Under DOUBT masked positions have no share of s, as in the authors' program. */
    balance = sampler->corrector->form == MG_CORRECTOR_REMASK_DOUBT ? 0.0 : rates.remask;
    rates.reveal = step + 1 == sampler->steps
                       ? 1.0
                       : fmin(1.0, (after - (1.0 - balance) * before) / (1.0 - before));
    return rates;
}
