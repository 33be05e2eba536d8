/*
 * math/blas.c
 *		Loads LAPACK at run time and folds rows into a triangular factor.
 *
 * Linking the library would load it into every backend that touches the
 * extension, scoring included, and start its threads before anyone could
 * prevent it. So it is opened at first use, with its thread count set to 1
 * and with all signals blocked: a thread that is started all the same
 * inherits the mask and cannot run PostgreSQL's handlers.
 *
 * This file is the one exception below the border to "no globals": a loaded
 * library belongs to the process, not to an environment, and its entry points
 * never change. A failed load is not remembered, so that installing the
 * package helps at once.
 *
 * The update is dtpqrt, the blocked QR factorization of a triangle on top of
 * a rectangle (J. Demmel et al., "Communication-optimal parallel and
 * sequential QR and LU factorizations", SIAM J. Sci. Comput. 34, 2012).
 */
#include "math/blas.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define PANEL 32				/* columns that dtpqrt handles at a time */
#define CALL_FLOPS 2.5e8		/* of one call: below 50 ms on slow kernels */
#define FEWEST_ROWS 16
#define MOST_ROWS 1024

/* Fortran: everything by reference; integers of 32 bits in these packages. */
typedef void (*dtpqrt_function) (const int *m, const int *n, const int *l, const int *nb,
								 double *a, const int *lda, double *b, const int *ldb,
								 double *t, const int *ldt, double *work, int *info);
typedef void (*set_threads_function) (int threads);

static dtpqrt_function dtpqrt = NULL;

/* Open one library and look up what is needed; true when it has it. */
static bool
load_library(const char *name, bool *found)
{
	void	   *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	dtpqrt_function function;
	set_threads_function set_threads;

	if (library == NULL)
		return false;
	*found = true;
	function = (dtpqrt_function) dlsym(library, "dtpqrt_");
	if (function == NULL)
	{
		dlclose(library);
		return false;
	}
	/* Another library may have loaded OpenBLAS earlier, with threads. */
	set_threads = (set_threads_function) dlsym(library, "openblas_set_num_threads");
	if (set_threads != NULL)
		set_threads(1);
	dtpqrt = function;
	return true;
}

static MlStatus
load_lapack(MlEnv *env)
{
	static const char *const names[] = {"libopenblas.so.0", "liblapack.so.3"};
	sigset_t	every_signal;
	sigset_t	old_mask;
	bool		loaded = false;
	bool		found = false;
	size_t		i;

	if (dtpqrt != NULL)
		return ML_OK;
	if (setenv("OPENBLAS_NUM_THREADS", "1", 1) != 0)
		return ml_fail(env, ML_OUT_OF_MEMORY, "out of memory");
	sigfillset(&every_signal);
	pthread_sigmask(SIG_SETMASK, &every_signal, &old_mask);
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && !loaded; i++)
		loaded = load_library(names[i], &found);
	pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
	if (loaded)
		return ML_OK;
	if (found)
		ml_fail(env, ML_UNAVAILABLE, "the installed LAPACK library has no function \"dtpqrt\"");
	else
		ml_fail(env, ML_UNAVAILABLE, "could not load a LAPACK library");
	ml_detail(env, "Tried libopenblas.so.0 and liblapack.so.3.");
	ml_hint(env, "Install OpenBLAS on the database server; on Debian the package is libopenblas0.");
	return ML_UNAVAILABLE;
}

static int
panel_width(int n)
{
	return n < PANEL ? n : PANEL;
}

size_t
ml_qr_work_size(int n)
{
	/* The block reflectors and dtpqrt's own workspace. */
	return n > 0 ? 2 * (size_t) n * panel_width(n) : 0;
}

int
ml_qr_block_rows(int n)
{
	double		rows;

	if (n <= 0)
		return MOST_ROWS;
	rows = CALL_FLOPS / (2.0 * n * n);
	if (rows < FEWEST_ROWS)
		return FEWEST_ROWS;
	return rows > MOST_ROWS ? MOST_ROWS : (int) rows;
}

MlStatus
ml_qr_update(MlEnv *env, int n, double *r, int rows, double *b, int stride, double *work)
{
	const int	none = 0;
	int			panel = panel_width(n);
	int			block = ml_qr_block_rows(n);
	int			start;

	/* LAPACK computes offsets in 32 bits. */
	if (n < 0 || rows < 0 || stride < rows || (n > 0 && (n > INT_MAX / n || stride > INT_MAX / n)))
		return ml_fail(env, ML_LIMIT, "cannot factor a block of %d rows and %d columns", rows, n);
	if (n == 0 || rows == 0)
		return ML_OK;
	ML_TRY(load_lapack(env));
	for (start = 0; start < rows; start += block)
	{
		int			some = rows - start < block ? rows - start : block;
		int			info = 0;

		ML_TRY(ml_check_stop(env));
		dtpqrt(&some, &n, &none, &panel, r, &n, b + start, &stride,
			   work, &panel, work + (size_t) n * panel, &info);
		if (info != 0)
			return ml_fail(env, ML_LIMIT, "dtpqrt refused its argument %d", -info);
	}
	return ML_OK;
}
