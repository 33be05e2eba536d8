/*
 * base/team.c
 *		Collective calls of a team. See team.h.
 */
#include <string.h>

#include "base/team.h"

static size_t piece_of(const MlTeam *team, size_t n, size_t width);
static MlStatus show(MlEnv *env, const void *data, size_t bytes);
static const void *shown(const MlTeam *team, int rank);

MlStatus
ml_team_begin(MlEnv *env, const char *algorithm, int64_t most, size_t window)
{
	if (env->team_begin == NULL || env->team != NULL || most < 2)
		return ML_OK;
	return env->team_begin(env, algorithm, (int) (most < ML_MOST_MEMBERS ? most : ML_MOST_MEMBERS),
						   window);
}

void
ml_team_end(MlEnv *env)
{
	if (env->team != NULL)
		env->team_end(env);
	env->team = NULL;
}

int
ml_team_size(const MlEnv *env)
{
	return env->team == NULL ? 1 : env->team->size;
}

int
ml_team_rank(const MlEnv *env)
{
	return env->team == NULL ? 0 : env->team->rank;
}

void
ml_team_range(const MlEnv *env, int64_t n_rows, int rank, int64_t *begin, int64_t *n)
{
	int64_t		each = n_rows / ml_team_size(env);
	int64_t		more = n_rows % ml_team_size(env);	/* the first ones have one row more */

	*begin = rank * each + (rank < more ? rank : more);
	*n = each + (rank < more);
}

MlStatus
ml_team_sum(MlEnv *env, int64_t *values, size_t n)
{
	return ml_team_sum_part(env, values, n, 0, n);
}

MlStatus
ml_team_sum_part(MlEnv *env, int64_t *values, size_t n, size_t begin, size_t end)
{
	MlTeam	   *team = env->team;
	size_t		at;
	size_t		piece;
	size_t		i;
	int			rank;

	for (at = 0; team != NULL && at < n; at += piece)
	{
		size_t		first = begin > at ? begin : at;
		size_t		last;

		piece = piece_of(team, n - at, sizeof(*values));
		last = end < at + piece ? end : at + piece;
		ML_TRY(show(env, values + at, piece * sizeof(*values)));
		for (rank = 0; rank < team->size; rank++)
		{
			const int64_t *theirs = shown(team, rank);

			for (i = first; i < last && rank != team->rank; i++)
				values[i] += theirs[i - at];
		}
	}
	return ML_OK;
}

MlStatus
ml_team_max(MlEnv *env, double *values, size_t n)
{
	MlTeam	   *team = env->team;
	size_t		piece;
	size_t		i;
	int			rank;

	for (; team != NULL && n > 0; values += piece, n -= piece)
	{
		piece = piece_of(team, n, sizeof(*values));
		ML_TRY(show(env, values, piece * sizeof(*values)));
		for (rank = 0; rank < team->size; rank++)
		{
			const double *theirs = shown(team, rank);

			for (i = 0; i < piece; i++)
				values[i] = theirs[i] > values[i] ? theirs[i] : values[i];
		}
	}
	return ML_OK;
}

MlStatus
ml_team_broadcast(MlEnv *env, int from, void *data, size_t bytes)
{
	MlTeam	   *team = env->team;
	uint8_t    *at = data;
	size_t		piece;

	for (; team != NULL && bytes > 0; at += piece, bytes -= piece)
	{
		piece = piece_of(team, bytes, 1);
		ML_TRY(show(env, at, team->rank == from ? piece : 0));
		if (team->rank != from)
			memcpy(at, shown(team, from), piece);
	}
	return ML_OK;
}

MlStatus
ml_team_deal(MlEnv *env, const void *rows, size_t width, int64_t n_rows, void *part)
{
	MlTeam	   *team = env->team;
	bool		leads = ml_team_rank(env) == 0;
	int64_t		begin;
	int64_t		n;
	int			rank;

	ml_team_range(env, n_rows, 0, &begin, &n);
	if (leads && part != rows)
		memcpy(part, rows, (size_t) n * width);
	for (rank = 1; rank < ml_team_size(env); rank++)
	{
		size_t		bytes;
		size_t		done;
		size_t		piece;

		ml_team_range(env, n_rows, rank, &begin, &n);
		bytes = (size_t) n * width;
		for (done = 0; done < bytes; done += piece)
		{
			piece = piece_of(team, bytes - done, 1);
			if (leads)
				ML_TRY(show(env, (const uint8_t *) rows + (size_t) begin * width + done, piece));
			else
				ML_TRY(show(env, NULL, 0));
			if (team->rank == rank)
				memcpy((uint8_t *) part + done, shown(team, 0), piece);
		}
	}
	return ML_OK;
}

MlStatus
ml_team_gather(MlEnv *env, const void *own, size_t bytes, void *all)
{
	MlTeam	   *team = env->team;
	const uint8_t *from = own;
	size_t		done;
	size_t		piece;
	int			rank;

	if (team == NULL)
		memcpy(all, own, bytes);
	for (done = 0; team != NULL && done < bytes; done += piece)
	{
		piece = piece_of(team, bytes - done, 1);
		ML_TRY(show(env, from + done, piece));
		for (rank = 0; rank < team->size; rank++)
			memcpy((uint8_t *) all + (size_t) rank * bytes + done, shown(team, rank), piece);
	}
	return ML_OK;
}

/* How many of n elements go through a window at once. */
static size_t
piece_of(const MlTeam *team, size_t n, size_t width)
{
	size_t		most = team->window / width;

	return n < most ? n : most;
}

/* Everybody may see these bytes, until the next but one is shown. */
static MlStatus
show(MlEnv *env, const void *data, size_t bytes)
{
	MlTeam	   *team = env->team;
	size_t		own = (size_t) (team->turn * team->size + team->rank);

	if (bytes > 0)
		memcpy(team->windows + own * team->window, data, bytes);
	ML_TRY(team->meet(env));
	team->turn = 1 - team->turn;
	return ML_OK;
}

/* What a member has shown in the exchange that has just been. */
static const void *
shown(const MlTeam *team, int rank)
{
	size_t		theirs = (size_t) ((1 - team->turn) * team->size + rank);

	return team->windows + theirs * team->window;
}
