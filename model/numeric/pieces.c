/*
 * pieces.c - see pieces.h.
 *
 * The parts are those of Goto, van de Geijn 2008 (ACM TOMS 34:12), with W as the left factor:
 * x^T in panels of 16 columns, W in blocks of rows that one worker widens, MG_TILE_DEPTH columns
 * at a time, so that a panel stays in the first cache and the widened block in the second. Beside
 * it there is room for GROUP rows of x: with more, all panels would come from the third cache for
 * every block, so W is widened once for each group (3 %, for 17 % at 512 rows of 4096).
 */
#include "model/numeric/pieces.h"

#include <assert.h>
#include <string.h>

#include "model/numeric/tile.h"

enum {
    PANEL = 16,
    GROUP = 192 /* rows of x */,
    TILES = 8,
    BLOCK = TILES * MG_TILE_ROWS /* rows of W */,
    LINE = 64
};

struct job {
    float *y;
    const float *add;
    const float *x;
    const struct mg_piece *pieces;
    size_t M, N, K;
    size_t panels; /* of 16 rows of x */
    float *turned; /* x^T: for each depth of MG_TILE_DEPTH, for each panel, (depth, 16) */
    float *rooms;  /* of the workers */
};

static size_t panels_of(size_t M)
{
    return (M + PANEL - 1) / PANEL;
}

static size_t worker_room(size_t panels)
{
    return (size_t)BLOCK * MG_TILE_DEPTH + panels * BLOCK * PANEL;
}

size_t mg_pieces_room(size_t M, size_t K, size_t threads)
{
    const size_t panels = panels_of(M < GROUP ? M : GROUP);

    return panels * PANEL * K + threads * worker_room(panels);
}

/* One panel of x^T at all depths; rows beyond M are zero. */
static void turn_panel(void *ctx, size_t panel, size_t worker)
{
    const struct job *job = (const struct job *)ctx;
    const size_t first = panel * PANEL;
    const size_t rows = job->M - first < PANEL ? job->M - first : PANEL;

    (void)worker;
    for (size_t k0 = 0; k0 < job->K; k0 += MG_TILE_DEPTH) {
        const size_t depth = job->K - k0 < MG_TILE_DEPTH ? job->K - k0 : MG_TILE_DEPTH;
        float *out = job->turned + (k0 * job->panels + panel * depth) * PANEL;

        if (rows < PANEL) {
            memset(out, 0, depth * PANEL * sizeof(*out));
        }
        for (size_t m = 0; m < rows; m++) {
            const float *row = job->x + (first + m) * job->K + k0;

            for (size_t k = 0; k < depth; k++) {
                out[k * PANEL + m] = row[k];
            }
        }
    }
}

/* Where `count` rows of W from row n on lie: starts (count), types (count) out. */
static void find_rows(const unsigned char **starts, enum mg_dtype *types, const struct job *job,
                      size_t n, size_t count)
{
    const struct mg_piece *piece = job->pieces;
    size_t first = 0; /* row of W at which the piece begins */

    for (size_t i = 0; i < count; i++) {
        while (n + i - first >= piece->rows) {
            first += piece->rows;
            piece++;
        }
        types[i] = piece->dtype;
        starts[i] = (const unsigned char *)piece->data +
                    (n + i - first) * job->K * mg_dtype_size(piece->dtype);
    }
}

/* Ask for the bytes that will be widened next; addresses beyond the end do no harm. */
static void prefetch(const unsigned char *bytes, size_t size)
{
    for (size_t at = 0; at < size; at += LINE) {
        __builtin_prefetch(bytes + at, 0, 2);
    }
}

