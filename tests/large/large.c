/*
 * large.c - a checkpoint of LLaDA-8B's exact shapes with random weights, and one forward pass.
 *
 *   large make FOLDER [LAYERS]       write it: 32 layers are 16 GB
 *   large run FOLDER [T [THREADS]]   forward passes over T positions, half of them masked, beside
 *                                    OpenBLAS's sgemm of the same shape in the same minutes
 *
 * Random weights cost what trained ones do; their probabilities mean nothing.
 */
#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "model/numeric/matmul.h"
#include "model/source/source.h"

enum {
    D = 4096,
    HIDDEN = 12288,
    VOCAB = 126464,
    LAYERS = 32,
    SHARDS = 6,
    CHUNK = 1 << 22, /* values written at a time */
    TIMES = 10
};

static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void fail(const char *text)
{
    fprintf(stderr, "large: %s\n", text);
    exit(1);
}

/* ---- make ---- */

struct tensor {
    char name[96];
    size_t rows, columns; /* columns 0: a norm, all ones */
};

static size_t list_tensors(struct tensor *list, size_t layers)
{
    static const struct {
        const char *leaf;
        size_t rows, columns;
    } block[] = {{"attn_norm", D, 0},    {"q_proj", D, D},       {"k_proj", D, D},
                 {"v_proj", D, D},       {"attn_out", D, D},     {"ff_norm", D, 0},
                 {"ff_proj", HIDDEN, D}, {"up_proj", HIDDEN, D}, {"ff_out", D, HIDDEN}};
    size_t n = 0;

    list[n++] = (struct tensor){"model.transformer.wte.weight", VOCAB, D};
    list[n++] = (struct tensor){"model.transformer.ln_f.weight", D, 0};
    list[n++] = (struct tensor){"model.transformer.ff_out.weight", VOCAB, D};
    for (size_t j = 0; j < sizeof(block) / sizeof(block[0]); j++) { /* by kind, as published */
        for (size_t i = 0; i < layers; i++) {
            list[n] = (struct tensor){.rows = block[j].rows, .columns = block[j].columns};
            (void)snprintf(list[n++].name, sizeof(list->name),
                           "model.transformer.blocks.%zu.%s.weight", i, block[j].leaf);
        }
    }
    return n;
}

static size_t count_of(const struct tensor *tensor)
{
    return tensor->rows * (tensor->columns > 0 ? tensor->columns : 1);
}

/* bfloat16 values of either sign in [2^-7, 2^-5): about LLaDA's initial .02. */
static void write_values(FILE *file, const struct tensor *tensor, uint64_t *state)
{
    static uint16_t values[CHUNK];
    size_t left = count_of(tensor);

    while (left > 0) {
        const size_t part = left < CHUNK ? left : CHUNK;

        for (size_t i = 0; i < part; i++) {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            values[i] = tensor->columns == 0 ? 0x3f80 : (uint16_t)(0x3c00 | (*state & 0x80ff));
        }
        if (fwrite(values, sizeof(values[0]), part, file) != part) {
            fail("the disk is full");
        }
        left -= part;
    }
}

static void write_shard(const char *folder, size_t shard, const struct tensor *list, size_t n,
                        uint64_t *state)
{
    char *path = mg_format("%s/model-%05zu-of-%05d.safetensors", folder, shard + 1, (int)SHARDS);
    char *header = NULL;
    size_t size = 0;
    size_t at = 0;
    FILE *text = open_memstream(&header, &size);
    FILE *file = fopen(path, "wb");

    if (text == NULL || file == NULL) {
        fail(path);
    }
    fprintf(text, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = 0; i < n; i++) {
        fprintf(text, ",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%zu", list[i].name, list[i].rows);
        if (list[i].columns > 0) {
            fprintf(text, ",%zu", list[i].columns);
        }
        fprintf(text, "],\"data_offsets\":[%zu,%zu]}", at, at + 2 * count_of(&list[i]));
        at += 2 * count_of(&list[i]);
    }
    fprintf(text, "}");
    fclose(text);
    for (size_t i = 0; i < 8; i++) {
        fputc((int)((uint64_t)size >> 8 * i & 255), file);
    }
    fwrite(header, 1, size, file);
    for (size_t i = 0; i < n; i++) {
        write_values(file, &list[i], state);
    }
    if (fclose(file) != 0) {
        fail("the disk is full");
    }
    free(header);
    free(path);
}

