/* bpe.c - see bpe.h. */
#include "harness/bpe.h"

#include <assert.h>
#include <stdlib.h>

#include "model/numeric/arena.h"

#define NONE UINT32_MAX /* no neighbour, no rank; a token that was merged away */

struct merge {
    uint32_t left, right, id, rank; /* rank NONE: an empty slot */
};

struct mg_bpe {
    struct merge *slots;
    size_t capacity; /* a power of two */
    uint32_t n;
};

static struct merge *slots_new(size_t capacity)
{
    struct merge *slots = mg_allocate(capacity, sizeof(*slots));

    for (size_t i = 0; i < capacity; i++) {
        slots[i].rank = NONE;
    }
    return slots;
}

struct mg_bpe *mg_bpe_new(void)
{
    struct mg_bpe *bpe = mg_allocate(1, sizeof(*bpe));

    bpe->capacity = 64;
    bpe->slots = slots_new(bpe->capacity);
    return bpe;
}

void mg_bpe_free(struct mg_bpe *bpe)
{
    if (bpe != NULL) {
        free(bpe->slots);
        free(bpe);
    }
}

/* The slot of a pair, or the empty one where it would be. */
static struct merge *slot_of(const struct mg_bpe *bpe, uint32_t left, uint32_t right)
{
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15ULL; /* Knuth 6.4 */
    size_t at = (size_t)(hash ^ hash >> 32) & (bpe->capacity - 1);

    while (bpe->slots[at].rank != NONE &&
           (bpe->slots[at].left != left || bpe->slots[at].right != right)) {
        at = (at + 1) & (bpe->capacity - 1);
    }
    return &bpe->slots[at];
}

bool mg_bpe_add(struct mg_bpe *bpe, uint32_t left, uint32_t right, uint32_t id)
{
    struct merge *slot;

    if (2 * ((size_t)bpe->n + 1) > bpe->capacity) {
        struct merge *old = bpe->slots;
        const size_t n = bpe->capacity;

        bpe->capacity *= 2;
        bpe->slots = slots_new(bpe->capacity);
        for (size_t i = 0; i < n; i++) {
            if (old[i].rank != NONE) {
                *slot_of(bpe, old[i].left, old[i].right) = old[i];
            }
        }
        free(old);
    }
    slot = slot_of(bpe, left, right);
    if (slot->rank != NONE) {
        return false;
    }
    *slot = (struct merge){left, right, id, bpe->n++};
    return true;
}

void mg_bpe_work_free(struct mg_bpe_work *work)
{
    free(work->next);
    free(work->before);
    free(work->heap);
    *work = (struct mg_bpe_work){0};
}

static void reserve(struct mg_bpe_work *work, size_t n)
{
    if (n > work->capacity) {
        mg_bpe_work_free(work);
        work->capacity = 2 * n;
        work->next = mg_allocate(work->capacity, sizeof(*work->next));
        work->before = mg_allocate(work->capacity, sizeof(*work->before));
        work->heap = mg_allocate(3 * work->capacity, sizeof(*work->heap));
    }
}

/* A binary heap of rank << 32 | place, the smallest first. */
static void push(uint64_t *heap, size_t *n, uint64_t key)
{
    size_t at = (*n)++;

    for (; at > 0 && heap[(at - 1) / 2] > key; at = (at - 1) / 2) {
        heap[at] = heap[(at - 1) / 2];
    }
    heap[at] = key;
}

static uint64_t pop(uint64_t *heap, size_t *n)
{
    const uint64_t least = heap[0];
    const uint64_t key = heap[--*n];
    size_t at = 0;

    for (size_t child = 1; child < *n; child = 2 * at + 1) {
        child += child + 1 < *n && heap[child + 1] < heap[child];
        if (heap[child] >= key) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = key;
    return least;
}

/* Put the pair that begins at a place on the heap, if it is a merge. */
static void offer(const struct mg_bpe *bpe, const uint32_t *ids, struct mg_bpe_work *work,
                  size_t *waiting, uint32_t place)
{
    const uint32_t next = work->next[place];
    const uint32_t rank = next == NONE ? NONE : slot_of(bpe, ids[place], ids[next])->rank;

    if (rank != NONE) {
        push(work->heap, waiting, (uint64_t)rank << 32 | place);
    }
}

size_t mg_bpe_merge(const struct mg_bpe *bpe, uint32_t *ids, size_t n, struct mg_bpe_work *work)
{
    size_t waiting = 0;
    size_t left = 0;

    assert(n < NONE);
    reserve(work, n);
    for (size_t i = 0; i < n; i++) {
        work->next[i] = i + 1 < n ? (uint32_t)i + 1 : NONE;
        work->before[i] = i > 0 ? (uint32_t)i - 1 : NONE;
    }
    for (size_t i = 0; i < n; i++) {
        offer(bpe, ids, work, &waiting, (uint32_t)i);
    }
    while (waiting > 0) { /* every merge offers two pairs and takes one token: 3n pushes at most */
        const uint64_t key = pop(work->heap, &waiting);
        const uint32_t place = (uint32_t)key;
        const uint32_t next = ids[place] == NONE ? NONE : work->next[place];
        const struct merge *merge = next == NONE ? NULL : slot_of(bpe, ids[place], ids[next]);

        if (merge == NULL || merge->rank != key >> 32) {
            continue; /* a neighbour has changed since */
        }
        ids[place] = merge->id;
        ids[next] = NONE;
        work->next[place] = work->next[next];
        if (work->next[place] != NONE) {
            work->before[work->next[place]] = place;
        }
        if (work->before[place] != NONE) {
            offer(bpe, ids, work, &waiting, work->before[place]);
        }
        offer(bpe, ids, work, &waiting, place);
    }
    for (size_t i = 0; i < n; i++) {
        if (ids[i] != NONE) {
            ids[left++] = ids[i];
        }
    }
    return left;
}
