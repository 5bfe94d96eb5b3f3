/* task_rows.c - see task_rows.h. */
#include "model/source/task_rows.h"

#include <assert.h>
#include <math.h>

size_t mg_task_size(const struct mg_task_sizes *sizes, enum mg_task_key key)
{
    assert(sizes->value[key] >= 0.0);
    return (size_t)sizes->value[key];
}

static size_t length_of(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_LENGTH);
}

static size_t vocab_of(const struct mg_task_sizes *sizes)
{
    return mg_task_size(sizes, MG_TASK_VOCAB);
}

/* digits (n) out: index written in a base, the first digit slowest. */
static void write_digits(int *digits, size_t n, size_t index, size_t base)
{
    for (size_t i = n; i-- > 0;) {
        digits[i] = (int)(index % base);
        index /= base;
    }
}

double mg_abab_rows(const struct mg_task_sizes *sizes)
{
    (void)sizes;
    return 2.0;
}

void mg_abab_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);

    for (size_t k = 0; k < 2 * L; k++) {
        tokens[k] = (int)((k / L + k % L) % 2);
    }
}

double mg_repeat_rows(const struct mg_task_sizes *sizes)
{
    return sizes->value[MG_TASK_VOCAB];
}

void mg_repeat_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);

    for (size_t k = 0; k < vocab_of(sizes) * L; k++) {
        tokens[k] = (int)(k / L);
    }
}

double mg_parity_rows(const struct mg_task_sizes *sizes)
{
    return pow(sizes->value[MG_TASK_VOCAB], sizes->value[MG_TASK_LENGTH] - 1.0);
}

void mg_parity_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);
    const size_t V = vocab_of(sizes);
    const size_t rows = (size_t)mg_parity_rows(sizes);

    for (size_t r = 0; r < rows; r++) {
        int *row = tokens + r * L;
        size_t sum = 0;
        write_digits(row, L - 1, r, V);
        for (size_t i = 0; i + 1 < L; i++) {
            sum += (size_t)row[i];
        }
        row[L - 1] = (int)((V - sum % V) % V);
    }
}

static double factorial(double n)
{
    return round(tgamma(n + 1.0));
}

double mg_shuffle_rows(const struct mg_task_sizes *sizes)
{
    return factorial(sizes->value[MG_TASK_LENGTH]);
}

/* The index in mixed base L, L-1, ..., 1 says which of the tokens left comes next (Lehmer 1960). */
void mg_shuffle_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);
    const size_t rows = (size_t)mg_shuffle_rows(sizes);

    for (size_t r = 0; r < rows; r++) {
        int *row = tokens + r * L;
        size_t rest = r;
        for (size_t i = L; i-- > 0;) {
            row[i] = (int)(rest % (L - i));
            rest /= L - i;
            for (size_t j = i + 1; j < L; j++) {
                row[j] += row[j] >= row[i];
            }
        }
    }
}

double mg_replace_rows(const struct mg_task_sizes *sizes)
{
    return sizes->value[MG_TASK_LENGTH];
}

void mg_replace_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);

    for (size_t k = 0; k < L * L; k++) {
        tokens[k] = (int)(k / L == k % L ? L : k % L);
    }
}

/* A square that is being filled cell by cell; finished ones are appended. */
struct square {
    size_t order;
    size_t block; /* side of the blocks that hold each symbol once, or 0 */
    int cells[36];
    int *tokens;
    size_t n;
};

static bool fits(const struct square *square, size_t cell, int symbol)
{
    const size_t n = square->order;
    const size_t b = square->block;
    const size_t row = cell / n;
    const size_t column = cell % n;

    for (size_t other = 0; other < cell; other++) {
        const bool same_line = other / n == row || other % n == column;
        const bool same_block = b > 0 && other / n / b == row / b && other % n / b == column / b;
        if (square->cells[other] == symbol && (same_line || same_block)) {
            return false;
        }
    }
    return true;
}

static void complete(struct square *square, size_t cell)
{
    const size_t cells = square->order * square->order;

    if (cell == cells) {
        for (size_t i = 0; i < cells; i++) {
            square->tokens[square->n * cells + i] = square->cells[i];
        }
        square->n++;
        return;
    }
    for (int symbol = 0; symbol < (int)square->order; symbol++) {
        if (fits(square, cell, symbol)) {
            square->cells[cell] = symbol;
            complete(square, cell + 1);
        }
    }
}

