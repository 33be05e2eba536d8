/*
 * lifecycle/batch.h
 *		Applying a version to all rows of a source: predictions, explanations.
 */
#ifndef MLOPS_LIFECYCLE_BATCH_H
#define MLOPS_LIFECYCLE_BATCH_H

#include "postgres.h"

#include "catalog/model.h"
#include "data/stream.h"

/* A version, a source, and how its rows are called. */
typedef struct MlopsBatch
{
	MlEnv	   *env;
	const MlModel *model;
	const char **labels;		/* (n_classes) in the server's encoding */
	MlopsSource *source;
	int			key;			/* column of the source, or -1 */
} MlopsBatch;

/*
 * Resolves the reference and opens the source; NULL: that of the training, with
 * the settings of its author until the end of the caller's nest level
 * (NewGUCNestLevel()). key: as in mlops_predict_batch().
 */
extern void mlops_batch_begin(MlopsBatch *batch, const char *reference, MlopsRight right, const char *source,
							  const char *key);
extern void mlops_batch_end(MlopsBatch *batch);

/* What a version says of a row. */
typedef struct MlopsPrediction
{
	const char *key;			/* NULL: none */
	double		prediction;		/* number, anomaly score, cluster; NaN for classes */
	const char *label;			/* class, in the server's encoding; NULL for numbers */
	double		probability;	/* of two classes the positive one's, of more the label's; else NaN */
	const double *probabilities;	/* (n_classes) of more than two classes, else NULL */
	int			n_classes;
} MlopsPrediction;

typedef void (*MlopsPredictionTaker) (void *state, const MlopsPrediction *prediction);

/*
 * Every row of the source, in its order. key: the column that identifies rows;
 * NULL: the key that the version was trained with, else the relation's
 * primary key of one column, else none. The same bits as scoring row by row.
 * Error 42501 without the right to predict, 42703 for a missing column, 42809
 * for a decomposition.
 */
extern void mlops_predict_batch(const char *reference, const char *source, const char *key,
								MlopsPredictionTaker take, void *state);

/* What mlops_score_into() was asked for. */
typedef struct MlopsScoreInto
{
	const char *reference;
	const char *source;
	const char *destination;
	const char *mode;			/* "all" or "new" */
	const char *key;			/* or NULL, as above; there must be one */
	const char *schema;			/* of the extension */
} MlopsScoreInto;

/*
 * Creates or fills a table with key, model, version, prediction, label,
 * probability, probabilities, scored_at. Returns the rows written. Error 22023
 * for another mode, 42703 when no column identifies the rows.
 */
extern int64 mlops_score_into(const MlopsScoreInto *request);

/* A contribution to the margin of a row, see lifecycle/explain.h. */
typedef struct MlopsBatchContribution
{
	const char *key;
	const char *class;
	const char *feature;
	double		contribution;
	double		std_error;
} MlopsBatchContribution;

typedef void (*MlopsContributionTaker) (void *state, const MlopsBatchContribution *contribution);

/* As mlops_explain() of every row; the base, then the columns in their order. */
extern void mlops_explain_batch(const char *reference, const char *source, const char *key, const char *class,
								MlopsContributionTaker take, void *state);

#endif							/* MLOPS_LIFECYCLE_BATCH_H */
