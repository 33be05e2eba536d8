/*
 * catalog/similar.h
 *		The few names that are most like a mistyped one, for hints.
 */
#ifndef MLOPS_CATALOG_SIMILAR_H
#define MLOPS_CATALOG_SIMILAR_H

#include "postgres.h"

#define MLOPS_MAX_SIMILAR 3

typedef struct MlopsSimilar
{
	const char *name;
	int			limit;			/* edits up to which a name counts as similar */
	int			count;
	const char *names[MLOPS_MAX_SIMILAR];	/* nearest first */
	int			distances[MLOPS_MAX_SIMILAR];
} MlopsSimilar;

extern void mlops_similar_begin(MlopsSimilar *similar, const char *name);

/* Consider a name; the pointer is kept. */
extern void mlops_similar_add(MlopsSimilar *similar, const char *candidate);

/* '"a", "b"', palloc'd; NULL when nothing is similar. */
extern char *mlops_similar_list(const MlopsSimilar *similar);

#endif							/* MLOPS_CATALOG_SIMILAR_H */
