/* laws.h - the law of a sampler with a perfect predictor, for tests of many sources. */
#ifndef MG_TESTS_SUPPORT_LAWS_H
#define MG_TESTS_SUPPORT_LAWS_H

#include "model/diffusion/sampler.h"
#include "model/measure/law.h"

/* An order by its name, at temperature 1; sizes are the caller's to set. */
struct mg_sampler test_sampler_of(const char *order);

/* Walked without a prompt; free with mg_law_free. */
struct mg_law *test_law_of(const struct mg_source *source, const struct mg_sampler *sampler);

void test_law_expect_kl(const struct mg_source *source, const struct mg_sampler *sampler,
                        double kl_nats, double tolerance);

#endif
