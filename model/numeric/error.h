/*
 * error.h - one status list for the whole program, and the text that goes with a failure.
 *
 * A fault of the world (a file, a database, a loss that is not finite) returns a status and fills
 * struct mg_error; a bug asserts. A status IS the exit code of the process, so nothing translates.
 */
#ifndef MG_NUMERIC_ERROR_H
#define MG_NUMERIC_ERROR_H

enum mg_status {
    MG_OK = 0,           /* done, and everything asked for is true */
    MG_NO = 1,           /* executed, the answer is no: a run failed, a claim is not reproduced */
    MG_EUSAGE = 2,       /* wrong use or a faulty experiment file; nothing was executed */
    MG_ESTORAGE = 3,     /* database or disk */
    MG_EENVIRONMENT = 4, /* a program or library that is missing or of the wrong kind */
    MG_EBUSY = 5,        /* another driver holds the database */
    MG_UNDECIDED = 6,    /* inconclusive, or not run */
    MG_INTERRUPTED = 130
};

struct mg_error {
    enum mg_status status;
    char text[1024]; /* one sentence for a person, without a final newline */
};

/*
 * Record a failure and return its status, so that `return mg_fail(err, ...)` is the one way to
 * fail. The first failure is kept: a later call on the same err changes nothing but still returns
 * its own status. err may not be NULL; initialise it with {0}.
 */
enum mg_status mg_fail(struct mg_error *err, enum mg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
