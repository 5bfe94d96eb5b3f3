/* test_checkpoint.c - a saved network comes back to the bit; a folder that was changed does not. */
#include "tests/support/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/safetensors.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"
#include "tests/support/experiment.h"

enum { V = 5, L = 4, CONTEXTS = 5 };

static const struct mg_transformer_config base = {.vocab = V,
                                                  .length = L,
                                                  .layers = 2,
                                                  .width = 12,
                                                  .heads = 2,
                                                  .hidden = 20,
                                                  .positions = MG_POSITIONS_BOS,
                                                  .rope_theta = 10000,
                                                  .norm_eps = 1e-5,
                                                  .components = 1};

static char *const symbols[V] = {(char[]){"A"}, (char[]){"\xC3\xA9"}, (char[]){"\""},
                                 (char[]){"\xE2\x90\xA3"}, (char[]){"E"}};

static const int contexts[CONTEXTS * L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK, 0,       MG_MASK, 2,
                                           3,       MG_MASK, 4,       1,       MG_MASK, 3,       3,
                                           3,       MG_MASK, MG_MASK, 0,       MG_MASK, 1};

static char *folder;

static int folder_setup(void **state)
{
    (void)state;
    folder = mg_test_folder();
    return 0;
}

static int folder_teardown(void **state)
{
    (void)state;
    mg_test_folder_remove(folder);
    return 0;
}

/* Weights of a size at which every part of the network changes the answer. */
static struct mg_transformer *network(const struct mg_transformer_config *config, uint32_t seed)
{
    const struct mg_stream stream = {{seed, 17}};
    struct mg_transformer *transformer = mg_transformer_new(config, 2, false, stream);
    const struct mg_parameters *parameters = mg_transformer_parameters(transformer);
    struct mg_rng rng = mg_rng_at(stream, 1, 1);

    for (size_t i = 0; i < parameters->count; i++) {
        parameters->block[i] += (float)(0.5 * mg_rng_normal(&rng));
    }
    return transformer;
}

static char *path_of(const char *name)
{
    return mg_format("%s/%s", folder, name);
}

static void remove_folder(const char *path)
{
    struct mg_error err = {0};

    assert_int_equal(mg_folder_remove(path, &err), MG_OK);
}

static void assert_same_config(const struct mg_transformer_config *a,
                               const struct mg_transformer_config *b)
{
    assert_int_equal(a->vocab, b->vocab);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->layers, b->layers);
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->heads, b->heads);
    assert_int_equal(a->hidden, b->hidden);
    assert_int_equal(a->positions, b->positions);
    assert_int_equal(a->causal, b->causal);
    assert_int_equal(a->components, b->components);
    assert_int_equal(a->window, b->window);
    assert_close(a->rope_theta, b->rope_theta, 0);
    assert_close(a->norm_eps, b->norm_eps, 0);
}

/* Load one of ours. */
static enum mg_status load(struct mg_checkpoint **checkpoint, const char *dir, size_t batch,
                           struct mg_error *err)
{
    const struct mg_checkpoint_use use = {.batch = batch};

    return mg_checkpoint_load(checkpoint, dir, &use, err);
}

static void a_saved_network_comes_back_to_the_bit(void **state)
{
    (void)state;
    for (int variant = 0; variant < 7; variant++) { /* the last: a mixture under a window */
        struct mg_transformer_config config = base;
        struct mg_error err = {0};
        struct mg_transformer *saved;
        struct mg_checkpoint *checkpoint = NULL;
        struct mg_transformer *loaded;
        char *dir = path_of("a/b/");
        char *parent = path_of("a");
        float before[CONTEXTS * L * 3 * V];
        float after[CONTEXTS * L * 3 * V];
        float mix_before[CONTEXTS * 3];
        float mix_after[CONTEXTS * 3];
        size_t count;
        config.positions = (enum mg_positions)(variant % 3);
        config.causal = variant >= 3 && variant < 6;
        config.components = variant == 6 ? 3 : 1;
        config.window = variant == 6 ? 2 : 0;
        config.norm_eps = 1.0 / 3e5;
        config.rope_theta = 500000.125;
        saved = network(&config, 1);
        assert_int_equal(mg_checkpoint_save(dir, saved, symbols, "absorbing", "k", &err), MG_OK);
        assert_int_equal(load(&checkpoint, dir, 3, &err), MG_OK);
        loaded = mg_checkpoint_transformer(checkpoint);
        assert_same_config(mg_transformer_config(loaded), &config);
        count = mg_transformer_logits(saved, before, mix_before, contexts, CONTEXTS);
        assert_int_equal(count, 10);
        assert_int_equal(mg_transformer_logits(loaded, after, mix_after, contexts, CONTEXTS),
                         count);
        assert_memory_equal(after, before, count * config.components * V * sizeof(float));
        if (variant == 6) {
            assert_memory_equal(mix_after, mix_before, sizeof(mix_after));
        }
        assert_int_equal(
            mg_checkpoint_fits(checkpoint, dir, config.length, V, symbols, false, &err), MG_OK);
        mg_checkpoint_free(checkpoint);
        mg_transformer_free(saved);
        remove_folder(dir);
        remove_folder(parent);
        free(parent);
        free(dir);
    }
}

