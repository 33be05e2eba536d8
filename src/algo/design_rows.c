/*
 * algo/design_rows.c
 *		All rows to fit on, block by block. See design_rows.h.
 */
#include "algo/design_rows.h"

#include <string.h>

MlStatus
ml_design_rows_begin(MlEnv *env, const MlDesign *design, const MlFrame *frame, const uint32_t *rows,
					 int64_t n_rows, int capacity, MlDesignRows *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->env = env;
	stream->design = design;
	stream->all = rows;
	stream->n_all = n_rows;
	ML_TRY(ml_design_block_make(env, design, capacity, &stream->block));
	return ml_slice_begin(env, frame, &stream->slice);
}

void
ml_design_rows_rewind(MlDesignRows *stream)
{
	stream->at = 0;
	stream->taken = 0;
	stream->used = 0;
}

MlStatus
ml_design_rows_next(MlDesignRows *stream)
{
	int64_t		left = stream->n_all - stream->at;
	int			wanted = left < stream->block.capacity ? (int) left : stream->block.capacity;
	int			have;
	int			n;

	ML_TRY(ml_check_stop(stream->env));
	stream->rows = stream->all + stream->at;
	stream->block.n_rows = 0;
	for (have = 0; have < wanted; have += n)
	{
		if (stream->used == stream->taken)
		{
			ML_TRY(ml_slice_take(&stream->slice, stream->all, stream->at + have, stream->n_all,
								 &stream->taken));
			stream->used = 0;
		}
		n = stream->taken - stream->used < wanted - have ?
			(int) (stream->taken - stream->used) : wanted - have;
		ml_design_load(stream->design, &stream->slice.part, stream->slice.rows + stream->used, n,
					   have, &stream->block);
		stream->used += n;
	}
	stream->at += wanted;
	return ML_OK;
}

void
ml_design_rows_end(MlDesignRows *stream)
{
	ml_slice_end(&stream->slice);
	ml_release(stream->env, stream->block.dense);
	ml_release(stream->env, stream->block.place);
}
