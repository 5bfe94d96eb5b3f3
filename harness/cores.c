/* cores.c - which cores to use; see cores.h. */
#define _GNU_SOURCE /* affinity is Linux's own */
#include "harness/cores.h"

#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

/* False on more cores than a cpu_set_t can name (1024). */
static bool read_own(cpu_set_t *set)
{
    return sched_getaffinity(0, sizeof(*set), set) == 0 && CPU_COUNT(set) > 0;
}

size_t mg_cores_count(void)
{
    const long all = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t set;

    if (read_own(&set)) {
        return (size_t)CPU_COUNT(&set);
    }
    return all > 0 ? (size_t)all : 1;
}

void mg_cores_pin(size_t number)
{
    cpu_set_t set;
    size_t left;

    if (!read_own(&set)) {
        return;
    }
    left = number % (size_t)CPU_COUNT(&set);
    for (size_t core = 0; core < CPU_SETSIZE; core++) {
        if (CPU_ISSET(core, &set) && left-- == 0) {
            CPU_ZERO(&set);
            CPU_SET(core, &set);
            (void)sched_setaffinity(0, sizeof(set), &set);
            return;
        }
    }
}
