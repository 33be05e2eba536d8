/*
 * prep/slice.c
 *		Neighbouring rows of a frame with all of their inputs.
 *
 * Numbers of a table in memory are pointed to; all else (what stands in the
 * file, levels of categories, parts of times) is copied into room for some
 * thousand rows.
 */
#include <string.h>

#include "prep/slice.h"

#define SLICE_BYTES		(4 * 1024 * 1024)	/* of all inputs together */
#define LEAST_ROWS		256
#define MOST_ROWS		65536

/* The column of an input as far as it is in memory, or NULL. */
static const double *
numbers_at_hand(const MlFrame *frame, int index)
{
	const MlInput *input;

	if (frame->columns[index].number != NULL || frame->table == NULL)
		return frame->columns[index].number;
	input = &frame->signature->inputs[index];
	if (input->category || input->part != ML_PART_VALUE)
		return NULL;
	return frame->table->columns[frame->source[input->feature]].number;
}

static bool
is_at_hand(const MlFrame *frame, int index)
{
	return frame->columns[index].code != NULL || numbers_at_hand(frame, index) != NULL;
}

static int64_t
rows_of_slice(const MlFrame *frame)
{
	int64_t		rows = SLICE_BYTES / (int64_t) sizeof(double) / (frame->n_inputs + 1);

	if (rows > MOST_ROWS)
		rows = MOST_ROWS;
	if (rows < LEAST_ROWS)
		rows = LEAST_ROWS;
	return rows < frame->n_rows ? rows : frame->n_rows;
}

MlStatus
ml_slice_begin(MlEnv *env, const MlFrame *frame, MlSlice *slice)
{
	size_t		capacity = (size_t) rows_of_slice(frame);
	int			i;

	memset(slice, 0, sizeof(*slice));
	slice->env = env;
	slice->frame = frame;
	slice->direct = true;
	slice->capacity = (int64_t) capacity;
	slice->part.n_inputs = frame->n_inputs;
	slice->part.columns = ml_allocate(env, (size_t) frame->n_inputs, sizeof(MlInputColumn));
	slice->room = ml_allocate(env, (size_t) frame->n_inputs, sizeof(void *));
	slice->numbers = ml_allocate(env, capacity, sizeof(uint32_t));
	slice->raw = ml_allocate(env, capacity, sizeof(double));
	if (slice->part.columns == NULL || slice->room == NULL || slice->numbers == NULL ||
		slice->raw == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < frame->n_inputs; i++)
	{
		if (is_at_hand(frame, i))
			continue;
		slice->direct = false;
		slice->room[i] = ml_allocate(env, capacity, sizeof(double));
		if (slice->room[i] == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ML_OK;
}

void
ml_slice_end(MlSlice *slice)
{
	int			i;

	for (i = 0; i < slice->part.n_inputs; i++)
		ml_release(slice->env, slice->room[i]);
	ml_release(slice->env, slice->room);
	ml_release(slice->env, slice->raw);
	ml_release(slice->env, slice->numbers);
	ml_release(slice->env, slice->part.columns);
}

/* An input that has to be made or read, into its room. */
static MlStatus
make_input(MlSlice *slice, int index, int64_t first, int64_t n_rows)
{
	const MlFrame *frame = slice->frame;
	const MlInput *input = &frame->signature->inputs[index];
	int			source = frame->source[input->feature];
	bool		whole = !input->category && input->part == ML_PART_VALUE;
	void	   *room = slice->room[index];

	/* the parts of a time come one after the other and share what was read */
	if (whole || slice->raw_source != source)
		ML_TRY(ml_table_read(frame->table, source, first, n_rows, whole ? room : slice->raw));
	if (!whole)
		slice->raw_source = source;
	if (input->category)
	{
		ml_frame_fill_codes(frame->level[input->feature], slice->raw, n_rows, room);
		slice->part.columns[index].code = room;
		return ML_OK;
	}
	if (!whole)
		ml_frame_fill_part(slice->raw, input->part, n_rows, room);
	slice->part.columns[index].number = room;
	return ML_OK;
}

static MlStatus
load(MlSlice *slice, int64_t first, int64_t n_rows)
{
	const MlFrame *frame = slice->frame;
	int			i;

	ML_TRY(ml_check_stop(slice->env));
	slice->part.n_rows = n_rows;
	slice->raw_source = -1;
	for (i = 0; i < frame->n_inputs; i++)
	{
		if (slice->room[i] != NULL)
			ML_TRY(make_input(slice, i, first, n_rows));
		else if (frame->columns[i].code != NULL)
			slice->part.columns[i].code = frame->columns[i].code + first;
		else
			slice->part.columns[i].number = numbers_at_hand(frame, i) + first;
	}
	return ML_OK;
}

MlStatus
ml_slice_take(MlSlice *slice, const uint32_t *rows, int64_t at, int64_t n_rows, int64_t *taken)
{
	int64_t		first = rows == NULL ? at : rows[at];
	int64_t		last = first;
	int64_t		n = 0;

	if (slice->direct && rows != NULL)
	{
		slice->rows = rows + at;
		*taken = n_rows - at;
		return load(slice, 0, slice->frame->n_rows);
	}
	while (n < slice->capacity && at + n < n_rows)
	{
		int64_t		row = rows == NULL ? at + n : rows[at + n];

		if (row < first || row >= first + slice->capacity)
			break;
		if (row > last)
			last = row;
		slice->numbers[n++] = (uint32_t) (row - first);
	}
	slice->rows = slice->numbers;
	*taken = n;
	return load(slice, first, last - first + 1);
}
