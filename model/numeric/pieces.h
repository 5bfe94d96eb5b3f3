/*
 * pieces.h - products with weights that stay where and as they are: in a mapped file, say.
 *
 * y = x W^T + add, where the rows of W lie in pieces, each of its own type. A block of rows at a
 * time is widened to float beside the sums, so the memory does not grow with W. Each element of y
 * is the same chain over k = 0, 1, ..., K-1 as in tile.h, so bits depend neither on the number of
 * threads, nor on the other rows of x, nor on whether W was packed (matmul.h) or is in pieces.
 */
#ifndef MG_NUMERIC_PIECES_H
#define MG_NUMERIC_PIECES_H

#include <stddef.h>

#include "model/numeric/half.h"
#include "model/numeric/pool.h"

/* Consecutive rows of a matrix, row-major, without gaps, at any alignment; borrowed. */
struct mg_piece {
    const void *data;
    enum mg_dtype dtype;
    size_t rows;
};

/* Floats of working memory for products with x (M, K), on that many threads. */
size_t mg_pieces_room(size_t M, size_t K, size_t threads);

/*
 * y (M, N) out; add (M, N) or NULL, not y; x (M, K); n pieces of N rows in all, as wide as x.
 * room: mg_pieces_room floats, aligned to 64 bytes, not shared.
 */
void mg_pieces_product(float *y, const float *add, const float *x, const struct mg_piece *pieces,
                       size_t n, size_t M, size_t N, size_t K, float *room, struct mg_pool *pool);

#endif
