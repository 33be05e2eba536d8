/*
 * prep/grid.c
 *		Values of a feature to try out in place of those that rows have.
 */
#include "prep/grid.h"

#include <math.h>

#include "math/sort.h"
#include "prep/timeparts.h"

#define MICROSECONDS_PER_DAY 86400e6

/* The distinct numbers among some, ascending; days become microseconds. */
static MlStatus
distinct_values(MlEnv *env, const MlSignature *signature, int input, const double *inputs, int64_t n_rows,
				double **values, int64_t *n_values)
{
	bool		days = signature->inputs[input].part == ML_PART_DAYS;
	double	   *found = ml_allocate(env, (size_t) n_rows + 1, sizeof(double));
	int64_t		n = 0;
	int64_t		kept = 0;
	int64_t		i;

	if (found == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		double		value = inputs[i * signature->n_inputs + input];

		if (!isnan(value))
			found[n++] = days ? rint(value * MICROSECONDS_PER_DAY) : value;
	}
	ML_TRY(ml_sort_f64(env, found, (size_t) n));
	for (i = 0; i < n; i++)
	{
		if (kept == 0 || found[i] != found[kept - 1])
			found[kept++] = found[i];
	}
	*values = found;
	*n_values = kept;
	return ML_OK;
}

static void
add_point(MlGrid *grid, const MlSignature *signature, const MlFeature *feature, MlGridKind kind, double value)
{
	double	   *inputs = grid->inputs + (size_t) grid->n_points * (size_t) feature->n_inputs;
	int			k;

	for (k = 0; k < feature->n_inputs; k++)
	{
		MlPart		part = signature->inputs[feature->first_input + k].part;

		if (kind == ML_GRID_MISSING)
			inputs[k] = NAN;
		else
			inputs[k] = part == ML_PART_VALUE ? value : ml_time_part(value, part);
	}
	grid->points[grid->n_points++] = (MlGridPoint) {kind, value};
}

static void
add_values(MlGrid *grid, const MlSignature *signature, const MlFeature *feature, const double *values,
		   int64_t n_values, int most)
{
	int64_t		n = n_values < most ? n_values : most;
	int64_t		last = -1;
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		int64_t		at = n == 1 ? 0 : (int64_t) rint((double) i * (double) (n_values - 1) / (double) (n - 1));

		if (at != last)
			add_point(grid, signature, feature, ML_GRID_VALUE, values[at]);
		last = at;
	}
}

MlStatus
ml_grid_make(MlEnv *env, const MlSignature *signature, int index, const double *inputs, int64_t n_rows,
			 int most, MlGrid *grid)
{
	const MlFeature *feature = &signature->features[index];
	const MlInput *input = &signature->inputs[feature->first_input];
	size_t		room = (size_t) (input->category ? input->n_levels : most) + 2;
	double	   *values;
	int64_t		n_values;
	int			level;

	grid->n_points = 0;
	grid->points = ml_allocate(env, room, sizeof(MlGridPoint));
	grid->inputs = ml_allocate(env, room, (size_t) feature->n_inputs * sizeof(double));
	if (grid->points == NULL || grid->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	if (!input->category)
	{
		ML_TRY(distinct_values(env, signature, feature->first_input, inputs, n_rows, &values, &n_values));
		add_values(grid, signature, feature, values, n_values, most);
		ml_release(env, values);
	}
	for (level = 0; input->category && level < input->n_levels; level++)
		add_point(grid, signature, feature, ML_GRID_LEVEL, level);
	if (input->category && input->has_other)
		add_point(grid, signature, feature, ML_GRID_OTHER, input->n_levels);
	if (input->has_missing)
		add_point(grid, signature, feature, ML_GRID_MISSING, NAN);
	return ML_OK;
}