static void saving_again_replaces_and_gives_the_same_bytes(void **state)
{
    struct mg_error err = {0};
    struct mg_transformer *one = network(&base, 1);
    struct mg_transformer *two = network(&base, 2);
    char *dir = path_of("m");
    char *weights = path_of("m/model.safetensors");
    char *extra = path_of("m/left-over");
    char *bytes[3];
    size_t size[3];
    struct mg_transformer *const order[3] = {one, two, one};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(mg_checkpoint_save(dir, order[i], symbols, "absorbing", "k", &err), MG_OK);
        assert_int_equal(mg_file_read(&bytes[i], &size[i], weights, 1 << 20, &err), MG_OK);
        assert_int_equal(access(extra, F_OK), -1);
        assert_int_equal(mg_file_write(extra, "x", 1, &err), MG_OK);
    }
    assert_int_equal(size[0], size[1]);
    assert_int_equal(size[0], size[2]);
    assert_memory_not_equal(bytes[0], bytes[1], size[0]);
    assert_memory_equal(bytes[0], bytes[2], size[0]);
    for (size_t i = 0; i < 3; i++) {
        free(bytes[i]);
    }
    mg_transformer_free(one);
    mg_transformer_free(two);
    remove_folder(dir);
    free(extra);
    free(weights);
    free(dir);
}

static void assert_load_fails(const char *dir, const char *message)
{
    struct mg_error err = {0};
    struct mg_checkpoint *checkpoint = NULL;
    const size_t prefix = strlen(dir) + 1;

    if (load(&checkpoint, dir, 1, &err) != MG_EUSAGE || checkpoint != NULL ||
        strncmp(err.text, dir, strlen(dir)) != 0 || strcmp(err.text + prefix, message) != 0) {
        print_error("expected: %s\n   found: %s\n", message, err.text + prefix);
        fail();
    }
}

