/*
 * prep/frame.c
 *		Values to inputs, for one row and for all rows of a table.
 *
 * Both paths share the functions that make an input from a value, so that a
 * row scored alone and a row scored in a batch agree to the bit.
 */
#include <math.h>
#include <string.h>

#include "prep/timeparts.h"

#define STOP_ROWS		4096

/* The level of a category by binary search, or n_levels: any other. */
static int
find_level(const MlFeature *feature, const char *text, size_t length)
{
	int			low = 0;
	int			high = feature->n_levels;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = ml_compare_bytes(text, length, feature->level[middle],
											 feature->level_length[middle]);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return feature->n_levels;
}

/* A number or a part of a time as an input; every NaN is the same one. */
static double
number_input(double value, MlPart part)
{
	if (part != ML_PART_VALUE)
		return ml_time_part(value, part);
	return isnan(value) ? NAN : value;
}

void
ml_signature_encode(const MlSignature *signature, const MlValue *values, double *inputs)
{
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];
		const MlValue *value = &values[input->feature];

		if (value->missing)
			inputs[i] = NAN;
		else if (input->category)
			inputs[i] =
				find_level(&signature->features[input->feature], value->text, value->length);
		else
			inputs[i] = number_input(value->number, input->part);
	}
}

/* Codes of a category column, through a map from the table's to ours. */
static MlStatus
frame_codes(MlEnv *env, const MlFeature *feature, const MlColumn *column, int64_t n_rows,
            MlInputColumn *result)
{
	const MlDictionary *dictionary = &column->dictionary;
	uint16_t   *level = ml_allocate(env, (size_t) dictionary->n_entries, sizeof(uint16_t));
	uint16_t   *code = ml_allocate(env, (size_t) n_rows, sizeof(uint16_t));
	int32_t		entry;
	int64_t		row;

	if (level == NULL || code == NULL)
		return ML_OUT_OF_MEMORY;
	for (entry = 0; entry < dictionary->n_entries; entry++)
	{
		if (entry % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		level[entry] =
			(uint16_t) find_level(feature, dictionary->text[entry], dictionary->length[entry]);
	}
	for (row = 0; row < n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		code[row] = column->code[row] < 0 ? ML_CODE_MISSING : level[column->code[row]];
	}
	ml_release(env, level);
	result->code = code;
	return ML_OK;
}

static MlStatus
frame_part(MlEnv *env, const MlColumn *column, MlPart part, int64_t n_rows, MlInputColumn *result)
{
	double	   *number = ml_allocate(env, (size_t) n_rows, sizeof(double));
	int64_t		row;

	if (number == NULL)
		return ML_OUT_OF_MEMORY;
	for (row = 0; row < n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		number[row] = number_input(column->number[row], part);
	}
	result->number = number;
	return ML_OK;
}

static MlStatus
find_column(MlEnv *env, const MlFeature *feature, const MlTable *table, const MlColumn **column)
{
	int			index = ml_table_find(table, feature->name);

	if (index < 0)
		return ml_fail(env, ML_INVALID_DATA,
					   "the source has no column \"%s\", which the model needs", feature->name);
	*column = &table->columns[index];
	if (ml_type_kind((*column)->type) != ml_type_kind(feature->type))
	{
		ml_fail(env, ML_INVALID_DATA,
				"column \"%s\" is of type %s, but the model was trained on %s", feature->name,
				ml_type_name((*column)->type), ml_type_name(feature->type));
		ml_hint(env, "Give a query as source that casts the column.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
frame_feature(MlEnv *env, const MlSignature *signature, const MlFeature *feature,
			  const MlTable *table, MlFrame *frame)
{
	const MlColumn *column = NULL;
	int			i;

	ML_TRY(find_column(env, feature, table, &column));
	for (i = feature->first_input; i < feature->first_input + feature->n_inputs; i++)
	{
		MlInputColumn *result = &frame->columns[i];
		MlPart		part = signature->inputs[i].part;

		if (signature->inputs[i].category)
			ML_TRY(frame_codes(env, feature, column, table->n_rows, result));
		else if (part == ML_PART_VALUE)
			result->number = column->number;	/* its NaNs are all NAN already */
		else
			ML_TRY(frame_part(env, column, part, table->n_rows, result));
	}
	return ML_OK;
}

MlStatus
ml_signature_frame(MlEnv *env, const MlSignature *signature, const MlTable *table, MlFrame *frame)
{
	int			i;

	memset(frame, 0, sizeof(*frame));
	frame->columns = ml_allocate(env, (size_t) signature->n_inputs, sizeof(MlInputColumn));
	if (frame->columns == NULL)
		return ML_OUT_OF_MEMORY;
	frame->n_rows = table->n_rows;
	frame->n_inputs = signature->n_inputs;
	for (i = 0; i < signature->n_features; i++)
	{
		ML_TRY(ml_check_stop(env));
		ML_TRY(frame_feature(env, signature, &signature->features[i], table, frame));
	}
	return ML_OK;
}

void
ml_frame_row(const MlFrame *frame, int64_t row, double *inputs)
{
	uint32_t	only = (uint32_t) row;

	ml_frame_rows(frame, &only, 1, inputs);
}

void
ml_frame_rows(const MlFrame *frame, const uint32_t *rows, int n_rows, double *inputs)
{
	size_t		stride = (size_t) frame->n_inputs;
	int			i;
	int			k;

	for (i = 0; i < frame->n_inputs; i++)
	{
		const MlInputColumn *column = &frame->columns[i];
		double	   *into = inputs + i;

		if (column->code == NULL)
		{
			for (k = 0; k < n_rows; k++, into += stride)
				*into = column->number[rows[k]];
			continue;
		}
		for (k = 0; k < n_rows; k++, into += stride)
			*into = column->code[rows[k]] == ML_CODE_MISSING ? NAN : column->code[rows[k]];
	}
}
