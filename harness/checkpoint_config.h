/*
 * checkpoint_config.h - config.json of a checkpoint: LLaDA's fields and ours.
 *
 * Inside of checkpoint.c.
 */
#ifndef MG_HARNESS_CHECKPOINT_CONFIG_H
#define MG_HARNESS_CHECKPOINT_CONFIG_H

#include "harness/checkpoint.h"
#include "harness/checkpoint_family.h"

/* The text of config.json, malloc'd, the caller's. */
char *mg_checkpoint_config_print(const struct mg_transformer_config *config, char *const *symbols,
                                 const char *objective, const char *key);

/*
 * Read folder/config.json: a model of ours, which has a "marginalia" in it, or one of a family.
 * Every field of LLaDA's network that we write is asked for: LLaDA's code has other defaults than
 * its published file (tied head, no RoPE), so none may be guessed. In files of ours fields of other
 * tools are ignored, unknown ones under "marginalia" refused. config->symbols is the caller's
 * (mg_symbols_free). MG_EUSAGE names path, line and field; then symbols is NULL.
 */
enum mg_status mg_checkpoint_config_read(struct mg_checkpoint_config *config, const char *folder,
                                         struct mg_error *err);

/* The same for a text that stands for that file. */
enum mg_status mg_checkpoint_config_parse(struct mg_checkpoint_config *config, const char *text,
                                          size_t size, const char *folder, struct mg_error *err);

#endif
