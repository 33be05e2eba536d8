/*
 * lifecycle/coefficients.h
 *		The coefficients of a version with their errors.
 */
#ifndef MLOPS_LIFECYCLE_COEFFICIENTS_H
#define MLOPS_LIFECYCLE_COEFFICIENTS_H

#include "postgres.h"

#include "utils/jsonb.h"

/* One coefficient; NaN and NULL pointers stand for NULL. */
typedef struct MlopsCoefficientRow
{
	const char *class_label;	/* of more than two classes */
	const char *feature;		/* "(intercept)", "age", "joined.month" */
	const char *level;			/* of a category, "(other)", "(missing)" */
	double		estimate;
	double		std_error;
	double		statistic;		/* estimate / std_error */
	double		p_value;		/* of both sides */
	double		low;			/* 95 % confidence */
	double		high;
	double		robust;			/* standard error, HC3 */
	double		ratio;			/* e^estimate where that is a ratio of odds or rates */
	const char *reference;		/* level that the others are compared with */
	const char *reason;			/* why there is no error */
} MlopsCoefficientRow;

/*
 * Intercept first, then feature by feature, for every class of more than two.
 * `partition` names a group, as in mlops.partitions; NULL: the model of all rows.
 * Error 42809 for a model that has no coefficients.
 */
extern MlopsCoefficientRow *mlops_coefficients(const char *reference, Jsonb *partition, int *count);

#endif							/* MLOPS_LIFECYCLE_COEFFICIENTS_H */
