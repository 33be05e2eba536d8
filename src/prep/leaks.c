/*
 * prep/leaks.c
 *		Warn of columns that give the target away.
 *
 * A column that alone orders the target almost perfectly is more often a
 * consequence of it than a cause. Measured are ranks, so that scale and shape
 * do not matter: the area under the ROC curve for two classes, the squared
 * Spearman correlation for numbers. A missing value is a value here (a date
 * of cancellation that only cancelled customers have): it is put before and
 * behind all others. A category stands for the mean target of the other rows
 * of its level, shrunk to the overall mean; leaving the row itself out keeps
 * rare levels from looking perfect.
 *
 * More than two classes have no order. There a row is guessed by its
 * neighbours in the order of the column: by the class of most other rows that
 * have its value, or, where no other row has it, rightly when a row next to it
 * is of its class. Measured is the mean over the classes of the share of rows
 * guessed rightly.
 *
 * On long lists every k-th row is used: warnings are no results, so they may
 * depend on the order of rows.
 */
#include <math.h>
#include <string.h>

#include "math/sort.h"
#include "prep/columns.h"

#define ALL_ROWS		50000	/* at most so many rows are looked at */
#define LEAST_ROWS		30		/* fewer show nothing */
#define LEAST_CLASS		5
#define SUSPICIOUS		0.995
#define SMOOTHING		10.0	/* rows that the overall mean counts for */

typedef struct LeakCheck
{
	MlEnv	   *env;
	int			n_classes;		/* 0 for regression */
	size_t		n;
	uint32_t   *row;			/* (n) rows of the table looked at */
	double	   *y;				/* (n) their targets */
	double	   *x;				/* (n) */
	double	   *rank;			/* (n) of x */
	double	   *y_rank;			/* (n) regression: of y */
	uint32_t   *order;			/* (n) */
} LeakCheck;

static MlStatus
begin_check(LeakCheck *check, const MlTarget *target, const uint32_t *rows, int64_t n_rows)
{
	MlEnv	   *env = check->env;
	int64_t		step = (n_rows + ALL_ROWS - 1) / ALL_ROWS;
	size_t		room = n_rows < ALL_ROWS ? (size_t) n_rows : ALL_ROWS;
	int64_t		i;

	check->row = ml_allocate(env, room, sizeof(uint32_t));
	check->y = ml_allocate(env, room, sizeof(double));
	check->x = ml_allocate(env, room, sizeof(double));
	check->rank = ml_allocate(env, room, sizeof(double));
	check->y_rank = ml_allocate(env, room, sizeof(double));
	check->order = ml_allocate(env, room, sizeof(uint32_t));
	if (check->row == NULL || check->y == NULL || check->x == NULL ||
		check->rank == NULL || check->y_rank == NULL || check->order == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i += step)
	{
		if (isnan(target->y[rows[i]]))
			continue;
		check->row[check->n] = rows[i];
		check->y[check->n] = target->y[rows[i]];
		check->n++;
	}
	return ML_OK;
}

static void
end_check(LeakCheck *check)
{
	ml_release(check->env, check->row);
	ml_release(check->env, check->y);
	ml_release(check->env, check->x);
	ml_release(check->env, check->rank);
	ml_release(check->env, check->y_rank);
	ml_release(check->env, check->order);
}

/* Ranks 1 .. n; equal values share the mean of theirs. */
static MlStatus
make_ranks(LeakCheck *check, const double *values, double *rank)
{
	size_t		begin;
	size_t		end;
	size_t		i;

	ML_TRY(ml_order_f64(check->env, values, check->n, check->order));
	for (begin = 0; begin < check->n; begin = end)
	{
		double		first = values[check->order[begin]];

		for (end = begin + 1; end < check->n && values[check->order[end]] == first; end++)
			;
		for (i = begin; i < end; i++)
			rank[check->order[i]] = 0.5 * (double) (begin + 1 + end);
	}
	return ML_OK;
}

/* P(x of class 1 > x of class 0), ties by half. */
static double
rank_auc(const LeakCheck *check)
{
	double		positive = 0;
	double		sum = 0;
	double		negative;
	size_t		i;

	for (i = 0; i < check->n; i++)
	{
		if (check->y[i] == 1)
		{
			positive++;
			sum += check->rank[i];
		}
	}
	negative = (double) check->n - positive;
	return (sum - 0.5 * positive * (positive + 1)) / (positive * negative);
}