/* sums (panels, BLOCK, 16) += the terms k0 .. k0 + depth - 1. */
static void add_depth(float *sums, const float *wide, const struct job *job,
                      const unsigned char *const *starts, const enum mg_dtype *types, size_t k0,
                      size_t depth)
{
    const struct mg_tile_kernel *kernel = mg_tile_kernel();
    const float *x = job->turned + k0 * job->panels * PANEL;
    const size_t calls = job->panels * TILES;
    size_t asked = 0; /* rows of the next depth that are on their way */

    for (size_t call = 0; call < calls; call++) {
        const size_t panel = call / TILES;
        const size_t tile = call % TILES;
        const size_t columns = job->M - panel * PANEL <= PANEL / 2 ? PANEL / 2 : PANEL;

        for (; asked * calls < (call + 1) * BLOCK && k0 + depth < job->K; asked++) {
            const size_t size = mg_dtype_size(types[asked]);

            prefetch(starts[asked] + (k0 + depth) * size, MG_TILE_DEPTH * size);
        }
        kernel->extend(sums + (panel * BLOCK + tile * MG_TILE_ROWS) * PANEL,
                       wide + tile * MG_TILE_ROWS * MG_TILE_DEPTH, x + panel * depth * PANEL,
                       columns, depth);
    }
}

/* One block of rows of W: their columns of y. */
static void block_task(void *ctx, size_t index, size_t worker)
{
    const struct job *job = (const struct job *)ctx;
    const size_t n = index * BLOCK;
    const size_t count = job->N - n < BLOCK ? job->N - n : BLOCK;
    float *wide = job->rooms + worker * worker_room(job->panels);
    float *sums = wide + (size_t)BLOCK * MG_TILE_DEPTH;
    const unsigned char *starts[BLOCK];
    enum mg_dtype types[BLOCK];

    find_rows(starts, types, job, n, count);
    for (size_t i = count; i < BLOCK; i++) { /* rows that are not there repeat the last */
        starts[i] = starts[count - 1];
        types[i] = types[count - 1];
    }
    memset(sums, 0, job->panels * BLOCK * PANEL * sizeof(*sums));
    for (size_t k0 = 0; k0 < job->K; k0 += MG_TILE_DEPTH) {
        const size_t depth = job->K - k0 < MG_TILE_DEPTH ? job->K - k0 : MG_TILE_DEPTH;

        for (size_t i = 0; i < BLOCK; i++) {
            mg_widen(wide + i * MG_TILE_DEPTH, starts[i] + k0 * mg_dtype_size(types[i]), types[i],
                     depth);
        }
        add_depth(sums, wide, job, starts, types, k0, depth);
    }
    for (size_t m = 0; m < job->M; m++) {
        const float *from = sums + m / PANEL * BLOCK * PANEL + m % PANEL;
        const size_t at = m * job->N + n;

        for (size_t i = 0; i < count; i++) {
            job->y[at + i] = from[i * PANEL] + (job->add != NULL ? job->add[at + i] : 0.0f);
        }
    }
}

void mg_pieces_product(float *y, const float *add, const float *x, const struct mg_piece *pieces,
                       size_t n, size_t M, size_t N, size_t K, float *room, struct mg_pool *pool)
{
    const size_t groups = (M + GROUP - 1) / GROUP;
    size_t rows = 0;

    assert(y != add);
    for (size_t i = 0; i < n; i++) {
        rows += pieces[i].rows;
    }
    assert(rows == N);
    (void)rows;
    for (size_t g = 0; g < groups; g++) { /* of whole panels, as even as can be */
        const size_t first = panels_of(M) * g / groups * PANEL;
        const size_t end = panels_of(M) * (g + 1) / groups * PANEL;
        const size_t part = (end < M ? end : M) - first;
        struct job job = {.y = y + first * N,
                          .add = add != NULL ? add + first * N : NULL,
                          .x = x + first * K,
                          .pieces = pieces,
                          .M = part,
                          .N = N,
                          .K = K,
                          .panels = panels_of(part),
                          .turned = room,
                          .rooms = room + panels_of(part) * PANEL * K};

        mg_pool_run(pool, turn_panel, &job, job.panels);
        mg_pool_run(pool, block_task, &job, (N + BLOCK - 1) / BLOCK);
    }
}
