/*
 * experiment.h - experiment files for tests: written to a folder of their own, and loaded.
 */
#ifndef MG_TESTS_SUPPORT_EXPERIMENT_H
#define MG_TESTS_SUPPORT_EXPERIMENT_H

#include "harness/spec.h"

/* A new empty folder below the system's folder for temporary files, malloc'd. */
char *mg_test_folder(void);

/* Remove it with what is in it, and free the name. */
void mg_test_folder_remove(char *folder);

/* Write text to folder/name and load it; fails the test on any problem. Free with mg_spec_free. */
struct mg_spec *mg_test_spec(const char *folder, const char *name, const char *text);

#endif
