/* tokenizer_added.c - see tokenizer_added.h: a trie of bytes. */
#include "harness/tokenizer_added.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/tokenizer_split.h"
#include "harness/utf8.h"
#include "model/numeric/arena.h"

/* A byte after others; 0 is the root, which no node has as child or sibling. */
struct node {
    uint32_t child, sibling;
    uint32_t rule; /* plus 1 of the token that ends here; 0: none */
    unsigned char byte;
};

struct mg_added {
    struct node *nodes;
    size_t n, capacity;
    struct mg_added_rule *rules;
    size_t n_rules, rules_capacity;
    struct mg_split *word; /* characters of words, where a rule asks for them */
};

static void *grown(void *items, size_t n, size_t *capacity, size_t size)
{
    if (n == *capacity) {
        *capacity = *capacity == 0 ? 16 : 2 * *capacity;
        items = realloc(items, *capacity * size);
        if (items == NULL) {
            abort();
        }
    }
    return items;
}

/* The number of a new node. */
static uint32_t add_node(struct mg_added *added, struct node node)
{
    added->nodes = grown(added->nodes, added->n, &added->capacity, sizeof(*added->nodes));
    added->nodes[added->n] = node;
    return (uint32_t)added->n++;
}

struct mg_added *mg_added_new(void)
{
    struct mg_added *added = mg_allocate(1, sizeof(*added));

    add_node(added, (struct node){0});
    return added;
}

void mg_added_free(struct mg_added *added)
{
    if (added != NULL) {
        mg_split_free(added->word);
        free(added->rules);
        free(added->nodes);
        free(added);
    }
}

/* The child of a node for a byte; 0 for none. */
static uint32_t child_of(const struct mg_added *added, uint32_t node, unsigned char byte)
{
    uint32_t child = added->nodes[node].child;

    while (child != 0 && added->nodes[child].byte != byte) {
        child = added->nodes[child].sibling;
    }
    return child;
}

bool mg_added_add(struct mg_added *added, const char *text, size_t size, struct mg_added_rule rule)
{
    uint32_t node = 0;

    assert(size > 0 && size <= MG_ADDED_BYTES_MAX);
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        uint32_t child = child_of(added, node, byte);

        if (child == 0) {
            child =
                add_node(added, (struct node){.byte = byte, .sibling = added->nodes[node].child});
            added->nodes[node].child = child;
        }
        node = child;
    }
    if (added->nodes[node].rule != 0) {
        return false;
    }
    added->rules =
        grown(added->rules, added->n_rules, &added->rules_capacity, sizeof(*added->rules));
    added->rules[added->n_rules++] = rule;
    added->nodes[node].rule = (uint32_t)added->n_rules;
    if (rule.single_word && added->word == NULL) {
        added->word = mg_split_word_characters();
    }
    return true;
}

/* Bytes of the longest token at p, its rule in *rule; 0 for none. */
static size_t longest_at(const struct mg_added *added, const struct mg_added_rule **rule,
                         const char *p, size_t rest)
{
    size_t longest = 0;
    uint32_t node = 0;

    for (size_t i = 0; i < rest; i++) {
        node = child_of(added, node, (unsigned char)p[i]);
        if (node == 0) {
            break;
        }
        if (added->nodes[node].rule != 0) {
            longest = i + 1;
            *rule = &added->rules[added->nodes[node].rule - 1];
        }
    }
    return longest;
}

/* The character before `at` > 0: its first byte's place. */
static size_t before(const char *text, size_t at)
{
    do {
        at--;
    } while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80);
    return at;
}

/* Does no word go on over either end? */
static bool is_alone(const struct mg_added *added, const char *text, size_t size, size_t begin,
                     size_t end)
{
    const size_t last = begin == 0 ? 0 : before(text, begin);

    return (begin == 0 || mg_split_piece(added->word, text + last, begin - last) == 0) &&
           (end == size || mg_split_piece(added->word, text + end, size - end) == 0);
}

static bool is_white_at(const char *text, size_t size, size_t at)
{
    return mg_is_white(mg_utf8_code(text + at, mg_utf8_bytes(text + at, size - at)));
}

/* A text on its way. */
struct cut {
    const char *text;
    size_t size;
    size_t done;      /* what is before has been told */
    size_t white_end; /* of the last white space that was looked through */
};

/* Tell a token that stands at begin, and the text before it. */
static bool tell(struct cut *cut, const struct mg_added_rule *rule, size_t begin, size_t end,
                 const struct mg_added_visitor *visitor)
{
    while (rule->lstrip && begin > cut->done &&
           is_white_at(cut->text, cut->size, before(cut->text, begin))) {
        begin = before(cut->text, begin);
    }
    if (rule->rstrip && end < cut->white_end) {
        end = cut->white_end; /* inside of it, so it is not looked through once for each token */
    }
    while (rule->rstrip && end < cut->size && is_white_at(cut->text, cut->size, end)) {
        end += mg_utf8_bytes(cut->text + end, cut->size - end);
        cut->white_end = end;
    }
    if (begin > cut->done &&
        !visitor->text(visitor->ctx, cut->text + cut->done, begin - cut->done)) {
        return false;
    }
    visitor->token(visitor->ctx, rule->id);
    cut->done = end;
    return true;
}

bool mg_added_cut(const struct mg_added *added, const char *text, size_t size,
                  const struct mg_added_visitor *visitor)
{
    const struct mg_added_rule *rule = NULL;
    struct cut cut = {.text = text, .size = size};
    size_t bytes;

    for (size_t at = 0; at<size; at += bytes> 0 ? bytes : 1) {
        bytes = longest_at(added, &rule, text + at, size - at);
        if (bytes > 0 && (!rule->single_word || is_alone(added, text, size, at, at + bytes)) &&
            !tell(&cut, rule, at, at + bytes, visitor)) {
            return false;
        }
    }
    return cut.done >= size || visitor->text(visitor->ctx, text + cut.done, size - cut.done);
}
