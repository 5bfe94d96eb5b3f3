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

enum { ARGUMENTS_MAX = 16, SECONDS_MAX = 60, NOT_FOUND = 127, NO_START = 126 };

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

/* Read all, keep what fits; blanks at both ends and line ends inside become single spaces. */
static void overhear(char *said, size_t size, int from)
{
    char block[512];
    size_t used = 0;
    ssize_t got;

    while ((got = read(from, block, sizeof(block))) > 0 || (got < 0 && errno == EINTR)) {
        for (ssize_t i = 0; i < got && used + 1 < size; i++) {
            const char c = block[i] == '\n' || block[i] == '\t' ? ' ' : block[i];
            if (c != ' ' || (used > 0 && said[used - 1] != ' ')) {
                said[used++] = c;
            }
        }
    }
    while (used > 0 && said[used - 1] == ' ') {
        used--;
    }
    said[used] = '\0';
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
        return mg_fail(err, MG_EUSAGE, "gnuplot (exit status %d): %s", WEXITSTATUS(state),
                       said[0] != '\0' ? said : "no reason given");
    }
    return MG_OK;
}

enum mg_status mg_gnuplot_run(const char *folder, const char *const *arguments, size_t n,
                              struct mg_error *err)
{
    char *argv[ARGUMENTS_MAX + 3] = {NULL};
    char program[] = "gnuplot";
    char defaults[] = "-d";
    char said[600];
    int ends[2];
    int state = 0;
    pid_t child;

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
        return mg_fail(err, MG_EENVIRONMENT, "gnuplot cannot be started: %s", strerror(errno));
    }
    child = fork();
    if (child == 0) {
        close(ends[0]);
        start(folder, argv, ends[1]);
    }
    close(ends[1]);
    overhear(said, sizeof(said), ends[0]);
    close(ends[0]);
    for (size_t i = 0; i < n; i++) {
        free(argv[2 + i]);
    }
    if (child < 0) {
        return mg_fail(err, MG_EENVIRONMENT, "gnuplot cannot be started: no process");
    }
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
    return judge(state, said, err);
}
