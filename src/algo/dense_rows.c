/*
 * algo/dense_rows.c
 *		The rows of a fit as dense columns [1, slots, y] times sqrt(weight).
 *
 * A block is filled from several slices where one has not all of its rows, so
 * that rounding does not depend on where rows are.
 */
#include "algo/dense_rows.h"

#include <math.h>
#include <string.h>

#include "math/sum.h"

MlStatus
ml_dense_rows_begin(MlEnv *env, const MlFitInput *input, const MlDesign *design, int capacity,
					MlDenseRows *rows)
{
	memset(rows, 0, sizeof(*rows));
	rows->env = env;
	rows->input = input;
	rows->design = design;
	rows->intercept = true;
	rows->offset = -1;
	rows->capacity = capacity;
	rows->root = ml_allocate(env, (size_t) capacity, sizeof(double));
	if (rows->root == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_slice_begin(env, input->frame, &rows->slice);
}

void
ml_dense_rows_end(MlDenseRows *rows)
{
	ml_slice_end(&rows->slice);
	ml_release(rows->env, rows->root);
}

/* More rows into the slice when those in it are used up; *n: of the next n_rows so many are there. */
static MlStatus
take(MlDenseRows *rows, const uint32_t *list, int64_t count, int64_t start, int64_t n_rows, int *n)
{
	if (start == 0)
		rows->used = rows->taken = 0;
	if (rows->used == rows->taken)
	{
		ML_TRY(ml_slice_take(&rows->slice, list, start, count, &rows->taken));
		rows->used = 0;
	}
	*n = (int) (rows->taken - rows->used < n_rows ? rows->taken - rows->used : n_rows);
	return ML_OK;
}

/* What y is lessened by; a missing offset counts as the mean, as any number does. */
static inline double
offset_at(const MlDenseRows *rows, int64_t at)
{
	double		value;

	if (rows->offset < 0)
		return 0.0;
	value = rows->slice.part.columns[rows->offset].number[rows->slice.rows[at]];
	return isnan(value) ? rows->design->signature->inputs[rows->offset].mean : value;
}

/* Roots of the weights, and y, of the rows in list; the slice is at `used`. */
static void
load_target(MlDenseRows *rows, const uint32_t *list, int n, double *root, double *y, double *weight)
{
	const MlFitInput *input = rows->input;
	int			i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = list[i];
		double		own = input->weight != NULL ? input->weight[row] : 1.0;

		*weight += own;
		root[i] = input->weight != NULL ? sqrt(own) : 1.0;
		y[i] = root[i] * (input->y[row] - offset_at(rows, rows->used + i) - rows->shift);
	}
}

MlStatus
ml_dense_rows_load(MlDenseRows *rows, const uint32_t *list, int64_t count, int64_t start, int n_rows,
				   double *into, int stride, double *weight)
{
	const MlDesign *design = rows->design;
	double	   *y = into + (size_t) stride * ((size_t) design->n_slots + 1);
	int			at;
	int			n;

	*weight = 0.0;
	for (at = 0; at < n_rows; at += n)
	{
		ML_TRY(ml_check_stop(rows->env));
		ML_TRY(take(rows, list, count, start + at, n_rows - at, &n));
		load_target(rows, list + start + at, n, rows->root + at, y + at, weight);
		ml_design_spread(design, &rows->slice.part, rows->slice.rows + rows->used, n, rows->root + at,
						 rows->intercept, into + stride + at, stride);
		rows->used += n;
	}
	if (rows->intercept)
		memcpy(into, rows->root, (size_t) n_rows * sizeof(double));
	else
		memset(into, 0, (size_t) n_rows * sizeof(double));
	if (rows->offset >= 0)
		memset(into + (size_t) stride * ((size_t) design->inputs[rows->offset].first_slot + 1), 0,
			   (size_t) n_rows * sizeof(double));
	return ML_OK;
}

MlStatus
ml_dense_rows_mean(MlDenseRows *rows, double *mean)
{
	const MlFitInput *input = rows->input;
	MlExactSum	values;
	MlExactSum	weights;
	int64_t		start;
	int			n;
	int			i;

	ml_sum_begin(&values);
	ml_sum_begin(&weights);
	for (start = 0; start < input->n_rows; start += n)
	{
		/* without an offset no row has to be had */
		n = input->n_rows - start < rows->capacity ? (int) (input->n_rows - start) : rows->capacity;
		ML_TRY(ml_check_stop(rows->env));
		if (rows->offset >= 0)
			ML_TRY(take(rows, input->rows, input->n_rows, start, n, &n));
		for (i = 0; i < n; i++)
		{
			uint32_t	row = input->rows[start + i];
			double		weight = input->weight != NULL ? input->weight[row] : 1.0;

			ml_sum_add(&values, weight * (input->y[row] - offset_at(rows, rows->used + i)));
			ml_sum_add(&weights, weight);
		}
		if (rows->offset >= 0)
			rows->used += n;
	}
	*mean = ml_sum_value(&values) / ml_sum_value(&weights);
	return ML_OK;
}
