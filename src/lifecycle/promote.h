/*
 * lifecycle/promote.h
 *		Whether a new version takes the place of the champion.
 *
 * Both are scored on the rows that the new version held out and the champion
 * did not train on (all that are held out, when the champion was fitted on all
 * of its rows, which favours it), and the losses are compared in pairs. The new version is
 * promoted when its mean loss is not worse (better by min_gain, if given) and
 * the paired difference lies above minus one standard error. Anomaly scores
 * are compared by the area under the ROC curve, where there are labels.
 */
#ifndef MLOPS_LIFECYCLE_PROMOTE_H
#define MLOPS_LIFECYCLE_PROMOTE_H

#include "postgres.h"

#include "artifact/model.h"
#include "lifecycle/dataset.h"

typedef enum MlopsDeployMode
{
	MLOPS_DEPLOY_IF_BETTER,
	MLOPS_DEPLOY_ALWAYS,
	MLOPS_DEPLOY_NEVER
} MlopsDeployMode;

/* The deploy argument, understood. */
typedef struct MlopsDeployRule
{
	MlopsDeployMode mode;
	const char *metric;			/* NULL: that of the yardstick */
	double		min_gain;
	const char *unfair;			/* why the held-out rows cannot compare, or NULL */
} MlopsDeployRule;

typedef struct MlopsDecision
{
	bool		promote;
	int			champion;		/* the version before; 0: none */
	char	   *text;			/* in words, for people */
} MlopsDecision;

/*
 * 'if_better', 'always', 'never', or a JSON object with metric and min_gain
 * for if_better; anything else is error 22023.
 */
extern void mlops_deploy_rule_read(const char *deploy, MlopsDeployRule *rule);

/* A metric that the task, or what is estimated, does not have is error 22023. */
extern void mlops_deploy_rule_check(const MlopsDeployRule *rule, MlTask task,
									const MlYardstick *yardstick);

/*
 * Decide for a freshly fitted model. Called under the lock of the model's
 * name; sees the champion of this moment. `predicted` are the outputs of `holdout`.
 */
extern void mlops_decide(MlEnv *env, const MlopsDeployRule *rule, const char *model_name,
						 const MlModel *model, const MlYardstick *yardstick,
						 const MlopsDataset *dataset,
						 const uint32_t *holdout, int64_t n_holdout, const double *predicted,
						 MlopsDecision *decision);

/*
 * Columns of the champion, so that it can be judged on the rows read: features,
 * target and what tells rows and groups apart. NULL when there is none.
 */
extern const char **mlops_champion_columns(const char *model, int *count);

#endif							/* MLOPS_LIFECYCLE_PROMOTE_H */
