/* curve.c - the loss of a run as a curve of characters; see curve.h. */
#include "harness/curve.h"

#include <stdlib.h>
#include <unistd.h>

#include "harness/answer.h"
#include "harness/datablock.h"
#include "harness/file.h"
#include "harness/gnuplot.h"

enum { CURVE_MAX = 1 << 16 };

/* Name of a new empty file, malloc'd; NULL if there is none to be had. */
static char *new_file(void)
{
    const char *folder = getenv("TMPDIR");
    char *path = mg_format("%s/marginalia-curve-XXXXXX", folder != NULL ? folder : "/tmp");
    const int file = mkstemp(path);

    if (file < 0) {
        free(path);
        return NULL;
    }
    (void)close(file);
    return path;
}

/* gnuplot reads the script from one file and leaves the curve in another. */
static enum mg_status draw(const struct mg_answer *loss, FILE *stream, struct mg_error *err)
{
    struct mg_buffer script = {0};
    struct mg_gnuplot gnuplot;
    char *source = new_file();
    char *drawn = new_file();
    const char *arguments[] = {source};
    char *text = NULL;
    size_t size = 0;
    enum mg_status status = MG_OK;

    if (source == NULL || drawn == NULL) {
        status = mg_fail(err, MG_ESTORAGE, "no temporary file can be made (TMPDIR)");
        goto done;
    }
    mg_datablock_add(&script, "loss", loss);
    mg_buffer_puts(&script, "set terminal dumb 72,18\nset output ");
    mg_datablock_quote(&script, drawn);
    mg_buffer_puts(&script, "\nunset key\nset tics nomirror\nset xlabel 'step'\n"
                            "set title 'loss, nats a token'\nplot $loss using 1:2 with lines\n"
                            "unset output\n");
    status = mg_file_write(source, script.text, script.size, err);
    if (status == MG_OK) {
        status = mg_gnuplot_start(&gnuplot, ".", arguments, 1, err);
    }
    if (status == MG_OK) {
        status = mg_gnuplot_finish(&gnuplot, err);
    }
    if (status == MG_OK) {
        status = mg_file_read(&text, &size, drawn, CURVE_MAX, err);
    }
    if (status == MG_OK) {
        fputs(text, stream);
    }

done:
    free(text);
    if (source != NULL) {
        (void)unlink(source);
    }
    if (drawn != NULL) {
        (void)unlink(drawn);
    }
    free(source);
    free(drawn);
    mg_buffer_free(&script);
    return status;
}

enum mg_status mg_curve_draw(struct mg_store *store, long long run_id, FILE *stream,
                             struct mg_error *err)
{
    struct mg_answer loss = {0};
    char *sql = mg_format("SELECT step, value FROM metrics WHERE run_id = %lld AND name = 'loss' "
                          "ORDER BY step",
                          run_id);
    enum mg_status status = mg_answer_ask(&loss, store, NULL, sql, err);

    if (status == MG_OK && loss.n_rows == 0) {
        fputs("no loss to draw: this run trains nothing\n", stream);
    } else if (status == MG_OK) {
        status = draw(&loss, stream, err);
    }
    mg_answer_free(&loss);
    free(sql);
    return status;
}
