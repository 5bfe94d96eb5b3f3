/* set_entropy.c - see set_entropy.h. */
#include "model/measure/set_entropy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/support.h"
#include "model/numeric/statistics.h"
#include "model/source/markov.h"

struct mg_set_entropy {
    size_t length;
    double *table;    /* (2^L) when the support was listed, else NULL */
    double *marginal; /* (L) chain: H(X_i) */
    double *follow;   /* (L, L) chain: H(X_r | X_l) for l < r */
};

enum mg_status mg_set_entropy_check(const struct mg_source *source, const char *what,
                                    struct mg_error *err)
{
    if (!mg_source_has_oracle(source)) {
        return mg_fail(err, MG_EUSAGE, "%s needs a source that knows its own law", what);
    }
    return mg_source_chain(source) != NULL ? MG_OK : mg_support_check(source, what, err);
}

struct grouped {
    const struct mg_support *support;
    double *table; /* (2^L) */
    double *mass;  /* (n) of each group */
};

static void take_groups(void *ctx, size_t revealed, const size_t *group_of, size_t n_groups)
{
    struct grouped *grouped = ctx;

    memset(grouped->mass, 0, n_groups * sizeof(*grouped->mass));
    for (size_t s = 0; s < grouped->support->n; s++) {
        grouped->mass[group_of[s]] += grouped->support->prob[s];
    }
    grouped->table[revealed] = mg_entropy_nats(grouped->mass, n_groups);
}

static double *table_from_support(const struct mg_source *source)
{
    struct mg_support *support = mg_support_list(source);
    struct grouped grouped = {
        .support = support,
        .table = calloc((size_t)1 << source->length, sizeof(double)),
        .mass = calloc(support->n, sizeof(double)),
    };

    assert(grouped.table != NULL);
    assert(grouped.mass != NULL);
    mg_support_walk(support, take_groups, &grouped);
    free(grouped.mass);
    mg_support_free(support);
    return grouped.table;
}

/* next (V, V) out: power (V, V) times transition (V, V). */
static void multiply(double *next, const double *power, const double *transition, size_t vocab)
{
    memset(next, 0, vocab * vocab * sizeof(*next));
    for (size_t x = 0; x < vocab; x++) {
        for (size_t y = 0; y < vocab; y++) {
            for (size_t z = 0; z < vocab; z++) {
                next[x * vocab + z] += power[x * vocab + y] * transition[y * vocab + z];
            }
        }
    }
}

/* H(X_r | X_l) = sum_x P(X_l = x) H(row x of P^(r-l)). */
static void fill_follow(double *follow, const double *marginals, const double *transition,
                        size_t length, size_t vocab)
{
    double *power = calloc(vocab * vocab, sizeof(*power));
    double *next = calloc(vocab * vocab, sizeof(*next));

    assert(power != NULL);
    assert(next != NULL);
    memcpy(power, transition, vocab * vocab * sizeof(*power));
    for (size_t gap = 1; gap < length; gap++) {
        double *swap = power;

        for (size_t x = 0; x < vocab; x++) {
            const double row_nats = mg_entropy_nats(power + x * vocab, vocab);

            for (size_t l = 0; l + gap < length; l++) {
                follow[l * length + l + gap] += marginals[l * vocab + x] * row_nats;
            }
        }
        multiply(next, power, transition, vocab);
        power = next;
        next = swap;
    }
    free(next);
    free(power);
}

struct mg_set_entropy *mg_set_entropy_new(const struct mg_source *source)
{
    const size_t length = source->length;
    const size_t vocab = source->vocab;
    const struct mg_chain *chain = mg_source_chain(source);
    struct mg_set_entropy *entropy = calloc(1, sizeof(*entropy));
    double *marginals;
    int *row;

    assert(entropy != NULL);
    entropy->length = length;
    if (chain == NULL) {
        entropy->table = table_from_support(source);
        return entropy;
    }
    entropy->marginal = calloc(length, sizeof(double));
    entropy->follow = calloc(length * length, sizeof(double));
    marginals = calloc(length * vocab, sizeof(*marginals));
    row = calloc(length, sizeof(*row));
    assert(entropy->marginal != NULL && entropy->follow != NULL);
    assert(marginals != NULL && row != NULL);
    for (size_t i = 0; i < length; i++) {
        row[i] = MG_MASK;
    }
    (void)mg_source_conditionals(source, row, marginals);
    for (size_t i = 0; i < length; i++) {
        entropy->marginal[i] = mg_entropy_nats(marginals + i * vocab, vocab);
    }
    fill_follow(entropy->follow, marginals, chain->transition, length, vocab);
    free(row);
    free(marginals);
    return entropy;
}

void mg_set_entropy_free(struct mg_set_entropy *entropy)
{
    if (entropy != NULL) {
        free(entropy->follow);
        free(entropy->marginal);
        free(entropy->table);
        free(entropy);
    }
}

