/* array.c - see array.h. */
#include "model/source/array.h"

#include <stdlib.h>
#include <string.h>

void *mg_array_new(size_t n, size_t size)
{
    void *array = calloc(n == 0 ? 1 : n, size); /* calloc refuses a product that overflows */

    if (array == NULL) {
        abort();
    }
    return array;
}

void *mg_array_copy(const void *from, size_t n, size_t size)
{
    void *array = mg_array_new(n, size);

    if (n > 0) {
        memcpy(array, from, n * size);
    }
    return array;
}
