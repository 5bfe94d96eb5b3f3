/*
 * tile_body.h - the text of one tile kernel; tile.c includes it once per instruction set.
 *
 * Before: BODY(name) names a function, BODY_TARGET is its attribute, BODY_ROWS how many rows of
 * accumulators fit the registers, and BODY_MADD(acc, x, b) does acc = x * b + acc on eight lanes.
 * No include guard: it is included more than once on purpose.
 */

/*
 * One tile of `rows` rows and 8 * `vectors` columns, of which `columns` are stored; with `on` the
 * chains go on from what c holds (all columns).
 */
BODY_TARGET static inline __attribute__((always_inline)) void
BODY(tile)(float *c, size_t c_row, const float *add, struct mg_left a, const float *b, size_t b_row,
           size_t K, const size_t rows, const size_t vectors, size_t columns, const bool on)
{
    eight sum[BODY_ROWS][2];
    float edge[16];

#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            sum[i][v] = (eight){0};
            if (on) {
                memcpy(&sum[i][v], c + i * c_row + 8 * v, sizeof(sum[i][v]));
            }
        }
    }
    for (size_t k = 0; k < K; k++) {
        eight right[2];

        memcpy(&right[0], b + k * b_row, sizeof(right[0]));
        if (vectors == 2) {
            memcpy(&right[1], b + k * b_row + 8, sizeof(right[1]));
        }
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            const float x = a.data[i * a.row + k * a.column];
            const eight left = {x, x, x, x, x, x, x, x};
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; v++) {
                BODY_MADD(sum[i][v], left, right[v]);
            }
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) {
        if (columns == 8 * vectors) {
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; v++) {
                eight old;

                if (add != NULL) {
                    memcpy(&old, add + i * c_row + 8 * v, sizeof(old));
                    sum[i][v] += old;
                }
                memcpy(c + i * c_row + 8 * v, &sum[i][v], sizeof(old));
            }
            continue;
        }
        memcpy(edge, sum[i], vectors * sizeof(sum[i][0]));
        for (size_t j = 0; j < columns; j++) {
            c[i * c_row + j] = add != NULL ? edge[j] + add[i * c_row + j] : edge[j];
        }
    }
}

/* One tile; the constants make a loop-free kernel of each case. */
BODY_TARGET static inline __attribute__((always_inline)) void
BODY(rows)(float *c, size_t c_row, const float *add, struct mg_left a, const float *b, size_t b_row,
           size_t K, const size_t rows, size_t columns)
{
    if (columns > 8) {
        BODY(tile)(c, c_row, add, a, b, b_row, K, rows, 2, columns, false);
    } else {
        BODY(tile)(c, c_row, add, a, b, b_row, K, rows, 1, columns, false);
    }
}

/* All rows of one panel of up to 16 columns: whole tiles, then one half tile, then single rows. */
BODY_TARGET static void BODY(panel)(float *c, size_t c_row, const float *add, struct mg_left a,
                                    const float *b, size_t b_row, size_t M, size_t columns,
                                    size_t K)
{
    size_t m = 0;

    while (m < M) {
        const struct mg_left part = {a.data + m * a.row, a.row, a.column};
        float *out = c + m * c_row;
        const float *old = add != NULL ? add + m * c_row : NULL;

        if (M - m >= BODY_ROWS) {
            BODY(rows)(out, c_row, old, part, b, b_row, K, BODY_ROWS, columns);
            m += BODY_ROWS;
        } else if (M - m >= BODY_ROWS / 2) {
            BODY(rows)(out, c_row, old, part, b, b_row, K, BODY_ROWS / 2, columns);
            m += BODY_ROWS / 2;
        } else {
            BODY(rows)(out, c_row, old, part, b, b_row, K, 1, columns);
            m += 1;
        }
    }
}

/* Rows in blocks that stay in the second-level cache while the panels pass over them. */
BODY_TARGET static void BODY(product)(float *c, size_t c_row, const float *add, struct mg_left a,
                                      struct mg_right b, size_t M, size_t N, size_t K)
{
    for (size_t m = 0; m < M; m += BLOCK_ROWS) {
        const size_t rows = M - m < BLOCK_ROWS ? M - m : BLOCK_ROWS;
        const struct mg_left part = {a.data + m * a.row, a.row, a.column};

        for (size_t n = 0; n < N; n += 16) {
            BODY(panel)
            (c + m * c_row + n, c_row, add != NULL ? add + m * c_row + n : NULL, part,
             b.data + n / 16 * b.panel, b.row, rows, N - n < 16 ? N - n : 16, K);
        }
    }
}

/* See struct mg_tile_kernel: tiles of MG_TILE_ROWS rows that continue their chains. */
BODY_TARGET static void BODY(extend)(float *c, const float *a, const float *b, size_t columns,
                                     size_t K)
{
#pragma GCC unroll 1
    for (size_t i = 0; i < MG_TILE_ROWS; i += BODY_ROWS) {
        const struct mg_left part = {a + i * MG_TILE_DEPTH, MG_TILE_DEPTH, 1};
        float *out = c + i * 16;

        if (columns > 8) {
            BODY(tile)(out, 16, NULL, part, b, 16, K, BODY_ROWS, 2, 16, true);
        } else {
            BODY(tile)(out, 16, NULL, part, b, 16, K, BODY_ROWS, 1, 8, true);
        }
    }
}
