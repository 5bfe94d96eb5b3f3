/* fuzz_config.c - libFuzzer: a config.json is refused by name, or describes a network that can be.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mg_checkpoint_config *config)
{
    const struct mg_transformer_config *network = &config->network;
    const size_t kv = mg_kv_heads(network);
    const size_t mask = network->relative.mask_row;

    if (network->vocab == 0 || network->layers == 0 || network->heads == 0 ||
        network->hidden == 0 || network->heads % kv != 0 || mg_head_size(network) == 0 ||
        mg_head_size(network) % 2 != 0 || !(network->norm_eps > 0) || !(network->rope_theta > 0) ||
        mask >= config->rows) {
        abort();
    }
    if (config->family == NULL) {
        mg_parameters_free(mg_parameters_new(network, false));
        return;
    }
    for (int role = 0; role < MG_ROLES; role++) {
        size_t shape[2];
        char name[96];

        (void)mg_family_tensor(name, shape, config, (enum mg_role)role, network->layers - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_error err = {0};
    struct mg_checkpoint_config config;

    /* in this folder there is a tokenizer.json with a mask */
    if (mg_checkpoint_config_parse(&config, (const char *)data, size, "tests/fuzz/corpus-config",
                                   &err) != MG_OK) {
        if (config.symbols != NULL || strncmp(err.text, "tests/fuzz/", 11) != 0) {
            abort();
        }
        return 0;
    }
    check(&config);
    mg_symbols_free(config.symbols, config.network.vocab);
    return 0;
}
