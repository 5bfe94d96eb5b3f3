/* choice.c - see choice.h. */
#include "model/measure/choice.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/contest.h"
#include "model/numeric/arena.h"

struct mg_choice {
    const struct mg_sampler *sampler;
    const bool *prompt;
    size_t length;
    size_t vocab;
    struct mg_contest *contest; /* NULL for rules that do not look at drawn tokens */
    double *confidence;         /* (L, V) what they compete with; NULL likewise */
    struct mg_selection pick;
    size_t *chosen; /* (L) which of the pool are taken, ascending */
    bool *wins;     /* (L) the same as flags */
    int *tokens;    /* (L) contest: tokens of the candidates */
    bool more;      /* chosen holds a set not given yet */
    double r;       /* of the set given last */
};

struct mg_choice *mg_choice_new(const struct mg_sampler *sampler, const bool *prompt, size_t length,
                                size_t vocab)
{
    struct mg_choice *choice = mg_allocate(1, sizeof(*choice));

    *choice =
        (struct mg_choice){.sampler = sampler, .prompt = prompt, .length = length, .vocab = vocab};
    if (sampler->order->looks_at_drawn) {
        choice->contest = mg_contest_new(length, vocab, sampler->ties);
        choice->confidence = mg_allocate(length * vocab, sizeof(double));
    }
    choice->pick.sure = mg_allocate(length, sizeof(size_t));
    choice->pick.pool = mg_allocate(length, sizeof(size_t));
    choice->chosen = mg_allocate(length, sizeof(size_t));
    choice->wins = mg_allocate(length, sizeof(bool));
    choice->tokens = mg_allocate(length, sizeof(int));
    return choice;
}

void mg_choice_free(struct mg_choice *choice)
{
    if (choice != NULL) {
        free(choice->tokens);
        free(choice->wins);
        free(choice->chosen);
        free(choice->pick.pool);
        free(choice->pick.sure);
        free(choice->confidence);
        mg_contest_free(choice->contest);
        free(choice);
    }
}

void mg_choice_begin(struct mg_choice *choice, const int *context, const double *probs,
                     const double *tempered)
{
    const struct mg_order_view view = {.sampler = choice->sampler,
                                       .length = choice->length,
                                       .vocab = choice->vocab,
                                       .context = context,
                                       .prompt = choice->prompt,
                                       .probs = probs};
    struct mg_selection *pick = &choice->pick;

    if (choice->contest == NULL) {
        mg_order_select(pick, &view);
    } else {
        pick->n_sure = 0;
        pick->n_pool = mg_order_candidates(pick->pool, &pick->take, &view);
        if (pick->take == pick->n_pool) {
            memcpy(pick->sure, pick->pool, pick->n_pool * sizeof(pick->pool[0]));
            pick->n_sure = pick->n_pool;
            pick->n_pool = 0;
            pick->take = 0;
        } else {
            for (size_t i = 0; i < pick->n_pool; i++) {
                const size_t at = pick->pool[i] * choice->vocab;

                mg_order_confidence(choice->confidence + at, probs + at, choice->vocab,
                                    choice->sampler);
            }
            mg_contest_set(choice->contest, choice->confidence, tempered, pick->pool, pick->n_pool);
        }
    }
    for (size_t i = 0; i < pick->take; i++) {
        choice->chosen[i] = i;
    }
    choice->more = true;
}

/* The next choice of `take` out of n in lexicographic order; false after the last. */
static bool next_choice(size_t *chosen, size_t take, size_t n)
{
    size_t i = take;

    while (i > 0 && chosen[i - 1] == n - take + i - 1) {
        i--;
    }
    if (i == 0) {
        return false;
    }
    chosen[i - 1]++;
    for (; i < take; i++) {
        chosen[i] = chosen[i - 1] + 1;
    }
    return true;
}

bool mg_choice_next(size_t *set, size_t *n_set, double *r, struct mg_choice *choice)
{
    const struct mg_selection *pick = &choice->pick;

    choice->r = 0.0;
    while (choice->more && !(choice->r > 0.0)) {
        choice->r = 1.0 / mg_choose(pick->n_pool, pick->take);
        memset(choice->wins, 0, choice->length * sizeof(choice->wins[0]));
        memcpy(set, pick->sure, pick->n_sure * sizeof(set[0]));
        for (size_t i = 0; i < pick->take; i++) {
            set[pick->n_sure + i] = pick->pool[choice->chosen[i]];
            choice->wins[choice->chosen[i]] = true;
        }
        if (choice->contest != NULL && pick->n_pool > 0) {
            choice->r = mg_contest_wins(choice->contest, choice->wins);
        }
        choice->more = next_choice(choice->chosen, pick->take, pick->n_pool);
    }
    *n_set = pick->n_sure + pick->take;
    *r = choice->r;
    return choice->r > 0.0;
}

double mg_choice_given(struct mg_choice *choice, const int *tokens)
{
    const struct mg_selection *pick = &choice->pick;

    if (choice->contest == NULL || pick->n_pool == 0) {
        return choice->r;
    }
    for (size_t j = 0; j < pick->n_pool; j++) {
        choice->tokens[j] = tokens[pick->pool[j]];
    }
    return mg_contest_wins_with(choice->contest, choice->wins, choice->tokens);
}
