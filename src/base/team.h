/*
 * base/team.h
 *		Several processes that compute one result together.
 *
 * A team has a leader, member 0, which holds the input and keeps the result,
 * and helpers. Every member has a part of the rows and takes the same steps on
 * it; what depends on all rows is made the same everywhere by the calls below,
 * so that all come to the same decisions and no decision has to be sent. The
 * calls are collective: every member makes the same ones in the same order
 * with the same sizes. Only whole numbers are added, so that the result does
 * not depend on how many take part.
 *
 * An environment whose team is NULL is a team of one; for it the calls do
 * nothing. Working for a team is what an algorithm's help() does (algo/algo.h).
 *
 * Each member has two windows in shared memory, written in turn: it writes
 * into its own, all meet, everybody reads all windows. Who writes into the
 * first window again has met the others at the second one, hence they have
 * read the first: one meeting an exchange is enough. What is larger than a
 * window goes through it in pieces.
 */
#ifndef ML_BASE_TEAM_H
#define ML_BASE_TEAM_H

#include "base/env.h"

#define ML_MOST_MEMBERS 64

/* Where a window begins, its length is a multiple of it: no two share a cache line. */
#define ML_WINDOW_ALIGNMENT 128

typedef struct MlTeam MlTeam;

struct MlTeam
{
	int			rank;			/* 0 .. size - 1, 0 is the leader */
	int			size;			/* 1 .. ML_MOST_MEMBERS */
	size_t		window;			/* bytes of a window */
	uint8_t    *windows;		/* (2, size, window) */
	int			turn;			/* 0 or 1: which ones are written next */
	/* Comes back when every member has called it; sees to interrupts. */
	MlStatus	(*meet) (MlEnv *env);
	void	   *owner;			/* whatever meet() needs */
};

/*
 * Asks for helpers that run help() of the algorithm, so that there are up to
 * `most` members; `window` bytes suit the most frequent exchange. Afterwards
 * env->team is the team, or NULL when there is nobody: never an error. After a
 * failure the whole environment is given up, else the leader calls
 * ml_team_end(), which waits for the helpers to end.
 */
extern MlStatus ml_team_begin(MlEnv *env, const char *algorithm, int64_t most, size_t window);
extern void ml_team_end(MlEnv *env);

/* Members of the team, and which of them this one is. */
extern int	ml_team_size(const MlEnv *env);
extern int	ml_team_rank(const MlEnv *env);

/* The rows of member `rank` when n_rows are dealt: *begin .. *begin + *n - 1. */
extern void ml_team_range(const MlEnv *env, int64_t n_rows, int rank, int64_t *begin, int64_t *n);

/* values (n) = their sums over all members. */
extern MlStatus ml_team_sum(MlEnv *env, int64_t *values, size_t n);

/* The same for values[begin .. end-1]; the others are anything afterwards. */
extern MlStatus ml_team_sum_part(MlEnv *env, int64_t *values, size_t n, size_t begin, size_t end);

/* values (n), none of them NaN, = the largest over all members. */
extern MlStatus ml_team_max(MlEnv *env, double *values, size_t n);

/* data (bytes) of member `from` becomes everybody's. */
extern MlStatus ml_team_broadcast(MlEnv *env, int from, void *data, size_t bytes);

/*
 * The leader's rows (n_rows, width bytes) are dealt: part (own n, width) is
 * this member's range of them. For the leader part may be rows itself; only it
 * has rows.
 */
extern MlStatus ml_team_deal(MlEnv *env, const void *rows, size_t width, int64_t n_rows, void *part);

/* all (size, bytes) = own (bytes) of every member, by rank. */
extern MlStatus ml_team_gather(MlEnv *env, const void *own, size_t bytes, void *all);

#endif							/* ML_BASE_TEAM_H */
