/*
 * base/env.h
 *		The environment that code below the border runs in.
 *
 * Memory, cancellation, progress and warnings are handed down, so that the
 * same code runs in a backend (bridge/env.c) and in a plain C test
 * (test/unit). An environment is a region: what is allocated from it lives
 * until its owner ends the whole region. ml_release() gives large
 * temporaries back earlier; forgetting it is a waste, never a leak.
 */
#ifndef ML_BASE_ENV_H
#define ML_BASE_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/simd.h"
#include "base/status.h"

/* Where a long computation is; see mlops.progress. */
typedef struct MlProgress
{
	const char *phase;			/* static text: "reading", "fitting", ... */
	double		fraction;		/* of the phase, 0 to 1; negative: unknown */
	int64_t		rows;			/* rows handled so far; negative: unknown */
	int			iteration;		/* passes or trees so far; negative: none */
	double		loss;			/* current training loss; NaN: none */
} MlProgress;

typedef struct MlEnv MlEnv;

struct MlEnv
{
	/* Zeroed memory, 8-byte aligned, or NULL when it cannot be had. */
	void	   *(*allocate) (MlEnv *env, size_t size);
	/* Grow or shrink, or begin with NULL; new bytes are not zeroed; NULL leaves the old block. */
	void	   *(*resize) (MlEnv *env, void *block, size_t size);
	void		(*release) (MlEnv *env, void *block);
	/* True when the caller should return ML_INTERRUPTED at once. */
	bool		(*should_stop) (MlEnv *env);
	void		(*report) (MlEnv *env, const MlProgress *progress);
	/* Keep a sentence for the user; the text is copied. */
	void		(*warn) (MlEnv *env, const char *message);
	/* See base/team.h; NULL where there are no other processes to be had. */
	MlStatus	(*team_begin) (MlEnv *env, const char *algorithm, int most, size_t window);
	void		(*team_end) (MlEnv *env);
	struct MlTeam *team;		/* who computes with us, or NULL */
	/*
	 * Scratch files for what memory should not hold; they end with the region.
	 * All three are NULL where there are none. Failures leave an error, and
	 * file_open() gives NULL then.
	 */
	void	   *(*file_open) (MlEnv *env);
	MlStatus	(*file_write) (MlEnv *env, void *file, uint64_t offset,
							   const void *bytes, size_t size);
	MlStatus	(*file_read) (MlEnv *env, void *file, uint64_t offset, void *bytes, size_t size);
	size_t		block_bytes;	/* raw rows beyond this go to a scratch file; 0: none do */
	MlSimd		simd;			/* instructions to compute with */
	void	   *owner;			/* whatever the functions above need */
	MlError		error;			/* filled by ml_fail() */
};

/*
 * Zeroed array of `count` elements of `size` bytes. NULL, with env->error
 * filled, when the product overflows or memory is exhausted; the caller
 * returns ML_OUT_OF_MEMORY.
 */
extern void *ml_allocate(MlEnv *env, size_t count, size_t size);

/* The array grown to `count` elements, or a new one for NULL; as ml_allocate, new part not zeroed. */
extern void *ml_resize(MlEnv *env, void *block, size_t count, size_t size);

/* Give a block back; NULL is allowed. */
extern void ml_release(MlEnv *env, void *block);

/* A copy of `length` bytes with a zero byte behind; NULL as ml_allocate. */
extern char *ml_copy_text(MlEnv *env, const char *text, size_t length);

/*
 * Record an error and return its status: `return ml_fail(env, ML_LIMIT, ...)`.
 * The message is printf-like, lower case, without a full stop. Detail and
 * hint are whole sentences, added with ml_detail() and ml_hint() afterwards.
 */
extern MlStatus ml_fail(MlEnv *env, MlStatus status, const char *format,...)
			__attribute__((format(printf, 3, 4)));
extern void ml_detail(MlEnv *env, const char *format,...)
			__attribute__((format(printf, 2, 3)));
extern void ml_hint(MlEnv *env, const char *format,...)
			__attribute__((format(printf, 2, 3)));

/* Keep a formatted sentence for the user. */
extern void ml_warn(MlEnv *env, const char *format,...)
			__attribute__((format(printf, 2, 3)));

/* ML_INTERRUPTED when the environment wants to stop, else ML_OK. */
extern MlStatus ml_check_stop(MlEnv *env);

/* Report progress; arguments as in MlProgress. */
extern void ml_report(MlEnv *env, const char *phase, double fraction,
					  int64_t rows, int iteration, double loss);

#endif							/* ML_BASE_ENV_H */