static void write_config(const char *folder, size_t layers)
{
    char *path = mg_format("%s/config.json", folder);
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        fail(path);
    }
    fprintf(file,
            "{\"activation_type\": \"silu\", \"alibi\": false, \"architectures\":"
            " [\"LLaDAModelLM\"], \"attention_layer_norm\": false, \"block_group_size\": 1,"
            " \"block_type\": \"llama\", \"d_model\": %d, \"embedding_size\": %d, \"include_bias\":"
            " false, \"include_qkv_bias\": false, \"input_emb_norm\": false, \"layer_norm_type\":"
            " \"rms\", \"mask_token_id\": 126336, \"max_sequence_length\": 4096,"
            " \"mlp_hidden_size\": %d, \"model_type\": \"llada\", \"n_heads\": 32, \"n_kv_heads\":"
            " 32, \"n_layers\": %zu, \"rms_norm_eps\": 1e-05, \"rope\": true, \"rope_theta\":"
            " 500000.0, \"scale_logits\": false, \"vocab_size\": %d, \"weight_tying\": false}\n",
            (int)D, (int)VOCAB, (int)HIDDEN, layers, (int)VOCAB);
    fclose(file);
    free(path);
}

static void make(const char *folder, size_t layers)
{
    struct tensor *list = calloc(3 + 9 * layers, sizeof(*list));
    struct mg_error err = {0};
    char *path = mg_format("%s/model.safetensors.index.json", folder);
    const size_t n = list_tensors(list, layers);
    uint64_t state = 88172645463325252ULL;
    size_t total = 0;
    FILE *index;

    if (mg_folder_make(folder, &err) != MG_OK) {
        fail(err.text);
    }
    index = fopen(path, "w");
    for (size_t i = 0; i < n; i++) {
        total += 2 * count_of(&list[i]);
    }
    fprintf(index, "{\"metadata\": {\"total_size\": %zu}, \"weight_map\": {", total);
    for (size_t shard = 0; shard < SHARDS; shard++) {
        const size_t begin = n * shard / SHARDS;
        const size_t end = n * (shard + 1) / SHARDS;

        for (size_t i = begin; i < end; i++) {
            fprintf(index, "%s\"%s\": \"model-%05zu-of-%05d.safetensors\"", i > 0 ? ", " : "",
                    list[i].name, shard + 1, (int)SHARDS);
        }
        write_shard(folder, shard, list + begin, end - begin, &state);
    }
    fprintf(index, "}}\n");
    fclose(index);
    write_config(folder, layers);
    printf("%zu tensors, %zu bytes\n", n, total);
    free(path);
    free(list);
}

/* ---- run ---- */

/* The line of /proc/self/status that begins with a word, in kB. */
static double status_kb(const char *word)
{
    char line[256];
    double kb = 0;
    FILE *file = fopen("/proc/self/status", "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, word, strlen(word)) == 0) {
            kb = strtod(line + strlen(word) + 1, NULL);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kb;
}

struct summary {
    uint64_t hash; /* of all logits' bits, position by position */
    size_t n;
    double largest;
};

static void summarise(void *ctx, size_t i, size_t r, const float *logits)
{
    struct summary *summary = (struct summary *)ctx;

    (void)i;
    (void)r;
    for (size_t v = 0; v < VOCAB; v++) {
        uint32_t bits;

        memcpy(&bits, &logits[v], sizeof(bits));
        summary->hash = (summary->hash ^ bits) * 1099511628211ULL;
        summary->largest = fmax(summary->largest, fabs((double)logits[v]));
    }
    summary->n++;
}

/* Products (T, HIDDEN) = (T, D) (HIDDEN, D)^T of OpenBLAS, one after another: GFLOP/s of all. */
static double sgemm_gflops(size_t T, size_t threads)
{
    float *x = malloc(T * D * sizeof(*x));
    float *w = malloc((size_t)HIDDEN * D * sizeof(*w));
    float *y = malloc(T * HIDDEN * sizeof(*y));
    double begin_s;
    double s;

    if (x == NULL || w == NULL || y == NULL) {
        fail("no memory");
    }
    for (size_t i = 0; i < T * D; i++) {
        x[i] = (float)(i % 251) / 251 - 0.5f;
    }
    for (size_t i = 0; i < (size_t)HIDDEN * D; i++) {
        w[i] = (float)(i % 241) / 241 - 0.5f;
    }
    openblas_set_num_threads((int)threads);
    begin_s = now_s();
    for (int i = 0; i <= TIMES; i++) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)T, HIDDEN, D, 1.0f, x, D, w, D,
                    0.0f, y, HIDDEN);
        begin_s = i == 0 ? now_s() : begin_s; /* the first warms up */
    }
    s = now_s() - begin_s;
    openblas_set_num_threads(1);
    free(y);
    free(w);
    free(x);
    return TIMES * 2e-9 * (double)T * HIDDEN * D / s;
}

