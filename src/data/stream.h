/*
 * data/stream.h
 *		Rows of a source as inputs of a model, a block at a time.
 *
 * For whatever looks at a row once and forgets it. Values go through the same
 * converters and encoders as those of single rows, so that a table scores as
 * its rows do, to the bit; memory does not grow with the rows.
 */
#ifndef MLOPS_DATA_STREAM_H
#define MLOPS_DATA_STREAM_H

#include "postgres.h"

#include "artifact/model.h"
#include "data/source.h"

typedef struct MlopsBlock
{
	int			n_rows;
	const double *inputs;		/* (n_rows, n_inputs) */
	const int32_t *group;		/* (n_rows), or NULL when the model has no groups */
	char	  **key;			/* (n_rows) as text, NULL where it is; or NULL: there is no key */
} MlopsBlock;

/* Called in a memory context that is reset behind it. */
typedef void (*MlopsBlockTaker) (void *state, const MlopsBlock *block);

/*
 * Reads the source and hands out all of its rows. key: index of a column of
 * the source, or -1. Error 42703 naming a feature that the source does not
 * have, 42804 one that cannot be converted; errors of reading as those of
 * mlops_source_read().
 */
extern void mlops_source_stream(MlopsSource *source, const MlModel *model, int key, MlEnv *env,
								MlopsBlockTaker take, void *state);

#endif							/* MLOPS_DATA_STREAM_H */
