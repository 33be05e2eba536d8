/*
 * lifecycle/judge.h
 *		How good predictions are, as rows of mlops.metric.
 */
#ifndef MLOPS_LIFECYCLE_JUDGE_H
#define MLOPS_LIFECYCLE_JUDGE_H

#include "postgres.h"

#include "artifact/model.h"
#include "catalog/version.h"
#include "prep/target.h"

/* Metrics of one part after another, palloc'd; all zero at first. */
typedef struct MlopsJudgement
{
	int			n_rows;
	int			room;
	MlopsMetricRow *rows;		/* (n_rows) */
	double	   *confusion;		/* more than two classes: (n_classes, n_classes) actual by
								 * predicted, of the part judged last, of train only when
								 * there is no other; else NULL */
} MlopsJudgement;

/*
 * What a model without features would say (ml_n_outputs()): the share of the
 * positive class, of every class, or the mean target (the quantile, where that
 * is estimated), weighted, of the rows it would have learnt from. NaN where
 * nothing is predicted.
 */
extern void mlops_baseline(MlEnv *env, const MlTarget *target, const MlYardstick *yardstick,
						   const double *weight, const uint32_t *rows, int64_t n_rows, double *baseline);

/*
 * Append the metrics of the outputs predicted[i * ml_n_outputs()] for rows[i],
 * the confusion counts too. `part` is static text: train, holdout, cv, oob,
 * source.
 */
extern void mlops_judge(MlEnv *env, const MlTarget *target, const MlYardstick *yardstick,
						const double *weight,
						const uint32_t *rows, int64_t n_rows, const double *predicted,
						double threshold, const double *baseline, const char *part,
						MlopsJudgement *judgement);

/*
 * Append the statistics of a fit to part train; what is there under the same
 * name of a sample of the rows is replaced. NULL does nothing.
 */
extern void mlops_judge_fit(const struct MlInference *inference, MlopsJudgement *judgement);

/* Append one metric; `part` and its name are static text. */
extern void mlops_judgement_append(MlopsJudgement *judgement, const char *part, const char *class_label,
								   const MlMetric *metric);

/* The metric of a part, of no single class, or NULL. */
extern const MlMetric *mlops_judged(const MlopsJudgement *judgement, const char *part,
									const char *metric);

/* The loss of a row that has these outputs, by a metric that ml_row_loss() knows. */
extern double mlops_row_loss(const char *metric, const MlModel *model, const MlYardstick *yardstick,
							 double actual, const double *outputs);

/* How a stored version is judged, from its parameters. */
extern MlYardstick mlops_version_yardstick(MlEnv *env, const MlopsVersion *version, const MlModel *model);

/* How far predictions of rows that were not learnt from were off: nothing but for numbers. */
extern void mlops_judge_residuals(MlEnv *env, const MlTarget *target, const uint32_t *rows, int64_t n_rows,
								  const double *predicted, MlResiduals *residuals);

#endif							/* MLOPS_LIFECYCLE_JUDGE_H */