/* Pearson correlation of the ranks; 0 when x is constant. */
static double
rank_correlation(const LeakCheck *check)
{
	double		mean = 0.5 * ((double) check->n + 1);
	double		xx = 0;
	double		xy = 0;
	double		yy = 0;
	size_t		i;

	for (i = 0; i < check->n; i++)
	{
		double		x = check->rank[i] - mean;
		double		y = check->y_rank[i] - mean;

		xx += x * x;
		xy += x * y;
		yy += y * y;
	}
	return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/*
 * How well the order of x is that of the target, 0 to 1. A falling order
 * counts too where x is a plain number; where it stands for a category it
 * cannot fall, and would do so only because each row's own target is left out.
 */
static MlStatus
measure_order(LeakCheck *check, bool falling, double *strength)
{
	double		value;

	ML_TRY(make_ranks(check, check->x, check->rank));
	if (check->n_classes > 0)
	{
		value = rank_auc(check);
		*strength = falling && value < 0.5 ? 1 - value : value;
	}
	else
	{
		value = rank_correlation(check);
		*strength = falling || value > 0 ? value * value : 0;
	}
	return ML_OK;
}

static MlStatus
measure_numbers(LeakCheck *check, const MlColumn *column, double *strength)
{
	double		behind;
	bool		missing = false;
	size_t		i;

	for (i = 0; i < check->n; i++)
	{
		check->x[i] = column->number[check->row[i]];
		if (isnan(check->x[i]))
		{
			check->x[i] = -INFINITY;
			missing = true;
		}
	}
	ML_TRY(measure_order(check, true, strength));
	if (!missing)
		return ML_OK;
	for (i = 0; i < check->n; i++)
	{
		if (check->x[i] == -INFINITY)
			check->x[i] = INFINITY;
	}
	ML_TRY(measure_order(check, true, &behind));
	*strength = fmax(*strength, behind);
	return ML_OK;
}

static MlStatus
measure_categories(LeakCheck *check, const MlColumn *column, double *strength)
{
	size_t		n_codes = (size_t) column->dictionary.n_entries + 1;
	double	   *sum = ml_allocate(check->env, n_codes, sizeof(double));
	double	   *count = ml_allocate(check->env, n_codes, sizeof(double));
	double		mean = 0;
	size_t		i;

	if (sum == NULL || count == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < check->n; i++)
	{
		int32_t		code = column->code[check->row[i]] + 1;	/* 0: missing */

		sum[code] += check->y[i];
		count[code]++;
		mean += check->y[i] / (double) check->n;
	}
	for (i = 0; i < check->n; i++)
	{
		int32_t		code = column->code[check->row[i]] + 1;

		check->x[i] = (sum[code] - check->y[i] + SMOOTHING * mean) / (count[code] - 1 + SMOOTHING);
	}
	ml_release(check->env, sum);
	ml_release(check->env, count);
	return measure_order(check, false, strength);
}

/*
 * Add to right[] the rows order[begin .. end-1], which have one value, that
 * are of the class of most of the others. count[] is all 0, and is left so.
 */
static void
guess_by_others(const LeakCheck *check, size_t begin, size_t end, double *count, double *right)
{
	double		most = 0;
	double		second = 0;
	size_t		i;
	int			k;

	for (i = begin; i < end; i++)
		count[(int) check->y[check->order[i]]]++;
	for (k = 0; k < check->n_classes; k++)
	{
		second = fmax(second, fmin(most, count[k]));
		most = fmax(most, count[k]);
	}
	/* only of the most frequent class is a row outvoted by no other class */
	for (k = 0; k < check->n_classes; k++)
	{
		if (count[k] == most && count[k] - 1 > second)
			right[k] += count[k];
		count[k] = 0;
	}
}

/* The same for order[i], which alone has its value. */
static void
guess_by_neighbours(const LeakCheck *check, size_t i, double *right)
{
	double		own = check->y[check->order[i]];

	if ((i > 0 && check->y[check->order[i - 1]] == own) ||
		(i + 1 < check->n && check->y[check->order[i + 1]] == own))
		right[(int) own]++;
}

/* The mean over the classes of the share of rows that x guesses rightly. */
static MlStatus
measure_guesses(LeakCheck *check, double *strength)
{
	double		total[ML_MAX_CLASSES] = {0};
	double		right[ML_MAX_CLASSES] = {0};
	double		count[ML_MAX_CLASSES] = {0};
	int			n_present = 0;
	size_t		begin;
	size_t		end;
	size_t		i;
	int			k;

	ML_TRY(ml_order_f64(check->env, check->x, check->n, check->order));
	for (begin = 0; begin < check->n; begin = end)
	{
		double		value = check->x[check->order[begin]];

		for (end = begin + 1; end < check->n && check->x[check->order[end]] == value; end++)
			;
		if (end == begin + 1)
			guess_by_neighbours(check, begin, right);
		else
			guess_by_others(check, begin, end, count, right);
	}
	for (i = 0; i < check->n; i++)
		total[(int) check->y[i]]++;
	*strength = 0;
	for (k = 0; k < check->n_classes; k++)
	{
		n_present += total[k] > 0;
		*strength += total[k] > 0 ? right[k] / total[k] : 0;
	}
	*strength /= n_present > 0 ? n_present : 1;
	return ML_OK;
}

/* Codes and numbers alike: what is compared is only whether values are equal, or near. */
static MlStatus
measure_classes(LeakCheck *check, const MlColumn *column, double *strength)
{
	size_t		i;

	for (i = 0; i < check->n; i++)
	{
		uint32_t	row = check->row[i];

		if (column->code != NULL)
			check->x[i] = column->code[row];
		else
			check->x[i] = isnan(column->number[row]) ? -INFINITY : column->number[row];
	}
	return measure_guesses(check, strength);
}

/* Enough rows, and of each class, for a perfect order to mean something. */
static bool
enough_rows(const LeakCheck *check)
{
	size_t		rows[ML_MAX_CLASSES] = {0};
	size_t		i;
	int			enough = 0;
	int			k;

	if (check->n < LEAST_ROWS)
		return false;
	if (check->n_classes == 0)
		return true;
	for (i = 0; i < check->n; i++)
		rows[(int) check->y[i]]++;
	for (k = 0; k < check->n_classes; k++)
		enough += rows[k] >= LEAST_CLASS;
	return enough >= 2;
}

static MlStatus
check_column(LeakCheck *check, const MlColumn *column)
{
	double		strength;

	if (check->n_classes > 2)
		ML_TRY(measure_classes(check, column, &strength));
	else if (column->code != NULL)
		ML_TRY(measure_categories(check, column, &strength));
	else
		ML_TRY(measure_numbers(check, column, &strength));
	if (strength >= SUSPICIOUS)
		ml_warn(check->env, "column \"%s\" alone predicts the target almost perfectly (%s %.4f): "
				"make sure that it is known before the target is", column->name,
				check->n_classes > 2 ? "balanced accuracy" : check->n_classes > 0 ? "rank AUC" :
				"squared rank correlation", strength);
	return ML_OK;
}

MlStatus
ml_warn_leaks(MlEnv *env, const MlTable *table, const MlTarget *target,
			  const int *chosen, int n_chosen, const uint32_t *rows, int64_t n_rows)
{
	LeakCheck	check;
	int			i;

	if (n_rows < LEAST_ROWS)
		return ML_OK;
	memset(&check, 0, sizeof(check));
	check.env = env;
	check.n_classes = target->n_classes;
	ML_TRY(begin_check(&check, target, rows, n_rows));
	if (enough_rows(&check))
	{
		if (check.n_classes == 0)
			ML_TRY(make_ranks(&check, check.y, check.y_rank));
		for (i = 0; i < n_chosen; i++)
		{
			ML_TRY(ml_check_stop(env));
			ML_TRY(ml_table_pin(table, chosen[i]));
			ML_TRY(check_column(&check, &table->columns[chosen[i]]));
			ml_table_unpin(table, chosen[i]);
		}
	}
	end_check(&check);
	return ML_OK;
}
