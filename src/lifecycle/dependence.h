/*
 * lifecycle/dependence.h
 *		What a version would say if a column had another value.
 */
#ifndef MLOPS_LIFECYCLE_DEPENDENCE_H
#define MLOPS_LIFECYCLE_DEPENDENCE_H

#include "postgres.h"

typedef struct MlopsDependence
{
	const char *reference;
	const char *feature;
	const char *source;			/* NULL: what the version was trained on, as it is now */
	const char *class;			/* NULL: of two classes the positive one, of more all */
	int			points;			/* of a number or time, at most */
	bool		curves;			/* a row for each row of the sample, not for all */
	const char *key;			/* with curves, as for mlops_predict_batch() */
} MlopsDependence;

typedef struct MlopsDependenceRow
{
	const char *key;			/* curves: of the row; else NULL */
	const char *class;			/* NULL: there are no classes */
	const char *value;			/* as text; NULL: missing */
	double		prediction;		/* number, probability or score; mean over the sample */
	double		low;			/* 10 % of the sample are below; NaN for curves */
	double		high;			/* 10 % are above */
} MlopsDependenceRow;

/*
 * Partial dependence (J. Friedman, 2001) and its curves of single rows (A.
 * Goldstein et al., 2015) on at most 1,000 rows of the source, those with the
 * smallest hashes. Error 42501 without the right to read the model, 42703 for a column that is no feature, 22023
 * for a class that is none or fewer than 2 points.
 */
extern MlopsDependenceRow *mlops_partial_dependence(const MlopsDependence *request, int64 *count);

#endif							/* MLOPS_LIFECYCLE_DEPENDENCE_H */
