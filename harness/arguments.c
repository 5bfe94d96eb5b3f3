/*
 * arguments.c - the options of a command line: one table.
 */
#include "harness/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/options.h"
#include "harness/suggest.h"

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

#define FILES "check plan run submit verify plot report" /* verbs that read experiment files */
#define RUNS  "plan run submit" /* plan takes what run takes, and says what that would do */

/* clang-format off */
static const struct {
    struct option option;
    const char *verbs; /* that it means something to; NULL: any may have it */
    const char *usage; /* NULL: told with another */
    const char *help;
} options[] = {
    {{"db", required_argument, NULL, OPTION_DB}, NULL, "--db PATH", "the database (results/marginalia.db)"},
    {{"out", required_argument, NULL, OPTION_OUT}, "plot report", "--out PATH", "where plot and report write (beside the database)"},
    {{"json", no_argument, NULL, OPTION_JSON}, NULL, "--json, --csv", "answer in this form (also: --format json, --format csv)"},
    {{"csv", no_argument, NULL, OPTION_CSV}, NULL, NULL, NULL},
    {{"format", required_argument, NULL, OPTION_FORMAT}, NULL, NULL, NULL},
    {{"jobs", required_argument, NULL, 'j'}, NULL, "-j N", "run: worker processes; changes no number (one a core)"},
    {{"threads", required_argument, NULL, OPTION_THREADS}, NULL, "--threads N", "run: threads of one computation; changes no number (1)"},
    {{"set", required_argument, NULL, OPTION_SET}, FILES, "--set KEY=VALUE", "check, plan, run: as if the files said so"},
    {{"only", required_argument, NULL, OPTION_ONLY}, RUNS, "--only KEY=VALUE", "plan, run: runs with this value alone"},
    {{"failed", no_argument, NULL, OPTION_FAILED}, RUNS, "--failed", "run: compute again what failed"},
    {{"time-budget", required_argument, NULL, OPTION_BUDGET}, RUNS, "--time-budget T", "run: stop after T (90, 90s, 10m, 2h); the same command resumes"},
    {{"max-runs", required_argument, NULL, OPTION_MAX_RUNS}, RUNS, "--max-runs N", "run: begin at most N computations"},
    {{"checkpoint", required_argument, NULL, OPTION_CHECKPOINT}, RUNS, "--checkpoint T", "run: write a training's state this often (10s)"},
    {{"read", no_argument, NULL, OPTION_READ}, RUNS, "--read", "run: copy checkpoints into memory instead of mapping their files"},
    {{"allow-commands", no_argument, NULL, OPTION_COMMANDS}, FILES, "--allow-commands", "run: start the programs that predictors of these files are"},
    {{"task", required_argument, NULL, OPTION_TASK}, RUNS, "--task I/N", "plan, run: the I-th of N shares, into --db SHARD"},
    {{"tasks", required_argument, NULL, OPTION_TASKS}, "submit", "--tasks N", "submit: how many tasks (a few minutes each)"},
    {{"slurm", no_argument, NULL, OPTION_SLURM}, "submit", "--slurm", "submit: to Slurm, with --sbatch-args \"...\" for both jobs"},
    {{"sbatch-args", required_argument, NULL, OPTION_SBATCH}, "submit", NULL, NULL},
    {{"any-core", no_argument, NULL, OPTION_ANY_CORE}, "merge", "--any-core", "merge: results of another numerical core, too"},
    {{"dry-run", no_argument, NULL, OPTION_DRY}, "gc submit", "--dry-run", "gc: count only; submit: write the scripts only"},
    {{"snapshot", required_argument, NULL, OPTION_SNAPSHOT}, "export", "--snapshot PATH", "export: a copy of the database in one file"},
    {{"progress", required_argument, NULL, OPTION_PROGRESS}, RUNS, "--progress MODE", "run: auto (a line on a terminal, lines in a pipe), json (JSON lines)"},
    {{"plot", no_argument, NULL, OPTION_PLOT}, "show", "--plot", "show: the loss of its training as a curve of characters"},
    {{"schema", no_argument, NULL, OPTION_SCHEMA}, "describe", "--schema", "describe: a JSON Schema of experiment files, for editors"},
    {{"help", no_argument, NULL, 'h'}, NULL, "--help, --version", "this; which version"},
    {{"version", no_argument, NULL, OPTION_VERSION}, NULL, NULL, NULL},
};
/* clang-format on */

enum { COUNT_MAX = 1024, N_OPTIONS = sizeof(options) / sizeof(options[0]) };

void mg_arguments_help(FILE *stream, const char *verb)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (options[i].usage != NULL &&
            (verb == NULL || options[i].verbs == NULL || mg_words_have(options[i].verbs, verb))) {
            fprintf(stream, "  %-16s %s\n", options[i].usage, options[i].help);
        }
    }
}

enum mg_status mg_arguments_check(const struct mg_arguments *arguments, const char *verb,
                                  struct mg_error *err)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        if (arguments->given[i] && options[i].verbs != NULL &&
            !mg_words_have(options[i].verbs, verb)) {
            return mg_fail(err, MG_EUSAGE, "--%s means nothing to %s, only to: %s",
                           options[i].option.name, verb, options[i].verbs);
        }
    }
    return MG_OK;
}

static enum mg_status refuse_option(const char *word, struct mg_error *err)
{
    const char *names[N_OPTIONS];
    const char *bare = word + strspn(word, "-");
    char name[64];
    const char *near;

    for (size_t i = 0; i < N_OPTIONS; i++) {
        names[i] = options[i].option.name;
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

/* Which row of the table has this code. */
static size_t row_of(int code)
{
    size_t row = 0;

    while (row < N_OPTIONS && options[row].option.val != code) {
        row++;
    }
    return row;
}

enum mg_status mg_arguments_read(struct mg_arguments *arguments, struct mg_cli *cli, int argc,
                                 char **argv, struct mg_error *err)
{
    struct option known[N_OPTIONS + 1] = {{0}};
    enum mg_status status = MG_OK;
    int option;

    _Static_assert((int)N_OPTIONS <= (int)MG_ARGUMENTS_MAX, "room for every option");
    for (size_t i = 0; i < N_OPTIONS; i++) {
        known[i] = options[i].option;
    }
    opterr = 0;
    while (status == MG_OK && (option = getopt_long(argc, argv, ":j:h", known, NULL)) != -1) {
        if (row_of(option) < N_OPTIONS) {
            arguments->given[row_of(option)] = true;
        }
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
            arguments->help = true;
            break;
        case OPTION_VERSION:
            arguments->version = true;
            break;
        default:
            status = refuse_option(argv[optind - 1], err);
        }
    }
    cli->arguments = (const char *const *)(argv + optind);
    cli->n = (size_t)(argc - optind);
    return status;
}
