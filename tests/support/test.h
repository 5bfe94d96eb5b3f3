/*
 * test.h - what every test includes first: cmocka with what it needs, and a comparison that
 * refuses NaN (cmocka 1.1.5's assert_float_equal passes it).
 */
#ifndef MG_TESTS_SUPPORT_TEST_H
#define MG_TESTS_SUPPORT_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Fails unless |a - b| <= tolerance; NaN fails. */
#define assert_close(a, b, tolerance)                                                              \
    do {                                                                                           \
        const double close_a = (double)(a);                                                        \
        const double close_b = (double)(b);                                                        \
        if (!(fabs(close_a - close_b) <= (tolerance))) {                                           \
            print_error("%s = %.17g, expected %.17g within %g\n", #a, close_a, close_b,            \
                        (double)(tolerance));                                                      \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#endif
