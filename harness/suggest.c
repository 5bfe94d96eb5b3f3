/* suggest.c - "did you mean": the nearest valid word to a misspelt one. */
#include "harness/suggest.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MAX = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int folded(char c)
{
    return tolower((unsigned char)c);
}

size_t mg_suggest_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    const size_t n = strlen(a);
    const size_t m = strlen(b);

    if (n > WORD_MAX || m > WORD_MAX) {
        return n > m ? n : m;
    }
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i - 1) % 3];
        const size_t *two_before = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t cost = folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1;

            now[j] = least(least(before[j] + 1, now[j - 1] + 1), before[j - 1] + cost);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1])) {
                now[j] = least(now[j], two_before[j - 2] + 1);
            }
        }
    }
    return rows[n % 3][m];
}

const char *mg_suggest(const char *word, const char *const *candidates, size_t n)
{
    const size_t length = strlen(word);
    size_t best = length <= 3 ? 2 : length / 3 > 2 ? length / 3 + 1 : 3;
    const char *nearest = NULL;

    best = least(best, length); /* not a complete rewrite */
    for (size_t i = 0; i < n; i++) {
        const size_t distance = mg_suggest_distance(word, candidates[i]);

        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
