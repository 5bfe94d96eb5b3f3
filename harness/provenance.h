/*
 * provenance.h - on what and with what a number was computed: recorded, never part of identity.
 */
#ifndef MG_HARNESS_PROVENANCE_H
#define MG_HARNESS_PROVENANCE_H

struct mg_provenance {
    char host[128];
    char os[256];  /* system, release, machine */
    char cpu[128]; /* model name */
    int n_cpu;     /* processors online */
    const char *compiler, *cflags;
    const char *kernel; /* of the forward products */
    const char *blas;   /* openblas_get_config */
    const char *blas_core;
    int blas_threads;
    char libraries[256]; /* "sqlite 3.40.1, ..." as loaded */
    const char *git_commit;
    int git_dirty; /* 1: the working tree differed from the commit when built */
    const char *core_hash;
    char text[4096]; /* all of it, a line each */
};

/* Look around; after mg_matmul_start. The strings live as long as the process. */
void mg_provenance_collect(struct mg_provenance *provenance);

/* All of it as text, "name: value" a line. */
const char *mg_provenance_text(const struct mg_provenance *provenance);

/* "0.1.0": of the program. */
const char *mg_version(void);

#endif
