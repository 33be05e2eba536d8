/*
 * data/relation.h
 *		A table, view or other relation as a source.
 */
#ifndef MLOPS_DATA_RELATION_H
#define MLOPS_DATA_RELATION_H

#include "postgres.h"

#include "data/source.h"

/*
 * True when the text is a relation's name as the caller's search_path sees it;
 * the relation is then locked. A text that can be nothing but a name, and
 * names nothing, is error 42P01 with the search_path in the hint.
 */
extern bool mlops_relation_lookup(const char *text, Oid *relation);

/* Fill in columns with their facts, the qualified name, and `temporary`. */
extern void mlops_relation_describe(MlopsSource *source);

/* SELECT of the wanted columns. */
extern char *mlops_relation_query(const MlopsSource *source, const int *wanted, int n_wanted);

/* "search_path is ..." as a whole sentence. */
extern const char *mlops_search_path_text(void);

#endif							/* MLOPS_DATA_RELATION_H */
