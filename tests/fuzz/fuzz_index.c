/* fuzz_index.c - libFuzzer: any bytes are refused by name, or an index of files in one folder. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/shards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_error err = {0};
    struct mg_shard_index *index = NULL;

    if (mg_shard_index_parse(&index, (const char *)data, size, "i", &err) != MG_OK) {
        if (index != NULL || strncmp(err.text, "i:", 2) != 0) {
            abort();
        }
        return 0;
    }
    for (size_t i = 0; i < mg_shard_index_count(index); i++) {
        const struct mg_shard_entry entry = mg_shard_index_at(index, i);

        if (entry.file[0] == '\0' || strchr(entry.file, '/') != NULL || entry.tensor == NULL) {
            abort();
        }
    }
    mg_shard_index_free(index);
    return 0;
}
