/*
 * command_child.h - a program of the user's that answers lines with lines, over two pipes.
 *
 * It is started without a shell, gets a process group of its own and ends with us: the kernel
 * kills it when this process ends however, and what it started sees its input end. What it writes
 * to standard error goes to ours.
 */
#ifndef MG_HARNESS_COMMAND_CHILD_H
#define MG_HARNESS_COMMAND_CHILD_H

#include <stddef.h>

#include "model/numeric/error.h"

struct mg_child;

/*
 * Start argv (ended by NULL; argv[0] is looked up as a shell does) in a folder. MG_EENVIRONMENT
 * when it cannot be; then *child is NULL. From then on this process ignores SIGPIPE: a program
 * that is gone is an error of mg_child_ask.
 */
enum mg_status mg_child_start(struct mg_child **child, char *const *argv, const char *folder,
                              struct mg_error *err);

/*
 * Send a request, which ends in a newline, and wait for one line. *answer, without its newline and
 * NUL-terminated, lives until the next call. MG_NO when it ends, closes its output, answers more
 * than one line or takes over timeout_s; MG_INTERRUPTED when this worker is asked to stop.
 */
enum mg_status mg_child_ask(struct mg_child *child, const char **answer, size_t *size,
                            const char *request, size_t request_size, double timeout_s,
                            struct mg_error *err);

/* Kill it, and the group it leads; NULL is fine. */
void mg_child_free(struct mg_child *child);

#endif
