/*
 * identity.h - what makes two computations the same: SHA-256 keys, and the random streams.
 *
 * A key is over content only: no names, captions, times or hosts. Each part of a hashed message is
 * preceded by its length, so no two lists of parts give the same message.
 */
#ifndef MG_HARNESS_IDENTITY_H
#define MG_HARNESS_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "model/numeric/philox.h"

enum { MG_KEY_TEXT = 65 }; /* SHA-256 in lower-case hex, with the final NUL */

/* A running SHA-256 (libcrypto). */
struct mg_hash;
struct mg_hash *mg_hash_new(void);
void mg_hash_bytes(struct mg_hash *hash, const void *bytes, size_t size); /* as they are */
void mg_hash_text(struct mg_hash *hash, const char *text);        /* "LENGTH:TEXT,": a netstring */
void mg_hash_finish(char key[MG_KEY_TEXT], struct mg_hash *hash); /* and frees it */

/*
 * Key of a training: the numerical core's hash, seed, replicate and the canonical JSON of source,
 * predictor and train (a point that trains nothing has one too: its source and predictor).
 */
void mg_training_key(char key[MG_KEY_TEXT], const char *training, uint64_t seed,
                     uint64_t replicate);

/* Key of a measure entry on top of a training: kind and canonical JSON without the name. */
void mg_measure_key(char key[MG_KEY_TEXT], const char *training_key, const char *entry);

/*
 * Digest of a run: over the digest of its training and those of its n measures, in ascending order
 * of measure key, so that names and order of a file do not matter.
 */
void mg_run_digest(char digest[MG_KEY_TEXT], const char *training_digest, const char *const *keys,
                   const char *const *digests, size_t n);

/* The stream of a purpose: the first 64 bits of SHA-256("marginalia.rng.1", seed, replicate,
   purpose), big-endian words. */
struct mg_stream mg_stream_make(uint64_t seed, uint64_t replicate, const char *purpose);

/* The streams of a training, and those of its measures: a measure draws nothing that training saw.
 */
struct mg_streams mg_streams_for_training(uint64_t seed, uint64_t replicate);
struct mg_streams mg_streams_for_measures(uint64_t seed, uint64_t replicate);

/* Hash of the numerical core's sources, flags and compiler, as built. */
const char *mg_core_hash(void);

#endif
