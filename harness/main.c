/*
 * main.c - the command line: one verb, its options, its exit code.
 *
 * The only file that prints errors and ends the process.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    {"plan", "FILES", "what would run, what is cached, and why", mg_verb_plan},
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

enum {
    OPTION_DB = 256,
    OPTION_OUT,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_FORMAT,
    OPTION_THREADS,
    OPTION_FAILED,
    OPTION_SET,
    OPTION_ONLY,
    OPTION_BUDGET,
    OPTION_MAX_RUNS,
    OPTION_CHECKPOINT,
    OPTION_READ,
    OPTION_COMMANDS,
    OPTION_DRY,
    OPTION_SNAPSHOT,
    OPTION_PROGRESS,
    OPTION_PLOT,
    OPTION_SCHEMA,
    OPTION_TASK,
    OPTION_TASKS,
    OPTION_SLURM,
    OPTION_SBATCH,
    OPTION_ANY_CORE,
    OPTION_VERSION
};

static const struct option options[] = {
    {"db", required_argument, NULL, OPTION_DB},
    {"out", required_argument, NULL, OPTION_OUT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"jobs", required_argument, NULL, 'j'},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"failed", no_argument, NULL, OPTION_FAILED},
    {"set", required_argument, NULL, OPTION_SET},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"time-budget", required_argument, NULL, OPTION_BUDGET},
    {"max-runs", required_argument, NULL, OPTION_MAX_RUNS},
    {"checkpoint", required_argument, NULL, OPTION_CHECKPOINT},
    {"read", no_argument, NULL, OPTION_READ},
    {"allow-commands", no_argument, NULL, OPTION_COMMANDS},
    {"dry-run", no_argument, NULL, OPTION_DRY},
    {"snapshot", required_argument, NULL, OPTION_SNAPSHOT},
    {"progress", required_argument, NULL, OPTION_PROGRESS},
    {"plot", no_argument, NULL, OPTION_PLOT},
    {"schema", no_argument, NULL, OPTION_SCHEMA},
    {"task", required_argument, NULL, OPTION_TASK},
    {"tasks", required_argument, NULL, OPTION_TASKS},
    {"slurm", no_argument, NULL, OPTION_SLURM},
    {"sbatch-args", required_argument, NULL, OPTION_SBATCH},
    {"any-core", no_argument, NULL, OPTION_ANY_CORE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

enum { COUNT_MAX = 1024, N_OPTIONS = sizeof(options) / sizeof(options[0]) - 1 };

static const char options_help[] =
    "  --db PATH        the database (results/marginalia.db)\n"
    "  --out PATH       where plot and report write (beside the database)\n"
    "  --json, --csv    answer in this form (also: --format json, --format csv)\n"
    "  -j N             run: worker processes; changes no number (one a core)\n"
    "  --threads N      run: threads of one computation; changes no number (1)\n"
    "  --set KEY=VALUE  check, plan, run: as if the files said so\n"
    "  --only KEY=VALUE plan, run: runs with this value alone\n"
    "  --failed         run: compute again what failed\n"
    "  --time-budget T  run: stop after T (90, 90s, 10m, 2h); the same command resumes\n"
    "  --max-runs N     run: begin at most N computations\n"
    "  --checkpoint T   run: write a training's state this often (10s)\n"
    "  --read           run: copy checkpoints into memory instead of mapping their files\n"
    "  --allow-commands run: start the programs that predictors of these files are\n"
    "  --task I/N       plan, run: the I-th of N shares, into --db SHARD\n"
    "  --tasks N        submit: how many tasks (a few minutes each)\n"
    "  --slurm          submit: to Slurm, with --sbatch-args \"...\" for both jobs\n"
    "  --any-core       merge: results of another numerical core, too\n"
    "  --dry-run        gc: count only; submit: write the scripts only\n"
    "  --snapshot PATH  export: a copy of the database in one file\n"
    "  --progress MODE  run: auto (a line on a terminal, lines in a pipe), json (JSON lines)\n"
    "  --plot           show: the loss of its training as a curve of characters\n"
    "  --schema         describe: a JSON Schema of experiment files, for editors\n"
    "  --help, --version\n";

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
    fprintf(stream, "usage: marginalia VERB [ARGUMENTS] [OPTIONS]\n\nverbs:\n");
    for (size_t i = 0; i < N_VERBS; i++) {
        fprintf(stream, "  %-8s %-14s %s\n", verbs[i].name, verbs[i].usage, verbs[i].help);
    }
    fprintf(stream,
            "\noptions:\n%s\nexit codes: 0 done and true, 1 the answer is no, 2 usage or faulty"
            " file,\n  3 storage, 4 environment, 5 database in use, 6 undecided, 130 interrupted\n",
            options_help);
}

static void print_verb_help(const struct verb *verb)
{
    printf("usage: marginalia %s %s [OPTIONS]\n\n%s\n\noptions:\n%s", verb->name, verb->usage,
           verb->help, options_help);
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

static enum mg_status refuse_option(const char *word, struct mg_error *err)
{
    const char *names[N_OPTIONS];
    const char *bare = word + strspn(word, "-");
    char name[64];
    const char *near;

    for (size_t i = 0; i < N_OPTIONS; i++) {
        names[i] = options[i].name;
        if (strcmp(bare, names[i]) == 0 || (strcmp(bare, "j") == 0)) {
            return mg_fail(err, MG_EUSAGE, "%s needs a value", word);
        }
    }
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(bare, "="), bare);
    near = mg_suggest(name, names, N_OPTIONS);
    return mg_fail(err, MG_EUSAGE, "there is no option %s%s%s%s", word,
                   near != NULL ? "; did you mean --" : "", near != NULL ? near : "",
                   near != NULL ? "?" : "");
}

/* A whole number in [1, max]. */
static enum mg_status read_count(size_t *count, const char *name, const char *text, long max,
                                 struct mg_error *err)
{
    char *end = NULL;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1 || value > max) {
        return mg_fail(err, MG_EUSAGE, "%s: \"%s\" is not a whole number from 1 to %ld", name, text,
                       max);
    }
    *count = (size_t)value;
    return MG_OK;
}

