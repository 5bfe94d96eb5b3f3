/*
 * task_rows.h - the generators behind the table of tasks: how many valid rows, and which.
 *
 * Each pair is mg_<task>_rows and mg_<task>_fill of struct mg_task (tasks.h).
 */
#ifndef MG_SOURCE_TASK_ROWS_H
#define MG_SOURCE_TASK_ROWS_H

#include "model/source/tasks.h"

/* A whole size. */
size_t mg_task_size(const struct mg_task_sizes *sizes, enum mg_task_key key);

/* 0101... and 1010... (the example of LLaDA's issue 75). */
double mg_abab_rows(const struct mg_task_sizes *sizes);
void mg_abab_fill(int *tokens, const struct mg_task_sizes *sizes);

/* One token, repeated. */
double mg_repeat_rows(const struct mg_task_sizes *sizes);
void mg_repeat_fill(int *tokens, const struct mg_task_sizes *sizes);

/* The sum of all tokens is 0 modulo V. */
double mg_parity_rows(const struct mg_task_sizes *sizes);
void mg_parity_fill(int *tokens, const struct mg_task_sizes *sizes);

/* Permutations of 0 to L-1. */
double mg_shuffle_rows(const struct mg_task_sizes *sizes);
void mg_shuffle_fill(int *tokens, const struct mg_task_sizes *sizes);

/* 0 to L-1 in order, with one of them replaced by L. */
double mg_replace_rows(const struct mg_task_sizes *sizes);
void mg_replace_fill(int *tokens, const struct mg_task_sizes *sizes);

/* Squares row by row, each symbol once in every row and column. */
double mg_latin_rows(const struct mg_task_sizes *sizes);
void mg_latin_fill(int *tokens, const struct mg_task_sizes *sizes);

/* Latin squares of order 4 with each symbol once in every 2 x 2 block. */
double mg_sudoku_rows(const struct mg_task_sizes *sizes);
void mg_sudoku_fill(int *tokens, const struct mg_task_sizes *sizes);

/*
 * Values at the points 0 to L-1 of all polynomials of degree < k over the integers modulo the prime
 * V >= L: any k tokens are free and fix the others (Reed, Solomon 1960).
 */
enum mg_status mg_code_check(const struct mg_task_sizes *sizes, struct mg_error *err);
double mg_code_rows(const struct mg_task_sizes *sizes);
void mg_code_fill(int *tokens, const struct mg_task_sizes *sizes);

/* The first `offset` tokens are free, each other one equals that `offset` before. */
enum mg_status mg_copy_check(const struct mg_task_sizes *sizes, struct mg_error *err);
double mg_copy_rows(const struct mg_task_sizes *sizes);
void mg_copy_fill(int *tokens, const struct mg_task_sizes *sizes);

/* The first half (the longer one) is free, the second mirrors it. */
double mg_reverse_rows(const struct mg_task_sizes *sizes);
void mg_reverse_fill(int *tokens, const struct mg_task_sizes *sizes);

#endif
