/* provenance.c - host, processor, compiler, libraries and commit; see provenance.h. */
#include "harness/provenance.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "build_info.h"
#include "harness/identity.h"
#include "harness/store.h"
#include "model/numeric/matmul.h"

/* "model name : X" of the first processor. */
static void read_cpu(char *cpu, size_t size)
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "r");

    snprintf(cpu, size, "unknown");
    if (file == NULL) {
        return;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(cpu, size, "%s", colon + 1 + strspn(colon + 1, " "));
            break;
        }
    }
    fclose(file);
}

void mg_provenance_collect(struct mg_provenance *provenance)
{
    const struct mg_matmul_report matmul = mg_matmul_report();
    struct utsname system = {0};
    struct mg_provenance *p = provenance;

    *p = (struct mg_provenance){
        .n_cpu = (int)sysconf(_SC_NPROCESSORS_ONLN),
        .compiler = MG_COMPILER,
        .cflags = MG_CFLAGS,
        .kernel = matmul.kernel,
        .blas = matmul.blas_config,
        .blas_core = matmul.blas_core,
        .blas_threads = matmul.blas_threads,
        .git_commit = MG_GIT_COMMIT,
        .git_dirty = MG_GIT_DIRTY,
        .core_hash = mg_core_hash(),
    };
    (void)uname(&system);
    snprintf(p->host, sizeof(p->host), "%.120s", system.nodename);
    snprintf(p->os, sizeof(p->os), "%.80s %.80s %.80s", system.sysname, system.release,
             system.machine);
    read_cpu(p->cpu, sizeof(p->cpu));
    snprintf(p->libraries, sizeof(p->libraries), "sqlite %s, %s", mg_store_library(),
             OpenSSL_version(OPENSSL_VERSION));
    snprintf(p->text, sizeof(p->text),
             "host: %s\nos: %s\ncpu: %s\nprocessors: %d\ncompiler: %s\nflags: %s\nkernel: %s\n"
             "blas: %s\nblas core: %s\nblas threads: %d\nlibraries: %s\ncommit: %s%s\ncore: %s\n",
             p->host, p->os, p->cpu, p->n_cpu, p->compiler, p->cflags, p->kernel, p->blas,
             p->blas_core, p->blas_threads, p->libraries, p->git_commit,
             p->git_dirty ? " (with changes)" : "", p->core_hash);
}

const char *mg_provenance_text(const struct mg_provenance *provenance)
{
    return provenance->text;
}

const char *mg_version(void)
{
    return "0.1.0";
}
