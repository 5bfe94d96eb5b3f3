/* bind_source.c - the source of a point: one row of a table for each kind. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind.h"
#include "harness/bind_source.h"

static const struct {
    const char *kind;
    const char *help;
    struct mg_source *(*bind)(struct mg_binding *binding);
} KINDS[] = {
    {"sequences", "a list of sequences with weights: any joint table", mg_bind_sequences},
    {"markov", "a Markov chain over the tokens", mg_bind_markov},
    {"hmm", "a hidden Markov chain whose states emit the tokens", mg_bind_hmm},
    {"task", "sequences that follow a rule, with a known law", mg_bind_task},
    {"text", "a text file; its law is unknown, its last part is held out", mg_bind_text_source},
    {"trace", "what the predictor's trace has: its tokens, no known law", mg_bind_trace_source},
};
enum { N_KINDS = sizeof(KINDS) / sizeof(KINDS[0]) };

const char *mg_source_kind_word(size_t i)
{
    return i < N_KINDS ? KINDS[i].kind : NULL;
}

const char *mg_source_kind_help(size_t i)
{
    return KINDS[i].help;
}

bool mg_bind_source(struct mg_binding *binding)
{
    const struct mg_setting *kind = mg_resolved_get(binding->resolved, "source.kind");
    struct mg_point *point = binding->point;

    for (size_t i = 0; kind != NULL && i < N_KINDS; i++) {
        if (strcmp(mg_json_string(kind->value), KINDS[i].kind) == 0) {
            point->source = KINDS[i].bind(binding);
            point->source_kind = KINDS[i].kind;
        }
    }
    if (point->source == NULL) {
        return false;
    }
    point->symbols = binding->alphabet.symbols;
    assert(binding->alphabet.n == point->source->vocab);
    return true;
}

/* Is this text fit to write a token? */
static bool is_symbol(const char *text)
{
    return text[0] != '\0' && strcmp(text, "_") != 0 && strpbrk(text, " \t\r\n") == NULL;
}

bool mg_bind_given_alphabet(struct mg_binding *binding)
{
    const struct mg_setting *setting = mg_resolved_get(binding->resolved, "source.alphabet");
    const size_t n = mg_json_count(setting->value);
    const char **symbols = mg_heap_array(binding->reading->heap, n, sizeof(char *));
    bool fine = true;

    for (size_t i = 0; i < n; i++) {
        const struct mg_json *item = mg_json_at(setting->value, i);

        symbols[i] = mg_json_string(item);
        if (!is_symbol(symbols[i])) {
            mg_bound_refuse_at(binding, "source.alphabet", item,
                               "\"%s\" cannot write a token: it must have no space and not be "
                               "the mask \"_\"",
                               symbols[i]);
            fine = false;
        }
    }
    mg_alphabet_init(&binding->alphabet, binding->heap, symbols, n);
    for (size_t i = 1; i < n; i++) {
        const struct mg_alphabet *alphabet = &binding->alphabet;
        const size_t id = alphabet->sorted[i] > alphabet->sorted[i - 1] ? alphabet->sorted[i]
                                                                        : alphabet->sorted[i - 1];

        if (strcmp(symbols[alphabet->sorted[i]], symbols[alphabet->sorted[i - 1]]) == 0) {
            mg_bound_refuse_at(binding, "source.alphabet", mg_json_at(setting->value, id),
                               "\"%s\" is in the alphabet twice", symbols[id]);
            fine = false;
        }
    }
    return fine;
}

void mg_bind_put_alphabet(struct mg_binding *binding)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    for (size_t i = 0; i < binding->alphabet.n; i++) {
        char *quoted = mg_json_quote(binding->alphabet.symbols[i]);

        fprintf(out, "%c%s", i == 0 ? '[' : ',', quoted);
        free(quoted);
    }
    fputc(']', out);
    fclose(out);
    mg_resolved_put(binding->resolved, "source.alphabet", text);
    free(text);
}

bool mg_bind_law(const struct mg_binding *binding, double *law, const char *path,
                 const struct mg_json *numbers, const char *what)
{
    char sum_text[32];
    double sum = 0.0;
    bool fine = true;

    for (size_t i = 0; i < mg_json_count(numbers); i++) {
        law[i] = mg_json_number(mg_json_at(numbers, i));
        sum += law[i];
        if (law[i] < 0.0) {
            mg_bound_refuse_at(binding, path, mg_json_at(numbers, i),
                               "%s has the negative entry %.12g", what, law[i]);
            fine = false;
        }
    }
    if (fabs(sum - 1.0) <= 1e-9) {
        return fine;
    }
    snprintf(sum_text, sizeof(sum_text), "%.12g", sum);
    mg_bound_refuse_at(binding, path, numbers, "%s sums to %s, not to 1 (off by %.3g)", what,
                       sum_text, sum - 1.0);
    return false;
}
