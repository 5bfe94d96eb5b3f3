/*
 * tokenizer.h - text to token ids and back, as a tokenizer.json of Hugging Face says.
 *
 * Two forms: byte-level BPE (GPT-2, LLaDA, Qwen, Dream) and BPE over characters with space marks
 * and bytes for what is unknown (Llama-2, SMDM). Ids are those of Hugging Face's `tokenizers`
 * without the special tokens that a post-processor adds. What a file asks for beyond that is
 * refused by name. Source: huggingface/tokenizers, added_vocabulary.rs, byte_level.rs, bpe/.
 */
#ifndef MG_HARNESS_TOKENIZER_H
#define MG_HARNESS_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/identity.h"
#include "model/numeric/error.h"

enum { MG_TOKENIZER_VOCAB_MAX = 1 << 20, MG_TOKENIZER_TEXT_MAX = 1 << 30 };

struct mg_tokenizer;

/*
 * From `size` bytes of a tokenizer.json called `name` in errors ("name:line:column: error: ...").
 * *tokenizer is the caller's; NULL, and MG_EUSAGE, for a file that is broken or asks for more than
 * there is.
 */
enum mg_status mg_tokenizer_parse(struct mg_tokenizer **tokenizer, const char *text, size_t size,
                                  const char *name, struct mg_error *err);

/* The same from a file; sha256 out: of its bytes. */
enum mg_status mg_tokenizer_read(struct mg_tokenizer **tokenizer, char sha256[MG_KEY_TEXT],
                                 const char *path, struct mg_error *err);
void mg_tokenizer_free(struct mg_tokenizer *tokenizer); /* NULL is fine */

/* One more than the highest id. An id may have no token. */
size_t mg_tokenizer_vocab(const struct mg_tokenizer *tokenizer);

/* Id of a token by its text in the file ("<|mdm_mask|>", "\u0120the"), or -1. */
int mg_tokenizer_find(const struct mg_tokenizer *tokenizer, const char *token);

/* Can plain text have this id? Then it is of the model's vocabulary, and not among added tokens. */
bool mg_tokenizer_is_plain(const struct mg_tokenizer *tokenizer, size_t id);

/*
 * Ids of a text of at most MG_TOKENIZER_TEXT_MAX bytes; *ids (n) is malloc'd, the caller's.
 * Added tokens are found in it. MG_EUSAGE, and *ids NULL, when it is not UTF-8 or cannot be
 * normalized.
 */
enum mg_status mg_tokenizer_encode(uint32_t **ids, size_t *n, const struct mg_tokenizer *tokenizer,
                                   const char *text, size_t size, struct mg_error *err);

/*
 * The bytes that n ids stand for, malloc'd, the caller's, followed by a NUL that *size does not
 * count. Ids below vocab; one without a token stands for nothing. They are UTF-8 unless the ids
 * cut a character.
 */
char *mg_tokenizer_decode(size_t *size, const struct mg_tokenizer *tokenizer, const uint32_t *ids,
                          size_t n);

/* Characters that the bytes of an id begin: over a text they sum to its length. */
uint32_t mg_tokenizer_characters(const struct mg_tokenizer *tokenizer, uint32_t id);

/*
 * How an id is written in views, malloc'd, the caller's: the token's text in the file, but a space
 * as U+2423 and an underscore, which writes a mask, as U+FF3F; without a space or control
 * character. "<#ID>" for an id without a token.
 */
char *mg_tokenizer_symbol(const struct mg_tokenizer *tokenizer, uint32_t id);

#endif
