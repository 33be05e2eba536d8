/*
 * data/destination.h
 *		A table of predictions, made and filled as the caller.
 */
#ifndef MLOPS_DATA_DESTINATION_H
#define MLOPS_DATA_DESTINATION_H

#include "postgres.h"

#include "data/source.h"

typedef struct MlopsDestination
{
	const char *name;			/* qualified and quoted */
	bool		exists;
	const char *key;			/* column of the source and of the table */
	const char *key_type;		/* qualified */
} MlopsDestination;

/*
 * Looks the name up in the caller's search_path; a table that does not exist
 * will be made, in the schema named or the first one of the path. Error 42809 when it is no table,
 * 42701 when the key is called like a column that will be filled.
 */
extern void mlops_destination_open(const char *name, const MlopsSourceColumn *key, MlopsDestination *destination);

/* What the rows are filled from: a call of mlops_predict_batch() in `schema`. */
typedef struct MlopsFilling
{
	const char *schema;			/* of the extension */
	const char *model;
	int			version;
	const MlopsSource *source;
	bool		only_new;		/* keys that the table does not have yet */
} MlopsFilling;

/*
 * Writes a row for each key; those of the table are replaced, or left out
 * where only_new says so. Returns the number of rows written.
 */
extern int64 mlops_destination_fill(const MlopsDestination *destination, const MlopsFilling *filling);

#endif							/* MLOPS_DATA_DESTINATION_H */
