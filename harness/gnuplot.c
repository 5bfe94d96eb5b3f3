/*
 * gnuplot.c - run gnuplot on a script, without a shell.
 */
#include "harness/gnuplot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/buffer.h"

enum { ARGUMENTS_MAX = 16, SECONDS_MAX = 60, HEARD_MAX = 4096, NOT_FOUND = 127, NO_START = 126 };

/* In the child: never returns. */
static void start(const char *folder, char *const *argv, int complaints)
{
    const int nothing = open("/dev/null", O_RDWR);

    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(complaints, STDERR_FILENO) < 0 || chdir(folder) != 0 ||
        setenv("LC_ALL", "C.UTF-8", 1) != 0) {
        _exit(NO_START);
    }
    alarm(SECONDS_MAX); /* survives exec: a script that waits for somebody ends */
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? NOT_FOUND : NO_START);
}

/*
 * All that is said, the line ends as spaces. Left out: that all values are equal ("empty y
 * range"), which gnuplot mends itself and which is a true picture of such data.
 */
static char *overhear(int from)
{
    struct mg_buffer heard = {0};
    struct mg_buffer said = {0};
    char block[512];
    ssize_t got;

    while ((got = read(from, block, sizeof(block))) > 0 || (got < 0 && errno == EINTR)) {
        mg_buffer_add(&heard, block, got > 0 && heard.size < HEARD_MAX ? (size_t)got : 0);
    }
    for (const char *line = heard.text != NULL ? heard.text : ""; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const size_t indent = strspn(line, " \t");
        if (indent < length && strncmp(line + indent, "Warning: empty ", 15) != 0) {
            mg_buffer_puts(&said, said.size > 0 ? " " : "");
            mg_buffer_add(&said, line + indent, length - indent);
        }
        line += length + (line[length] == '\n');
    }
    mg_buffer_free(&heard);
    return mg_buffer_take(&said);
}

static enum mg_status judge(int state, const char *said, struct mg_error *err)
{
    if (WIFEXITED(state) && WEXITSTATUS(state) == NOT_FOUND) {
        return mg_fail(err, MG_EENVIRONMENT,
                       "gnuplot is not installed; figures need it (Debian: apt-get install "
                       "gnuplot-nox)");
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == NO_START) {
        return mg_fail(err, MG_EENVIRONMENT, "gnuplot cannot be started");
    }
    if (WIFSIGNALED(state)) {
        return mg_fail(err, MG_EUSAGE, "gnuplot was ended by signal %d%s", WTERMSIG(state),
                       WTERMSIG(state) == SIGALRM ? " (it took more than 60 s)" : "");
    }
    if (WEXITSTATUS(state) != 0 || said[0] != '\0') {
        return mg_fail(err, MG_EUSAGE, "gnuplot (exit status %d): %.600s", WEXITSTATUS(state),
                       said[0] != '\0' ? said : "no reason given");
    }
    return MG_OK;
}

enum mg_status mg_gnuplot_start(struct mg_gnuplot *gnuplot, const char *folder,
                                const char *const *arguments, size_t n, struct mg_error *err)
{
    char *argv[ARGUMENTS_MAX + 3] = {NULL};
    char program[] = "gnuplot";
    char defaults[] = "-d";
    int ends[2];

    assert(n <= ARGUMENTS_MAX);
    argv[0] = program;
    argv[1] = defaults;
    for (size_t i = 0; i < n; i++) {
        argv[2 + i] = strdup(arguments[i]);
        if (argv[2 + i] == NULL) {
            abort();
        }
    }
    if (pipe(ends) != 0) {
        ends[0] = ends[1] = -1;
    }
    /* A sibling must not hold the end that this one writes to. */
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    gnuplot->said = ends[0];
    gnuplot->child = ends[0] < 0 ? -1 : fork();
    if (gnuplot->child == 0) {
        start(folder, argv, ends[1]);
    }
    close(ends[1]);
    for (size_t i = 0; i < n; i++) {
        free(argv[2 + i]);
    }
    if (gnuplot->child < 0) {
        close(ends[0]);
        return mg_fail(err, MG_EENVIRONMENT, "gnuplot cannot be started: %s", strerror(errno));
    }
    return MG_OK;
}

enum mg_status mg_gnuplot_finish(struct mg_gnuplot *gnuplot, struct mg_error *err)
{
    char *said = overhear(gnuplot->said);
    int state = 0;
    enum mg_status status;

    close(gnuplot->said);
    while (waitpid(gnuplot->child, &state, 0) < 0 && errno == EINTR) {
    }
    status = judge(state, said, err);
    free(said);
    return status;
}
