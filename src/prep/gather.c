/*
 * prep/gather.c
 *		Rows of a frame put into another order, and parts of what that gives.
 */
#include "prep/gather.h"

#include <string.h>

#include "prep/slice.h"

static size_t
input_width(const MlInput *input)
{
	return input->category ? sizeof(uint16_t) : sizeof(double);
}

size_t
ml_gathered_row_bytes(const MlSignature *signature)
{
	size_t		bytes = 0;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
		bytes += input_width(&signature->inputs[i]);
	return bytes;
}

static MlStatus
begin_columns(MlEnv *env, const MlFrame *frame, int64_t n_rows, MlFrame *gathered)
{
	int			i;

	memset(gathered, 0, sizeof(*gathered));
	gathered->signature = frame->signature;
	gathered->n_rows = n_rows;
	gathered->n_inputs = frame->n_inputs;
	gathered->columns = ml_allocate(env, (size_t) frame->n_inputs, sizeof(MlInputColumn));
	if (gathered->columns == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < frame->n_inputs; i++)
	{
		const MlInput *input = &frame->signature->inputs[i];
		void	   *column = ml_resize(env, NULL, (size_t) n_rows + 1, input_width(input));

		if (column == NULL)
			return ML_OUT_OF_MEMORY;
		if (input->category)
			gathered->columns[i].code = column;
		else
			gathered->columns[i].number = column;
	}
	return ML_OK;
}

/* The rows of a slice to their places. */
static void
scatter(const MlSlice *slice, int64_t n, const uint32_t *place, MlFrame *gathered)
{
	int			i;
	int64_t		k;

	for (i = 0; i < gathered->n_inputs; i++)
	{
		const MlInputColumn *from = &slice->part.columns[i];
		uint16_t   *code = (uint16_t *) gathered->columns[i].code;
		double	   *number = (double *) gathered->columns[i].number;

		if (code != NULL)
		{
			for (k = 0; k < n; k++)
				code[place[k]] = from->code[slice->rows[k]];
			continue;
		}
		for (k = 0; k < n; k++)
			number[place[k]] = from->number[slice->rows[k]];
	}
}

MlStatus
ml_frame_gather(MlEnv *env, const MlFrame *frame, const uint32_t *rows, const uint32_t *place,
				int64_t n_rows, MlFrame *gathered)
{
	MlSlice		slice;
	int64_t		at;
	int64_t		taken;

	ML_TRY(begin_columns(env, frame, n_rows, gathered));
	ML_TRY(ml_slice_begin(env, frame, &slice));
	for (at = 0; at < n_rows; at += taken)
	{
		ML_TRY(ml_slice_take(&slice, rows, at, n_rows, &taken));
		scatter(&slice, taken, place + at, gathered);
	}
	ml_slice_end(&slice);
	return ML_OK;
}

void
ml_gathered_end(MlEnv *env, MlFrame *gathered)
{
	int			i;

	for (i = 0; i < gathered->n_inputs; i++)
	{
		ml_release(env, (void *) gathered->columns[i].number);
		ml_release(env, (void *) gathered->columns[i].code);
	}
	ml_release(env, gathered->columns);
	memset(gathered, 0, sizeof(*gathered));
}

void
ml_gathered_part(const MlFrame *gathered, int64_t first, int64_t n_rows, MlInputColumn *columns,
				 MlFrame *part)
{
	int			i;

	*part = *gathered;
	part->n_rows = n_rows;
	part->columns = columns;
	for (i = 0; i < gathered->n_inputs; i++)
	{
		columns[i] = gathered->columns[i];
		if (columns[i].code != NULL)
			columns[i].code += first;
		else
			columns[i].number += first;
	}
}
