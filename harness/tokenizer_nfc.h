/*
 * tokenizer_nfc.h - Unicode's normalization form C.
 */
#ifndef MG_HARNESS_TOKENIZER_NFC_H
#define MG_HARNESS_TOKENIZER_NFC_H

#include "harness/buffer.h"
#include "model/numeric/error.h"

/*
 * Append the NFC of well-formed UTF-8 to out, as Hugging Face's `tokenizers` makes it.
 * MG_EUSAGE for more than 1024 combining marks in a row, which no text has and whose ordering
 * costs the square of their number.
 */
enum mg_status mg_nfc(struct mg_buffer *out, const char *text, size_t size, struct mg_error *err);

#endif
