/*
 * frame.c
 *		Signature, frame and target from a CSV of numbers.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void *
frame_allocate(MlEnv *env, size_t count, size_t size)
{
	void	   *block = ml_allocate(env, count, size);

	if (block == NULL)
	{
		fprintf(stderr, "frame.c: out of memory\n");
		abort();
	}
	return block;
}

static double *
copy_column(MlEnv *env, const UnitFrame *frame, int column, int n_rows)
{
	double	   *values = frame_allocate(env, (size_t) n_rows + 1, sizeof(double));
	int			row;

	for (row = 0; row < n_rows; row++)
		values[row] = frame->cells[(size_t) row * (size_t) frame->n_cells + (size_t) column];
	return values;
}

static void
learn_number(MlInput *input, const double *values, int n_rows)
{
	long double sum = 0;
	long double squares = 0;
	int			present = 0;
	int			row;

	for (row = 0; row < n_rows; row++)
	{
		if (isnan(values[row]))
			input->has_missing = true;
		else
		{
			sum += values[row];
			present++;
		}
	}
	input->mean = present > 0 ? (double) (sum / present) : 0.0;
	for (row = 0; row < n_rows; row++)
	{
		if (!isnan(values[row]))
			squares += (values[row] - input->mean) * (long double) (values[row] - input->mean);
	}
	input->sd = present > 0 && squares > 0 ? sqrt((double) (squares / present)) : 1.0;
}

static void
name_levels(MlEnv *env, MlFeature *feature, int n_levels)
{
	int			level;

	feature->n_levels = n_levels;
	feature->level = frame_allocate(env, (size_t) n_levels + 1, sizeof(char *));
	feature->level_length = frame_allocate(env, (size_t) n_levels + 1, sizeof(uint32_t));
	for (level = 0; level < n_levels; level++)
	{
		char		text[16];

		snprintf(text, sizeof(text), "%d", level);
		feature->level[level] = ml_copy_text(env, text, strlen(text));
		feature->level_length[level] = (uint32_t) strlen(text);
	}
}

static uint16_t *
learn_category(MlEnv *env, MlInput *input, MlFeature *feature, const double *values, int n_rows,
			   bool other)
{
	uint16_t   *code = frame_allocate(env, (size_t) n_rows + 1, sizeof(uint16_t));
	int			count[ML_MAX_LEVELS + 2] = {0};
	int			row;
	int			level;

	input->category = true;
	for (row = 0; row < n_rows; row++)
	{
		code[row] = isnan(values[row]) ? ML_CODE_MISSING : (uint16_t) values[row];
		if (code[row] == ML_CODE_MISSING)
			input->has_missing = true;
		else
		{
			count[code[row]]++;
			if (code[row] >= input->n_levels)
				input->n_levels = code[row] + 1;
		}
	}
	if (other)
	{
		input->n_levels--;
		input->has_other = true;
	}
	for (level = 1; level < input->n_levels; level++)
	{
		if (count[level] > count[input->mode])
			input->mode = level;
	}
	name_levels(env, feature, input->n_levels);
	return code;
}

static void
add_input(MlEnv *env, UnitFrame *frame, char kind, double *values, int n_rows)
{
	int			number = frame->signature.n_inputs++;
	MlInput    *input = &frame->signature.inputs[number];
	MlFeature  *feature = &frame->signature.features[number];
	char		name[2] = {(char) ('a' + number), '\0'};

	frame->signature.n_features++;
	frame->frame.n_inputs++;
	feature->name = ml_copy_text(env, name, 1);
	feature->type = kind == 'n' ? ML_DOUBLE : ML_TEXT;
	feature->first_input = number;
	feature->n_inputs = 1;
	input->feature = number;
	input->part = ML_PART_VALUE;
	if (kind == 'n')
	{
		learn_number(input, values, n_rows);
		frame->frame.columns[number].number = values;
	}
	else
		frame->frame.columns[number].code = learn_category(env, input, feature, values, n_rows,
														   kind == 'o');
}

void
unit_frame_of(MlEnv *env, double *cells, int n_rows, const char *kinds, UnitFrame *frame)
{
	int			column;

	memset(frame, 0, sizeof(*frame));
	frame->cells = cells;
	frame->n_cells = (int) strlen(kinds);
	frame->frame.n_rows = n_rows;
	frame->signature.features = frame_allocate(env, strlen(kinds), sizeof(MlFeature));
	frame->signature.inputs = frame_allocate(env, strlen(kinds), sizeof(MlInput));
	frame->frame.columns = frame_allocate(env, strlen(kinds), sizeof(MlInputColumn));
	frame->rows = frame_allocate(env, (size_t) n_rows + 1, sizeof(uint32_t));
	for (column = 0; column < n_rows; column++)
		frame->rows[column] = (uint32_t) column;
	for (column = 0; kinds[column] != '\0'; column++)
	{
		double	   *values = copy_column(env, frame, column, n_rows);

		if (kinds[column] == 'y')
			frame->y = values;
		else if (kinds[column] == 'w')
			frame->weight = values;
		else if (kinds[column] != '-')
			add_input(env, frame, kinds[column], values, n_rows);
	}
}

void
unit_frame(MlEnv *env, const char *file, const char *kinds, UnitFrame *frame)
{
	int			n_rows;
	int			n_columns;
	double	   *cells = unit_csv(file, &n_rows, &n_columns);

	if (n_columns != (int) strlen(kinds))
	{
		fprintf(stderr, "%s has %d columns, not %d\n", file, n_columns, (int) strlen(kinds));
		abort();
	}
	unit_frame_of(env, cells, n_rows, kinds, frame);
}

void
unit_fit_input(const UnitFrame *frame, const MlAlgorithm *algorithm, MlTask task,
			   double *parameters, MlFitInput *input)
{
	int			i;

	for (i = 0; i < algorithm->n_parameters; i++)
		parameters[i] = algorithm->parameters[i].initial;
	memset(input, 0, sizeof(*input));
	input->signature = &frame->signature;
	input->frame = &frame->frame;
	input->task = task;
	input->n_classes = task == ML_CLASSIFICATION ? 2 : 0;
	input->y = frame->y;
	input->weight = frame->weight;
	input->rows = frame->rows;
	input->n_rows = frame->frame.n_rows;
	input->parameters = parameters;
}

const MlEffects *
unit_fit_effects(MlEnv *env, const UnitFrame *frame, const MlAlgorithm *algorithm, MlTask task,
				 double l2, MlFitted *fitted)
{
	double		parameters[ML_MAX_PARAMETERS];
	MlFitInput	input;

	unit_fit_input(frame, algorithm, task, parameters, &input);
	parameters[ml_parameter_index(algorithm, "l2")] = l2;
	if (algorithm->fit(env, &input, fitted) != ML_OK)
	{
		unit_ok(false, "fit: %s", env->error.message);
		return NULL;
	}
	return fitted->model;
}

double
unit_predict_effects(const UnitFrame *frame, const void *model, int64_t row)
{
	double		values[64];

	ml_frame_row(&frame->frame, row, values);
	return ml_effects_margin(model, &frame->signature, values);
}
