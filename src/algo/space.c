/*
 * algo/space.c
 *		Rows as points. See space.h.
 */
#include "algo/space.h"

#include <math.h>
#include <string.h>

static MlStatus
too_many(MlEnv *env, const MlSpace *space, int64_t total)
{
	const MlSignature *signature = space->signature;
	int			widest = 0;
	int			i;

	/* only categories have several */
	for (i = 1; i < signature->n_inputs; i++)
	{
		if (space->inputs[i].n > space->inputs[widest].n)
			widest = i;
	}
	ml_fail(env, ML_LIMIT, "the features give %lld coordinates, more than %d", (long long) total,
			ML_MAX_COORDINATES);
	ml_detail(env, "Column \"%s\" alone gives %d.",
			  signature->features[signature->inputs[widest].feature].name, space->inputs[widest].n);
	ml_hint(env, "Exclude columns with many categories.");
	return ML_LIMIT;
}

static double
usable_scale(double sd)
{
	double		scale = 1.0 / sd;

	return sd > 0.0 && isfinite(sd) && isfinite(scale) ? scale : 0.0;
}

static void
place_number(const MlSpace *space, const MlInput *input, MlSpaceInput *slots)
{
	slots->n = 1;
	slots->shift = space->centred ? input->mean : 0.0;
	slots->scale = space->standardised ? usable_scale(input->sd) : 1.0;
	slots->missing = (input->mean - slots->shift) * slots->scale;
}

static void
place_category(const MlInput *input, MlSpaceInput *slots)
{
	slots->n = input->n_levels;
	slots->other = input->has_other ? slots->n++ : -1;
	slots->absent = input->has_missing ? slots->n++ : -1;
	if (slots->absent < 0)
		slots->absent = slots->n > 0 ? input->mode : -1;
	if (!input->has_other)
		slots->other = slots->absent;
}

MlStatus
ml_space_make(MlEnv *env, const MlSignature *signature, bool standardised, bool centred,
			  MlSpace *space)
{
	int64_t		total = 0;
	int			i;

	memset(space, 0, sizeof(*space));
	space->signature = signature;
	space->standardised = standardised;
	space->centred = centred;
	space->inputs = ml_allocate(env, (size_t) signature->n_inputs + 1, sizeof(MlSpaceInput));
	if (space->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < signature->n_inputs; i++)
	{
		MlSpaceInput *slots = &space->inputs[i];

		slots->first = total <= ML_MAX_COORDINATES ? (int) total : 0;
		if (signature->inputs[i].category)
			place_category(&signature->inputs[i], slots);
		else
			place_number(space, &signature->inputs[i], slots);
		total += slots->n;
	}
	if (total > ML_MAX_COORDINATES)
		return too_many(env, space, total);
	space->n = (int) total;
	return ML_OK;
}

static void
load_category(const MlSpaceInput *slots, const MlInput *input, const uint16_t *code,
			  const uint32_t *rows, int n_rows, size_t stride, double *points)
{
	int			i;

	for (i = 0; i < n_rows; i++, points += stride)
	{
		uint16_t	level = code[rows[i]];
		int			place = ml_space_place(slots, input, level == ML_CODE_MISSING ? NAN : level);

		memset(points, 0, (size_t) slots->n * sizeof(double));
		if (place >= 0)
			points[place] = 1.0;
	}
}

void
ml_space_load(const MlSpace *space, const MlFrame *frame, const uint32_t *rows, int n_rows,
			  double *points)
{
	size_t		stride = (size_t) space->n;
	int			k;
	int			i;

	for (k = 0; k < space->signature->n_inputs; k++)
	{
		const MlSpaceInput *slots = &space->inputs[k];
		double	   *at = points + slots->first;

		if (space->signature->inputs[k].category)
			load_category(slots, &space->signature->inputs[k], frame->columns[k].code, rows, n_rows,
						  stride, at);
		else
		{
			const double *number = frame->columns[k].number;

			for (i = 0; i < n_rows; i++)
				at[(size_t) i * stride] = ml_space_number(slots, number[rows[i]]);
		}
	}
}

double
ml_space_value(const MlSpace *space, int coordinate, double position)
{
	const MlSpaceInput *slots;
	int			input;
	int			level;

	ml_space_name(space, coordinate, &input, &level);
	slots = &space->inputs[input];
	if (level >= 0)
		return position;
	return slots->scale > 0 ? slots->shift + position / slots->scale : slots->shift;
}

void
ml_space_name(const MlSpace *space, int coordinate, int *input, int *level)
{
	const MlSignature *signature = space->signature;
	const MlSpaceInput *slots;
	int			i = 0;
	int			place;

	while (coordinate >= space->inputs[i].first + space->inputs[i].n)
		i++;
	*input = i;
	*level = -1;
	if (!signature->inputs[i].category)
		return;
	slots = &space->inputs[i];
	place = coordinate - slots->first;
	if (place < signature->inputs[i].n_levels)
		*level = place;
	else if (signature->inputs[i].has_other && place == slots->other)
		*level = signature->inputs[i].n_levels;
	else
		*level = signature->inputs[i].n_levels + 1;
}
