/* chain_rows.c - see chain_rows.h. */
#include "model/measure/chain_rows.h"

#include "model/source/chain_facts.h"
#include "model/source/markov.h"

void mg_chain_facts_emit(struct mg_sink *sink, const struct mg_source *source)
{
    const struct mg_chain *chain = mg_source_chain(source);

    if (chain != NULL) {
        const struct {
            const char *name;
            double exact;
        } facts[] = {
            {"dobrushin", mg_chain_dobrushin(chain->transition, source->vocab)},
            {"second_eigenvalue", mg_chain_second_modulus(chain->transition, source->vocab)},
            {"period", (double)mg_chain_period(chain->transition, source->vocab)},
        };

        for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
            MG_EMIT(sink, MG_TABLE_information, mg_text(facts[i].name), mg_null(),
                    mg_real(facts[i].exact));
        }
    }
}