/* A duration above 0, in seconds or with a unit: "90", "90s", "1.5m", "2h". */
static enum mg_status read_duration(double *seconds, const char *name, const char *text,
                                    struct mg_error *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1.0}, {"s", 1.0}, {"m", 60.0}, {"h", 3600.0}, {"d", 86400.0}};
    char *end = NULL;
    const double value = strtod(text, &end);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (end != text && strcmp(end, units[i].unit) == 0 && value > 0.0 && value < 1e7) {
            *seconds = value * units[i].seconds;
            return MG_OK;
        }
    }
    return mg_fail(err, MG_EUSAGE, "%s: \"%s\" is not a duration like 90, 90s, 10m or 2h", name,
                   text);
}

/* Options that are a flag or any text; false for the others. */
static bool take_plain(struct mg_cli *cli, int option)
{
    switch (option) {
    case OPTION_DB:
        cli->db = optarg;
        return true;
    case OPTION_OUT:
        cli->out = optarg;
        return true;
    case OPTION_JSON:
        cli->json = true;
        return true;
    case OPTION_CSV:
        cli->csv = true;
        return true;
    case OPTION_FAILED:
        cli->failed = true;
        return true;
    case OPTION_DRY:
        cli->dry = true;
        return true;
    case OPTION_SNAPSHOT:
        cli->snapshot = optarg;
        return true;
    case OPTION_PLOT:
        cli->plot = true;
        return true;
    case OPTION_SCHEMA:
        cli->schema = true;
        return true;
    case OPTION_SLURM:
        cli->slurm = true;
        return true;
    case OPTION_SBATCH:
        cli->sbatch_args = optarg;
        return true;
    case OPTION_ANY_CORE:
        cli->any_core = true;
        return true;
    case OPTION_READ:
        cli->read = true;
        return true;
    case OPTION_COMMANDS:
        cli->allow_commands = true;
        return true;
    case OPTION_SET:
        cli->sets[cli->n_sets++] = optarg;
        return true;
    case OPTION_ONLY:
        cli->only[cli->n_only++] = optarg;
        return true;
    default:
        return false;
    }
}

