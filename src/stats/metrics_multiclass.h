/*
 * stats/metrics_multiclass.h
 *		Evaluation metrics of a classifier with more than two classes.
 */
#ifndef ML_STATS_METRICS_MULTICLASS_H
#define ML_STATS_METRICS_MULTICLASS_H

#include "stats/agreement.h"
#include "stats/metrics.h"

/* A metric of all classes (class_number -1), or of one against all others. */
typedef struct MlClassMetric
{
	int			class_number;
	MlMetric	metric;
} MlClassMetric;

#define ML_RANKING_METRICS 2	/* roc_auc, average_precision: mean, and per class */
#define ML_ROW_METRICS 2		/* log_loss, brier */
#define ML_CLASS_METRICS 3		/* precision, recall, f1: per class */

/* Metrics that there are for n classes. */
#define ML_MULTICLASS_METRICS(n) \
	(ML_RANKING_METRICS + ML_ROW_METRICS + (int) ML_N_MEASURES + \
	 (n) * (ML_RANKING_METRICS + ML_CLASS_METRICS))

/*
 * All metrics, those of all classes first.
 *		actual			(rows) class numbers
 *		probability		(rows, n_classes)
 *		baseline		(n_classes) probabilities that the baseline gives to every row
 *		metrics			(ML_MULTICLASS_METRICS(n_classes))
 *		confusion		(n_classes, n_classes) actual by predicted: rows, weights
 *						summed; or NULL
 * The predicted class is the one of greatest probability, the first of equals.
 */
extern MlStatus ml_metrics_multiclass(MlEnv *env, const double *actual, const double *probability,
									  const double *weight, int64_t rows, int n_classes,
									  const double *baseline, MlClassMetric *metrics,
									  double *confusion);

/* The index of the greatest, and of the least, of n numbers, the first of equals. */
extern int	ml_greatest(const double *values, int n);
extern int	ml_least(const double *values, int n);

/* As ml_row_loss(), for "log_loss", "brier" and "accuracy". */
extern bool ml_row_loss_multiclass(const char *metric, int actual, const double *probability,
								   int n_classes, double *loss);

#endif							/* ML_STATS_METRICS_MULTICLASS_H */
