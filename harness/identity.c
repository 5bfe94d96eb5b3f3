/* identity.c - SHA-256 keys and random streams; see identity.h. */
#include "harness/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core_hash.h"
#include "model/numeric/arena.h"

enum { DIGEST_BYTES = 32, NUMBER_TEXT = 24 };

struct mg_hash {
    EVP_MD_CTX *context;
};

/* libcrypto's SHA-256 fails for want of memory only. */
static void must(int ok)
{
    if (ok != 1) {
        abort();
    }
}

struct mg_hash *mg_hash_new(void)
{
    struct mg_hash *hash = mg_allocate(1, sizeof(*hash));

    hash->context = EVP_MD_CTX_new();
    must(hash->context != NULL);
    must(EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL));
    return hash;
}

void mg_hash_bytes(struct mg_hash *hash, const void *bytes, size_t size)
{
    must(EVP_DigestUpdate(hash->context, bytes, size));
}

/* Decimal digits by hand, up to end: printf would take longer than the hash of a short text. */
static char *write_number(char *end, uint64_t number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return end;
}

static void hash_sized(struct mg_hash *hash, const char *text, size_t size)
{
    char length[NUMBER_TEXT];
    char *const end = length + sizeof(length);
    char *begin;

    end[-1] = ':';
    begin = write_number(end - 1, size);
    mg_hash_bytes(hash, begin, (size_t)(end - begin));
    mg_hash_bytes(hash, text, size);
    mg_hash_bytes(hash, ",", 1);
}

void mg_hash_text(struct mg_hash *hash, const char *text)
{
    hash_sized(hash, text, strlen(text));
}

static void finish(unsigned char bytes[DIGEST_BYTES], struct mg_hash *hash)
{
    must(EVP_DigestFinal_ex(hash->context, bytes, NULL));
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

void mg_hash_finish(char key[MG_KEY_TEXT], struct mg_hash *hash)
{
    unsigned char bytes[DIGEST_BYTES];

    finish(bytes, hash);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        key[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        key[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    key[MG_KEY_TEXT - 1] = '\0';
}

static void hash_number(struct mg_hash *hash, uint64_t number)
{
    char text[NUMBER_TEXT];
    char *const end = text + sizeof(text);
    const char *begin = write_number(end, number);

    hash_sized(hash, begin, (size_t)(end - begin));
}

void mg_training_key(char key[MG_KEY_TEXT], const char *training, uint64_t seed, uint64_t replicate)
{
    struct mg_hash *hash = mg_hash_new();

    mg_hash_text(hash, "marginalia.training.1");
    mg_hash_text(hash, MG_CORE_HASH);
    hash_number(hash, seed);
    hash_number(hash, replicate);
    mg_hash_text(hash, training);
    mg_hash_finish(key, hash);
}

void mg_measure_key(char key[MG_KEY_TEXT], const char *training_key, const char *entry)
{
    struct mg_hash *hash = mg_hash_new();

    mg_hash_text(hash, "marginalia.measure.1");
    mg_hash_text(hash, training_key);
    mg_hash_text(hash, entry);
    mg_hash_finish(key, hash);
}

struct keyed {
    const char *key, *digest;
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

void mg_run_digest(char digest[MG_KEY_TEXT], const char *training_digest, const char *const *keys,
                   const char *const *digests, size_t n)
{
    struct keyed *sorted = mg_allocate(n + 1, sizeof(*sorted));
    struct mg_hash *hash = mg_hash_new();

    for (size_t i = 0; i < n; i++) {
        sorted[i] = (struct keyed){keys[i], digests[i]};
    }
    qsort(sorted, n, sizeof(*sorted), by_key);
    mg_hash_text(hash, training_digest);
    for (size_t i = 0; i < n; i++) {
        mg_hash_text(hash, sorted[i].digest);
    }
    free(sorted);
    mg_hash_finish(digest, hash);
}

struct mg_stream mg_stream_make(uint64_t seed, uint64_t replicate, const char *purpose)
{
    unsigned char bytes[DIGEST_BYTES];
    struct mg_hash *hash = mg_hash_new();
    struct mg_stream stream;

    mg_hash_text(hash, "marginalia.rng.1");
    hash_number(hash, seed);
    hash_number(hash, replicate);
    mg_hash_text(hash, purpose);
    finish(bytes, hash);
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *b = &bytes[4 * i];
        stream.key[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    return stream;
}

struct mg_streams mg_streams_for_training(uint64_t seed, uint64_t replicate)
{
    return (struct mg_streams){
        .init = mg_stream_make(seed, replicate, "init"),
        .data = mg_stream_make(seed, replicate, "data"),
        .mask = mg_stream_make(seed, replicate, "mask"),
        .sample = mg_stream_make(seed, replicate, "sample"),
        .order = mg_stream_make(seed, replicate, "order"),
    };
}

struct mg_streams mg_streams_for_measures(uint64_t seed, uint64_t replicate)
{
    return (struct mg_streams){
        .init = mg_stream_make(seed, replicate, "measure.init"),
        .data = mg_stream_make(seed, replicate, "measure.data"),
        .mask = mg_stream_make(seed, replicate, "measure.mask"),
        .sample = mg_stream_make(seed, replicate, "measure.sample"),
        .order = mg_stream_make(seed, replicate, "measure.order"),
    };
}

const char *mg_core_hash(void)
{
    return MG_CORE_HASH;
}
