/* doctor.c - is this machine fit? See doctor.h. */
#include "harness/doctor.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/doctor_model.h"
#include "harness/gnuplot.h"
#include "harness/provenance.h"
#include "harness/store.h"
#include "model/numeric/matmul.h"
#include "model/numeric/philox.h"

struct patient {
    const char *db;
    size_t threads;
    const char *model; /* a checkpoint, or NULL */
};

/* Writes what was found; MG_OK or a failure with a remedy. */
typedef enum mg_status examination(char *found, size_t size, const struct patient *patient,
                                   struct mg_error *err);

static enum mg_status examine_blas(char *found, size_t size, const struct patient *patient,
                                   struct mg_error *err)
{
    const enum mg_status status = mg_matmul_start(patient->threads, err);
    const struct mg_matmul_report report = mg_matmul_report();

    snprintf(found, size, "%s, core %s, %s, %d thread; forward kernel %s", report.blas_config,
             report.blas_core, report.blas_kind, report.blas_threads, report.kernel);
    if (status == MG_OK && report.blas_threads != 1) {
        return mg_fail(err, MG_EENVIRONMENT,
                       "OpenBLAS does not let itself be pinned to one thread; install "
                       "libopenblas-pthread-dev or set OPENBLAS_NUM_THREADS=1");
    }
    return status;
}

/* A BLAS that is wrong makes wrong science: one product that can be done by hand. */
static enum mg_status examine_product(char *found, size_t size, const struct patient *patient,
                                      struct mg_error *err)
{
    const float d_y[4] = {1.0f, 2.0f, 3.0f, 4.0f};    /* (2, 2) */
    const float weight[4] = {5.0f, 6.0f, 7.0f, 8.0f}; /* (2, 2) */
    const float expected[4] = {19.0f, 22.0f, 43.0f, 50.0f};
    float d_x[4];

    (void)patient;
    mg_matmul_backward_input(d_x, d_y, weight, 2, 2, 2);
    snprintf(found, size, "[1 2; 3 4][5 6; 7 8] = [%g %g; %g %g]", (double)d_x[0], (double)d_x[1],
             (double)d_x[2], (double)d_x[3]);
    if (memcmp(d_x, expected, sizeof(d_x)) != 0) {
        return mg_fail(err, MG_EENVIRONMENT, "the BLAS multiplies wrongly; install another one");
    }
    return MG_OK;
}

/* Known answer of Philox4x32-10 for counter 0 and key 0 (Random123, kat_vectors). */
static enum mg_status examine_random(char *found, size_t size, const struct patient *patient,
                                     struct mg_error *err)
{
    struct mg_rng rng = mg_rng_at((struct mg_stream){{0, 0}}, 0, 0);

    (void)patient;
    (void)mg_rng_uniform(&rng);
    snprintf(found, size, "Philox4x32-10 begins %08x %08x", rng.words[0], rng.words[1]);
    if (rng.words[0] != 0x6627e8d5U || rng.words[1] != 0xe169c58dU) {
        return mg_fail(err, MG_EENVIRONMENT,
                       "the random numbers are not those of Philox: the program is built wrongly");
    }
    return MG_OK;
}

static enum mg_status examine_sqlite(char *found, size_t size, const struct patient *patient,
                                     struct mg_error *err)
{
    int major = 0;
    int minor = 0;

    (void)patient;
    snprintf(found, size, "SQLite %s", mg_store_library());
    if (sscanf(mg_store_library(), "%d.%d", &major, &minor) != 2 ||
        major * 1000 + minor < 3037) { /* STRICT tables */
        return mg_fail(err, MG_EENVIRONMENT, "SQLite 3.37 or newer is needed");
    }
    return MG_OK;
}

static enum mg_status examine_gnuplot(char *found, size_t size, const struct patient *patient,
                                      struct mg_error *err)
{
    const char *const arguments[] = {"-e", "exit status (GPVAL_VERSION < 5.2)"};
    struct mg_gnuplot gnuplot;
    enum mg_status status;

