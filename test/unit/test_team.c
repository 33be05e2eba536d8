/*
 * test_team.c
 *		Collective calls: sums, maxima, dealt rows, and members that fail.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/sum.h"
#include "team.h"
#include "unit.h"

#define MOST_ROWS 1000

/* A number that every member can compute for every other. */
static int64_t
number_of(int rank, size_t i)
{
	return (int64_t) (rank + 1) * 1000003 - (int64_t) (i * i) * (rank % 2 == 0 ? 1 : -1);
}

static MlStatus
check(MlEnv *env, bool ok)
{
	return ok ? ML_OK : ml_fail(env, ML_CORRUPT, "wrong");
}

static MlStatus
sum_numbers(MlEnv *env, void *argument)
{
	size_t		n = *(size_t *) argument;
	int64_t	   *values = ml_allocate(env, n, sizeof(int64_t));
	bool		ok = true;
	int			rank;
	size_t		i;

	for (i = 0; i < n; i++)
		values[i] = number_of(ml_team_rank(env), i);
	ML_TRY(ml_team_sum(env, values, n));
	for (i = 0; i < n; i++)
	{
		for (rank = 0; rank < ml_team_size(env); rank++)
			values[i] -= number_of(rank, i);
		ok = ok && values[i] == 0;
	}
	return check(env, ok);
}

/* A part that begins and ends somewhere within the pieces. */
static MlStatus
sum_some_numbers(MlEnv *env, void *argument)
{
	size_t		n = *(size_t *) argument;
	size_t		begin = n / 3;
	size_t		end = n - n / 4;
	int64_t	   *values = ml_allocate(env, n, sizeof(int64_t));
	bool		ok = true;
	int			rank;
	size_t		i;

	for (i = 0; i < n; i++)
		values[i] = number_of(ml_team_rank(env), i);
	ML_TRY(ml_team_sum_part(env, values, n, begin, end));
	for (i = begin; i < end; i++)
	{
		for (rank = 0; rank < ml_team_size(env); rank++)
			values[i] -= number_of(rank, i);
		ok = ok && values[i] == 0;
	}
	return check(env, ok);
}

static MlStatus
find_largest(MlEnv *env, void *argument)
{
	size_t		n = *(size_t *) argument;
	double	   *values = ml_allocate(env, n, sizeof(double));
	bool		ok = true;
	int			rank;
	size_t		i;

	for (i = 0; i < n; i++)
		values[i] = -1e300 + (double) number_of(ml_team_rank(env), i) * 1e290;
	ML_TRY(ml_team_max(env, values, n));
	for (i = 0; i < n; i++)
	{
		double		most = -INFINITY;

		for (rank = 0; rank < ml_team_size(env); rank++)
			most = fmax(most, -1e300 + (double) number_of(rank, i) * 1e290);
		ok = ok && values[i] == most;
	}
	return check(env, ok);
}

static MlStatus
tell(MlEnv *env, void *argument)
{
	size_t		n = *(size_t *) argument;
	int64_t	   *values = ml_allocate(env, n, sizeof(int64_t));
	bool		ok = true;
	int			from;
	size_t		i;

	for (from = 0; from < ml_team_size(env); from++)
	{
		for (i = 0; i < n; i++)
			values[i] = number_of(ml_team_rank(env), i);
		ML_TRY(ml_team_broadcast(env, from, values, n * sizeof(int64_t)));
		for (i = 0; i < n; i++)
			ok = ok && values[i] == number_of(from, i);
	}
	return check(env, ok);
}

/* Rows of three bytes, dealt and gathered again. */
static MlStatus
deal(MlEnv *env, void *argument)
{
	int64_t		n_rows = (int64_t) *(size_t *) argument;
	uint8_t		rows[3 * MOST_ROWS];
	uint8_t		part[3 * MOST_ROWS + 1];
	int64_t		begin;
	int64_t		n;
	int64_t		i;
	bool		ok = true;
	bool		leads = ml_team_rank(env) == 0;

	for (i = 0; i < 3 * n_rows; i++)
		rows[i] = (uint8_t) (i * 7);
	ml_team_range(env, n_rows, ml_team_rank(env), &begin, &n);
	part[3 * n] = 77;
	ML_TRY(ml_team_deal(env, leads ? rows : NULL, 3, n_rows, part));
	for (i = 0; i < 3 * n; i++)
		ok = ok && part[i] == (uint8_t) ((3 * begin + i) * 7);
	ok = ok && part[3 * n] == 77;

	/* in place */
	ML_TRY(ml_team_deal(env, leads ? rows : NULL, 3, n_rows, leads ? rows : part));
	for (i = 0; i < 3 * n; i++)
		ok = ok && (leads ? rows : part)[i] == (uint8_t) ((3 * begin + i) * 7);
	return check(env, ok);
}

