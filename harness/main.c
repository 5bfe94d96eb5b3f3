/*
 * main.c - the command line: one verb, its options, its exit code.
 *
 * The only file that prints errors and ends the process.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/arguments.h"
#include "harness/cli.h"
#include "harness/identity.h"
#include "harness/provenance.h"
#include "harness/suggest.h"
#include "model/numeric/arena.h"

static const struct verb {
    const char *name;
    const char *usage; /* what stands after it */
    const char *help;
    mg_verb *run;
} verbs[] = {
    {"check", "FILES", "parse, validate and expand experiment files; write nothing", mg_verb_check},
    {"plan", "FILES", "what would run, why, how long it takes and in how much memory",
     mg_verb_plan},
    {"run", "FILES", "run what is missing; the same command resumes", mg_verb_run},
    {"status", "", "how far every experiment is", mg_verb_status},
    {"show", "RUN", "one run: configuration, results, environment", mg_verb_show},
    {"diff", "RUN RUN", "what differs between two runs, and nothing else", mg_verb_diff},
    {"sql", "\"SELECT ...\"", "ask the database, read-only; CSV with a header", mg_verb_sql},
    {"verify", "[FILES]", "judge the claims, store and print verdicts", mg_verb_verify},
    {"plot", "[FILES]", "draw the figures (--out FOLDER)", mg_verb_plot},
    {"report", "[FILES]", "write the HTML report (--out PATH)", mg_verb_report},
    {"export", "VIEW", "a view as CSV or JSON; or --snapshot PATH of the database", mg_verb_export},
    {"merge", "OUT SHARD...", "take in what other databases have; twice is once", mg_verb_merge},
    {"submit", "FILES", "run on a cluster: an array of tasks, then a merge (--slurm)",
     mg_verb_submit},
    {"gc", "", "remove results and models that no run has, and leftovers", mg_verb_gc},
    {"describe", "[KEY]", "keys of an experiment file: meaning, range, default", mg_verb_describe},
    {"doctor", "[MODEL]", "is everything here that is needed? is a checkpoint whole?",
     mg_verb_doctor},
};

enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

/* The signal that asked to stop: a handler can reach nothing but a global. */
static volatile sig_atomic_t stop_signal;

static struct timespec stopped_at;

/*
 * Asked twice: end at once. Not within half a second, for then it was asked once: timeout(1) and
 * some shells signal a process and its group.
 */
static void note_signal(int number)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (stop_signal == 0) {
        stop_signal = number;
        stopped_at = now;
    } else if ((double)(now.tv_sec - stopped_at.tv_sec) +
                   1e-9 * (double)(now.tv_nsec - stopped_at.tv_nsec) >
               0.5) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
}

static bool is_stopped(void)
{
    return stop_signal != 0;
}

/* The first Ctrl-C (or TERM) ends cleanly, the second at once. */
static void catch_signals(void)
{
    struct sigaction action = {0};

    action.sa_handler = note_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static void print_help(FILE *stream)
{
    fprintf(stream, "usage: marginalia VERB [ARGUMENTS] [OPTIONS]\n"
                    "       marginalia help VERB\n\nverbs:\n");
    for (size_t i = 0; i < N_VERBS; i++) {
        fprintf(stream, "  %-8s %-14s %s\n", verbs[i].name, verbs[i].usage, verbs[i].help);
    }
    fprintf(stream, "\noptions:\n");
    mg_arguments_help(stream, NULL);
    fprintf(stream,
            "\nexit codes: 0 done and true, 1 the answer is no, 2 usage or faulty file,\n"
            "  3 storage, 4 environment, 5 database in use, 6 undecided, 130 interrupted\n");
}

static void print_verb_help(const struct verb *verb)
{
    printf("usage: marginalia %s %s [OPTIONS]\n\n%s\n\noptions:\n", verb->name, verb->usage,
           verb->help);
    mg_arguments_help(stdout, verb->name);
}

static void print_version(void)
{
    printf("marginalia %s (core %.12s)\n", mg_version(), mg_core_hash());
}

static const struct verb *find_verb(const char *name, struct mg_error *err)
{
    const char *names[N_VERBS];
    const char *near;

    for (size_t i = 0; i < N_VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(name, verbs[i].name) == 0) {
            return &verbs[i];
        }
    }
    near = mg_suggest(name, names, N_VERBS);
    (void)mg_fail(err, MG_EUSAGE, "there is no verb \"%s\"%s%s%s (marginalia --help lists them)",
                  name, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                  near != NULL ? "\"?" : "");
    return NULL;
}

/* sets and only: room for an option each argument. */
static enum mg_status carry_out(int argc, char **argv, const char **sets, const char **only,
                                struct mg_error *err)
{
    struct mg_cli cli = {.db = MG_DB_DEFAULT, .keep_s = 10.0, .threads = 1, .stop = is_stopped};
    const struct verb *verb;
    struct mg_arguments arguments = {0};
    enum mg_status status;

    cli.sets = sets;
    cli.only = only;
    status = mg_arguments_read(&arguments, &cli, argc, argv, err);
    if (status != MG_OK) {
        return status;
    }
    if (arguments.version) {
        print_version();
        return MG_OK;
    }
    if (cli.n > 0 && strcmp(cli.arguments[0], "help") == 0) { /* help VERB is VERB --help */
        arguments.help = true;
        cli.arguments++;
        cli.n--;
    }
    if (cli.n == 0) {
        print_help(arguments.help ? stdout : stderr);
        return arguments.help ? MG_OK : mg_fail(err, MG_EUSAGE, "which verb?");
    }
    verb = find_verb(cli.arguments[0], err);
    if (verb == NULL) {
        return MG_EUSAGE;
    }
    if (arguments.help) {
        print_verb_help(verb);
        return MG_OK;
    }
    if (mg_arguments_check(&arguments, verb->name, err) != MG_OK) {
        return MG_EUSAGE;
    }
    cli.arguments++;
    cli.n--;
    if (verb->run == mg_verb_run) {
        catch_signals();
    }
    return verb->run(&cli, err);
}

int main(int argc, char **argv)
{
    struct mg_error err = {0};
    const char **sets = mg_allocate((size_t)argc + 1, sizeof(*sets));
    const char **only = mg_allocate((size_t)argc + 1, sizeof(*only));
    enum mg_status status = carry_out(argc, argv, sets, only, &err);

    free(only);
    free(sets);
    if (err.status != MG_OK) {
        fprintf(stderr, "marginalia: %s\n", err.text);
    }
    if (fflush(stdout) != 0 && status == MG_OK) {
        fprintf(stderr, "marginalia: standard output: %s\n", strerror(errno));
        status = MG_ESTORAGE;
    }
    return status == MG_INTERRUPTED && stop_signal != 0 ? 128 + stop_signal : (int)status;
}