/* What the options say, besides the verb; *asked is 'h' or OPTION_VERSION where that was asked. */
static enum mg_status read_options(struct mg_cli *cli, int *asked, int argc, char **argv,
                                   struct mg_error *err)
{
    enum mg_status status = MG_OK;
    int option;

    opterr = 0;
    while (status == MG_OK && (option = getopt_long(argc, argv, ":j:h", options, NULL)) != -1) {
        if (take_plain(cli, option)) {
            continue;
        }
        switch (option) {
        case 'j':
            status = read_count(&cli->jobs, "-j", optarg, COUNT_MAX, err);
            break;
        case OPTION_PROGRESS:
            cli->progress_json = strcmp(optarg, "json") == 0;
            if (!cli->progress_json && strcmp(optarg, "auto") != 0) {
                status =
                    mg_fail(err, MG_EUSAGE, "--progress: \"%s\" is neither auto nor json", optarg);
            }
            break;
        case OPTION_THREADS:
            status = read_count(&cli->threads, "--threads", optarg, COUNT_MAX, err);
            break;
        case OPTION_BUDGET:
            status = read_duration(&cli->budget_s, "--time-budget", optarg, err);
            break;
        case OPTION_MAX_RUNS:
            status = read_count(&cli->runs_max, "--max-runs", optarg, LONG_MAX, err);
            break;
        case OPTION_CHECKPOINT:
            status = read_duration(&cli->keep_s, "--checkpoint", optarg, err);
            break;
        case OPTION_FORMAT:
            cli->json = strcmp(optarg, "json") == 0;
            cli->csv = strcmp(optarg, "csv") == 0;
            if (!cli->json && !cli->csv) {
                status = mg_fail(err, MG_EUSAGE, "--format: \"%s\" is not csv or json", optarg);
            }
            break;
        case OPTION_TASK:
            status = mg_share_parse(&cli->share, optarg, err);
            break;
        case OPTION_TASKS:
            status = read_count(&cli->tasks, "--tasks", optarg, MG_TASKS_MAX, err);
            break;
        case 'h':
        case OPTION_VERSION:
            *asked = option;
            break;
        default:
            status = refuse_option(argv[optind - 1], err);
        }
    }
    cli->arguments = (const char *const *)(argv + optind);
    cli->n = (size_t)(argc - optind);
    return status;
}

/* sets and only: room for an option each argument. */
static enum mg_status carry_out(int argc, char **argv, const char **sets, const char **only,
                                struct mg_error *err)
{
    struct mg_cli cli = {.db = MG_DB_DEFAULT, .keep_s = 10.0, .threads = 1, .stop = is_stopped};
    const struct verb *verb;
    int asked = 0;
    enum mg_status status;

    cli.sets = sets;
    cli.only = only;
    status = read_options(&cli, &asked, argc, argv, err);
    if (status != MG_OK) {
        return status;
    }
    if (asked == OPTION_VERSION) {
        print_version();
        return MG_OK;
    }
    if (cli.n == 0) {
        print_help(asked == 'h' ? stdout : stderr);
        return asked == 'h' ? MG_OK : mg_fail(err, MG_EUSAGE, "which verb?");
    }
    verb = find_verb(cli.arguments[0], err);
    if (verb == NULL) {
        return MG_EUSAGE;
    }
    if (asked == 'h') {
        print_verb_help(verb);
        return MG_OK;
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