static void changed_tensors_are_refused_by_name(void **state)
{
    struct mg_error err = {0};
    struct mg_transformer *transformer = network(&base, 1);
    const struct mg_parameters *parameters = mg_transformer_parameters(transformer);
    const size_t n = parameters->n;
    struct mg_tensor *tensors = calloc(n + 1, sizeof(*tensors));
    char *dir = path_of("m");
    char *path = path_of("m/model.safetensors");
    char *bytes = NULL;
    size_t size = 0;
    char *dtype;

    (void)state;
    assert_non_null(tensors);
    assert_int_equal(mg_checkpoint_save(dir, transformer, symbols, "absorbing", "k", &err), MG_OK);
    memcpy(tensors, parameters->tensors, n * sizeof(*tensors));

    assert_int_equal(mg_safetensors_write(path, tensors, n - 1, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.ff_out.weight is missing");

    tensors[n] = tensors[1];
    (void)snprintf(tensors[n].name, sizeof(tensors[n].name), "model.transformer.wpe.weight");
    assert_int_equal(mg_safetensors_write(path, tensors, n + 1, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.wpe.weight does not "
                           "belong to the network");

    tensors[0].shape[0] = 12;
    tensors[0].shape[1] = 7;
    assert_int_equal(mg_safetensors_write(path, tensors, n, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.wte.weight has shape "
                           "[12,7], config.json says [7,12]");
    tensors[0] = parameters->tensors[0];

    tensors[1].rank = 2; /* [12,1] for [12] */
    assert_int_equal(mg_safetensors_write(path, tensors, n, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.blocks.0.attn_norm.weight "
                           "has shape [12,1], config.json says [12]");
    tensors[1] = parameters->tensors[1];

    tensors[2].data[3] = NAN;
    assert_int_equal(mg_safetensors_write(path, tensors, n, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.blocks.0.q_proj.weight: "
                           "element 3 is not finite");
    tensors[2].data[3] = 0;

    assert_int_equal(mg_safetensors_write(path, tensors, n, &err), MG_OK);
    assert_int_equal(mg_file_read(&bytes, &size, path, 1 << 20, &err), MG_OK);
    dtype = strstr(bytes + 8, "F32");
    memcpy(dtype, "I32", 3);
    assert_int_equal(mg_file_write(path, bytes, size, &err), MG_OK);
    assert_load_fails(dir, "model.safetensors: tensor model.transformer.wte.weight is I32, "
                           "allowed are F32, F16 and BF16");
    free(bytes);
    assert_int_equal(unlink(path), 0);
    assert_load_fails(dir, "model.safetensors: No such file or directory");
    remove_folder(dir);
    assert_load_fails(dir, "config.json: No such file or directory");
    free(tensors);
    mg_transformer_free(transformer);
    remove_folder(dir);
    free(path);
    free(dir);
}

static void saving_below_a_file_fails_and_leaves_nothing(void **state)
{
    struct mg_error err = {0};
    struct mg_transformer *transformer = network(&base, 1);
    char *file = path_of("file");
    char *dir = path_of("file/m");
    struct stat info;

    (void)state;
    assert_int_equal(mg_file_write(file, "x", 1, &err), MG_OK);
    assert_int_equal(mg_checkpoint_save(dir, transformer, symbols, "absorbing", "k", &err),
                     MG_ESTORAGE);
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_size, 1);
    assert_int_equal(unlink(file), 0);
    mg_transformer_free(transformer);
    free(dir);
    free(file);
}

/* Lines as check_model.py compares them: context, position, token, probability. */
static void print_marginals(FILE *out, struct mg_transformer *transformer)
{
    struct mg_predictor *predictor = mg_transformer_predictor_new(transformer);
    double probs[CONTEXTS * L * V];

    mg_predict(predictor, probs, NULL, contexts, CONTEXTS);
    for (size_t cell = 0; cell < CONTEXTS * L; cell++) {
        for (size_t v = 0; v < V && contexts[cell] == MG_MASK; v++) {
            for (size_t i = 0; i < L; i++) {
                const int token = contexts[cell / L * L + i];
                (void)fprintf(out, "%s%s", i > 0 ? " " : "",
                              token == MG_MASK ? "_" : symbols[token]);
            }
            (void)fprintf(out, "\t%zu\t%s\t%.17g\n", cell % L, symbols[v], probs[cell * V + v]);
        }
    }
    mg_predictor_free(predictor);
}

/* Largest difference seen: 2.0e-6, by float. PYTHON names an interpreter with numpy. */
static void an_independent_program_reads_the_same_network(void **state)
{
    char *dir = path_of("m");
    char *lines = path_of("lines");
    int exit_status = 0;

    (void)state;
    for (int variant = 0; variant < 9 && exit_status == 0; variant++) {
        struct mg_transformer_config config = base;
        struct mg_error err = {0};
        struct mg_transformer *transformer;
        FILE *out = fopen(lines, "w");
        char *command = mg_format("${PYTHON:-python3} tests/cli/check_model.py '%s' --compare '%s'"
                                  " 4e-6",
                                  dir, lines);
        assert_non_null(out);
        config.positions = (enum mg_positions)(variant % 3);
        config.causal = variant / 3 == 1;
        config.components = variant / 3 == 2 ? 3 : 1;
        config.window = variant >= 5 ? 1 : 0;
        transformer = network(&config, (uint32_t)variant);
        assert_int_equal(mg_checkpoint_save(dir, transformer, symbols, "absorbing", "k", &err),
                         MG_OK);
        print_marginals(out, transformer);
        (void)fclose(out);
        exit_status = WEXITSTATUS(system(command));
        mg_transformer_free(transformer);
        remove_folder(dir);
        assert_int_equal(unlink(lines), 0);
        free(command);
    }
    free(lines);
    free(dir);
    if (exit_status == 77 || exit_status == 127) {
        skip();
    }
    assert_int_equal(exit_status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_network_comes_back_to_the_bit),
        cmocka_unit_test(saving_again_replaces_and_gives_the_same_bytes),
        cmocka_unit_test(changed_tensors_are_refused_by_name),
        cmocka_unit_test(saving_below_a_file_fails_and_leaves_nothing),
        cmocka_unit_test(an_independent_program_reads_the_same_network),
    };

    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