static MlStatus
gather(MlEnv *env, void *argument)
{
	size_t		n = *(size_t *) argument;
	int64_t	   *own = ml_allocate(env, n, sizeof(int64_t));
	int64_t	   *all = ml_allocate(env, n * (size_t) ml_team_size(env), sizeof(int64_t));
	bool		ok = true;
	int			rank;
	size_t		i;

	for (i = 0; i < n; i++)
		own[i] = number_of(ml_team_rank(env), i);
	ML_TRY(ml_team_gather(env, own, n * sizeof(int64_t), all));
	for (rank = 0; rank < ml_team_size(env); rank++)
	{
		for (i = 0; i < n; i++)
			ok = ok && all[(size_t) rank * n + i] == number_of(rank, i);
	}
	return check(env, ok);
}

static MlStatus
fail_in_the_middle(MlEnv *env, void *argument)
{
	int64_t		value = 1;
	int			i;

	(void) argument;
	for (i = 0; i < 10; i++)
	{
		if (i == 5 && ml_team_rank(env) == 1)
			return ml_fail(env, ML_OUT_OF_MEMORY, "no more");
		ML_TRY(ml_team_sum(env, &value, 1));
	}
	return ML_OK;
}

/* 1e308 and its opposite cancel across members; what is left is exact. */
static MlStatus
sum_exactly(MlEnv *env, void *argument)
{
	MlExactSum	sum;
	int			rank = ml_team_rank(env);

	(void) argument;
	ml_sum_begin(&sum);
	ml_sum_add(&sum, rank % 2 == 0 ? 1e308 : -1e308);
	ml_sum_add(&sum, ldexp(1.0, -rank));
	if (ml_team_size(env) % 2 == 1)
		ml_sum_add(&sum, rank == 0 ? -1e308 : 0);
	ML_TRY(ml_sum_team(env, &sum, 1));
	return check(env, ml_sum_value(&sum) == 2 - ldexp(1.0, 1 - ml_team_size(env)));
}

static void
test_calls(void)
{
	static const struct
	{
		const char *name;
		MlStatus	(*work) (MlEnv *env, void *argument);
	}			calls[] = {
		{"sums", sum_numbers}, {"some sums", sum_some_numbers}, {"maxima", find_largest}, {"broadcast", tell},
		{"dealt rows", deal}, {"gathered arrays", gather}, {"exact sums", sum_exactly}
	};
	static const size_t lengths[] = {0, 1, 2, 3, 16, 17, 32, 33, 500, MOST_ROWS};
	size_t		c;
	size_t		l;
	int			size;

	for (c = 0; c < sizeof(calls) / sizeof(calls[0]); c++)
	{
		bool		ok = true;

		for (size = 1; size <= 5; size++)
		{
			for (l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
			{
				size_t		length = lengths[l];

				ok = ok && team_run(size, 128, calls[c].work, &length);
				ok = ok && team_run(size, 8000, calls[c].work, &length);
			}
		}
		unit_ok(ok, "%s, 1 to 5 members, windows smaller and larger than what is sent", calls[c].name);
	}
}

static void
test_alone(void)
{
	MlEnv	   *env = unit_env();
	int64_t		value = 5;
	double		number = 2;
	int64_t		begin;
	int64_t		n;
	int64_t		copy;

	ml_team_range(env, 17, 0, &begin, &n);
	unit_ok(ml_team_size(env) == 1 && ml_team_rank(env) == 0 && begin == 0 && n == 17,
			"without a team one member has all rows");
	unit_ok(ml_team_begin(env, "gbt", 2, 100) == ML_OK && env->team == NULL, "nobody to ask: no team");
	unit_ok(ml_team_sum(env, &value, 1) == ML_OK && value == 5 &&
			ml_team_max(env, &number, 1) == ML_OK && number == 2 &&
			ml_team_gather(env, &value, sizeof(value), &copy) == ML_OK && copy == 5 &&
			ml_team_deal(env, &value, sizeof(value), 1, &copy) == ML_OK && copy == 5,
			"without a team the calls leave everything as it is");
	ml_team_end(env);
}

static void
test_failure(void)
{
	unit_ok(!team_run(3, 128, fail_in_the_middle, NULL), "a member that fails keeps nobody waiting");
}

int
main(void)
{
	test_calls();
	test_alone();
	test_failure();
	return unit_done();
}
