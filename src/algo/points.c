/*
 * algo/points.c
 *		The points of some rows. See points.h.
 */
#include "algo/points.h"

#include <math.h>
#include <string.h>

/* Squares of more, added up over ML_MAX_COORDINATES, could overflow. */
#define MOST_COORDINATE 1e150

static MlStatus
take_weights(MlPoints *points, const double *weight)
{
	int64_t		i;

	points->weight = ml_allocate(points->env, (size_t) points->n_rows + 1, sizeof(double));
	if (points->weight == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < points->n_rows; i++)
		points->weight[i] = weight[points->rows[i]];
	return ML_OK;
}

MlStatus
ml_points_make(MlEnv *env, const MlSpace *space, const MlFrame *frame, const uint32_t *rows,
			   int64_t n_rows, const double *weight, MlPoints *points)
{
	memset(points, 0, sizeof(*points));
	points->env = env;
	points->space = space;
	points->n = space->n;
	points->rows = rows;
	points->n_rows = n_rows;
	ML_TRY(ml_slice_begin(env, frame, &points->slice));
	points->block = ml_allocate(env, ML_POINTS_BLOCK, ((size_t) space->n + 1) * sizeof(double));
	if (points->block == NULL)
		return ML_OUT_OF_MEMORY;
	if (weight != NULL)
		ML_TRY(take_weights(points, weight));
	return ML_OK;
}

MlStatus
ml_points_keep(MlPoints *points)
{
	double	   *matrix = ml_resize(points->env, NULL, (size_t) points->n_rows + 1,
								   (size_t) points->n * sizeof(double));
	MlPointBlock block;

	if (matrix == NULL)
	{
		/* nothing is lost but time */
		memset(&points->env->error, 0, sizeof(points->env->error));
		return ML_OK;
	}
	ml_points_rewind(points);
	for (;;)
	{
		ML_TRY(ml_points_next(points, &block));
		if (block.n_rows == 0)
			break;
		memcpy(matrix + (size_t) block.first * (size_t) points->n, block.points,
			   (size_t) block.n_rows * (size_t) points->n * sizeof(double));
	}
	points->matrix = matrix;
	return ML_OK;
}

void
ml_points_end(MlPoints *points)
{
	ml_release(points->env, points->matrix);
	ml_release(points->env, points->weight);
	if (points->space == NULL)
		return;
	ml_release(points->env, points->block);
	ml_slice_end(&points->slice);
}

void
ml_points_rewind(MlPoints *points)
{
	points->at = 0;
	points->taken = 0;
	points->used = 0;
}

static MlStatus
refuse_large(MlPoints *points, int coordinate)
{
	const MlSignature *signature = points->space->signature;
	int			input;
	int			level;

	ml_space_name(points->space, coordinate, &input, &level);
	ml_fail(points->env, ML_INVALID_DATA, "column \"%s\" has values that are too large to measure distances",
			signature->features[signature->inputs[input].feature].name);
	ml_hint(points->env, "Scale the column down, or leave standardise on.");
	return ML_INVALID_DATA;
}

/* The next rows of the slice into the block. */
static MlStatus
load_block(MlPoints *points, int n_rows)
{
	size_t		count = (size_t) n_rows * (size_t) points->n;
	size_t		i;

	ml_space_load(points->space, &points->slice.part, points->slice.rows + points->used, n_rows,
				  points->block);
	for (i = 0; i < count; i++)
	{
		if (!(fabs(points->block[i]) <= MOST_COORDINATE))
			return refuse_large(points, (int) (i % (size_t) points->n));
	}
	return ML_OK;
}

MlStatus
ml_points_next(MlPoints *points, MlPointBlock *block)
{
	int64_t		left = points->n_rows - points->at;

	ML_TRY(ml_check_stop(points->env));
	block->first = points->at;
	block->n_rows = left < ML_POINTS_BLOCK ? (int) left : ML_POINTS_BLOCK;
	block->weight = points->weight == NULL ? NULL : points->weight + points->at;
	if (block->n_rows == 0)
		return ML_OK;
	if (points->matrix != NULL)
		block->points = points->matrix + (size_t) points->at * (size_t) points->n;
	else
	{
		if (points->used == points->taken)
		{
			ML_TRY(ml_slice_take(&points->slice, points->rows, points->at, points->n_rows,
								 &points->taken));
			points->used = 0;
		}
		if (points->taken - points->used < block->n_rows)
			block->n_rows = (int) (points->taken - points->used);
		ML_TRY(load_block(points, block->n_rows));
		points->used += block->n_rows;
		block->points = points->block;
	}
	points->at += block->n_rows;
	return ML_OK;
}

MlStatus
ml_points_most(MlPoints *points, double *most)
{
	MlPointBlock block;
	int			i;
	int			j;

	memset(most, 0, (size_t) points->n * sizeof(double));
	ml_points_rewind(points);
	for (;;)
	{
		ML_TRY(ml_points_next(points, &block));
		if (block.n_rows == 0)
			return ML_OK;
		for (i = 0; i < block.n_rows; i++)
		{
			const double *point = block.points + (size_t) i * (size_t) points->n;
			double		weight = block.weight == NULL ? 1.0 : block.weight[i];

			for (j = 0; j < points->n; j++)
			{
				double		size = fabs(weight * point[j]);

				most[j] = size > most[j] ? size : most[j];
			}
		}
	}
}

MlStatus
ml_points_take(MlPoints *points, const uint32_t *chosen, const uint32_t *place, int64_t n_chosen,
			   MlPoints *taken)
{
	size_t		bytes = (size_t) points->n * sizeof(double);
	MlPointBlock block;
	int64_t		i = 0;

	memset(taken, 0, sizeof(*taken));
	taken->env = points->env;
	taken->n = points->n;
	taken->n_rows = n_chosen;
	taken->matrix = ml_allocate(points->env, (size_t) n_chosen + 1, bytes);
	if (points->weight != NULL)
		taken->weight = ml_allocate(points->env, (size_t) n_chosen + 1, sizeof(double));
	if (taken->matrix == NULL || (points->weight != NULL && taken->weight == NULL))
		return ML_OUT_OF_MEMORY;
	ml_points_rewind(points);
	while (i < n_chosen)
	{
		ML_TRY(ml_points_next(points, &block));
		for (; i < n_chosen && chosen[i] < block.first + block.n_rows; i++)
		{
			size_t		from = (size_t) (chosen[i] - block.first);

			memcpy(taken->matrix + (size_t) place[i] * (size_t) points->n,
				   block.points + from * (size_t) points->n, bytes);
			if (taken->weight != NULL)
				taken->weight[place[i]] = block.weight[from];
		}
	}
	return ML_OK;
}
