/*
 * cores.h - the cores this process may use.
 */
#ifndef MG_HARNESS_CORES_H
#define MG_HARNESS_CORES_H

#include <stddef.h>

/* How many: fewer than the machine has under taskset, Slurm or a container's cpuset. At least 1. */
size_t mg_cores_count(void);

/* Stay on one of them, the number-th from 0 and around again; where that fails, nothing changes. */
void mg_cores_pin(size_t number);

#endif
