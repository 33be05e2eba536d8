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

void
ml_frame_fill_codes(const uint16_t *level, const int32_t *raw, int64_t n, uint16_t *code)
{
	int64_t		i;

	for (i = 0; i < n; i++)
		code[i] = raw[i] < 0 ? ML_CODE_MISSING : level[raw[i]];
}

void
ml_frame_fill_part(const double *raw, MlPart part, int64_t n, double *number)
{
	int64_t		i;

	for (i = 0; i < n; i++)
		number[i] = number_input(raw[i], part);
}

static MlStatus
find_column(MlEnv *env, const MlFeature *feature, const MlTable *table, int *index)
{
	const MlColumn *column;

	*index = ml_table_find(table, feature->name);
	if (*index < 0)
		return ml_fail(env, ML_INVALID_DATA,
					   "the source has no column \"%s\", which the model needs", feature->name);
	column = &table->columns[*index];
	if (ml_type_kind(column->type) != ml_type_kind(feature->type))
	{
		ml_fail(env, ML_INVALID_DATA,
				"column \"%s\" is of type %s, but the model was trained on %s", feature->name,
				ml_type_name(column->type), ml_type_name(feature->type));
		ml_hint(env, "Give a query as source that casts the column.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

/* The level of each category that the table has. */
static MlStatus
map_levels(MlEnv *env, const MlFeature *feature, const MlDictionary *dictionary, uint16_t **level)
{
	int32_t		entry;

	*level = ml_allocate(env, (size_t) dictionary->n_entries, sizeof(uint16_t));
	if (*level == NULL)
		return ML_OUT_OF_MEMORY;
	for (entry = 0; entry < dictionary->n_entries; entry++)
	{
		if (entry % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		(*level)[entry] =
			(uint16_t) find_level(feature, dictionary->text[entry], dictionary->length[entry]);
	}
	return ML_OK;
}

MlStatus
ml_frame_begin(MlEnv *env, const MlSignature *signature, const MlTable *table, MlFrame *frame)
{
	size_t		n_features = (size_t) signature->n_features;
	int			i;

	memset(frame, 0, sizeof(*frame));
	frame->env = env;
	frame->signature = signature;
	frame->table = table;
	frame->n_rows = table->n_rows;
	frame->n_inputs = signature->n_inputs;
	frame->columns = ml_allocate(env, (size_t) signature->n_inputs, sizeof(MlInputColumn));
	frame->source = ml_allocate(env, n_features, sizeof(int));
	frame->level = ml_allocate(env, n_features, sizeof(uint16_t *));
	if (frame->columns == NULL || frame->source == NULL || frame->level == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];

		ML_TRY(find_column(env, feature, table, &frame->source[i]));
		if (ml_type_kind(feature->type) == ML_KIND_CATEGORY)
			ML_TRY(map_levels(env, feature, &table->columns[frame->source[i]].dictionary,
							  &frame->level[i]));
	}
	return ML_OK;
}

/* An input's own array from that of its column, which is pinned. */
static MlStatus
fill_column(const MlFrame *frame, const MlInput *input, const MlColumn *source,
			MlInputColumn *column)
{
	size_t		width = input->category ? sizeof(uint16_t) : sizeof(double);
	void	   *filled = ml_resize(frame->env, NULL, (size_t) frame->n_rows, width);
	int64_t		first;

	if (filled == NULL)
		return ML_OUT_OF_MEMORY;
	for (first = 0; first < frame->n_rows; first += STOP_ROWS)
	{
		int64_t		n = frame->n_rows - first < STOP_ROWS ? frame->n_rows - first : STOP_ROWS;

		ML_TRY(ml_check_stop(frame->env));
		if (input->category)
			ml_frame_fill_codes(frame->level[input->feature], source->code + first, n,
								(uint16_t *) filled + first);
		else
			ml_frame_fill_part(source->number + first, input->part, n, (double *) filled + first);
	}
	if (input->category)
		column->code = filled;
	else
		column->number = filled;
	return ML_OK;
}

/* True when the input is its column: no array of its own. */
static bool
is_column(const MlInput *input)
{
	return !input->category && input->part == ML_PART_VALUE;
}

MlStatus
ml_frame_pin(const MlFrame *frame, int index)
{
	MlInputColumn *column = &frame->columns[index];
	const MlInput *input;
	int			source;

	if (frame->table == NULL)
		return ML_OK;
	if (column->n_pins == 0)
	{
		input = &frame->signature->inputs[index];
		source = frame->source[input->feature];
		ML_TRY(ml_table_pin(frame->table, source));
		if (is_column(input))
			column->number = frame->table->columns[source].number;
		else
		{
			ML_TRY(fill_column(frame, input, &frame->table->columns[source], column));
			ml_table_unpin(frame->table, source);
		}
	}
	column->n_pins++;
	return ML_OK;
}

void
ml_frame_unpin(const MlFrame *frame, int index)
{
	MlInputColumn *column = &frame->columns[index];
	const MlInput *input;

	if (frame->table == NULL || --column->n_pins > 0)
		return;
	input = &frame->signature->inputs[index];
	if (is_column(input))
		ml_table_unpin(frame->table, frame->source[input->feature]);
	else
	{
		ml_release(frame->env, (void *) column->number);
		ml_release(frame->env, (void *) column->code);
	}
	column->number = NULL;
	column->code = NULL;
}

MlStatus
ml_frame_pin_all(const MlFrame *frame)
{
	int			i;

	for (i = 0; i < frame->n_inputs; i++)
		ML_TRY(ml_frame_pin(frame, i));
	return ML_OK;
}

void
ml_frame_end(MlFrame *frame)
{
	int			i;

	for (i = 0; i < frame->n_inputs; i++)
	{
		if (frame->columns[i].n_pins == 0)
			continue;
		frame->columns[i].n_pins = 1;
		ml_frame_unpin(frame, i);
	}
	for (i = 0; i < frame->signature->n_features; i++)
		ml_release(frame->env, frame->level[i]);
	ml_release(frame->env, frame->level);
	ml_release(frame->env, frame->source);
	ml_release(frame->env, frame->columns);
	memset(frame, 0, sizeof(*frame));
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