/* Of one forward pass with `asked` predictions: what is executed, additions and products. */
static double forward_gflop(size_t layers, size_t T, size_t asked)
{
    const double qkv = 3.0 * D * D;
    const double rest = (double)D * D + 3.0 * D * HIDDEN;
    const double products = (double)layers * (double)T * qkv +
                            ((double)(layers - 1) * (double)T + (double)asked) * rest +
                            (double)asked * D * VOCAB;

    return 1e-9 * (2 * products + 4.0 * (double)layers * (double)T * (double)T * D);
}

static void run(const char *folder, size_t T, size_t threads)
{
    const struct mg_checkpoint_use use = {.batch = 1, .length = T};
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_transformer *transformer;
    struct mg_error err = {0};
    int *row = malloc(T * sizeof(*row));
    const double begin_s = now_s();
    double gflop;
    double before;

    if (mg_checkpoint_load(&checkpoint, folder, &use, &err) != MG_OK) {
        fail(err.text);
    }
    transformer = mg_checkpoint_transformer(checkpoint);
    if (mg_transformer_set_threads(transformer, threads, &err) != MG_OK) {
        fail(err.text);
    }
    gflop = forward_gflop(mg_transformer_config(transformer)->layers, T, T / 2);
    printf("load %.2f s; %s; %s; T %zu, %zu masked, %zu threads, %.0f GFLOP\n", now_s() - begin_s,
           mg_checkpoint_precision(checkpoint), mg_matmul_report().kernel, T, T / 2, threads,
           gflop);
    for (size_t i = 0; i < T; i++) {
        row[i] = i % 2 == 1 ? MG_MASK : (int)(i * 7919 % VOCAB);
    }
    before = sgemm_gflops(T, threads);
    for (int i = 0; i < 3; i++) {
        struct summary summary = {.hash = 14695981039346656037ULL};
        const double start_s = now_s();
        double s;
        double after;

        (void)mg_transformer_visit(transformer, NULL, row, row, 1, summarise, &summary);
        s = now_s() - start_s;
        after = sgemm_gflops(T, threads);
        printf("forward %.2f s, %.1f GFLOP/s; OpenBLAS sgemm %.1f and %.1f: ratio %.3f; %zu "
               "positions, largest logit %.3g, bits %016llx\n",
               s, gflop / s, before, after, gflop / s / ((before + after) / 2), summary.n,
               summary.largest, (unsigned long long)summary.hash);
        before = after;
    }
    printf("peak %.0f MB resident (sgemm's matrices among it); now %.0f MB own, %.0f MB of files\n",
           status_kb("VmHWM:") / 1e3, status_kb("RssAnon:") / 1e3, status_kb("RssFile:") / 1e3);
    mg_checkpoint_free(checkpoint);
    free(row);
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "make") == 0) {
        make(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : LAYERS);
    } else if (argc >= 3 && strcmp(argv[1], "run") == 0) {
        run(argv[2], argc > 3 ? strtoul(argv[3], NULL, 10) : 128,
            argc > 4 ? strtoul(argv[4], NULL, 10) : 1);
    } else {
        fail("usage: large make FOLDER [LAYERS] | large run FOLDER [T [THREADS]]");
    }
    return 0;
}
