/*
 * lifecycle/explain.h
 *		Why a version says of a row what it says.
 */
#ifndef MLOPS_LIFECYCLE_EXPLAIN_H
#define MLOPS_LIFECYCLE_EXPLAIN_H

#include "postgres.h"

#include "artifact/model.h"
#include "data/row.h"

/* A version whose predictions can be explained. */
typedef struct MlopsExplained
{
	MlEnv	   *env;
	const MlModel *model;
	MlopsRowReader *reader;
	double	   *inputs;			/* (n_inputs) that the reader is to fill */
} MlopsExplained;

/* What a column adds to the margin of a class. */
typedef struct MlopsContribution
{
	const char *class;			/* NULL: there are no classes */
	const char *feature;		/* "(base)": before anything of the row is known */
	const char *value;			/* of the row, as text; NULL: missing, or the base */
	double		contribution;
	double		std_error;		/* NaN: it is exact */
} MlopsContribution;

/* Error 42501 without the right to read the model, 42809 when it predicts nothing. */
extern void mlops_explained_begin(const char *reference, MlopsExplained *explained);

/*
 * Base and contributions of the row in explained->inputs, for a class, or of
 * two classes the positive one, of more all; columns that add most first.
 * Error 22023 for a class that is none.
 */
extern MlopsContribution *mlops_explain(const MlopsExplained *explained, const char *class, int *count);

extern void mlops_explained_end(MlopsExplained *explained);

/*
 * For explanations of many rows. Error 42809 when a model predicts nothing;
 * the classes that are meant, as mlops_explain() does; the sum of what the
 * inputs of a column add, with its standard error, NaN when exact.
 */
extern void mlops_explainable(const char *reference, const MlModel *model);
extern void mlops_explained_classes(const MlModel *model, const char *class, int *first, int *count);
extern void mlops_sum_contributions(const MlSignature *signature, int index, bool exact,
									const double *contributions, const double *errors,
									double *sum, double *std_error);

#endif							/* MLOPS_LIFECYCLE_EXPLAIN_H */