    (void)patient;
    status = mg_gnuplot_start(&gnuplot, ".", arguments, 2, err);
    if (status == MG_OK) {
        status = mg_gnuplot_finish(&gnuplot, err);
    }
    snprintf(found, size, "%s", status == MG_OK ? "5.2 or newer" : "missing or old");
    if (status != MG_OK) {
        return mg_fail(err, MG_EENVIRONMENT,
                       "gnuplot 5.2 is needed for figures: apt-get install "
                       "gnuplot-nox");
    }
    return MG_OK;
}

static enum mg_status examine_folder(char *found, size_t size, const struct patient *patient,
                                     struct mg_error *err)
{
    const char *slash = strrchr(patient->db, '/');
    char folder[1024];
    struct statvfs disk;

    snprintf(folder, sizeof(folder), "%.*s",
             slash == NULL || slash == patient->db ? 1 : (int)(slash - patient->db),
             slash == NULL ? "." : patient->db);
    if (statvfs(folder, &disk) != 0) {
        snprintf(found, size, "%s does not exist yet; `run` makes it", folder);
        return MG_OK;
    }
    snprintf(found, size, "%s, %.1f GiB free", folder,
             (double)disk.f_bavail * (double)disk.f_frsize / 0x1p30);
    if (access(folder, W_OK) != 0) {
        return mg_fail(err, MG_EENVIRONMENT, "%s cannot be written; use --db", folder);
    }
    return MG_OK;
}

static enum mg_status examine_model(char *found, size_t size, const struct patient *patient,
                                    struct mg_error *err)
{
    return mg_doctor_model(found, size, patient->model, err);
}

static enum mg_status examine_values(char *found, size_t size, const struct patient *patient,
                                     struct mg_error *err)
{
    return mg_doctor_values(found, size, patient->model, err);
}

struct step {
    const char *name;
    examination *examine;
};

static const struct step of_machine[] = {
    {"blas", examine_blas},     {"product", examine_product}, {"random", examine_random},
    {"sqlite", examine_sqlite}, {"gnuplot", examine_gnuplot}, {"folder", examine_folder},
};

static const struct step of_model[] = {{"model", examine_model}, {"values", examine_values}};

/* Steps until the first that fails, where the later ones build on it. */
static void examine(struct mg_output *output, const struct step *steps, size_t n,
                    const struct patient *patient, struct mg_error *err)
{
    bool fine = true;

    for (size_t i = 0; i < n && (fine || patient->model == NULL); i++) {
        struct mg_error fault = {0};
        char found[512] = "";

        fine = steps[i].examine(found, sizeof(found), patient, &fault) == MG_OK;
        const struct mg_value row[] = {
            mg_cell_text("check", steps[i].name),
            mg_cell_text("state", fine ? "ok" : "FAIL"),
            mg_cell_text("found", found),
        };
        (void)mg_output_row(output, row, 3, err);
        if (!fine) {
            (void)mg_fail(err, fault.status, "%s: %s", steps[i].name, fault.text);
        }
    }
}

enum mg_status mg_doctor(const char *db, size_t threads, const char *const *models, size_t n,
                         FILE *stream, enum mg_output_format format, struct mg_error *err)
{
    const struct patient patient = {db, threads, NULL};
    struct mg_output *output = mg_output_new(stream, format);
    struct mg_provenance provenance;

    examine(output, of_machine, sizeof(of_machine) / sizeof(of_machine[0]), &patient, err);
    for (size_t i = 0; i < n; i++) {
        const struct patient model = {db, threads, models[i]};

        examine(output, of_model, sizeof(of_model) / sizeof(of_model[0]), &model, err);
    }
    mg_provenance_collect(&provenance);
    const struct mg_value row[] = {
        mg_cell_text("check", "machine"),
        mg_cell_text("state", "-"),
        mg_cell_text("found", provenance.cpu),
    };
    (void)mg_output_row(output, row, 3, err);
    (void)mg_output_end(output, err);
    return err->status;
}