double mg_set_entropy_nats(const struct mg_set_entropy *entropy, const bool *in_set)
{
    size_t last = entropy->length; /* last member so far */
    size_t set = 0;
    double nats = 0.0;

    for (size_t i = 0; i < entropy->length; i++) {
        if (in_set[i] && entropy->table != NULL) {
            set |= (size_t)1 << i;
        } else if (in_set[i]) {
            nats += last == entropy->length ? entropy->marginal[i]
                                            : entropy->follow[last * entropy->length + i];
            last = i;
        }
    }
    return entropy->table != NULL ? entropy->table[set] : nats;
}

void mg_set_entropy_table(double *table, const struct mg_set_entropy *entropy)
{
    const size_t length = entropy->length;
    const size_t sets = (size_t)1 << length;

    assert(length <= MG_SUBSETS_LENGTH_MAX);
    if (entropy->table != NULL) {
        memcpy(table, entropy->table, sets * sizeof(*table));
        return;
    }
    table[0] = 0.0;
    for (size_t last = 0; last < length; last++) { /* sets whose highest member is `last` */
        for (size_t below = 0; below < (size_t)1 << last; below++) {
            double added = entropy->marginal[last];

            if (below != 0) {
                const size_t before = 63 - (size_t)__builtin_clzll(below);

                added = entropy->follow[before * length + last];
            }
            table[below | (size_t)1 << last] = table[below] + added;
        }
    }
}

/* mean (L + 1) out: mean entropy of the sets of each size, by counting sets in a table. */
static void mean_from_table(double *mean, const struct mg_set_entropy *entropy)
{
    const size_t length = entropy->length;
    double choose = 1.0;

    memset(mean, 0, (length + 1) * sizeof(*mean));
    for (size_t set = 0; set < (size_t)1 << length; set++) {
        mean[__builtin_popcountll(set)] += entropy->table[set];
    }
    for (size_t j = 0; j <= length; j++) {
        mean[j] /= choose;
        choose = choose * (double)(length - j) / (double)(j + 1);
    }
}

/*
 * The same for a chain. In a random set of j positions, i is the first with probability
 * C(L-1-i, j-1) / C(L, j), and l < r are neighbours with C(L-1-(r-l), j-2) / C(L, j); both are
 * followed by their ratio from one i or gap to the next.
 */
static void mean_from_chain(double *mean, const struct mg_set_entropy *entropy)
{
    const size_t length = entropy->length;
    const double L = (double)length;
    double *gap_nats = calloc(length, sizeof(*gap_nats)); /* sum of H(X_{l+gap} | X_l) over l */

    assert(gap_nats != NULL);
    for (size_t l = 0; l < length; l++) {
        for (size_t r = l + 1; r < length; r++) {
            gap_nats[r - l] += entropy->follow[l * length + r];
        }
    }
    mean[0] = 0.0;
    for (size_t j = 1; j <= length; j++) {
        const double n = (double)j;
        double first = n / L;
        double neighbours = length < 2 ? 0.0 : n * (n - 1.0) / (L * (L - 1.0));

        mean[j] = 0.0;
        for (size_t i = 0; i + j <= length; i++) {
            mean[j] += first * entropy->marginal[i];
            first *= (L - n - (double)i) / (L - 1.0 - (double)i);
        }
        for (size_t gap = 1; gap + j <= length + 1 && j >= 2; gap++) {
            mean[j] += neighbours * gap_nats[gap];
            neighbours *= (L + 1.0 - n - (double)gap) / (L - 1.0 - (double)gap);
        }
    }
    free(gap_nats);
}

void mg_information_curve(double *h_nats, const struct mg_set_entropy *entropy)
{
    double *mean = calloc(entropy->length + 1, sizeof(*mean));

    assert(mean != NULL);
    if (entropy->table != NULL) {
        mean_from_table(mean, entropy);
    } else {
        mean_from_chain(mean, entropy);
    }
    for (size_t j = 0; j < entropy->length; j++) {
        h_nats[j] = mean[j + 1] - mean[j];
    }
    free(mean);
}

void mg_partition_steps_nats(double *step_nats, const struct mg_set_entropy *entropy,
                             const size_t *group_of, size_t n_steps)
{
    const size_t length = entropy->length;
    bool *revealed = calloc(length, sizeof(*revealed));
    double before = 0.0; /* H of what is revealed */

    assert(revealed != NULL);
    for (size_t step = 0; step < n_steps; step++) {
        double alone = 0.0;

        for (size_t i = 0; i < length; i++) {
            if (group_of[i] == step) {
                revealed[i] = true;
                alone += mg_set_entropy_nats(entropy, revealed) - before;
                revealed[i] = false;
            }
        }
        for (size_t i = 0; i < length; i++) {
            revealed[i] = revealed[i] || group_of[i] == step;
        }
        step_nats[step] = alone - (mg_set_entropy_nats(entropy, revealed) - before);
        before = mg_set_entropy_nats(entropy, revealed);
    }
    free(revealed);
}

double mg_partition_kl_nats(const struct mg_set_entropy *entropy, const size_t *group_of,
                            size_t n_steps)
{
    double *step_nats = calloc(n_steps, sizeof(*step_nats));
    double kl = 0.0;

    assert(step_nats != NULL);
    mg_partition_steps_nats(step_nats, entropy, group_of, n_steps);
    for (size_t step = 0; step < n_steps; step++) {
        kl += step_nats[step];
    }
    free(step_nats);
    return kl;
}
