/*
 * prep/groups.h
 *		Rows told apart by the values of some columns: a group for each
 *		combination that occurs, a missing value being one like others.
 *
 * The columns are features of a signature; those that nothing is learnt from
 * stand at its end and have no inputs. Values compare as features do: numbers
 * by value (0 is -0), categories by their bytes. Groups are in the order of
 * their values, missing last, so they do not depend on the order of rows.
 */
#ifndef ML_PREP_GROUPS_H
#define ML_PREP_GROUPS_H

#include "prep/signature.h"

#define ML_MAX_GROUP_COLUMNS 8
#define ML_MAX_GROUPS 10000

typedef struct MlGroupColumn
{
	int			feature;		/* of the signature: a number or a category */
	int			n_values;
	const double *number;		/* (n_values) ascending; numbers, else NULL */
	const char **text;			/* (n_values) ascending in byte order, terminated; categories */
	uint32_t   *length;
} MlGroupColumn;

typedef struct MlGroups
{
	int			n_columns;		/* 0: rows are not told apart */
	MlGroupColumn *columns;
	int			n_groups;
	int32_t    *place;			/* (n_groups, n_columns) ascending: value, or n_values for missing */
} MlGroups;

/*
 * The groups of some rows of a table, whose columns features[] of the
 * signature name. More than ML_MAX_GROUPS of them, and columns of times:
 * ML_INVALID_DATA naming the column. Two passes over the rows for each column.
 */
extern MlStatus ml_groups_collect(MlEnv *env, const MlSignature *signature, const MlTable *table,
								  const int *features, int n_features,
								  const uint32_t *rows, int64_t n_rows, MlGroups *groups);

/* The group of a row with these feature values, or -1. */
extern int	ml_groups_find(const MlGroups *groups, const MlValue *values);

/* group (n_rows) of rows[i] of a table, or of row i without `rows`; -1: none of the groups. */
extern MlStatus ml_groups_assign(MlEnv *env, const MlGroups *groups, const MlSignature *signature,
								 const MlTable *table, const uint32_t *rows, int64_t n_rows,
								 int32_t *group);

/*
 * The value of a column in a group as text, as value::text shows it, in UTF-8;
 * a number in `room` of ML_NUMBER_TEXT bytes. NULL for missing.
 */
extern const char *ml_group_text(const MlGroups *groups, const MlSignature *signature, int group,
								 int column, char *room);

#endif							/* ML_PREP_GROUPS_H */