/* Number of Latin squares of orders 0 to 6 (OEIS A002860). */
static const double LATIN[] = {1.0, 1.0, 2.0, 12.0, 576.0, 161280.0, 812851200.0};

double mg_latin_rows(const struct mg_task_sizes *sizes)
{
    return LATIN[mg_task_size(sizes, MG_TASK_ORDER)];
}

void mg_latin_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    struct square square = {.order = mg_task_size(sizes, MG_TASK_ORDER), .tokens = tokens};

    complete(&square, 0);
    assert((double)square.n == mg_latin_rows(sizes));
}

double mg_sudoku_rows(const struct mg_task_sizes *sizes)
{
    (void)sizes;
    return 288.0;
}

void mg_sudoku_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    struct square square = {.order = 4, .block = 2, .tokens = tokens};

    complete(&square, 0);
    assert((double)square.n == mg_sudoku_rows(sizes));
}

enum mg_status mg_code_check(const struct mg_task_sizes *sizes, struct mg_error *err)
{
    const size_t V = vocab_of(sizes);

    for (size_t d = 2; d * d <= V; d++) {
        if (V % d == 0) {
            return mg_fail(err, MG_EUSAGE, "vocab is %zu: a code needs a prime", V);
        }
    }
    if (length_of(sizes) > V) {
        return mg_fail(err, MG_EUSAGE, "length is %zu, above vocab %zu: a code needs a point each",
                       length_of(sizes), V);
    }
    if (mg_task_size(sizes, MG_TASK_DIMENSION) > length_of(sizes)) {
        return mg_fail(err, MG_EUSAGE, "dimension is %zu, above length %zu",
                       mg_task_size(sizes, MG_TASK_DIMENSION), length_of(sizes));
    }
    return MG_OK;
}

double mg_code_rows(const struct mg_task_sizes *sizes)
{
    return pow(sizes->value[MG_TASK_VOCAB], sizes->value[MG_TASK_DIMENSION]);
}

void mg_code_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);
    const size_t V = vocab_of(sizes);
    const size_t rows = (size_t)mg_code_rows(sizes);

    for (size_t r = 0; r < rows; r++) {
        for (size_t x = 0; x < L; x++) {
            size_t value = 0;
            size_t rest = r; /* coefficients in base V, the highest power first to come */
            for (size_t k = 0; k < mg_task_size(sizes, MG_TASK_DIMENSION); k++) {
                value = (value * x + rest % V) % V; /* Horner */
                rest /= V;
            }
            tokens[r * L + x] = (int)value;
        }
    }
}

static size_t offset_of(const struct mg_task_sizes *sizes)
{
    const size_t offset = mg_task_size(sizes, MG_TASK_OFFSET);

    return offset > 0 ? offset : length_of(sizes) / 2;
}

enum mg_status mg_copy_check(const struct mg_task_sizes *sizes, struct mg_error *err)
{
    const size_t L = length_of(sizes);
    const size_t offset = mg_task_size(sizes, MG_TASK_OFFSET);

    if (offset == 0 && L % 2 != 0) {
        return mg_fail(err, MG_EUSAGE, "length is %zu: without an offset a copy has two halves", L);
    }
    if (offset >= L) {
        return mg_fail(err, MG_EUSAGE, "offset is %zu, not below length %zu", offset, L);
    }
    return MG_OK;
}

double mg_copy_rows(const struct mg_task_sizes *sizes)
{
    return pow(sizes->value[MG_TASK_VOCAB], (double)offset_of(sizes));
}

void mg_copy_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);
    const size_t offset = offset_of(sizes);
    const size_t rows = (size_t)mg_copy_rows(sizes);

    for (size_t r = 0; r < rows; r++) {
        int *row = tokens + r * L;
        write_digits(row, offset, r, vocab_of(sizes));
        for (size_t i = offset; i < L; i++) {
            row[i] = row[i - offset];
        }
    }
}

double mg_reverse_rows(const struct mg_task_sizes *sizes)
{
    return pow(sizes->value[MG_TASK_VOCAB], (double)((length_of(sizes) + 1) / 2));
}

void mg_reverse_fill(int *tokens, const struct mg_task_sizes *sizes)
{
    const size_t L = length_of(sizes);
    const size_t half = (L + 1) / 2;
    const size_t rows = (size_t)mg_reverse_rows(sizes);

    for (size_t r = 0; r < rows; r++) {
        int *row = tokens + r * L;
        write_digits(row, half, r, vocab_of(sizes));
        for (size_t i = half; i < L; i++) {
            row[i] = row[L - 1 - i];
        }
    }
}
