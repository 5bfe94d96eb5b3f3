/*
 * tokenizer_added.h - tokens that are found in a text before anything else happens to it.
 *
 * At each place from the left the longest that stands there is taken. Source: huggingface/
 * tokenizers, added_vocabulary.rs.
 */
#ifndef MG_HARNESS_TOKENIZER_ADDED_H
#define MG_HARNESS_TOKENIZER_ADDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MG_ADDED_BYTES_MAX = 512 };

struct mg_added;

struct mg_added_rule {
    uint32_t id;
    bool single_word;    /* only where no word goes on, before or after it */
    bool lstrip, rstrip; /* white space before or after belongs to it */
};

struct mg_added *mg_added_new(void);
void mg_added_free(struct mg_added *added); /* NULL is fine */

/* Add one, of 1 to MG_ADDED_BYTES_MAX bytes. False if the text is there already. */
bool mg_added_add(struct mg_added *added, const char *text, size_t size, struct mg_added_rule rule);

/*
 * Cut a text: text(ctx, p, size) for what is between, never empty, token(ctx, id) for each found,
 * in order. What lies between may be met twice when rstrip takes what another token begins with,
 * as there. A callback returns false to stop; so does this.
 */
struct mg_added_visitor {
    bool (*text)(void *ctx, const char *p, size_t size);
    void (*token)(void *ctx, uint32_t id);
    void *ctx;
};
bool mg_added_cut(const struct mg_added *added, const char *text, size_t size,
                  const struct mg_added_visitor *visitor);

#endif
