/*
 * unit.h
 *		A small TAP harness for code below the border.
 *
 * Each test_<name>.c is a program: it takes environments from unit_env(),
 * calls unit_ok() and friends, and returns unit_done() from main(). The
 * environments are arenas on malloc(), the one place below the border where
 * that is allowed; AddressSanitizer watches every block of theirs.
 */
#ifndef ML_TEST_UNIT_H
#define ML_TEST_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/env.h"

/* A fresh arena environment; unit_done() frees it and all that it handed out. */
extern MlEnv *unit_env(void);

extern void unit_ok(bool ok, const char *format,...)
			__attribute__((format(printf, 2, 3)));
/* |actual - expected| <= tolerance * max(1, |expected|); NaN is near NaN only. */
extern void unit_near(double actual, double expected, double tolerance, const char *format,...)
			__attribute__((format(printf, 4, 5)));
extern void unit_text(const char *actual, const char *expected, const char *format,...)
			__attribute__((format(printf, 3, 4)));

/* All warnings of the environment so far, newline separated; "" if none. */
extern const char *unit_warnings(MlEnv *env);
/* should_stop answers true once it has been asked this many times. */
extern void unit_stop_after(MlEnv *env, int calls);
/* Allocations that would bring the living bytes beyond this fail. */
extern void unit_budget(MlEnv *env, size_t bytes);
/* Scratch files that would grow beyond this cannot be written. */
extern void unit_file_limit(MlEnv *env, size_t bytes);

/*
 * The cells of test/data/<file> behind its header line, row-major. A cell is
 * whatever strtod() reads; an empty one is NaN. A file that cannot be read
 * ends the program.
 */
extern double *unit_csv(const char *file, int *rows, int *columns);

/* Prints the plan, frees everything; the exit code. */
extern int	unit_done(void);

#endif							/* ML_TEST_UNIT_H */
